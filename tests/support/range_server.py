"""A service of leaked passwords: speaks the range format, pads its answers, and can be slow or broken."""

import hashlib
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Self

_PADDING = ("0" * 35 + ":0", "F" * 35 + ":0")


class RangeServer:
    """Knows the passwords it is told, on a port of loopback; `asked` is what it learned of those who ask."""

    def __init__(self, *leaked: str) -> None:
        self.asked: list[str] = []
        self.padding_wanted: list[str | None] = []
        self.status = 200
        self.body: bytes | None = None
        # Set while answers are held back.
        self.go = threading.Event()
        self.go.set()
        self.lines = {_digest(password): 3 for password in leaked}
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)

    @property
    def port(self) -> int:
        """Return the port it listens on."""
        return self._server.server_port

    @property
    def url(self) -> str:
        """Return the address that prefixes are put behind."""
        return f"http://127.0.0.1:{self.port}/range"

    def pads_with(self, password: str) -> None:
        """List a password with the count of a line that only pads."""
        self.lines[_digest(password)] = 0

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.go.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def _answer(self, prefix: str) -> bytes:
        if self.body is not None:
            return self.body
        found = [f"{digest[5:]}:{times}" for digest, times in self.lines.items() if digest[:5] == prefix]
        return "\r\n".join([_PADDING[0], *found, _PADDING[1]]).encode()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        owner = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                owner.asked.append(self.path)
                owner.padding_wanted.append(self.headers["Add-Padding"])
                owner.go.wait(20)
                content = owner._answer(self.path.rpartition("/")[2])
                try:
                    self.send_response(owner.status)
                    self.send_header("Content-Type", "text/plain")
                    self.send_header("Content-Length", str(len(content)))
                    self.end_headers()
                    self.wfile.write(content)
                except OSError:
                    pass  # whoever asked did not wait

            def log_message(self, *_: object) -> None:
                pass

        return Handler


def _digest(password: str) -> str:
    return hashlib.sha1(password.encode(), usedforsecurity=False).hexdigest().upper()
