"""Organisations at the helpdesk: evidence, disputes from opening to each end, and those without a manager."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from core.closing import managing
from core.closing.person import ErasureCause
from core.organisations import employees, enrolment
from core.organisations.errors import Disputed
from core.organisations.rules import MemberDetails
from core.organisations.states import MembershipStatus, OrganisationStatus
from core.organisations.tables import DisputeRow, MembershipRow, OrganisationRow
from idp.account import erasure
from tests.portal.helpdesk.conftest import Helpdesk
from tests.support.cards import OTHER_NUMBER, link_card
from tests.support.staff_portal import StaffBrowser
from tests.support.statements import counted

WHY = {"reason": "dispute", "reference": "DIS-1"}


def claim(helpdesk: Helpdesk, who: str = "dora") -> StaffBrowser:
    """Let somebody claim the office themselves."""
    with helpdesk.ground.database.transaction() as session:
        link_card(session, helpdesk.people[who], now=helpdesk.ground.clock.now())
    path = f"/organisations/dispute/{helpdesk.office}"
    return helpdesk.ground.browser(f"{who}.demeyer").get("/sign-in").get(path).post(path)


def the_dispute(helpdesk: Helpdesk) -> DisputeRow:
    with helpdesk.ground.database.reading() as session:
        return session.scalars(select(DisputeRow)).one()


def note(helpdesk: Helpdesk, side: str, source: str) -> StaffBrowser:
    path = f"/helpdesk/disputes/{the_dispute(helpdesk).id}"
    return helpdesk.at(path).post(f"{path}/evidence", side=side, source=source, **WHY)


def ask_to_settle(helpdesk: Helpdesk, settlement: str) -> StaffBrowser:
    path = f"/helpdesk/disputes/{the_dispute(helpdesk).id}"
    return helpdesk.at(path).post(f"{path}/settle", settlement=settlement, **WHY)


def offered(helpdesk: Helpdesk) -> set[str]:
    page = helpdesk.at(f"/helpdesk/disputes/{the_dispute(helpdesk).id}").page
    return {
        option.attributes["value"] for option in page.one("#settle-settlement").walk() if option.tag == "option"
    } - {""}


def promote(helpdesk: Helpdesk) -> None:
    with helpdesk.ground.database.transaction() as session:
        employees.promote(
            session, helpdesk.members["chris"], by=helpdesk.people["bert"], now=helpdesk.ground.clock.now()
        )


def leave_ownerless(helpdesk: Helpdesk) -> None:
    """Let the account of the last manager go while a colleague works there."""
    erasure.erase(
        helpdesk.ground.provider,
        helpdesk.people["bert"],
        by=None,
        cause=ErasureCause.DECEASED,
        may_leave_ownerless=True,
        now=helpdesk.ground.clock.now(),
    )


def test_the_page_of_an_organisation_shows_all_of_it(helpdesk: Helpdesk) -> None:
    page = helpdesk.at(helpdesk.organisation()).page

    head = page.one("#organisation").attributes
    assert (head["data-status"], head["data-level"]) == ("active", "0")
    shown = {line.attributes["data-membership"]: line.text for line in page.all("li[data-membership]")}
    assert set(shown) == set(helpdesk.members.values())
    assert not page.has("a.make-manager")
    assert "membership-confirmed" in {line.attributes["data-action"] for line in page.all("li.history-entry")}
    assert helpdesk.at(helpdesk.organisation("history")).page.has("#history")


def test_level_1_is_confirmed_by_one_and_level_2_by_two(helpdesk: Helpdesk) -> None:
    path, why = helpdesk.organisation("evidence"), {"reason": "organisation-asked", "reference": "EV-1"}
    browser = helpdesk.at(path)

    one = browser.post(path, source="bank-transfer", **why)
    assert one.page.has("#done")
    assert (helpdesk.row().evidence_level, helpdesk.row().verified_source) == (1, "bank-transfer")
    browser.get(path).post(path, source="legal-representative", **why)
    assert helpdesk.row().evidence_level == 1
    assert helpdesk.approve().page.has("#done")
    assert (helpdesk.row().evidence_level, helpdesk.row().verified_source) == (2, "legal-representative")
    weaker = browser.get(path).post(path, source="contact-code", **why)
    assert (weaker.status, weaker.page.one("#problem").attributes["data-code"]) == (409, "evidence-too-weak")

    first, second = helpdesk.deeds("organisation-verified")
    assert first.actor_id == helpdesk.ground.people["fatima.helpdesk"]
    assert second.actor_id == helpdesk.ground.people["ismael.helpdesk"]
    assert (second.details["reference"], second.details["level"]) == ("EV-1", 2)
    assert helpdesk.mails().count(("organisation-verified", helpdesk.people["bert"])) == 2


def test_a_claim_informs_freezes_and_can_be_taken_back(helpdesk: Helpdesk) -> None:
    browser = claim(helpdesk)
    path = f"/organisations/dispute/{helpdesk.office}"

    assert browser.page.one("#dispute").attributes["data-state"] == "open"
    assert ("dispute-opened", helpdesk.people["bert"]) in helpdesk.mails()
    assert ("dispute-received", helpdesk.people["dora"]) in helpdesk.mails()
    assert helpdesk.at("/helpdesk/organisations?concern=disputed").page.one("#organisations").text.count("Immo") == 1
    with pytest.raises(Disputed):
        promote(helpdesk)
    assert not helpdesk.manages("chris")

    browser.get(path).post(f"{path}/withdraw")
    assert (browser.status, browser.page.has("#dispute")) == (200, False)
    assert the_dispute(helpdesk).state == "withdrawn"
    assert ("dispute-withdrawn", helpdesk.people["bert"]) in helpdesk.mails()
    promote(helpdesk)
    assert helpdesk.manages("chris")
    assert browser.get(path).post(f"{path}/withdraw").status == 404


def test_only_somebody_with_a_proven_name_who_does_not_manage_it_claims(helpdesk: Helpdesk) -> None:
    path = f"/organisations/dispute/{helpdesk.office}"
    nameless = helpdesk.ground.browser("dora.demeyer").get("/sign-in").get(path)
    assert (nameless.page.has("#open-dispute-yes"), nameless.page.has("#card-needed")) == (False, True)
    token = nameless.form_token
    refused = nameless.portal.post(path, data={"csrf_token": token})
    assert (refused.status_code, 'data-code="identity-unproven"' in refused.text) == (409, True)
    manager = helpdesk.ground.browser("bert.demeyer").get("/sign-in").get(path)
    assert manager.page.has("#manages")
    with helpdesk.ground.database.transaction() as session:
        link_card(session, helpdesk.people["bert"], OTHER_NUMBER, now=helpdesk.ground.clock.now())
    sent = manager.portal.post(path, data={"csrf_token": manager.form_token})
    assert (sent.status_code, 'data-code="manages-already"' in sent.text) == (409, True)

    claimant = claim(helpdesk, "chris")
    again = claimant.portal.post(path, data={"csrf_token": claimant.form_token})
    assert (again.status_code, 'data-code="already-disputed"' in again.text) == (409, True)
    assert claimant.portal.post(path, data={"csrf_token": claimant.form_token}).status_code == 409
    assert claimant.portal.post(path, data={"csrf_token": claimant.form_token}).status_code == 429
    assert nameless.get("/organisations/dispute/org_x").status == 404


def test_a_dispute_ends_with_the_claimant_as_manager(helpdesk: Helpdesk) -> None:
    opening = helpdesk.organisation("dispute")
    opened = helpdesk.at(opening).post(opening, username="dora.demeyer", **WHY)
    assert opened.page.has("#done"), opened.page.text
    assert offered(helpdesk) == {"kept"}
    weak = ask_to_settle(helpdesk, "taken-over")
    assert (weak.status, weak.page.one("#problem").attributes["data-code"]) == (409, "evidence-too-weak")
    note(helpdesk, "claimant", "company-register")
    note(helpdesk, "holder", "bank-transfer")
    assert offered(helpdesk) == {"taken-over", "shared"}

    assert ask_to_settle(helpdesk, "taken-over").page.has("#done")
    assert not helpdesk.manages("dora")
    assert helpdesk.approve("fatima.helpdesk").status == 409
    assert helpdesk.approve().page.has("#done")

    assert (helpdesk.manages("dora"), helpdesk.manages("bert"), helpdesk.row().manager_count) == (True, True, 2)
    assert (helpdesk.row().evidence_level, helpdesk.row().verified_source) == (2, "company-register")
    assert ("dispute-taken-over-claimant", helpdesk.people["dora"]) in helpdesk.mails()
    assert ("dispute-taken-over-managers", helpdesk.people["bert"]) in helpdesk.mails()
    assert ("dispute-taken-over-managers", helpdesk.people["dora"]) not in helpdesk.mails()
    (settled,) = helpdesk.deeds("dispute-settled")
    fatima, ismael = (helpdesk.ground.people[f"{name}.helpdesk"] for name in ("fatima", "ismael"))
    assert (settled.actor_id, settled.details["asked_by"], settled.details["reference"]) == (ismael, fatima, "DIS-1")
    # Now they decide who else manages it.
    with helpdesk.ground.database.transaction() as session:
        member, now = helpdesk.members["bert"], helpdesk.ground.clock.now()
        employees.demote(session, member, by=helpdesk.people["dora"], now=now)
    assert not helpdesk.at(f"/helpdesk/disputes/{the_dispute(helpdesk).id}").page.has("#settle")


def test_a_dispute_ends_with_both_and_brings_a_blocked_claimant_in(helpdesk: Helpdesk) -> None:
    now = helpdesk.ground.clock.now()
    with helpdesk.ground.database.transaction() as session:
        employees.block(session, helpdesk.members["chris"], by=helpdesk.people["bert"], now=now)
    claim(helpdesk, "chris")
    note(helpdesk, "claimant", "accreditation-register")

    ask_to_settle(helpdesk, "shared")
    helpdesk.approve()

    assert (helpdesk.manages("chris"), helpdesk.manages("bert"), the_dispute(helpdesk).state) == (True, True, "shared")
    assert helpdesk.row().evidence_level == 1


def test_a_dispute_ends_with_those_who_manage_it_and_nothing_by_time(helpdesk: Helpdesk) -> None:
    claim(helpdesk)
    note(helpdesk, "holder", "official-document")
    ask_to_settle(helpdesk, "kept")
    helpdesk.ground.clock.advance(timedelta(0))
    with helpdesk.ground.database.transaction() as session:
        managing.suspend_unmanaged(session, now=helpdesk.ground.clock.now() + timedelta(days=400))
    assert the_dispute(helpdesk).state == "open"

    helpdesk.approve()

    assert (helpdesk.manages("dora"), the_dispute(helpdesk).state) == (False, "kept")
    assert helpdesk.row().evidence_level == 2
    assert ("dispute-kept-claimant", helpdesk.people["dora"]) in helpdesk.mails()
    promote(helpdesk)


def test_evidence_that_changed_meanwhile_stops_the_second_person(helpdesk: Helpdesk) -> None:
    claim(helpdesk)
    note(helpdesk, "claimant", "bank-transfer")
    ask_to_settle(helpdesk, "taken-over")
    note(helpdesk, "holder", "official-document")

    stopped = helpdesk.approve()

    assert (stopped.status, the_dispute(helpdesk).state, helpdesk.manages("dora")) == (409, "open", False)
    claimant = helpdesk.ground.browser("dora.demeyer").get("/sign-in").get(f"/organisations/dispute/{helpdesk.office}")
    claimant.post(f"/organisations/dispute/{helpdesk.office}/withdraw")
    assert helpdesk.approve().status == 409
    assert note(helpdesk, "claimant", "bank-transfer").status == 409


def test_a_dispute_ends_with_the_account_of_its_claimant(helpdesk: Helpdesk) -> None:
    claim(helpdesk)
    services, now = helpdesk.ground.provider, helpdesk.ground.clock.now()

    erasure.erase(services, helpdesk.people["dora"], by=None, cause=ErasureCause.REQUEST, now=now)

    assert (the_dispute(helpdesk).state, the_dispute(helpdesk).claimant_id) == ("withdrawn", None)
    promote(helpdesk)


def test_an_organisation_without_a_manager_gets_one_from_two_people(helpdesk: Helpdesk) -> None:
    leave_ownerless(helpdesk)
    listed = helpdesk.at("/helpdesk/organisations?concern=ownerless").page
    assert "30" in listed.one("td.days-left").text
    assert helpdesk.row().status == OrganisationStatus.OWNERLESS
    page = helpdesk.at(helpdesk.organisation()).page
    path = page.one("a.make-manager").attributes["href"]

    asked = helpdesk.at(path).post(path, reason="deceased", reference="OWN-1")
    assert asked.page.has("#done")
    assert not helpdesk.manages("chris")
    assert helpdesk.approve().page.has("#done")

    assert (helpdesk.manages("chris"), helpdesk.row().status, helpdesk.row().manager_count) == (True, "active", 1)
    assert helpdesk.row().ownerless_since is None
    assert ("manager-appointed", helpdesk.people["chris"]) in helpdesk.mails()
    late = helpdesk.at(path).post(path, reason="deceased", reference="OWN-2")
    assert (late.status, late.page.one("#problem").attributes["data-code"]) == (409, "not-ownerless")
    assert "Immo" not in helpdesk.at("/helpdesk/organisations?concern=ownerless").page.one("main").text.split("h1")[-1]


def test_somebody_who_only_waits_is_no_manager_of_an_ownerless_organisation(helpdesk: Helpdesk) -> None:
    now = helpdesk.ground.clock.now()
    with helpdesk.ground.database.transaction() as session:
        waiting = enrolment.request_membership(
            session, helpdesk.office, by=helpdesk.people["dora"], details=MemberDetails(), now=now
        )
    leave_ownerless(helpdesk)
    path = helpdesk.organisation("managers", waiting.id)

    refused = helpdesk.at(path).post(path, reason="deceased", reference="OWN-3")

    assert (refused.status, refused.page.one("#problem").attributes["data-code"]) == (409, "wrong-membership-state")


def test_lists_are_paged_and_name_each_reason(helpdesk: Helpdesk) -> None:
    with helpdesk.ground.database.transaction() as session:
        session.execute(
            update(OrganisationRow).values(status="closing", company_stopped_at=helpdesk.ground.clock.now())
        )
    closing = helpdesk.at("/helpdesk/organisations?concern=closing").page
    assert [row.attributes["data-id"] for row in closing.all("tr[data-id]")] == [helpdesk.office]
    with helpdesk.ground.database.transaction() as session:
        session.execute(update(MembershipRow).values(status=MembershipStatus.LEFT.value, is_manager=False))
        session.execute(update(OrganisationRow).values(status="closed", manager_count=0))
    closed = helpdesk.at("/helpdesk/organisations?concern=closed").page
    assert [row.attributes["data-id"] for row in closed.all("tr[data-id]")] == [helpdesk.office]
    page = helpdesk.at(helpdesk.organisation()).page
    assert (page.status, page.has("#acts")) == (200, False)
    browser = helpdesk.at(helpdesk.organisation())
    with counted(helpdesk.ground.database) as asked:
        browser.portal.get(helpdesk.organisation())
    assert len(asked) <= 14, asked


def test_what_staff_did_is_told_with_reason_and_narrowed_down(helpdesk: Helpdesk) -> None:
    path = helpdesk.organisation("evidence")
    helpdesk.at(path).post(path, source="bank-transfer", reason="organisation-asked", reference="EV-1")
    other = helpdesk.organisation("dispute")
    helpdesk.at(other, "ismael.helpdesk").post(other, username="dora.demeyer", **WHY)

    def shown(query: str = "") -> list[str]:
        lines = helpdesk.at(f"/helpdesk/acts{query}").page.all("li.history-entry")
        return [line.attributes["data-action"] for line in lines]

    assert shown() == ["dispute-opened", "organisation-verified"]
    assert shown("?by=fatima.helpdesk") == ["organisation-verified"]
    assert shown("?by=nobody.at.all") == []
    assert shown("?reason=dispute") == ["dispute-opened"]
    assert shown("?reference=EV-1&by=FATIMA.helpdesk") == ["organisation-verified"]
    assert "EV-1" in helpdesk.at("/helpdesk/acts").page.one("#staff-acts").text


def test_the_managers_pages_say_that_a_dispute_stops_them(helpdesk: Helpdesk) -> None:
    claim(helpdesk)
    now = helpdesk.ground.clock.now()
    with helpdesk.ground.database.transaction() as session:
        anna = helpdesk.ground.people["anna.peeters"]
        waiting = enrolment.request_membership(session, helpdesk.office, by=anna, details=MemberDetails(), now=now)
    url = f"/organisations/{helpdesk.office}/employees"
    bert = helpdesk.ground.browser("bert.demeyer").get("/sign-in")

    refused = bert.get(f"{url}/{helpdesk.members['chris']}/promote").post(f"{url}/{helpdesk.members['chris']}/promote")
    assert (refused.status, refused.page.has("#refused"), helpdesk.manages("chris")) == (409, True, False)
    path = f"{url}/{waiting.id}/confirm"
    sent = {"employee-type": "employee", "function": "Agent", "is-manager": "yes", "step": "access", "version": "1"}
    kept = bert.get(path).post(path, **sent)
    assert (kept.status, kept.page.has("#is-manager-error")) == (409, True), kept.page.text
