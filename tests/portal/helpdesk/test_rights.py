"""Who may do what at the helpdesk: every page and act, by everybody, also by somebody whose role went meanwhile."""

from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.accreditations.rules import RegisterStatus
from core.accreditations.tables import AccreditationRow
from core.closing import disputes, evidence, managing
from core.closing import helpdesk as by_hand
from core.closing.correction import Correction, CorrectionReason
from core.infra.audit import AuditRow
from core.organisations import disputes as claims
from core.organisations.dispute_rules import Settlement, Side
from core.organisations.states import EvidenceSource
from core.organisations.tables import DisputeRow, OrganisationRow
from core.people.identifiers import PersonId
from core.staff import roles
from core.staff.errors import NotStaff
from core.staff.reasons import Reason, StaffReason
from core.staff.states import StaffRole
from core.staff.tables import ApprovalRow
from portal.helpdesk.areas import BLUEPRINTS
from portal.helpdesk.person_acts import ACTS
from tests.portal.helpdesk.conftest import Helpdesk

WHY = Reason(StaffReason.DISPUTE, "T-1")
FORM = {
    "reason": "person-asked",
    "reference": "T-1",
    "source": "bank-transfer",
    "side": "claimant",
    "settlement": "kept",
    "username": "dora.demeyer",
    "search": "peeters",
    "status": "suspended",
    "kind": "be.biv",
    "number": "500999",
    "list": "tableau",
    "column": "intermediary",
}
OTHERS = ("anna.peeters", "gilles.operator", "hannah.developer", "bert.demeyer")


def calls(helpdesk: Helpdesk) -> Iterator[tuple[str, str]]:
    """Yield method and path of every view of the helpdesk, with identifiers that are there."""
    with helpdesk.ground.database.reading() as session:
        held = session.scalars(select(AccreditationRow.id)).one()
        dispute = session.scalars(select(DisputeRow.id)).one()
    names = {
        "person_id": helpdesk.people["chris"],
        "organisation_id": helpdesk.office,
        "dispute_id": dispute,
        "membership_id": helpdesk.members["chris"],
        "accreditation_id": held,
    }
    own = {blueprint.name for blueprint in BLUEPRINTS}
    adapter = helpdesk.ground.app.url_map.bind("portal.immo.test")
    for rule in helpdesk.ground.app.url_map.iter_rules():
        if rule.endpoint.partition(".")[0] not in own:
            continue
        for act in ACTS if "act" in rule.arguments else ("",):
            values = {name: names[name] for name in rule.arguments if name != "act"} | ({"act": act} if act else {})
            path = adapter.build(rule.endpoint, values)
            yield from ((method, path) for method in sorted(rule.methods or ()) if method in {"GET", "POST"})


def traces(helpdesk: Helpdesk) -> tuple[int, int, int]:
    """Count what acts leave behind; looking and signing in leave none of it."""
    with helpdesk.ground.database.reading() as session:
        deeds = select(func.count()).select_from(AuditRow).where(AuditRow.action != "signed-in")
        counted = (deeds, *(select(func.count()).select_from(table) for table in (ApprovalRow, DisputeRow)))
        first, second, third = (session.execute(statement).scalar_one() for statement in counted)
    return first, second, third


@pytest.fixture
def disputed(helpdesk: Helpdesk) -> Helpdesk:
    """Return the helpdesk with an open dispute about its office."""
    with helpdesk.ground.database.transaction() as session:
        fatima, now = helpdesk.ground.people["fatima.helpdesk"], helpdesk.ground.clock.now()
        claims.open_for(session, helpdesk.office, helpdesk.people["dora"], why=WHY, by=fatima, now=now)
    return helpdesk


def test_nobody_else_sees_or_does_anything_here(disputed: Helpdesk) -> None:
    everything = sorted(set(calls(disputed)))
    assert len(everything) > 30

    for who in OTHERS:
        browser = disputed.ground.browser(who).get("/sign-in")
        token, before = browser.form_token, traces(disputed)
        for method, path in everything:
            answer = browser.portal.open(
                path, method=method, data={**FORM, "csrf_token": token} if method == "POST" else None
            )
            assert (answer.status_code, 'data-code="no-staff-role"' in answer.text) == (403, True), (who, method, path)
        assert traces(disputed) == before, who

    stranger = disputed.ground.app.test_client()
    for method, path in everything:
        answer = stranger.open(path, method=method, data=FORM if method == "POST" else None)
        assert (answer.status_code, answer.location) == ((303, "/sign-in") if method == "GET" else (400, None)), path


def test_the_helpdesk_sees_all_and_changes_nothing_without_its_forms(disputed: Helpdesk) -> None:
    browser = disputed.at("/helpdesk")
    before = traces(disputed)

    for method, path in sorted(set(calls(disputed))):
        answer = browser.portal.open(path, method=method, data=FORM if method == "POST" else None)
        assert answer.status_code == (200 if method == "GET" else 400), (method, path)

    assert traces(disputed) == before


def test_a_role_that_went_meanwhile_ends_what_was_on_screen(disputed: Helpdesk) -> None:
    browser = disputed.at("/helpdesk")
    token = browser.form_token
    with disputed.ground.database.transaction() as session:
        fatima, now = disputed.ground.people["fatima.helpdesk"], disputed.ground.clock.now()
        roles.take_away(session, fatima, StaffRole.HELPDESK, by=None, why=WHY, now=now)
    before = traces(disputed)

    for method, path in sorted(set(calls(disputed))):
        if method == "POST":
            assert browser.portal.post(path, data={**FORM, "csrf_token": token}).status_code == 403, path

    assert traces(disputed) == before


def test_core_asks_the_role_in_the_transaction_of_each_act(disputed: Helpdesk) -> None:
    """Whatever a page forgets: nothing is changed or asked for by somebody without the role."""
    ground, chris, office = disputed.ground, disputed.people["chris"], disputed.office
    now = ground.clock.now()
    with ground.database.reading() as session:
        dispute = session.scalars(select(DisputeRow.id)).one()
    wanted = Correction("be.biv", "500123", "tableau", "intermediary", RegisterStatus.SUSPENDED)
    word = CorrectionReason.ABUSE
    source, member = EvidenceSource.BANK_TRANSFER, disputed.members["chris"]

    def make_manager(session: Session, by: PersonId) -> None:
        row = session.get_one(OrganisationRow, office)
        row.status, row.manager_count = "ownerless", 0
        managing.ask_to_make_manager(session, member, why=WHY, by=by, now=now)

    acts: tuple[Callable[[Session, PersonId], object], ...] = (
        lambda s, by: by_hand.correct(s, chris, wanted, reason=word, reference="T-1", by=by, now=now),
        lambda s, by: by_hand.take_away(s, chris, wanted, reason=word, reference="T-1", by=by, now=now),
        lambda s, by: evidence.confirm(s, office, source, why=WHY, by=by, now=now),
        lambda s, by: evidence.confirm(s, office, EvidenceSource.OFFICIAL_DOCUMENT, why=WHY, by=by, now=now),
        lambda s, by: claims.open_for(s, office, chris, why=WHY, by=by, now=now),
        lambda s, by: claims.note_evidence(s, dispute, Side.HOLDER, source, why=WHY, by=by, now=now),
        lambda s, by: disputes.ask_to_settle(s, dispute, Settlement.KEPT, why=WHY, by=by, now=now),
        make_manager,
    )
    for act in acts:
        for who in ("gilles.operator", "hannah.developer", "anna.peeters"):
            before = traces(disputed)
            with pytest.raises(NotStaff), ground.database.transaction() as session:
                act(session, ground.people[who])
            assert traces(disputed) == before
        with ground.database.transaction() as session:
            act(session, ground.people["fatima.helpdesk"])
            session.rollback()
