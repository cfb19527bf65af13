"""A small wallet API that a test controls: it pays, refuses, or pays and is not heard.

It stands for the hour in which ours does not answer, and for what is refused; it speaks real HTTP.
"""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class SmallWallet:
    """Charges are kept by their key: what each of them was, and how often it was sent."""

    portal_url: str
    charged: dict[str, dict[str, Any]] = field(default_factory=dict)
    sent: list[tuple[str, str]] = field(default_factory=list)
    # A problem to refuse with, as (status, members); and whether answers get lost on their way.
    refusal: tuple[int, dict[str, object]] | None = None
    loses_answers: bool = False

    def respond(self, token: str, key: str, order: dict[str, Any]) -> tuple[int, dict[str, object]]:
        """Answer a charge with a status and a JSON value."""
        self.sent.append((token, key))
        if self.refusal is not None:
            return self.refusal
        assert self.charged.setdefault(key, order) == order
        if self.loses_answers:
            return 503, {}
        return 201, {"id": f"txn_{list(self.charged).index(key)}", "amount_cents": order["amount_cents"]}


@contextmanager
def running() -> Iterator[SmallWallet]:
    """Run a small wallet on a free port of loopback."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            assert self.path == "/api/wallet/v1/charges"
            order = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            token = self.headers["Authorization"].removeprefix("Bearer ")
            status, value = wallet.respond(token, self.headers["Idempotency-Key"], order)
            content = json.dumps(value).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the library's name
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    wallet = SmallWallet(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield wallet
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
