"""The door of the wallet's interface: endpoints made of the operations, and what holds for all of them."""

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import TypeVar

import orjson

from core.infra import log, rate_limit
from core.infra.db import Collided, Session
from core.infra.errors import ImmoError, NotFound
from core.infra.rate_limit import Limit
from core.wallet import idempotency
from core.wallet.errors import InsufficientFunds, WalletFrozen
from core.web.json_shapes import Input, read_json, read_query
from core.web.programs import Answer, Endpoint, ProgramRequest, View
from portal.api import protect
from portal.api.operation import Call, Operation
from portal.api.protect import BASE, ToolCaller
from portal.api.refusals import SHOWN, KeyMissing, pay_first, refuse
from portal.wiring import Services

# Of one client for one organisation, or for itself.
READS = Limit("wallet-reads", 3_000, timedelta(minutes=5))
CHANGES = Limit("wallet-changes", 3_000, timedelta(minutes=5))
IDEMPOTENCY_KEY = "[!-~]{1,200}"
ID = "[a-z]{3}_[0-9a-hjkmnp-tv-z]{26}"
# How often a transaction is begun that others were in the way of.
_ATTEMPTS = 3
_JSON = {"Content-Type": "application/json", "Cache-Control": "no-store"}

Found = TypeVar("Found")


def endpoints(operations: tuple[Operation, ...]) -> Iterator[Endpoint[Services]]:
    """Yield an endpoint for each address, with the operations of its methods."""
    by_path: dict[str, dict[str, View[Services]]] = {}
    for operation in operations:
        path = BASE + operation.path.replace("{id}", "*")
        by_path.setdefault(path, {})[operation.method] = _view(path, operation)
    for path, views in by_path.items():
        yield Endpoint(path, views)


def _view(path: str, operation: Operation) -> View[Services]:
    def answer(ground: Services, request: ProgramRequest) -> Answer:
        caller = protect.require(ground, request, scope=operation.scope, is_for_client=operation.is_for_client)
        try:
            rate_limit.hit(ground.store, CHANGES if operation.changes else READS, _counted(caller))
            given = _carry_out(ground, request, operation, caller, _identifier(request.names(path)))
        except (InsufficientFunds, WalletFrozen) as error:
            given = pay_first(error, _topup_url(ground, caller))
        except ImmoError as error:
            given = refuse(error)
        return Answer(given.body, given.status, {**given.headers, **caller.headers})

    return answer


def _carry_out(
    ground: Services, request: ProgramRequest, operation: Operation, caller: ToolCaller, identifier: str
) -> Answer:
    query = read_query(request.args, operation.query)
    if operation.changes:
        return _change(ground, request, operation, caller, identifier)
    with ground.database.reading() as session:
        found = operation.view(Call(session, caller, identifier, query, Input({}), ground.clock.now()))
    return Answer(orjson.dumps(found), operation.status, _JSON)


def _change(
    ground: Services, request: ProgramRequest, operation: Operation, caller: ToolCaller, identifier: str
) -> Answer:
    body = read_json(request.body(), operation.takes)
    named = _named(request, operation, caller, body)
    now = ground.clock.now()

    def call(session: Session) -> Call:
        return Call(session, caller, identifier, Input({}), body, now)

    def deed() -> tuple[idempotency.Answer, bool]:
        with ground.database.transaction() as session:
            known = idempotency.claim(session, named, now=now)
            if known is not None:
                return known, True
            given = idempotency.Answer(operation.status, orjson.dumps(operation.view(call(session))))
            idempotency.answer(session, named, given)
            return given, False

    try:
        given, is_replayed = _again_where_others_were_in_the_way(deed)
    except SHOWN as error:
        _note(ground, operation, call, error.code)
        raise
    log.event("wallet_call", operation=operation.name, client_id=caller.client_id, is_replayed=is_replayed)
    return Answer(given.body, given.status, {**_JSON, "Idempotency-Replayed": "true"} if is_replayed else _JSON)


def _note(ground: Services, operation: Operation, call: Callable[[Session], Call], reason: str) -> None:
    """Let the wallet's page show what was refused; where that fails the refusal stands all the same."""
    if operation.note_refusal is None:
        return
    try:
        with ground.database.transaction() as session:
            operation.note_refusal(call(session), reason)
    except ImmoError as error:
        log.event("refusal_not_noted", log.WARNING, error_code=error.code, details=dict(error.details))


def _again_where_others_were_in_the_way(deed: Callable[[], Found]) -> Found:
    for _ in range(_ATTEMPTS - 1):
        try:
            return deed()
        except Collided:
            continue
    return deed()


def _named(request: ProgramRequest, operation: Operation, caller: ToolCaller, body: Input) -> idempotency.Call:
    """Return the call as its client names it: what it asks, and for whom where a person buys."""
    key = request.header("Idempotency-Key") or ""
    if re.fullmatch(IDEMPOTENCY_KEY, key) is None:
        raise KeyMissing(client_id=caller.client_id)
    buyer = "" if operation.is_for_client else repr(caller.granted)
    asked = (operation.name, request.path, buyer)
    content = orjson.dumps(body.values, option=orjson.OPT_SORT_KEYS)
    return idempotency.Call.of(caller.client_id, key, *(part.encode() for part in asked), content)


def _topup_url(ground: Services, caller: ToolCaller) -> str:
    return f"{ground.settings.portal_url}/organisations/{caller.organisation_id}/wallet/recharge"


def _counted(caller: ToolCaller) -> str:
    return f"{caller.client_id} {caller.organisation_id}"


def _identifier(names: tuple[str, ...]) -> str:
    """Return the identifier in the path; what is none is nobody's and nothing's."""
    if not names:
        return ""
    if re.fullmatch(ID, names[0]) is None:
        raise NotFound(name=names[0][:40])
    return names[0]
