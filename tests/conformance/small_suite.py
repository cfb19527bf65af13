"""A small server that speaks the HTTP API of the conformance suite, and judges as it is told to.

It takes only what the suite takes: plans with a JSON configuration, modules of a plan that exists,
the API token where one is asked for. What its modules do stands in the test.
"""

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

Answer = tuple[int, Any]


@dataclass
class Instance:
    """One run of a module: the statuses it tells one after the other, its result, its log."""

    statuses: list[str]
    result: str = "PASSED"
    log: list[dict[str, Any]] = field(default_factory=list)
    on_start: Callable[["Instance"], None] = lambda _instance: None

    def tell(self) -> dict[str, str | None]:
        """Return what `/api/info` says now."""
        status = self.statuses.pop(0) if len(self.statuses) > 1 else self.statuses[0]
        return {"status": status, "result": self.result if status == "FINISHED" else None}


Behaviour = Callable[[Mapping[str, Any]], Instance]


class SmallSuite:
    """What the server holds: behaviours of modules by name, and everything it was sent."""

    def __init__(self, behaviours: Mapping[str, Behaviour], token: str | None) -> None:
        self.behaviours = behaviours
        self.token = token
        self.address = ""
        self.plans: list[tuple[str, dict[str, str], dict[str, Any]]] = []
        self.instances: list[Instance] = []
        self.fails = 0

    def respond(self, method: str, target: str, authorization: str | None, body: bytes) -> Answer:
        """Answer one request with a status and a JSON value."""
        parts = urlsplit(target)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        if self.token is not None and authorization != f"Bearer {self.token}":
            return 401, {"error": "unauthorized"}
        if self.fails:
            self.fails -= 1
            return 503, {"error": "restarting"}
        match method, parts.path.removeprefix("/api/").split("/"):
            case "POST", ["plan"]:
                return self._create_plan(query, json.loads(body))
            case "POST", ["runner"] if int(query["plan"]) < len(self.plans) and query["test"] in self.behaviours:
                self.instances.append(self.behaviours[query["test"]](self.plans[int(query["plan"])][2]))
                return 201, {"id": str(len(self.instances) - 1), "name": query["test"], "url": self.address}
            case "POST", ["runner", identifier]:
                self.instances[int(identifier)].on_start(self.instances[int(identifier)])
                return 200, {"id": identifier}
            case "GET", ["info", identifier]:
                return 200, {"testId": identifier, **self.instances[int(identifier)].tell()}
            case "GET", ["log", identifier]:
                return 200, self.instances[int(identifier)].log
            case _:
                return 404, {"error": "not found"}

    def _create_plan(self, query: Mapping[str, str], configuration: dict[str, Any]) -> Answer:
        variant = json.loads(query["variant"])
        if "discoveryUrl" not in configuration["server"]:
            return 500, {"error": "server.discoveryUrl is missing"}
        self.plans.append((query["planName"], variant, configuration))
        modules = [{"testModule": name, "variant": {"response_mode": "default"}} for name in self.behaviours]
        return 201, {"id": str(len(self.plans) - 1), "name": query["planName"], "modules": modules}


@contextmanager
def small_suite(behaviours: Mapping[str, Behaviour], *, token: str | None = None) -> Iterator[SmallSuite]:
    """Run a small suite with these modules on a free port of loopback."""
    suite = SmallSuite(behaviours, token)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer()

        def do_POST(self) -> None:
            self._answer()

        def log_message(self, *_: object) -> None:
            pass

        def _answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            status, value = suite.respond(self.command, self.path, self.headers.get("Authorization"), body)
            content = json.dumps(value).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        suite.address = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield suite
        finally:
            server.shutdown()
            thread.join()
