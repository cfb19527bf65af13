"""Who may decide what waits for a second person."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from core.infra.errors import ImmoError
from core.people.identifiers import PersonId
from core.staff.errors import ApprovalOver, AskerNotStaff, InvalidReason, LastOperator, NotStaff, SamePerson
from core.staff.reasons import Reason, StaffReason
from core.staff.rules import LIFE, Decision, Request, decide, require_another
from core.staff.states import ApprovalState, StaffRole

NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
FATIMA, GILLES = PersonId("usr_fatima"), PersonId("usr_gilles")
HELPDESK = frozenset({StaffRole.HELPDESK})
NOTHING: frozenset[StaffRole] = frozenset()
OPEN = Request(ApprovalState.OPEN, StaffRole.HELPDESK, FATIMA, NOW + LIFE)


@pytest.mark.parametrize(
    ("decision", "by", "roles", "asker_roles", "becomes"),
    [
        (Decision.APPROVE, GILLES, HELPDESK, HELPDESK, ApprovalState.APPROVED),
        (Decision.REFUSE, GILLES, HELPDESK, HELPDESK, ApprovalState.REFUSED),
        (Decision.REFUSE, GILLES, HELPDESK, NOTHING, ApprovalState.REFUSED),
        (Decision.WITHDRAW, FATIMA, HELPDESK, HELPDESK, ApprovalState.WITHDRAWN),
        (Decision.WITHDRAW, FATIMA, NOTHING, NOTHING, ApprovalState.WITHDRAWN),
        (Decision.APPROVE, FATIMA, HELPDESK, HELPDESK, SamePerson),
        (Decision.REFUSE, FATIMA, HELPDESK, HELPDESK, SamePerson),
        (Decision.APPROVE, FATIMA, NOTHING, NOTHING, SamePerson),
        (Decision.APPROVE, GILLES, NOTHING, HELPDESK, NotStaff),
        (Decision.REFUSE, GILLES, NOTHING, HELPDESK, NotStaff),
        (Decision.APPROVE, GILLES, frozenset({StaffRole.OPERATOR}), HELPDESK, NotStaff),
        (Decision.WITHDRAW, GILLES, HELPDESK, HELPDESK, NotStaff),
        (Decision.APPROVE, GILLES, HELPDESK, NOTHING, AskerNotStaff),
    ],
)
def test_who_may_decide(
    decision: Decision,
    by: PersonId,
    roles: frozenset[StaffRole],
    asker_roles: frozenset[StaffRole],
    becomes: ApprovalState | type[ImmoError],
) -> None:
    if isinstance(becomes, ApprovalState):
        assert decide(OPEN, decision, by=by, roles=roles, asker_roles=asker_roles, now=NOW) is becomes
        return
    with pytest.raises(becomes):
        decide(OPEN, decision, by=by, roles=roles, asker_roles=asker_roles, now=NOW)


@pytest.mark.parametrize("decision", list(Decision))
def test_what_is_over_is_over_for_everybody(decision: Decision) -> None:
    ended = [replace(OPEN, state=state) for state in ApprovalState if state is not ApprovalState.OPEN]
    for request in (*ended, replace(OPEN, expires_at=NOW)):
        for by in (FATIMA, GILLES):
            with pytest.raises(ApprovalOver):
                decide(request, decision, by=by, roles=HELPDESK, asker_roles=HELPDESK, now=NOW)


def test_nobody_approves_for_an_account_that_is_gone() -> None:
    gone = replace(OPEN, asked_by=None)

    with pytest.raises(AskerNotStaff):
        decide(gone, Decision.APPROVE, by=GILLES, roles=HELPDESK, asker_roles=NOTHING, now=NOW)


def test_a_request_is_open_for_three_days() -> None:
    assert timedelta(days=3) == LIFE


def test_only_the_last_operator_stays() -> None:
    require_another(StaffRole.OPERATOR, [FATIMA, GILLES], FATIMA)
    require_another(StaffRole.HELPDESK, [FATIMA], FATIMA)
    with pytest.raises(LastOperator):
        require_another(StaffRole.OPERATOR, [FATIMA], FATIMA)


@pytest.mark.parametrize("reference", ["T-2026-118", "#4711", " INC_5 ", "7", "12345678"])
def test_a_reference_is_a_ticket_number(reference: str) -> None:
    assert Reason.parse("abuse", reference) == Reason(StaffReason.ABUSE, reference.strip())


@pytest.mark.parametrize(
    "reference",
    ["", "  ", "Anna", "anna@people.example", "Anna Peeters 3", "85073003328", "x85073003328", "a" * 40 + "1", "é1"],
)
def test_what_could_name_somebody_is_no_reference(reference: str) -> None:
    with pytest.raises(InvalidReason) as refused:
        Reason.parse("abuse", reference)
    assert refused.value.field == "reference"


@pytest.mark.parametrize("word", [None, "", "because", "ABUSE"])
def test_a_reason_is_of_the_list(word: str | None) -> None:
    with pytest.raises(InvalidReason) as refused:
        Reason.parse(word, "T-1")
    assert refused.value.field == "reason"
