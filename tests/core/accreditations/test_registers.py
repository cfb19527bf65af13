"""A register asked over HTTP: the example's, and others that do not do what they should."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from time import monotonic, sleep
from typing import Any

import pytest
from werkzeug.serving import make_server

from core.accreditations.registers import WAIT_SECONDS, Registers, holder_digest
from core.accreditations.rules import RegisterAnswer, RegisterStatus
from core.infra.clock import FixedClock
from core.infra.db import Database
from core.infra.register_settings import RegisterSettings
from core.infra.secret import Secret
from core.people.national_number import NationalNumber
from examples.register.app import create_app
from tests.support.cards import NUMBER, OTHER_NUMBER
from tests.support.offices import kinds
from tests.support.registers import an_entry, read_json, registers

# Computed with another program.
VECTOR = "4597eec25274a2c90b848cb8912c0d5221fbf673c8767b59337554f904e03315"
SECRET = "a secret that a register shares with us"
HOLDERS = [{name: str(value) for name, value in an_entry().items()}]


@contextmanager
def example(clock: FixedClock, secret: str = SECRET) -> Iterator[RegisterSettings]:
    """Serve the example register and yield how it is asked."""
    app = create_app("be.biv", HOLDERS, secret, now=lambda: clock.now().timestamp())
    server = make_server("127.0.0.1", 0, app)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield RegisterSettings("be.biv", f"http://127.0.0.1:{server.server_port}/holders", Secret(SECRET))
    server.shutdown()
    thread.join()
    server.server_close()


class Odd:
    """A register that answers as it is told, and keeps what it was asked."""

    def __init__(self) -> None:
        self.answer: dict[str, Any] = {}
        self.status = 200
        self.waits = 0.0
        self.asked: list[tuple[dict[str, str], bytes]] = []


@contextmanager
def odd() -> Iterator[tuple[Odd, RegisterSettings]]:
    owner = Odd()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            content = self.rfile.read(int(self.headers["Content-Length"]))
            owner.asked.append((dict(self.headers), content))
            sleep(owner.waits)
            body = json.dumps({**json.loads(content), "entries": [], **owner.answer}).encode()
            self.send_response(owner.status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield owner, RegisterSettings("be.biv", f"http://127.0.0.1:{server.server_port}", Secret(SECRET))
    server.shutdown()
    thread.join()
    server.server_close()


def entry(**changes: object) -> dict[str, object]:
    return {name: value for name, value in (an_entry() | changes).items() if name != "national_number"}


def test_example_register_tells_of_its_holder_and_of_nobody_else(database: Database, clock: FixedClock) -> None:
    with example(clock) as register:
        found = registers(database, register)

        named, stranger = found.ask(NUMBER, now=clock.now()), found.ask(OTHER_NUMBER, now=clock.now())

    (answer,) = named.answers
    assert answer.kind == "be.biv"
    assert [(one.number, one.status, str(one.valid_until)) for one in answer.entries] == [
        ("500123", RegisterStatus.ACTIVE, "2027-12-31")
    ]
    assert stranger.answers == (RegisterAnswer("be.biv", ()),)
    assert named.unanswered == stranger.unanswered == ()


def test_example_register_answers_nobody_without_the_secret(database: Database, clock: FixedClock) -> None:
    with example(clock, secret="another secret than the one we know") as register:
        found = registers(database, register).ask(NUMBER, now=clock.now())

    assert (found.answers, found.unanswered) == ((), ("be.biv",))


def test_example_register_refuses_an_old_question(database: Database, clock: FixedClock) -> None:
    with example(clock) as register:
        found = registers(database, register).ask(NUMBER, now=clock.now() - timedelta(minutes=6))

    assert found.unanswered == ("be.biv",)


def test_the_number_does_not_travel(database: Database, clock: FixedClock) -> None:
    with odd() as (owner, register):
        registers(database, register).ask(NUMBER, now=clock.now())

    ((headers, content),) = owner.asked
    assert NUMBER.reveal() not in content.decode() + str(headers)
    assert SECRET not in content.decode() + str(headers)
    assert json.loads(content)["holder"] == holder_digest(register, NUMBER)
    other = RegisterSettings("be.biv", register.url, Secret("the secret shared with another register"))
    assert holder_digest(other, NUMBER) != holder_digest(register, NUMBER)


@pytest.mark.parametrize(
    "answer",
    [
        {"kind": "be.surveyor"},
        {"holder": "0" * 64},
        {"entries": None},
        {"entries": {}},
        {"entries": [5]},
        {"entries": [entry(status="unknown")]},
        {"entries": [an_entry()]},
        {"entries": [entry(), entry(status="lapsed")]},
        {"entries": [entry(number=str(500_000 + number)) for number in range(51)]},
        {"entries": [entry(number="5" * 70_000)]},
    ],
)
def test_answer_that_is_not_one_counts_as_none(
    database: Database, clock: FixedClock, answer: dict[str, object]
) -> None:
    with odd() as (owner, register):
        owner.answer = answer

        found = registers(database, register).ask(NUMBER, now=clock.now())

    assert (found.answers, found.unanswered) == ((), ("be.biv",))


@pytest.mark.parametrize("status", [204, 302, 401, 404, 500])
def test_other_status_counts_as_no_answer(database: Database, clock: FixedClock, status: int) -> None:
    with odd() as (owner, register):
        owner.status = status

        assert registers(database, register).ask(NUMBER, now=clock.now()).unanswered == ("be.biv",)


def test_slow_register_is_waited_for_so_long_and_no_longer(database: Database, clock: FixedClock) -> None:
    with odd() as (owner, register):
        owner.waits = 1.0
        other = RegisterSettings("be.surveyor", register.url, Secret(SECRET))
        began = monotonic()

        found = registers(database, register, other, wait_seconds=0.3).ask(NUMBER, now=clock.now())

        waited = monotonic() - began
    # All registers together, not each of them.
    assert waited < 0.9
    assert found.unanswered == ("be.biv", "be.surveyor")


def test_people_wait_three_seconds_at_most() -> None:
    assert WAIT_SECONDS == 3.0


def test_register_that_failed_is_left_alone_for_a_while(database: Database, clock: FixedClock) -> None:
    with odd() as (owner, register):
        found = registers(database, register, rest_seconds=0.2)
        owner.status = 500
        found.ask(NUMBER, now=clock.now())
        owner.status = 200

        resting = found.ask(NUMBER, now=clock.now())
        sleep(0.25)
        awake = found.ask(NUMBER, now=clock.now())

    assert (resting.unanswered, awake.unanswered) == (("be.biv",), ())
    assert len(owner.asked) == 2


def test_register_that_is_asked_counts_and_not_its_file(database: Database, clock: FixedClock) -> None:
    with database.transaction() as session:
        kinds(session)
    read_json(database, [an_entry("500999")], now=clock.now())
    with example(clock) as register:
        (answer,) = registers(database, register).ask(NUMBER, now=clock.now()).answers

    assert [one.number for one in answer.entries] == ["500123"]


def test_registers_read_in_are_found_beside_those_asked(database: Database, clock: FixedClock) -> None:
    with database.transaction() as session:
        kinds(session)
    read_json(database, [an_entry()], now=clock.now())
    with odd() as (_, register):
        other = RegisterSettings("be.surveyor", register.url, register.secret)

        found: Registers = registers(database, other)
        answers = found.ask(NUMBER, now=clock.now()).answers

    assert {answer.kind: len(answer.entries) for answer in answers} == {"be.biv": 1, "be.surveyor": 0}


def test_vector_for_those_who_build_a_register() -> None:
    """The example of docs/registers.md."""
    register = RegisterSettings(
        "be.biv", "https://register.example", Secret("example-secret-of-at-least-32-characters")
    )

    assert holder_digest(register, NationalNumber.parse("85.06.15-123.90")) == VECTOR
