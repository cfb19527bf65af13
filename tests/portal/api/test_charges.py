"""Charging, holding and giving back by HTTP: what it answers, what it moves, what it refuses."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from core.infra.db import Database
from core.infra.ids import new_id
from core.infra.rate_limit import Limit
from core.organisations.tables import MembershipRow
from core.tools.assignments import block_access
from core.wallet.control.tables import LimitRow
from core.wallet.tables import TransactionRow
from portal.api import door
from tests.support import deposits
from tests.support.tool_calls import PURCHASE, ToolDesk

TOPUP = "https://portal.immo.test/organisations/{}/wallet/recharge"


def lines(database: Database) -> list[tuple[str, str, int, str | None]]:
    """Return the lines of tools on all wallets: their kind, status, amount and reason."""
    with database.reading() as session:
        rows = session.scalars(
            select(TransactionRow).where(TransactionRow.client_id.is_not(None)).order_by(TransactionRow.id)
        )
        return [(row.kind, row.status, row.amount_cents, row.reason) for row in rows]


def made(answer: Any, status: int = 201) -> dict[str, Any]:
    assert answer.status_code == status, answer.text
    found: dict[str, Any] = answer.get_json()
    return found


def refused(answer: Any, status: int, code: str) -> dict[str, Any]:
    assert (answer.status_code, answer.get_json()["code"]) == (status, code), answer.text
    assert answer.mimetype == "application/problem+json"
    found: dict[str, Any] = answer.get_json()
    return found


def test_a_charge_is_paid_by_the_organisation_of_the_token_and_found_again_by_its_reference(desk: ToolDesk) -> None:
    token = desk.token(desk.bram)

    charged = made(desk.post("/charges", token, {**PURCHASE, "reference": "search-1"}))

    assert charged["status"] == "succeeded"
    assert (charged["amount_cents"], charged["refunded_cents"], charged["currency"]) == (250, 0, "EUR")
    assert (desk.balance(desk.anna), desk.balance(desk.carl)) == (750, 1_000)
    assert made(desk.get("/charges?reference=search-1", token), 200)["charges"] == [charged]
    assert made(desk.get(f"/charges/{charged['id']}", desk.token(None)), 200) == charged
    with desk.services.database.reading() as session:
        row = session.get_one(TransactionRow, charged["id"])
        assert (row.done_by, row.client_id, row.tool_code) == (desk.bram.person_id, "finder", "finder")


def test_a_charge_that_is_repeated_happens_once_and_is_answered_as_before(desk: ToolDesk) -> None:
    token = desk.token(desk.bram)
    first = desk.post("/charges", token, PURCHASE, key="k-1")

    again = desk.post("/charges", desk.token(desk.bram), dict(reversed(list(PURCHASE.items()))), key="k-1")

    assert (again.status_code, again.data) == (201, first.data)
    assert (first.headers.get("Idempotency-Replayed"), again.headers["Idempotency-Replayed"]) == (None, "true")
    assert desk.balance(desk.anna) == 750
    refused(desk.post("/charges", token, {**PURCHASE, "amount_cents": 251}, key="k-1"), 422, "idempotency-key-reused")
    # Somebody else's purchase is another one, also with the same words.
    refused(desk.post("/charges", desk.token(desk.anna), PURCHASE, key="k-1"), 422, "idempotency-key-reused")
    assert desk.balance(desk.anna) == 750


def test_a_charge_without_a_good_key_is_refused(desk: ToolDesk) -> None:
    token = desk.token(desk.bram)

    refused(desk.post("/charges", token, PURCHASE, key=None), 400, "idempotency-key-missing")
    refused(desk.post("/charges", token, PURCHASE, key="k" * 201), 400, "idempotency-key-missing")
    refused(desk.post("/charges", token, PURCHASE, key="k 1"), 400, "idempotency-key-missing")
    assert desk.balance(desk.anna) == 1_000


def test_an_empty_wallet_refuses_with_the_page_to_recharge_on_and_the_same_call_passes_afterwards(
    desk: ToolDesk,
) -> None:
    token, dear = desk.token(desk.bram), {**PURCHASE, "amount_cents": 1_001, "reference": "r-1"}

    problem = refused(desk.post("/charges", token, dear, key="k-1"), 402, "insufficient-funds")

    assert problem["topup_url"] == TOPUP.format(desk.anna.organisation_id)
    assert not {"1000", "1001"} & set(str(problem).replace("'", " ").replace(",", " ").split())
    assert lines(desk.services.database) == [("tool", "failed", -1_001, "insufficient-funds")]
    desk.recharge(desk.anna, 1)
    made(desk.post("/charges", token, dear, key="k-1"))
    assert desk.balance(desk.anna) == 0


def test_a_frozen_wallet_pays_nothing_until_it_is_made_up_for(desk: ToolDesk) -> None:
    database, now, token = desk.services.database, desk.services.clock.now(), desk.token(desk.bram)
    with database.transaction() as session:
        deposits.take_back(session, desk.wallet(session, desk.anna).id, 1_001, reference="tr_1", now=now)

    problem = refused(desk.post("/charges", token, PURCHASE), 402, "wallet-frozen")

    assert problem["topup_url"] == TOPUP.format(desk.anna.organisation_id)
    assert lines(database) == [("tool", "failed", -250, "wallet-frozen")]
    desk.recharge(desk.anna, 251)
    made(desk.post("/charges", token, PURCHASE))


def test_a_limit_and_a_manager_who_took_paying_away_refuse_and_are_shown_on_the_wallets_page(desk: ToolDesk) -> None:
    database, token = desk.services.database, desk.token(desk.bram)
    with database.transaction() as session:
        limit = LimitRow(id=new_id("lim"), wallet_id=desk.wallet(session, desk.bram).id, subject="bram")
        limit.person_id, limit.per_charge_cents, limit.changed_at = desk.bram.person_id, 249, desk.clock.now()
        session.add(limit)

    refused(desk.post("/charges", token, PURCHASE), 403, "limit-reached")
    refused(desk.post("/holds", token, PURCHASE), 403, "limit-reached")
    made(desk.post("/charges", desk.token(desk.anna), PURCHASE))
    with database.transaction() as session:
        session.get_one(MembershipRow, desk.bram_membership.id).pays_from_wallet = False

    refused(desk.post("/charges", token, {**PURCHASE, "amount_cents": 1}), 403, "may-not-pay")

    assert desk.balance(desk.anna) == 750
    assert [(status, reason) for _, status, _, reason in lines(database)] == [
        ("failed", "limit-reached"), ("failed", "limit-reached"), ("succeeded", None), ("failed", "may-not-pay"),
    ]  # fmt: skip


def test_a_context_that_closed_since_the_sign_in_pays_nothing(desk: ToolDesk) -> None:
    token, now = desk.token(desk.bram), desk.services.clock.now()
    with desk.services.database.transaction() as session:
        block_access(session, desk.bram.registration_id, desk.bram_membership.id, by=desk.anna.person_id, now=now)

    refused(desk.post("/charges", token, PURCHASE), 403, "context-closed")

    assert lines(desk.services.database) == []
    assert desk.balance(desk.anna) == 1_000


def test_a_hold_is_captured_in_part_and_its_charge_refunded_in_parts(desk: ToolDesk) -> None:
    token, own = desk.token(desk.bram), desk.token(None)
    held = made(desk.post("/holds", token, {**PURCHASE, "reference": "r-1", "expires_in_seconds": 3_600}))
    assert (held["status"], desk.balance(desk.anna)) == ("held", 750)
    assert [found["status"] for found in desk.get("/charges?reference=r-1", token).get_json()["charges"]] == ["pending"]

    refused(desk.post(f"/holds/{held['id']}/capture", own, {"amount_cents": 251}), 422, "capture-too-large")
    captured = made(desk.post(f"/holds/{held['id']}/capture", own, {"amount_cents": 200}), 200)

    assert (captured["id"], captured["amount_cents"], desk.balance(desk.anna)) == (held["charge"], 200, 800)
    refused(desk.post(f"/holds/{held['id']}/void", own), 409, "hold-over")
    part = made(desk.post(f"/charges/{captured['id']}/refund", own, {"amount_cents": 50}))
    assert (part["amount_cents"], part["charge"]) == (50, captured["id"])
    refused(desk.post(f"/charges/{captured['id']}/refund", token, {"amount_cents": 151}), 422, "refund-too-large")
    made(desk.post(f"/charges/{captured['id']}/refund", token))
    refused(desk.post(f"/charges/{captured['id']}/refund", token), 422, "refund-too-large")
    assert desk.get(f"/charges/{captured['id']}", own).get_json()["refunded_cents"] == 200
    assert desk.balance(desk.anna) == 1_000


def test_a_hold_is_freed_by_its_tool_or_by_time(desk: ToolDesk) -> None:
    token, own = desk.token(desk.bram), desk.token(None)
    first, second = (made(desk.post("/holds", token, {**PURCHASE, "expires_in_seconds": 60})) for _ in range(2))

    assert made(desk.post(f"/holds/{first['id']}/void", own), 200)["status"] == "voided"
    desk.clock.advance(timedelta(seconds=60))
    refused(desk.post(f"/holds/{second['id']}/capture", own), 409, "hold-over")

    assert desk.balance(desk.anna) == 750


def test_a_reference_names_one_charge_of_a_client(desk: ToolDesk) -> None:
    token, named = desk.token(desk.bram), {**PURCHASE, "reference": "r-1"}
    made(desk.post("/charges", token, named))

    refused(desk.post("/charges", token, named), 409, "reference-used")
    made(desk.post("/charges", desk.token(desk.bram, client="finder-app"), named))

    assert desk.balance(desk.anna) == 500


def test_a_charge_that_is_not_as_described_is_refused_at_the_member(desk: ToolDesk) -> None:
    wrong: list[tuple[dict[str, Any], str]] = [
        ({"amount_cents": 0}, "out-of-range"),
        ({"amount_cents": 2.5}, "wrong-type"),
        ({"amount_cents": True}, "wrong-type"),
        ({"amount_cents": 10_000_001}, "out-of-range"),
        ({"currency": "USD"}, "not-accepted"),
        ({"description": " "}, "not-accepted"),
        ({"description": "a\u202eb"}, "unprintable"),
        ({"reference": "a b"}, "not-accepted"),
        ({"organisation_id": desk.carl.organisation_id}, "unknown"),
    ]
    token = desk.token(desk.bram)

    found = [desk.post("/charges", token, {**PURCHASE, **change}) for change, _ in wrong]

    assert [refused(answer, 422, "invalid-input")["errors"] for answer in found] == [
        [{"pointer": f"/{name}", "code": code}] for change, code in wrong for name in change
    ]
    assert (desk.balance(desk.anna), desk.balance(desk.carl)) == (1_000, 1_000)


def test_the_balance_is_for_those_who_may_see_it(desk: ToolDesk) -> None:
    made(desk.post("/holds", desk.token(desk.bram), PURCHASE))
    token = desk.token(desk.bram, scope="wallet:read")

    assert made(desk.get("/balance", token), 200) == {
        "balance_cents": 750, "held_cents": 250, "currency": "EUR", "frozen": False,
    }  # fmt: skip
    with desk.services.database.transaction() as session:
        session.get_one(MembershipRow, desk.bram_membership.id).sees_wallet = False

    refused(desk.get("/balance", token), 403, "may-not-see")
    made(desk.get("/balance", desk.token(desk.anna, scope="wallet:read")), 200)


def test_a_client_that_calls_too_often_is_told_when_to_come_back(
    desk: ToolDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(door, "CHANGES", Limit("few", 1, timedelta(minutes=1)))
    made(desk.post("/charges", desk.token(desk.bram), PURCHASE))

    answer = desk.post("/charges", desk.token(desk.bram), PURCHASE)

    refused(answer, 429, "rate-limited")
    assert 0 < int(answer.headers["Retry-After"]) <= 60
    assert desk.balance(desk.anna) == 750
