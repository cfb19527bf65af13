"""The mailbox of `make run`: receives every mail that is sent and shows it in the browser.

    python -m development.mailbox --port 8085 --smtp-port 8087

`/messages.json` has all of them, newest first: `to`, `subject`, `text`, `html`, `sent_at`.
"""

import argparse
import json
import signal
import threading
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from development.mail_server import Mail, Mailbox, smtp_server
from development.mailbox_pages import list_page, mail_page, missing_page
from development.ports import LOOPBACK

# A mail's own HTML is shown as its receiver would see it, but runs and fetches nothing.
_MAIL_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox"
_PAGE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-src 'self'; frame-ancestors 'none'"


@dataclass(frozen=True, slots=True)
class _Answer:
    status: HTTPStatus
    content_type: str
    body: str
    policy: str = _PAGE_POLICY


def answer(path: str, mails: tuple[Mail, ...]) -> _Answer:
    """Return what a path shows: the list, one mail, its HTML alone, or all mails as JSON."""
    parts = path.partition("?")[0].strip("/").split("/")
    match parts:
        case [""]:
            return _page(list_page(mails))
        case ["messages.json"]:
            return _Answer(HTTPStatus.OK, "application/json", json.dumps([_as_json(mail) for mail in mails], indent=2))
        case ["mails", number]:
            return _found(number, mails, lambda mail: _page(mail_page(mail, number)))
        case ["mails", number, "html"]:
            return _found(number, mails, lambda mail: _Answer(HTTPStatus.OK, "text/html", mail.html, _MAIL_POLICY))
        case _:
            return _missing()


def web_server(mailbox: Mailbox, port: int) -> ThreadingHTTPServer:
    """Return a server on a loopback port that shows the mailbox; the caller runs and ends it."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._send(answer(self.path, mailbox.mails()), with_body=True)

        def do_HEAD(self) -> None:
            self._send(answer(self.path, mailbox.mails()), with_body=False)

        def log_message(self, *_arguments: object) -> None:
            # Addresses of mails are nobody's business in a log.
            return

        def _send(self, answer: _Answer, *, with_body: bool) -> None:
            body = answer.body.encode()
            self.send_response(answer.status)
            self.send_header("Content-Type", f"{answer.content_type}; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Content-Security-Policy", answer.policy)
            self.send_header("X-Content-Type-Options", "nosniff")
            self.send_header("Referrer-Policy", "no-referrer")
            self.send_header("Cache-Control", "no-store")
            self.end_headers()
            if with_body:
                self.wfile.write(body)

    server = ThreadingHTTPServer((LOOPBACK, port), Handler)
    server.daemon_threads = True
    return server


def main() -> None:
    """Receive and show mails until SIGTERM or Ctrl-C."""
    parser = argparse.ArgumentParser(description="A mailbox for everything that the product mails.")
    parser.add_argument("--port", type=int, required=True, help="port of the pages")
    parser.add_argument("--smtp-port", type=int, required=True, help="port that receives mails")
    arguments = parser.parse_args()
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    mailbox = Mailbox()
    with smtp_server(mailbox, arguments.smtp_port), web_server(mailbox, arguments.port) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        stop.wait()
        server.shutdown()


def _as_json(mail: Mail) -> dict[str, object]:
    return {
        "to": list(mail.to),
        "subject": mail.subject,
        "text": mail.text,
        "html": mail.html,
        "sent_at": mail.sent_at.isoformat(),
    }


def _found(number: str, mails: tuple[Mail, ...], show: Callable[[Mail], _Answer]) -> _Answer:
    # Mails are counted from the oldest, so that the address of one stays when others come.
    mail = next((mail for mail in mails if str(mail.number) == number), None)
    return _missing() if mail is None else show(mail)


def _page(body: str) -> _Answer:
    return _Answer(HTTPStatus.OK, "text/html", body)


def _missing() -> _Answer:
    return _Answer(HTTPStatus.NOT_FOUND, "text/html", missing_page())


if __name__ == "__main__":
    main()
