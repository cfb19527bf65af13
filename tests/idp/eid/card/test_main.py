"""The command `immo-card`, as its user starts it."""

import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from development.ports import free_port
from idp.eid.card.main import main
from tests.support.card_agent import NONCE, ORIGIN, Page

ROOT = Path(__file__).parents[4]


@contextmanager
def running(*arguments: str) -> Iterator["subprocess.Popen[str]"]:
    command = [sys.executable, "-m", "idp.eid.card", *arguments]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True) as program:
        yield program
        program.kill()


def test_software_cards_are_served_until_it_is_told_to_stop(tmp_path: Path) -> None:
    port = free_port()
    with running("--software-cards", str(tmp_path), "--origin", ORIGIN, "--port", str(port)) as program:
        assert program.stdout is not None
        first = program.stdout.readline()
        page = Page(port)
        with page.states() as states:
            seen = next(states)
            answer = page.post("/authenticate", nonce=NONCE, card="2")
            program.send_signal(signal.SIGTERM)
            assert program.wait(10) == 0
        rest = program.stdout.read()

    assert first == f"immo-card listens on http://127.0.0.1:{port}\n"
    assert rest == ""
    assert seen["mode"] == "software"
    assert answer.json["algorithm"] == "ES384"


def test_it_listens_on_this_machine_only(tmp_path: Path) -> None:
    port = free_port()
    with running("--software-cards", str(tmp_path), "--origin", ORIGIN, "--port", str(port)) as program:
        assert program.stdout is not None
        program.stdout.readline()
        listening = [line.split()[1] for line in Path("/proc/net/tcp").read_text("ascii").splitlines()[1:]]

    assert [entry for entry in listening if entry.endswith(f":{port:04X}")] == [f"0100007F:{port:04X}"]


def test_software_cards_stay_the_same(tmp_path: Path) -> None:
    certificates = []
    port = free_port()
    for _ in range(2):
        with running("--software-cards", str(tmp_path), "--origin", ORIGIN, "--port", str(port)) as program:
            assert program.stdout is not None
            program.stdout.readline()
            certificates.append(Page(port).post("/authenticate", nonce=NONCE, card="1").json["unverifiedCertificate"])

    assert certificates[0] == certificates[1]


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["--origin", "http://login.immo.test"],
        ["--origin", "https://login.immo.test/"],
        ["--origin", ORIGIN, "--token", "BELPIC"],
        ["--origin", ORIGIN, "--prompts", "page"],
    ],
)
def test_a_wrong_command_line_is_refused(arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(arguments)

    assert caught.value.code == 2


def test_a_port_that_is_taken_is_named(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with running("--software-cards", str(tmp_path), "--origin", ORIGIN, "--port", str(port)) as program:
            assert program.stdout is not None
            words = program.stdout.read()
            status = program.wait(10)

    assert status == 1
    assert f"127.0.0.1:{port}" in words


def test_without_screen_and_terminal_it_does_not_start(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("DISPLAY", raising=False)
    with running("--origin", ORIGIN, "--port", str(free_port()), "--state", str(tmp_path)) as program:
        assert program.stdout is not None
        words = program.stdout.read()

        assert program.wait(10) == 1
    assert "screen" in words


def test_software_cards_need_neither_card_libraries_nor_the_server() -> None:
    shown = "import sys, idp.eid.card.main; print(*sorted({name.partition('.')[0] for name in sys.modules}))"
    done = subprocess.run([sys.executable, "-c", shown], cwd=ROOT, capture_output=True, text=True, check=True)

    loaded = set(done.stdout.split())
    assert not loaded & {"smartcard", "pkcs11", "tkinter", "core", "flask", "sqlalchemy"}
    assert "cryptography" in loaded
