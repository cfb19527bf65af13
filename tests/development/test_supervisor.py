import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from development.ports import answers, free_port
from development.supervisor import Program, ProgramFailed, Supervisor

_SERVE = """
import http.server, sys
http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), http.server.SimpleHTTPRequestHandler).serve_forever()
"""
_SERVE_IN_A_CHILD = """
import subprocess, sys
raise SystemExit(subprocess.call([sys.executable, "-c", sys.argv[1], sys.argv[2]]))
"""
Make = Callable[..., Supervisor]


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Make]:
    made: list[Supervisor] = []

    def supervisor(*programs: Program) -> Supervisor:
        made.append(Supervisor(programs, folder=tmp_path, logs=tmp_path / "log"))
        return made[-1]

    yield supervisor
    for one in made:
        one.stop()


def _web(port: int) -> Program:
    return Program("web", [sys.executable, "-c", _SERVE, str(port)], {}, f"http://127.0.0.1:{port}/")


def _script(name: str, code: str) -> Program:
    return Program(name, [sys.executable, "-c", code], {}, None)


def test_start_returns_when_every_program_answers(make: Make) -> None:
    port = free_port()

    make(_web(port)).start()

    assert answers(port)


def test_stop_leaves_nothing_running(make: Make) -> None:
    port = free_port()
    supervisor = make(_web(port))
    supervisor.start()

    supervisor.stop()

    assert not answers(port)


def test_a_program_that_ends_while_starting_is_told_with_its_last_words(make: Make) -> None:
    supervisor = make(
        Program("web", [sys.executable, "-c", "raise SystemExit('no luck today')"], {}, "http://127.0.0.1:9/")
    )

    with pytest.raises(ProgramFailed, match=r"(?s)web ended while starting.*no luck today"):
        supervisor.start()


def test_a_killed_program_is_started_again(make: Make) -> None:
    port = free_port()
    supervisor = make(_web(port))
    supervisor.start()
    stop, said = threading.Event(), list[str]()

    def say(words: str) -> None:
        said.append(words)
        stop.set()

    supervisor._processes["web"].kill()
    supervisor.watch(stop, say)
    supervisor.wait_until_ready("web")

    assert answers(port)
    assert said == ["web ended (status -9) and was started again"]


def test_what_a_killed_program_leaves_running_is_ended_before_it_is_started_again(make: Make) -> None:
    port = free_port()
    command = [sys.executable, "-c", _SERVE_IN_A_CHILD, _SERVE, str(port)]
    supervisor = make(Program("web", command, {}, f"http://127.0.0.1:{port}/"))
    supervisor.start()
    stop = threading.Event()

    supervisor._processes["web"].kill()
    supervisor.watch(stop, lambda _words: stop.set())
    supervisor.wait_until_ready("web")
    # The child of the second start can only listen where the first one no longer does.
    supervisor.kill("web")

    assert not answers(port)


def test_a_program_that_ends_again_and_again_ends_the_watch(make: Make) -> None:
    supervisor = make(_script("restless", "print('off again')"))
    supervisor.start()

    with pytest.raises(ProgramFailed, match=r"(?s)restless ends again and again.*off again"):
        supervisor.watch(threading.Event(), lambda _words: None)


def test_programs_get_no_more_environment_than_their_own(
    make: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("IMMO_LEAKED", "yes")
    code = "import os; open('seen', 'w').write(os.environ.get('IMMO_LEAKED', 'no'))"

    supervisor = make(_script("curious", code))
    supervisor.start()
    supervisor._processes["curious"].wait()

    assert (tmp_path / "seen").read_text() == "no"
