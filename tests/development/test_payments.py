"""The payment sandbox as the product and as its user meet it: over HTTP."""

import json
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from queue import Queue
from typing import Any
from urllib.parse import urlencode

import pytest

from development.payment_file import UnreadableBook, open_book
from development.payments import Sandbox
from development.ports import free_port, wait_until_answers
from tests.support import payments

_AMOUNT = {"currency": "EUR", "value": "50.00"}


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with payments.running() as running:
        yield running


@contextmanager
def listening() -> Iterator[tuple[str, "Queue[bytes]"]]:
    """Listen for webhooks until the block ends."""
    heard: Queue[bytes] = Queue()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            heard.put(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/hook", heard
        server.shutdown()
        thread.join()


def call(sandbox: Sandbox, path: str, body: object = None, **headers: str) -> tuple[int, Any]:
    """Call the API as a client with a key."""
    sent = None if body is None else json.dumps(body).encode()
    named = {"Authorization": "Bearer test_key", **{name.replace("_", "-"): value for name, value in headers.items()}}
    request = urllib.request.Request(sandbox.here + path, sent, named)
    try:
        with urllib.request.urlopen(request, timeout=5) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.load(error)


def press(sandbox: Sandbox, path: str, **fields: str) -> str:
    """Send a form of a page, and return where it leads."""

    class Stay(urllib.request.HTTPRedirectHandler):
        def redirect_request(self, *_: object) -> None:
            return None

    try:
        urllib.request.build_opener(Stay).open(sandbox.here + path, urlencode(fields).encode(), timeout=5)
    except urllib.error.HTTPError as error:
        with error:
            return f"{error.code} {error.headers.get('Location')}"
    raise AssertionError("a form leads on")


def an_order(hook: str = "http://127.0.0.1:9/") -> dict[str, object]:
    return {"amount": _AMOUNT, "description": "d", "redirectUrl": "http://shop.test/back", "webhookUrl": hook}


def test_a_payment_is_begun_once_for_each_key(sandbox: Sandbox) -> None:
    answers = [call(sandbox, "/v2/payments", an_order(), Idempotency_Key=key) for key in ("a", "a", "b")]

    assert [status for status, _ in answers] == [201] * 3
    first, again, other = (document for _, document in answers)
    assert first["id"] == again["id"] != other["id"]
    assert (first["status"], first["amount"]) == ("open", _AMOUNT)
    assert first["_links"]["checkout"]["href"] == f"{sandbox.here}/checkout/{first['id']}"


def test_a_key_brings_the_first_answer_again_and_nothing_else_than_what_was_asked(sandbox: Sandbox) -> None:
    first = call(sandbox, "/v2/payments", an_order(), Idempotency_Key="a")[1]
    sandbox.book.end(first["id"], "paid", "bancontact")

    assert call(sandbox, "/v2/payments", an_order(), Idempotency_Key="a") == (201, first)
    assert call(sandbox, f"/v2/payments/{first['id']}")[1]["status"] == "paid"
    assert call(sandbox, "/v2/payments", an_order("http://127.0.0.1:8/"), Idempotency_Key="a")[0] == 400


def test_what_the_api_does_not_take_it_refuses_as_the_provider_does(sandbox: Sandbox) -> None:
    assert call(sandbox, "/v2/payments", an_order(), Authorization="Bearer live_key")[0] == 401
    assert call(sandbox, "/v2/payments/tr_none")[0] == 404
    status, problem = call(sandbox, "/v2/payments", {**an_order(), "amount": {"currency": "EUR", "value": "50"}})
    assert (status, problem["field"]) == (422, "amount")
    assert sandbox.book.payments() == ()


@pytest.mark.parametrize(("how", "times"), [("now", 1), ("twice", 2), ("never", 0)])
def test_whoever_pays_chooses_the_end_and_when_it_is_announced(sandbox: Sandbox, how: str, times: int) -> None:
    with listening() as (hook, heard):
        payment = call(sandbox, "/v2/payments", an_order(hook))[1]["id"]

        led = press(sandbox, f"/checkout/{payment}", outcome="paid", method="bancontact", webhook=how)

        told = [heard.get(timeout=5) for _ in range(times)]
    assert led == "303 http://shop.test/back"
    assert told == [f"id={payment}".encode()] * times
    assert heard.empty()
    assert call(sandbox, f"/v2/payments/{payment}")[1]["status"] == "paid"
    assert press(sandbox, f"/checkout/{payment}", outcome="failed", method="bancontact", webhook=how).startswith("409")


def test_refunds_chargebacks_and_settlements_are_made_by_hand_and_told_by_the_api(sandbox: Sandbox) -> None:
    with listening() as (hook, heard):
        payment = call(sandbox, "/v2/payments", an_order(hook))[1]["id"]
        press(sandbox, f"/checkout/{payment}", outcome="paid", method="creditcard", webhook="never")

        press(sandbox, f"/payments/{payment}/refund", cents="1000")
        press(sandbox, f"/payments/{payment}/chargeback", webhook="never")
        press(sandbox, "/settlements")

        assert heard.get(timeout=5) == f"id={payment}".encode()
    found = call(sandbox, f"/v2/payments/{payment}?embed=refunds,chargebacks")[1]
    assert found["_embedded"]["refunds"][0]["status"] == "processing"
    assert found["_embedded"]["chargebacks"][0]["reversedAt"] is None
    assert (found["amountRefunded"]["value"], found["amountChargedBack"]["value"]) == ("10.00", "50.00")
    (settlement,) = call(sandbox, "/v2/settlements")[1]["_embedded"]["settlements"]
    assert (settlement["status"], settlement["amount"]["value"]) == ("paidout", "-11.17")


def test_a_restart_forgets_no_payment_and_nothing_that_was_done_with_one(tmp_path: Path) -> None:
    file = tmp_path / "payments.json"
    with payments.running(open_book(file)) as sandbox:
        ids = [call(sandbox, "/v2/payments", an_order(), Idempotency_Key=key)[1]["id"] for key in ("a", "b")]
        for path, fields in (
            (f"checkout/{ids[0]}", {"outcome": "paid", "method": "creditcard", "webhook": "never"}),
            (f"payments/{ids[0]}/refund", {"cents": "1000"}),
            (f"payments/{ids[0]}/chargeback", {"webhook": "never"}),
            ("settlements", {}),
        ):
            assert press(sandbox, f"/{path}", **fields).startswith("303")
        book = sandbox.book
    assert book.payments()[1].announced
    assert book.settlements()

    with payments.running(open_book(file)) as again:
        assert (again.book.payments(), again.book.settlements()) == (book.payments(), book.settlements())
        assert call(again, "/v2/payments", an_order(), Idempotency_Key="b")[1]["id"] == ids[1]
        assert call(again, "/v2/payments", an_order("http://127.0.0.1:8/"), Idempotency_Key="b")[0] == 400
        press(again, f"/checkout/{ids[1]}", outcome="paid", method="bancontact", webhook="never")
    paid = open_book(file).find(ids[1])
    assert paid is not None
    assert paid.status == "paid"


@pytest.mark.parametrize("content", ["", "{", "[]", "{}", '{"payments": {"tr_1": {}}, "first_calls": {}}'])
def test_a_book_that_cannot_be_read_is_not_written_over(tmp_path: Path, content: str) -> None:
    file = tmp_path / "payments.json"
    file.write_text(content)

    with pytest.raises(UnreadableBook):
        open_book(file)

    assert file.read_text() == content


def test_the_program_finds_its_payments_again_after_it_was_killed(tmp_path: Path) -> None:
    port = free_port()
    command = [sys.executable, "-m", "development.payments", "--port", str(port), "--book", str(tmp_path / "book.json")]

    @contextmanager
    def living() -> Iterator[Sandbox]:
        with subprocess.Popen(command) as process:
            try:
                assert wait_until_answers(port, seconds=20)
                yield Sandbox(f"http://localhost:{port}")
            finally:
                process.kill()

    with living() as program:
        begun = call(program, "/v2/payments", an_order(), Idempotency_Key="a")[1]
    with living() as program:
        assert call(program, f"/v2/payments/{begun['id']}") == (200, begun)


def test_the_pages_show_every_payment_and_nothing_of_a_payer_runs_there(sandbox: Sandbox) -> None:
    payment = call(sandbox, "/v2/payments", {**an_order(), "description": "<script>alert(1)</script>"})[1]["id"]

    for path in ("/", f"/checkout/{payment}"):
        with urllib.request.urlopen(sandbox.here + path, timeout=5) as answer:
            page = answer.read().decode()
            assert "script-src" not in answer.headers["Content-Security-Policy"]
        assert payment in page
        assert "<script>" not in page
