"""What `make run` says on a machine on which something is missing."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
_TOOLS = ("sh", "cat", "grep", "rm", "tail", "touch")


@pytest.fixture
def machine(tmp_path: Path) -> Path:
    """Return a folder with the repository's set-up in it and a `bin` that holds no Python."""
    for path in (
        "development/__init__.py",
        "development/prepare.sh",
        "development/programs.py",
        "pyproject.toml",
        "requirements/build.txt",
        "requirements/run.txt",
        "requirements/test.txt",
    ):
        (tmp_path / path).parent.mkdir(exist_ok=True)
        shutil.copy(ROOT / path, tmp_path / path)
    (tmp_path / "bin").mkdir()
    for tool in _TOOLS:
        found = shutil.which(tool)
        assert found is not None
        (tmp_path / "bin" / tool).symlink_to(found)
    return tmp_path


def _prepare(machine: Path, purpose: str = "run", **environment: str) -> tuple[int, str]:
    done = subprocess.run(
        ["sh", "development/prepare.sh", purpose],
        cwd=machine,
        env={"PATH": str(machine / "bin"), **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


def _install(machine: Path, name: str, script: str) -> None:
    path = machine / "bin" / name
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)


def test_no_python_is_said(machine: Path) -> None:
    status, printed = _prepare(machine)

    assert status != 0
    assert "There is no Python; Immo-Connect needs 3.11 or newer." in printed


def test_an_old_python_is_named_with_the_way_out(machine: Path) -> None:
    _install(machine, "python3", 'if [ "$1" = --version ]; then echo Python 3.9.2; else exit 1; fi')

    status, printed = _prepare(machine)

    assert status != 0
    assert "Python is too old (python3 is Python 3.9.2); Immo-Connect needs 3.11 or newer." in printed
    assert "make run PYTHON=/path/to/python3.11" in printed


def test_a_python_that_was_named_and_is_not_there_is_said(machine: Path) -> None:
    status, printed = _prepare(machine, PYTHON="/nowhere/python3.11")

    assert status != 0
    assert "PYTHON=/nowhere/python3.11 does not exist." in printed


def test_a_python_without_environments_is_explained(machine: Path) -> None:
    _install(machine, "python3", 'case "$*" in *venv*) echo ensurepip is not available; exit 1;; *) exit 0;; esac')

    status, printed = _prepare(machine)

    assert status != 0
    assert "apt-get install python3-venv" in printed
    assert not (machine / ".venv").exists()


def test_no_network_is_said(machine: Path) -> None:
    index = {"PIP_INDEX_URL": "http://127.0.0.1:9/simple", "PIP_RETRIES": "0", "PIP_NO_CACHE_DIR": "1"}

    status, printed = _prepare(machine, PYTHON=sys.executable, PIP_CONFIG_FILE=os.devnull, **index)

    assert status != 0
    assert "there is no way to the package index" in printed
    assert not (machine / ".venv" / "ready-to-run").exists()


def test_what_compiles_is_asked_for_before_any_package(machine: Path) -> None:
    (machine / ".venv" / "bin").mkdir(parents=True)
    (machine / ".venv" / "bin" / "python").symlink_to(sys.executable)

    status, printed = _prepare(machine, "test", PIP_INDEX_URL="http://127.0.0.1:9/simple")

    assert status != 0
    assert re.search(r"The tests need system packages: apt-get install .*\bgcc\b", printed)
    assert "package index" not in printed


def test_every_target_is_explained_by_make_help() -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    targets = re.search(r"^\.PHONY: (.*)$", makefile, re.MULTILINE)
    assert targets is not None

    done = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True)

    assert sorted(re.findall(r"^make (\S+) ", done.stdout, re.MULTILINE)) == sorted(targets.group(1).split())
