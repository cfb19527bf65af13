"""The agent's HTTP interface, for pages of allowed origins on this machine only (eid.md 5.4, 5.5).

The host is checked against DNS rebinding, the origin is the browser's word, and a header of our own forces the
browser to ask first. What is signed names the origin of this request and never what the page says of itself.
"""

import base64
import json
import sys
from collections.abc import Callable, Mapping
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from idp.eid.card.agent import Agent
from idp.eid.card.caller import while_there
from idp.eid.card.cards import State
from idp.eid.card.page_requests import BadRequest, parse_confirmation, parse_request, text_of
from idp.eid.card.problems import CardProblem, Problem

LOOPBACK = "127.0.0.1"
_LONGEST_BODY = 8 * 1024
_HEARTBEAT_SECONDS = 10
_IDLE_SECONDS = 30
_ALLOWED_HEADERS = "Content-Type, Immo-Card, Immo-Card-Pairing"
_STATUS_OF = {Problem.NOT_PAIRED: HTTPStatus.FORBIDDEN, Problem.PERMISSION_DENIED: HTTPStatus.FORBIDDEN}

# Answers OCSP requests about software cards: the request's DER in, the response's out.
Responder = Callable[[bytes], bytes]
Json = Mapping[str, object]


class CardServer(ThreadingHTTPServer):
    """Serves one agent on a loopback port until `shutdown`."""

    daemon_threads = True

    def __init__(self, agent: Agent, port: int, responder: Responder | None = None) -> None:
        super().__init__((LOOPBACK, port), _Handler)
        self.agent = agent
        self.responder = responder
        self.hosts = frozenset({f"{LOOPBACK}:{self.server_port}", f"localhost:{self.server_port}"})

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of pages that went away before they were answered; anything else is a mistake of ours."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)

    def shutdown(self) -> None:
        """Stop serving, streams included."""
        self.agent.board.close()
        super().shutdown()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "immo-card"
    sys_version = ""
    timeout = _IDLE_SECONDS
    server: CardServer

    def do_OPTIONS(self) -> None:
        """Answer the browser's question whether a page may call (Fetch standard, CORS preflight)."""
        if self._is_allowed():
            self.send_response(HTTPStatus.NO_CONTENT)
            self._allow_origin()
            self.send_header("Access-Control-Allow-Methods", "GET, POST")
            self.send_header("Access-Control-Allow-Headers", _ALLOWED_HEADERS)
            self.send_header("Access-Control-Allow-Private-Network", "true")
            self.send_header("Access-Control-Max-Age", "600")
            self.end_headers()

    def do_GET(self) -> None:
        """Send the stream of states; `/` says that the agent runs, and nothing else."""
        if self.path == "/" and self._is_for_us():
            self._send(HTTPStatus.OK, b"immo-card\n", "text/plain; charset=utf-8")
        elif self.path == "/status":
            if self._is_allowed() and self._is_deliberate():
                self._stream()
        else:
            self._refuse(HTTPStatus.NOT_FOUND, Problem.FAILED)

    def do_POST(self) -> None:
        """Run one operation."""
        if self.path == "/ocsp" and self.server.responder is not None:
            self._answer_ocsp(self.server.responder)
            return
        operation = {
            "/pair": self._pair,
            "/pair/confirm": self._confirm,
            "/authenticate": self._authenticate,
            "/identity": self._identity,
        }.get(self.path)
        if not self._is_allowed() or not self._is_deliberate():
            return
        if operation is None:
            self._refuse(HTTPStatus.NOT_FOUND, Problem.FAILED)
            return
        try:
            self._send_json(HTTPStatus.OK, operation(self._read_json()))
        except BadRequest:
            self._refuse(HTTPStatus.BAD_REQUEST, Problem.FAILED)
        except CardProblem as error:
            self._refuse(_STATUS_OF.get(error.problem, HTTPStatus.CONFLICT), error.problem, error.tries)

    def log_message(self, *_arguments: object) -> None:
        """Write nothing: no line of this program may hold what a card says."""

    def _pair(self, body: Json) -> Json:
        return {"pairing": self.server.agent.begin_pairing(self._origin, text_of(body, "lang") or "en")}

    def _confirm(self, body: Json) -> Json:
        return {"token": self.server.agent.confirm_pairing(self._origin, *parse_confirmation(body))}

    def _authenticate(self, body: Json) -> Json:
        self._require_pairing()
        request = parse_request(body, self._origin)
        with while_there(self.connection, lambda: self.server.agent.abandon(request)):
            return self.server.agent.authenticate(request)

    def _identity(self, body: Json) -> Json:
        self._require_pairing()
        request = parse_request(body, self._origin, needs_wants=True)
        with while_there(self.connection, lambda: self.server.agent.abandon(request)):
            files = self.server.agent.identity(request)
        return {"files": {name: base64.b64encode(content).decode("ascii") for name, content in files.items()}}

    @property
    def _origin(self) -> str:
        return self.headers.get("Origin") or ""

    def _require_pairing(self) -> None:
        if not self.server.agent.is_paired(self._origin, self.headers.get("Immo-Card-Pairing")):
            raise CardProblem(Problem.NOT_PAIRED)

    def _is_for_us(self) -> bool:
        # A foreign host name that leads to this machine is somebody else's page (DNS rebinding).
        if self.headers.get("Host") in self.server.hosts:
            return True
        self._refuse(HTTPStatus.FORBIDDEN, Problem.PERMISSION_DENIED)
        return False

    def _is_allowed(self) -> bool:
        if not self._is_for_us():
            return False
        if self._origin in self.server.agent.origins:
            return True
        self._refuse(HTTPStatus.FORBIDDEN, Problem.PERMISSION_DENIED)
        return False

    def _is_deliberate(self) -> bool:
        # No form and no plain link can send this header: the browser has asked us first.
        if self.headers.get("Immo-Card") == "1":
            return True
        self._refuse(HTTPStatus.FORBIDDEN, Problem.PERMISSION_DENIED)
        return False

    def _read_json(self) -> Json:
        body = self._read_body("application/json")
        try:
            found = json.loads(body)
        except (ValueError, RecursionError):
            raise BadRequest from None
        if not isinstance(found, dict):
            raise BadRequest
        return found

    def _read_body(self, media_type: str) -> bytes:
        length = self.headers.get("Content-Length") or ""
        is_length = length.isdecimal() and len(length) <= len(str(_LONGEST_BODY))
        if self.headers.get_content_type() != media_type or not is_length or int(length) > _LONGEST_BODY:
            self.close_connection = True
            raise BadRequest
        return self.rfile.read(int(length))

    def _answer_ocsp(self, responder: Responder) -> None:
        if not self._is_for_us():
            return
        try:
            answer = responder(self._read_body("application/ocsp-request"))
        except BadRequest:
            self._refuse(HTTPStatus.BAD_REQUEST, Problem.FAILED)
        else:
            self._send(HTTPStatus.OK, answer, "application/ocsp-response")

    def _stream(self) -> None:
        """Send one line of JSON for each change, and one every ten seconds, until either side ends."""
        board = self.server.agent.board
        self.close_connection = True
        self.send_response(HTTPStatus.OK)
        self._allow_origin()
        self.send_header("Content-Type", "application/x-ndjson")
        self.send_header("Cache-Control", "no-store")
        self.send_header("X-Content-Type-Options", "nosniff")
        self.send_header("Connection", "close")
        self.end_headers()
        token = self.headers.get("Immo-Card-Pairing")
        news: tuple[int, State] | None = board.read()
        try:
            while news is not None:
                number, state = news
                is_paired = self.server.agent.is_paired(self._origin, token)
                line = self.server.agent.state_line(state, is_paired=is_paired)
                self.wfile.write(json.dumps(line).encode() + b"\n")
                news = board.wait(number, _HEARTBEAT_SECONDS)
        except (ConnectionError, TimeoutError):
            # The page was closed; there is nobody to tell.
            return

    def _refuse(self, status: HTTPStatus, problem: Problem, tries: int | None = None) -> None:
        body: dict[str, object] = {"problem": problem.value}
        if tries is not None:
            body["tries"] = tries
        # What was not read of the request must not be taken for the next one.
        self.close_connection = True
        self._send_json(status, body)

    def _send_json(self, status: HTTPStatus, body: Json) -> None:
        self._send(status, json.dumps(body).encode(), "application/json")

    def _send(self, status: HTTPStatus, body: bytes, media_type: str) -> None:
        self.send_response(status)
        self._allow_origin()
        self.send_header("Content-Type", media_type)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        self.send_header("X-Content-Type-Options", "nosniff")
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body)

    def _allow_origin(self) -> None:
        if self._origin in self.server.agent.origins:
            self.send_header("Access-Control-Allow-Origin", self._origin)
        self.send_header("Vary", "Origin")
