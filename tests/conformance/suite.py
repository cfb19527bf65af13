"""An own small client of the HTTP API of the OpenID Foundation's conformance suite.

Plans and their modules are created by `POST /api/plan` and `POST /api/runner`; a module is started by
`POST /api/runner/<id>` where it does not start by itself; `GET /api/info/<id>` says how far it is and
`GET /api/log/<id>` what it noted. The suite must run already: nothing here builds or fetches it.
"""

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import requests

_TIMEOUT_SECONDS = 30
# A module waits up to two minutes for a refresh token to age, and then goes on.
MODULE_SECONDS = 300
_ENDS = frozenset({"FINISHED", "INTERRUPTED"})


class SuiteError(RuntimeError):
    """The suite did not answer as its API says; the message holds what it said."""


@dataclass(frozen=True, slots=True)
class Module:
    """One module of a plan, with what the plan fixed for it."""

    name: str
    variant: Mapping[str, str]

    @property
    def words(self) -> str:
        """Return name and variant as they are written in reports."""
        return self.name + "".join(f"[{name}={value}]" for name, value in sorted(self.variant.items()))


@dataclass(frozen=True, slots=True)
class Plan:
    """A plan as the suite made it."""

    id: str
    modules: tuple[Module, ...]


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a module is: its status, and its result once there is one."""

    status: str
    result: str

    @property
    def has_ended(self) -> bool:
        """Tell whether nothing more will happen."""
        # FINISHED is told a moment before the result is.
        return self.status in _ENDS and (self.status == "INTERRUPTED" or self.result not in {"", "UNKNOWN"})


class Suite:
    """A running conformance suite at an address; `token` is its API token, which a local one does not need."""

    def __init__(self, address: str, *, token: str | None = None, verify: bool | str = True) -> None:
        self.address = address.rstrip("/")
        self._session = requests.Session()
        self._session.trust_env = False
        self._session.verify = verify
        if token:
            self._session.headers["Authorization"] = f"Bearer {token}"

    def create_plan(self, name: str, variant: Mapping[str, str], configuration: Mapping[str, object]) -> Plan:
        """Create a plan with its configuration; raise `SuiteError` where the suite refuses it."""
        query = {"planName": name, "variant": json.dumps(variant)}
        made = self._call("POST", "plan", 201, query, configuration)
        found = [Module(entry["testModule"], entry.get("variant") or {}) for entry in made["modules"]]
        return Plan(made["id"], tuple(found))

    def create_module(self, plan: Plan, module: Module) -> str:
        """Create an instance of a module, which starts by itself where it can, and return its id."""
        query = {"test": module.name, "plan": plan.id, "variant": json.dumps(module.variant)}
        return str(self._call("POST", "runner", 201, query)["id"])

    def start(self, module_id: str) -> None:
        """Start a module that waits for it."""
        self._call("POST", f"runner/{module_id}", 200)

    def progress(self, module_id: str) -> Progress:
        """Return how far a module is."""
        found = self._call("GET", f"info/{module_id}", 200)
        return Progress(str(found["status"]), str(found.get("result") or ""))

    def log(self, module_id: str) -> list[dict[str, Any]]:
        """Return the entries of a module's log."""
        entries: list[dict[str, Any]] = self._call("GET", f"log/{module_id}", 200)
        return entries

    def wait(self, module_id: str, *also: str, seconds: float = MODULE_SECONDS, pause: float = 1) -> Progress:
        """Return the progress once the module has ended or has one of the statuses, or is out of time.

        Whoever calls sees by the status which of these it is.
        """
        end = time.monotonic() + seconds
        while True:
            found = self.progress(module_id)
            if found.has_ended or found.status in also or time.monotonic() > end:
                return found
            time.sleep(pause)

    def page_of(self, module_id: str) -> str:
        """Return the address where a person reads the module's log."""
        return f"{self.address}/log-detail.html?log={module_id}"

    def _call(
        self,
        method: str,
        path: str,
        expected: int,
        query: Mapping[str, str] = {},
        body: Mapping[str, object] | None = None,
    ) -> Any:
        address = f"{self.address}/api/{path}"
        answer = self._send(method, address, query, body)
        if method == "GET" and answer.status_code >= 500:
            # A proxy in front of a suite that is being restarted answers for it.
            time.sleep(1)
            answer = self._send(method, address, query, body)
        if answer.status_code != expected:
            raise SuiteError(f"{method} {address}: {answer.status_code} {answer.text[:500]}")
        try:
            return answer.json()
        except ValueError as error:
            raise SuiteError(f"{method} {address}: not JSON: {answer.text[:200]}") from error

    def _send(
        self, method: str, address: str, query: Mapping[str, str], body: Mapping[str, object] | None
    ) -> requests.Response:
        try:
            return self._session.request(method, address, params=query, json=body, timeout=_TIMEOUT_SECONDS)
        except requests.RequestException as error:
            raise SuiteError(f"{method} {address}: {error}") from error
