"""A resource server of somebody else's, on `core.proof`: where the suite's tokens without `openid` are good.

It asks the provider about each token (RFC 7662), and judges by itself who holds it (RFC 9449).
"""

import json
import re
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from core.infra.clock import Clock
from core.infra.secret import Secret
from core.infra.store.sqlite_store import SqliteStore
from core.proof.challenge import Scheme, challenge
from core.proof.confirmation import Confirmation
from core.proof.dpop import Desk, InvalidProof, NonceNeeded
from core.proof.dpop_nonces import DpopNonces
from core.proof.holder import Call, WrongHolder, read_authorization, require_holder

Introspect = Callable[[str], Mapping[str, Any]]
Answer = tuple[int, dict[str, str], dict[str, object]]

_NAME = re.compile(r"[0-9A-Za-z-]{1,64}")
_BY_NAME = "x-fapi-interaction-id"


class Resource:
    """One protected address; `introspect` tells what the provider says of a token."""

    def __init__(self, url: str, introspect: Introspect, clock: Clock, folder: Path) -> None:
        self.url = url
        self._introspect = introspect
        self._clock = clock
        self._desk = Desk(
            DpopNonces(Secret("of-this-resource-and-nobody-else")), SqliteStore(folder / "proofs.sqlite3")
        )

    def answer(self, method: str, headers: Mapping[str, str]) -> Answer:
        """Answer one request with status, headers and JSON."""
        name = headers.get(_BY_NAME, "")
        echoed = {_BY_NAME: name} if _NAME.fullmatch(name) else {}
        status, more, members = self._judge(method, headers)
        return status, {**echoed, **more, "Content-Type": "application/json", "Cache-Control": "no-store"}, members

    def _judge(self, method: str, headers: Mapping[str, str]) -> Answer:
        presented = read_authorization(headers.get("authorization"))
        if presented is None:
            return _refused(Scheme.DPOP)
        said = self._introspect(presented.token)
        if not said.get("active"):
            return _refused(presented.scheme, "invalid_token")
        bound, call = Confirmation.of_claim(said.get("cnf") or {}), Call(method, (self.url,), headers.get("dpop"))
        try:
            proven = require_holder(presented, call, bound, desk=self._desk, now=self._clock.now())
        except NonceNeeded as error:
            return _refused(Scheme.DPOP, "use_dpop_nonce", nonce=error.nonce)
        except InvalidProof:
            return _refused(Scheme.DPOP, "invalid_dpop_proof")
        except WrongHolder as error:
            return _refused(error.scheme, "invalid_token")
        nonce = None if proven is None else proven.next_nonce
        return 200, {"DPoP-Nonce": nonce} if nonce else {}, {"client_id": said["client_id"], "scope": said.get("scope")}


def _refused(scheme: str, error: str | None = None, *, nonce: str | None = None) -> Answer:
    told = {} if error is None else {"error": error}
    headers = {"WWW-Authenticate": challenge(scheme, told), **({"DPoP-Nonce": nonce} if nonce else {})}
    return 401, headers, dict(told)


@contextmanager
def serving(resource: Resource, port: int, context: ssl.SSLContext) -> Iterator[None]:
    """Serve a resource over https on a port of loopback until the block ends."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer()

        def do_POST(self) -> None:
            self._answer()

        def log_message(self, *_: object) -> None:
            pass

        def _answer(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            # Headers that come twice are one with a comma, which no proof holds.
            sent = {name.lower(): ", ".join(self.headers.get_all(name, [])) for name in self.headers}
            status, headers, members = resource.answer(self.command, sent)
            content = json.dumps(members).encode()
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(content))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)

    with ThreadingHTTPServer(("127.0.0.1", port), Handler) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield
        finally:
            server.shutdown()
            thread.join()
