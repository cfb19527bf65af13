"""What the wallet's interface can do, each operation as a value: address, who may, what it takes and gives.

The door (`door.py`) makes endpoints of them and does for all alike what must not be forgotten: token,
scope, limits, transaction, idempotency. The description (`openapi.py`) is made of the same.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Any

from core.infra.db import Session
from core.web.json_shapes import Input, Member
from portal.api.protect import ToolCaller

CHARGE, READ = "wallet:charge", "wallet:read"

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Call:
    """One operation under way, in its transaction; `id` is the one in the path, empty where there is none."""

    session: Session
    caller: ToolCaller
    id: str
    query: Input
    body: Input
    now: datetime


View = Callable[[Call], Json]


@dataclass(frozen=True, slots=True)
class Operation:
    """One thing that the interface does.

    `path` begins behind `/api/wallet/v1`; its one name, `{id}`, is an identifier. `scope`: any of these
    is needed in a token about a person. `is_for_client`: a token of the client itself will do, for what this client
    made. `note_refusal` writes on the wallet's page what was refused, once it was undone.
    """

    name: str
    method: str
    path: str
    scope: tuple[str, ...]
    summary: str
    view: View
    gives: tuple[Member, ...]
    takes: tuple[Member, ...] = ()
    query: tuple[Member, ...] = ()
    status: HTTPStatus = HTTPStatus.OK
    is_for_client: bool = False
    note_refusal: Callable[[Call, str], None] | None = None

    @property
    def changes(self) -> bool:
        """Tell whether it changes anything."""
        return self.method != "GET"
