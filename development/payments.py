"""The payment sandbox of `make run`: it speaks the payment provider's API, and you choose what happens.

    python -m development.payments --port 8084 --book payments.json

Payers choose at `/checkout/<id>` how their payment ends, and how it is announced. `/` lists all
payments: announce one again, refund it, charge it back, pay out. `/payments.json` has them as JSON.
"""

import argparse
import json
import os
import signal
import ssl
import threading
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlencode

from development.payment_api import answer, payment_document
from development.payment_book import Amount, Book, Payment, Refused
from development.payment_file import UnreadableBook, open_book
from development.payment_pages import checkout_page, desk_page, missing_page
from development.ports import LOOPBACK

_POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"
_HTML, _JSON = "text/html", "application/hal+json"
_LATE_SECONDS = 20.0
_WEBHOOK_SECONDS = 10.0
_MOST_BYTES = 64 * 1024


@dataclass(slots=True)
class Sandbox:
    """The book and who is told of what; `is_down`: the API answers nothing useful until that is over."""

    here: str
    book: Book = field(default_factory=Book)
    is_down: bool = False

    def announce(self, payment: Payment) -> None:
        """Call the webhook of a payment, and remember what it answered."""
        sent = urlencode({"id": payment.id}).encode()
        try:
            request = urllib.request.Request(payment.announce_url, sent)  # noqa: S310 - what the product itself named
            with urllib.request.urlopen(request, timeout=_WEBHOOK_SECONDS, context=_trusted()) as told:  # noqa: S310
                noted = str(told.status)
        except urllib.error.HTTPError as error:
            noted = str(error.code)
        except OSError as error:
            noted = type(error).__name__
        self.book.note_webhook(payment.id, noted)

    def announce_as(self, payment: Payment, how: str) -> None:
        """Announce a payment `now`, `twice`, `late` or `never`, while whoever chose goes on."""
        times, delay = {"now": (1, 0.0), "twice": (2, 0.0), "late": (1, _LATE_SECONDS), "never": (0, 0.0)}[how]
        for _ in range(times):
            timer = threading.Timer(delay, self.announce, (payment,))
            timer.daemon = True
            timer.start()


def act(sandbox: Sandbox, path: str, form: Mapping[str, str]) -> str:
    """Do what a form of the sandbox's pages asks, and return where its sender goes on.

    Raises `Refused` for what cannot be done, KeyError and ValueError for what no form of ours asks.
    """
    book = sandbox.book
    match path.strip("/").split("/"):
        case ["checkout", payment_id]:
            payment = book.find(payment_id)
            if payment is None:
                raise KeyError(payment_id)
            if form["outcome"] != "open":
                payment = book.end(payment_id, form["outcome"], form["method"])
                sandbox.announce_as(payment, form["webhook"])
            return payment.return_url
        case ["payments", payment_id, deed]:
            _alter(book, payment_id, deed, form)
            if form.get("webhook", "now") != "never":
                found = book.find(payment_id)
                assert found is not None
                sandbox.announce(found)
            return "/"
        case ["settlements"]:
            book.settle()
            return "/"
        case ["down"]:
            sandbox.is_down = not sandbox.is_down
            return "/"
        case _:
            raise KeyError(path)


def _alter(book: Book, payment_id: str, deed: str, form: Mapping[str, str]) -> None:
    match deed:
        case "announce":
            return
        case "amount":
            book.alter(payment_id, Amount(form["currency"], int(form["cents"])))
        case "refund":
            book.refund(payment_id, int(form["cents"]))
        case "refund-status":
            book.end_refund(payment_id, form["refund"], form["status"])
        case "chargeback":
            book.charge_back(payment_id)
        case "reverse":
            book.reverse(payment_id, form["chargeback"])
        case _:
            raise KeyError(deed)


@dataclass(frozen=True, slots=True)
class _Reply:
    status: HTTPStatus
    content_type: str
    text: str
    location: str | None = None


def respond(sandbox: Sandbox, method: str, path: str, headers: Mapping[str, str], sent: bytes) -> _Reply:
    """Answer a request: a call of the API, a form of a page, or a page."""
    if path.startswith("/v2/"):
        if sandbox.is_down:
            return _Reply(HTTPStatus.SERVICE_UNAVAILABLE, _HTML, "down")
        status, document = answer(sandbox.book, sandbox.here, method, path, headers, sent)
        return _Reply(status, _JSON, json.dumps(document))
    if method == "GET":
        return _show(sandbox, path)
    try:
        form = {name: values[0] for name, values in parse_qs(sent.decode()).items()}
        return _Reply(HTTPStatus.SEE_OTHER, _HTML, "", location=act(sandbox, path, form))
    except (Refused, KeyError, ValueError):
        return _Reply(HTTPStatus.CONFLICT, _HTML, missing_page())


def _show(sandbox: Sandbox, path: str) -> _Reply:
    book = sandbox.book
    match path.partition("?")[0].strip("/").split("/"):
        case [""]:
            return _Reply(HTTPStatus.OK, _HTML, desk_page(book, is_down=sandbox.is_down))
        case ["payments.json"]:
            found = [payment_document(one, sandbox.here, embeds=True) for one in book.payments()]
            return _Reply(HTTPStatus.OK, _JSON, json.dumps(found))
        case ["checkout", payment_id] if (payment := book.find(payment_id)) is not None:
            return _Reply(HTTPStatus.OK, _HTML, checkout_page(payment))
        case _:
            return _Reply(HTTPStatus.NOT_FOUND, _HTML, missing_page())


def web_server(sandbox: Sandbox, port: int) -> ThreadingHTTPServer:
    """Return a server on a loopback port; the caller runs and ends it."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer(b"")

        def do_POST(self) -> None:
            self._answer(self.rfile.read(min(int(self.headers.get("Content-Length", "0")), _MOST_BYTES)))

        def log_message(self, *_arguments: object) -> None:
            return

        def _answer(self, sent: bytes) -> None:
            reply = respond(sandbox, self.command, self.path, dict(self.headers), sent)
            body = reply.text.encode()
            self.send_response(reply.status)
            if reply.location is not None:
                self.send_header("Location", reply.location)
            self.send_header("Content-Type", f"{reply.content_type}; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Content-Security-Policy", _POLICY)
            self.send_header("Cache-Control", "no-store")
            self.end_headers()
            self.wfile.write(body)

    server = ThreadingHTTPServer((LOOPBACK, port), Handler)
    server.daemon_threads = True
    return server


def main() -> None:
    """Answer until SIGTERM or Ctrl-C."""
    parser = argparse.ArgumentParser(description="A payment provider of which you choose what it does.")
    parser.add_argument("--port", type=int, required=True, help="port of the API and of the pages")
    parser.add_argument(
        "--book", type=Path, required=True, help="file that keeps every payment; made where it is missing"
    )
    given = parser.parse_args()
    port = given.port
    try:
        book = open_book(given.book)
    except UnreadableBook:
        parser.error(f"{given.book} cannot be read. FRESH=1 starts over without it.")
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    with web_server(Sandbox(f"http://localhost:{port}", book), port) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        stop.wait()
        server.shutdown()


def _trusted() -> ssl.SSLContext:
    """Return whom webhooks trust over https: with `TLS=1` the authority that the run made for itself."""
    return ssl.create_default_context(cafile=os.environ.get("REQUESTS_CA_BUNDLE"))


if __name__ == "__main__":
    main()
