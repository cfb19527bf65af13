"""What the interface can do, each operation as a value: address, who may, what it takes and gives.

The door (`door.py`) makes endpoints of them and does for all alike what must not be forgotten: token,
role, fresh sign-in, reason, limits, transaction, audit. The description (`openapi.py`) is made of the same.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from core.infra.audit import Detail
from core.infra.db import Session
from core.people.identifiers import PersonId
from core.staff.approvals import Act
from core.staff.reasons import Reason
from core.staff.states import StaffRole
from core.web.json_shapes import Input, Member
from idp.wiring import Services

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Call:
    """One operation under way, in the transaction in which its caller holds the role.

    `names` are those of the path, `why` is there where the operation changes something. What `after`
    collects is done once the changes last.
    """

    services: Services
    session: Session
    by: PersonId
    role: StaffRole
    names: Mapping[str, str]
    query: Input
    body: Input
    why: Reason | None
    now: datetime
    after: list[Callable[[], object]] = field(default_factory=list)

    @property
    def reason(self) -> Reason:
        """Return why something is changed; the door has made sure that it was said."""
        assert self.why is not None
        return self.why


View = Callable[[Call], Json]


@dataclass(frozen=True, slots=True)
class Operation:
    """One thing that the interface does.

    `path` begins behind `/admin/v1` and has its names in braces. `is_fresh`: the caller must have
    proved within five minutes who they are. `second_person`: it is asked for, and done only when
    somebody else approves; the view then makes sure that it could be done, and the answer is 202 with
    the `approval`, for whose parameters the names and body stand. `asks_reason` is true of whatever
    changes something, but of deciding what has its reason already.
    """

    name: str
    method: str
    path: str
    roles: tuple[StaffRole, ...]
    summary: str
    view: View
    gives: tuple[Member, ...] = ()
    takes: tuple[Member, ...] = ()
    query: tuple[Member, ...] = ()
    is_fresh: bool = False
    second_person: Act | None = None
    asks_reason: bool = True

    @property
    def changes(self) -> bool:
        """Tell whether it changes anything."""
        return self.method != "GET"


def parameters(call: Call) -> dict[str, Detail]:
    """Return what an act that waits is about: the names of the path and what was sent, without the reason."""
    return {**call.names, **call.body.values}
