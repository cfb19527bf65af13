"""What `make test` does about system programs that are missing."""

import shutil
from pathlib import Path

import pytest

from development.programs import NEEDED, MissingProgram, MissingPrograms, Part, Program, install_missing, require


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the only folder in which programs are found; it holds what starts others, and nothing else."""
    monkeypatch.setenv("PATH", str(tmp_path))
    for tool in ("env", "sh"):
        found = shutil.which(tool, path="/usr/bin:/bin")
        assert found is not None
        (tmp_path / tool).symlink_to(found)
    _program(tmp_path, "sudo", 'shift; exec "$@"')
    return tmp_path


def _program(machine: Path, name: str, script: str = "") -> None:
    path = machine / name
    path.write_text(f"#!{machine}/sh\n{script}\n")
    path.chmod(0o755)


def _commands() -> list[str]:
    # PostgreSQL is looked for where Debian keeps it and may be there whatever PATH says.
    programs = [program.command for program in NEEDED if isinstance(program, Program)]
    return [command for command in programs if command != "postgres"]


def test_where_we_may_not_install_one_line_says_what_to_type(machine: Path) -> None:
    with pytest.raises(
        MissingPrograms, match=r"apt-get install chromium-headless-shell gcc .*nodejs npm .*redis-server .*softhsm2"
    ):
        install_missing(lambda _words: None)


def test_where_apt_is_there_it_brings_what_is_missing(machine: Path) -> None:
    said: list[str] = []
    _program(machine, "node")
    makes = "\n".join(f": > {machine}/{name}; /bin/chmod +x {machine}/{name}" for name in [*_commands(), "postgres"])
    _program(machine, "apt-get", f'echo "$@" >> {machine}/asked\n[ "$1" = install ] || exit 0\n{makes}')

    install_missing(said.append)

    update, install = (machine / "asked").read_text().splitlines()
    assert update.startswith("update")
    assert "redis-server" in install
    assert "nodejs" not in install
    assert len(said) == 1


def test_where_apt_fails_one_line_says_what_to_type(machine: Path) -> None:
    _program(machine, "apt-get", "exit 100")

    with pytest.raises(MissingPrograms, match=r"apt-get install .*redis-server"):
        install_missing(lambda _words: None)


def test_nothing_is_installed_where_nothing_is_missing(machine: Path) -> None:
    for command in [*_commands(), "postgres"]:
        _program(machine, command)
    said: list[str] = []

    install_missing(said.append)

    assert said == []


def test_a_missing_program_is_named_with_its_package(machine: Path) -> None:
    with pytest.raises(MissingProgram, match=r"softcard is not installed \(Debian package softcard-tools\)"):
        require(Program("softcard", "softcard-tools"))


def test_a_library_is_found_in_the_folder_of_the_processor(tmp_path: Path) -> None:
    library = tmp_path / "lib" / "some-processor" / "libcard.so"
    part = Part("libcard.so", "libcard", (f"{tmp_path}/lib/*/libcard.so",))
    with pytest.raises(MissingProgram, match=r"libcard.so is not installed \(Debian package libcard\)"):
        require(part)

    library.parent.mkdir(parents=True)
    library.touch()

    assert require(part) == str(library)
