"""An access point on loopback that speaks the interface of phoss AP, and can be told to fail in its ways."""

import json
import threading
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Self
from urllib.parse import parse_qs, unquote, urlsplit

SECRET = "access-point-secret-of-the-tests-only"


@dataclass
class Received:
    """A document that was submitted: the five parts of its path, and its bytes."""

    parts: tuple[str, ...]
    xml: bytes


class SmallAccessPoint:
    """Takes documents, keeps each under its identifier, and says what became of it.

    `becomes` is the state of what arrives next, None: it is not taken. `loses` answers: it keeps what
    arrives and says that something went wrong.
    """

    def __init__(self) -> None:
        self.becomes: str | None = "sent"
        self.loses = False
        self.received: dict[str, Received] = {}
        self.states: dict[str, str] = {}
        self.submissions = 0
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)

    @property
    def port(self) -> int:
        """Return the port it listens on."""
        return self._server.server_port

    @property
    def url(self) -> str:
        """Return its address."""
        return f"http://127.0.0.1:{self.port}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def answer(self, target: str, token: str | None, xml: bytes | None) -> tuple[int, object]:
        """Answer as the interface does: a document that comes, or a question what became of one."""
        if token != SECRET:
            return 401, {"error": "Invalid or missing API token"}
        parts = urlsplit(target)
        path = parts.path.removeprefix("/api/outbound/")
        if xml is None:
            state = self.states.get(path.removeprefix("status/"))
            return (404, {}) if state is None else (200, {"status": state})
        (identifier,) = parse_qs(parts.query)["sbdhInstanceID"]
        return self._submitted(path.removeprefix("submit/"), identifier, xml)

    def _submitted(self, path: str, identifier: str, xml: bytes) -> tuple[int, object]:
        """Take a document; the answer is 422 as long as it has not been sent."""
        self.submissions += 1
        if self.becomes is None:
            return 422, "Failed to submit outbound transaction"
        self.received[identifier] = Received(tuple(unquote(part) for part in path.split("/")), xml)
        self.states[identifier] = self.becomes
        if self.loses:
            return 500, {}
        return (200 if self.becomes == "sent" else 422), {"overallSuccess": self.becomes == "sent"}

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        owner = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                xml = self.rfile.read(int(self.headers["Content-Length"]))
                assert self.headers["Content-Type"] == "application/xml"
                self._say(xml)

            def do_GET(self) -> None:
                self._say(None)

            def _say(self, xml: bytes | None) -> None:
                status, document = owner.answer(self.path, self.headers["X-Token"], xml)
                body = json.dumps(document).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                pass

        return Handler
