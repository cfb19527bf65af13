"""The door of the staff's interface: endpoints made of the operations, and what holds for all of them."""

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import timedelta
from http import HTTPStatus

import orjson

from core.infra import audit, log, rate_limit
from core.infra.db import Session
from core.infra.errors import ImmoError, RuleError
from core.infra.rate_limit import Limit
from core.people.identifiers import PersonId
from core.staff import approvals
from core.staff.errors import InvalidReason, NotStaff
from core.staff.reasons import Reason, StaffReason
from core.web import problems
from core.web.json_shapes import InvalidInput, Member, Wrong, read_json, read_query
from core.web.programs import Answer, Endpoint, ProgramRequest, View
from idp.admin import guard
from idp.admin.guard import Staff
from idp.admin.operation import Call, Json, Operation, parameters
from idp.oidc import error_response
from idp.oidc.errors import ProtocolError
from idp.wiring import Services

BASE = "/admin/v1"
READS = Limit("staff-reads", 1_200, timedelta(minutes=10))
CHANGES = Limit("staff-changes", 120, timedelta(minutes=10))
REASON = (
    Member("reason", meaning="Why, as a word that the audit trail keeps.", choices=tuple(StaffReason)),
    Member("reference", meaning="Where that is on file: a ticket's number, with a digit.", longest=40),
)
APPROVAL = (Member("approval", meaning="The request that waits for a second person."),)
_STATUSES: Mapping[type[ImmoError], HTTPStatus] = {
    NotStaff: HTTPStatus.FORBIDDEN,
    InvalidReason: HTTPStatus.UNPROCESSABLE_ENTITY,
    RuleError: HTTPStatus.CONFLICT,
}
_JSON = {"Content-Type": "application/json", "Cache-Control": "no-store"}


def endpoints(operations: tuple[Operation, ...]) -> Iterator[Endpoint[Services]]:
    """Yield an endpoint for each address, with the operations of its methods."""
    by_path: dict[str, dict[str, Operation]] = {}
    for operation in operations:
        by_path.setdefault(_endpoint_path(operation), {})[operation.method] = operation
    for path, found in by_path.items():
        yield Endpoint(path, {method: _view(path, operation) for method, operation in found.items()})


def refuse(error: Exception) -> Answer:
    """Return the answer for whatever an operation raised: a problem, with the challenge where one is due."""
    if not isinstance(error, ProtocolError):
        return problems.refuse(error, _STATUSES)
    told = error_response.refuse(error)
    kept = {name: value for name, value in told.headers.items() if name != "Content-Type"}
    return problems.problem(error.error, told.status, headers=kept, detail=error.description)


def body_members(operation: Operation) -> tuple[Member, ...]:
    """Return what the body of an operation holds, the reason with it."""
    return (*operation.takes, *REASON) if operation.changes and operation.asks_reason else operation.takes


def _endpoint_path(operation: Operation) -> str:
    return BASE + "/".join("*" if _is_name(segment) else segment for segment in operation.path.split("/"))


def _is_name(segment: str) -> bool:
    return segment.startswith("{")


def _view(path: str, operation: Operation) -> View[Services]:
    names = [segment.strip("{}") for segment in operation.path.split("/") if _is_name(segment)]

    def answer(ground: Services, request: ProgramRequest) -> Answer:
        staff = guard.require(ground, request, operation)
        rate_limit.hit(ground.store, CHANGES if operation.changes else READS, staff.person_id)
        named = dict(zip(names, request.names(path), strict=True))
        found = _carry_out(ground, request, operation, staff, named)
        status = HTTPStatus.ACCEPTED if operation.second_person is not None else HTTPStatus.OK
        return Answer(orjson.dumps(found), status, {**_JSON, **staff.headers})

    return answer


def _carry_out(
    ground: Services, request: ProgramRequest, operation: Operation, staff: Staff, names: Mapping[str, str]
) -> Json:
    query = read_query(request.args, operation.query)
    body = read_json(request.body(), body_members(operation)) if operation.changes else read_json(b"", ())
    why = _reason(body.values) if operation.changes and operation.asks_reason else None
    _require_names(names)
    now = ground.clock.now()
    kept = {name: value for name, value in body.values.items() if name not in {member.name for member in REASON}}
    with _opened(ground, operation) as session:
        role = guard.require_role(session, staff)
        call = Call(ground, session, staff.person_id, role, names, query, replace(body, values=kept), why, now)
        found = operation.view(call)
        if operation.second_person is not None:
            found = _ask(call, operation.second_person)
        elif operation.changes and why is not None:
            _record(call, operation)
    for deed in call.after:
        deed()
    log.event("staff_call", operation=operation.name, person_id=staff.person_id, role=role.value)
    return found


def _opened(ground: Services, operation: Operation) -> AbstractContextManager[Session]:
    return ground.database.transaction() if operation.changes else ground.database.reading()


def _ask(call: Call, act: approvals.Act) -> Json:
    asked = approvals.ask(
        call.session, act, parameters(call), subject_id=_subject(call), why=call.reason, by=call.by, now=call.now
    )
    return {"approval": asked}


def _record(call: Call, operation: Operation) -> None:
    audit.record(
        call.session,
        action="staff-acted",
        actor_id=call.by,
        subject_id=_subject(call),
        details={"operation": operation.name, "role": call.role.value, **call.reason.details()},
        now=call.now,
    )


def _subject(call: Call) -> PersonId | None:
    found = call.names.get("person_id") or call.body.values.get("person_id")
    return None if found is None else PersonId(found)


def _require_names(names: Mapping[str, str]) -> None:
    """Refuse what no column takes: it is nobody's and nothing's."""
    wrong = [name for name, value in names.items() if not value.isprintable() or len(value) > 255]
    if wrong:
        raise InvalidInput(*(Wrong(f"/{name}", "not-accepted") for name in wrong))


def _reason(members: Mapping[str, object]) -> Reason:
    try:
        return Reason.parse(str(members["reason"]), str(members["reference"]))
    except InvalidReason as error:
        raise InvalidInput(Wrong(f"/{error.field}", "not-accepted")) from None
