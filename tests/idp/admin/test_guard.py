"""Who may call: each kind of token at each operation, and what the refusal tells."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from werkzeug.test import TestResponse

from core.infra.staff_settings import StaffAcr
from core.people.assurance import Acr
from core.people.identifiers import PersonId
from core.staff import roles
from core.staff.states import StaffRole
from idp.admin.openapi import OPERATIONS
from idp.admin.operation import Operation
from idp.oidc.clients import announce_change
from idp.oidc.registration import store_client
from idp.wiring import Services
from tests.support.grants import an_application, rows
from tests.support.staff import REASON, StaffDesk, Token, a_portal

TABLES = ("audit", "approval", "client", "staff_role", "signing_key", "registration_token", "outbox")
BY_ROLE = {StaffRole.HELPDESK: "fatima", StaffRole.OPERATOR: "gilles", StaffRole.DEVELOPER: "hannah"}


def path_of(operation: Operation) -> str:
    return "/".join("of-nobody" if part.startswith("{") else part for part in operation.path.split("/"))


def holder(desk: StaffDesk, operation: Operation) -> tuple[PersonId, str]:
    role = operation.roles[0]
    return getattr(desk, BY_ROLE[role]), role.value


Make = Callable[[StaffDesk, Operation], Token | None]
KINDS: dict[str, tuple[Make, str, int, str]] = {
    "none": (lambda _desk, _operation: None, "DPoP", 401, "invalid_token"),
    "sent as bearer": (lambda desk, op: desk.token(*holder(desk, op)), "Bearer", 401, "invalid_token"),
    "bound to nothing": (
        lambda desk, op: desk.token(*holder(desk, op), is_bound=False),
        "Bearer",
        401,
        "invalid_token",
    ),
    "another audience": (
        lambda desk, op: desk.token(*holder(desk, op), audience=f"{desk.services.settings.issuer}/userinfo"),
        *("DPoP", 401, "invalid_token"),
    ),
    "no such scope": (lambda desk, op: desk.token(holder(desk, op)[0], "profile"), "DPoP", 403, "insufficient_scope"),
    "not entitled": (
        lambda desk, op: desk.token(*holder(desk, op), client=a_portal(desk.services, "other", scope=("openid",))),
        *("DPoP", 403, "insufficient_scope"),
    ),
    "no such resource": (
        lambda desk, op: desk.token(*holder(desk, op), client=a_portal(desk.services, "another", resources=())),
        *("DPoP", 403, "insufficient_scope"),
    ),
    "signed in yesterday": (
        lambda desk, op: desk.token(*holder(desk, op), signed_in=timedelta(hours=9)),
        *("DPoP", 401, "insufficient_user_authentication"),
    ),
    "of somebody without the role": (
        lambda desk, op: desk.token(desk.anna, op.roles[0].value),
        *("DPoP", 403, "not-staff"),
    ),
}


def sent(desk: StaffDesk, operation: Operation, token: Token | None, scheme: str = "DPoP") -> TestResponse:
    return desk.call(token, operation.method, path_of(operation), body_of(operation), scheme=scheme)


def body_of(operation: Operation) -> dict[str, Any] | None:
    if not operation.changes:
        return None
    said = {"reason": "correction", "reference": "T-1"} if operation.asks_reason else {}
    samples = {"version": 1, "policy": {}, "uses": 1, "days": 1, "tool": "finder"}
    needed = {
        member.name: member.choices[0] if member.choices else samples[member.name]
        for member in operation.takes
        if member.is_required
    }
    return {**needed, **said}


@pytest.mark.parametrize("kind", list(KINDS))
def test_a_token_that_lacks_one_thing_opens_no_operation_and_changes_nothing(desk: StaffDesk, kind: str) -> None:
    """The matrix: kind of token by operation."""
    make, scheme, status, code = KINDS[kind]
    wrong = []
    for operation in OPERATIONS:
        token = make(desk, operation)
        before = [rows(desk.services, table) for table in TABLES]
        answer = sent(desk, operation, token, scheme)
        assert [rows(desk.services, table) for table in TABLES] == before
        if (answer.status_code, answer.get_json()["code"]) != (status, code):
            wrong.append((operation.name, answer.status_code, answer.text))
        assert answer.mimetype == "application/problem+json"
        if status == 401:
            assert "resource_metadata=" in answer.headers["WWW-Authenticate"]
            assert "DPoP " in answer.headers["WWW-Authenticate"]

    assert wrong == []


def test_a_good_token_comes_through_at_each_operation(desk: StaffDesk) -> None:
    """The opposite of the matrix: what refuses then is the operation itself, or nothing."""
    for operation in OPERATIONS:
        answer = sent(desk, operation, desk.token(*holder(desk, operation)))

        refused_by_guard = answer.status_code in {401, 403}
        assert not refused_by_guard, (operation.name, answer.text)
        assert answer.status_code < 500, (operation.name, answer.text)


def test_each_role_opens_its_own_operations_alone(desk: StaffDesk) -> None:
    for operation in OPERATIONS:
        for role in set(StaffRole) - set(operation.roles):
            answer = sent(desk, operation, desk.token(getattr(desk, BY_ROLE[role]), role.value))

            assert (answer.status_code, answer.get_json()["code"]) == (403, "insufficient_scope"), operation.name


def test_a_role_that_was_lost_a_second_ago_opens_nothing(desk: StaffDesk) -> None:
    for name, role in (("fatima", StaffRole.HELPDESK), ("gilles", StaffRole.OPERATOR)):
        person_id = getattr(desk, name)
        token = desk.token(person_id, role.value)
        with desk.services.database.transaction() as session:
            roles.take_away(session, person_id, role, by=None, why=REASON, now=desk.services.clock.now())

        for operation in (operation for operation in OPERATIONS if role in operation.roles):
            answer = sent(desk, operation, token)
            assert (answer.status_code, answer.get_json()["code"]) == (403, "not-staff"), operation.name


def test_dangerous_operations_ask_for_a_sign_in_of_these_minutes(desk: StaffDesk) -> None:
    """RFC 9470 section 3: the challenge names what is demanded."""
    for operation in OPERATIONS:
        answer = sent(desk, operation, desk.token(*holder(desk, operation), signed_in=timedelta(minutes=6)))

        is_refused = answer.status_code == 401
        assert is_refused is operation.is_fresh, operation.name
        if is_refused:
            challenge = answer.headers["WWW-Authenticate"]
            assert 'error="insufficient_user_authentication"' in challenge
            assert 'max_age="300"' in challenge
    assert {op.name for op in OPERATIONS if op.second_person} <= {op.name for op in OPERATIONS if op.is_fresh}


def test_level_of_the_sign_in_is_that_of_the_setting(services: Services, desk: StaffDesk) -> None:
    strict = replace(services, settings=replace(services.settings, staff_acr=StaffAcr.MFA))
    held = replace(desk, services=strict, http=an_application(strict).test_client())

    weak = held.call(held.token(held.fatima, "helpdesk"), "GET", f"/people/{held.anna}")
    strong = held.call(held.token(held.fatima, "helpdesk", acr=Acr.HIGH), "GET", f"/people/{held.anna}")

    assert weak.status_code == 401
    assert f'acr_values="{Acr.MFA} {Acr.SUBSTANTIAL} {Acr.HIGH}"' in weak.headers["WWW-Authenticate"]
    assert strong.status_code == 200


def test_a_token_of_a_client_that_lost_the_scope_opens_nothing(desk: StaffDesk) -> None:
    token = desk.token(desk.fatima, "helpdesk")
    with desk.services.database.transaction() as session:
        policy = replace(desk.client.policy, scope=("openid", "profile"))
        store_client(session, replace(desk.client, policy=policy), now=desk.services.clock.now())
    announce_change(desk.services.database, desk.services.store)

    answer = desk.call(token, "GET", f"/people/{desk.anna}")

    assert answer.get_json()["code"] == "insufficient_scope"


def test_a_proof_counts_once_and_for_its_request(desk: StaffDesk) -> None:
    token = desk.token(desk.fatima, "helpdesk")
    path = f"/people/{desk.anna}"
    headers = {"Authorization": f"DPoP {token.value}", "DPoP": desk._proof(token, "GET", path)}

    first = desk.http.get(f"/admin/v1{path}", headers=headers)
    again = desk.http.get(f"/admin/v1{path}", headers=headers)

    assert (first.status_code, again.status_code) == (200, 401)


def test_reading_and_changing_are_limited_for_each_person(desk: StaffDesk) -> None:
    token = desk.token(desk.fatima, "helpdesk")
    codes = {desk.call(token, "POST", "/people/of-nobody/undo-erasure", {}).status_code for _ in range(120)}

    limited = desk.call(token, "POST", "/people/of-nobody/undo-erasure", {})

    assert codes == {422}
    assert (limited.status_code, limited.get_json()["code"]) == (429, "rate-limited")
    assert int(limited.headers["Retry-After"]) > 0
    assert desk.call(desk.token(desk.ismael, "helpdesk"), "GET", f"/people/{desk.anna}").status_code == 200
