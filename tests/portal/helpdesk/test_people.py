"""An account at the helpdesk: what is seen and done, that the provider does it, and that it stays on record."""

from datetime import timedelta

from sqlalchemy import select

from core.accreditations.tables import AccreditationRow
from core.infra import sent_mails
from core.people import eid_standing
from core.people.rules import PersonStatus
from core.people.tables import PersonRow
from portal.helpdesk.person_acts import ACTS
from tests.portal.helpdesk.conftest import Helpdesk
from tests.support.cards import link_card
from tests.support.offices import a_person
from tests.support.statements import counted

ASKED = {"reason": "person-asked", "reference": "T-42"}


def offered(helpdesk: Helpdesk, name: str) -> set[str]:
    page = helpdesk.at(helpdesk.person(name)).page
    return {code for code in ACTS if page.has(f"#{code}")}


def test_the_page_of_a_person_shows_how_the_account_stands_and_never_the_number(helpdesk: Helpdesk) -> None:
    now = helpdesk.ground.clock.now()
    with helpdesk.ground.database.transaction() as session:
        link_card(session, helpdesk.people["chris"], now=now)
        sent_mails.record(session, "evt_1", person_id=helpdesk.people["chris"], template="welcome", now=now)

    page = helpdesk.at(helpdesk.person("chris")).page

    assert page.one("#person").attributes["data-status"] == "active"
    assert "chris.demeyer@people.example" in page.one("#addresses").text
    assert "500123" in page.one("#accreditations").text
    assert "Immo Élan BV" in page.one("#organisations").text
    assert "welcome" in page.one("#mails").text
    assert page.has("#shown-sessions")
    assert page.has("#shown-password")
    assert page.has("#merge-hint")
    assert "membership-confirmed" in {line.attributes["data-action"] for line in page.all("li.history-entry")}
    written = page.text.replace(".", "").replace("-", "").replace(" ", "")
    assert "85061512390" not in written


def test_only_what_makes_sense_is_offered(helpdesk: Helpdesk) -> None:
    now = helpdesk.ground.clock.now()
    with helpdesk.ground.database.transaction() as session:
        helpdesk.people["waits"] = a_person(session, "eva.nieuw", now=now, activated=False)
        link_card(session, helpdesk.people["chris"], now=now)

    assert offered(helpdesk, "chris") == {"send-recovery", "unlink-eid", "request-erasure", "anonymise"}
    assert offered(helpdesk, "waits") == {"resend-activation", "request-erasure", "anonymise"}


def test_each_act_says_what_happens_asks_why_and_is_recorded(helpdesk: Helpdesk) -> None:
    """Unlink, resend, recover, sign out, begin and undo the deletion: done by the provider, told to the person."""
    ground, now = helpdesk.ground, helpdesk.ground.clock.now()
    fatima = ground.people["fatima.helpdesk"]
    with ground.database.transaction() as session:
        helpdesk.people["waits"] = a_person(session, "eva.nieuw", now=now, activated=False)
        link_card(session, helpdesk.people["chris"], now=now)
    browser = helpdesk.at("/helpdesk")
    steps = (
        ("waits", "resend-activation", ASKED, "resendActivation"),
        ("chris", "send-recovery", ASKED, "sendRecovery"),
        ("chris", "sign-out-everywhere", ASKED, "signOutEverywhere"),
        ("chris", "unlink-eid", {**ASKED, "reason": "request"}, "unlinkEid"),
        ("chris", "request-erasure", ASKED, "requestErasure"),
        ("chris", "undo-erasure", ASKED, "undoErasure"),
    )

    for name, code, why, operation in steps:
        asked = browser.get(helpdesk.person(name, code))
        assert asked.page.one("#consequences").text.strip(), code
        assert asked.page.has(f"#{code}-yes"), code
        before = len(helpdesk.mails())
        done = asked.post(helpdesk.person(name, code), **why)
        assert (done.status, done.page.has("#done")) == (200, True), (code, done.page.text)
        deed = helpdesk.deeds("staff-acted")[-1]
        assert (deed.actor_id, deed.subject_id) == (fatima, helpdesk.people[name])
        assert deed.details["operation"] == operation
        assert deed.details["reference"] == "T-42"
        if code != "sign-out-everywhere":
            assert len(helpdesk.mails()) == before + 1, code
    with ground.database.reading() as session:
        assert eid_standing.standing(session, helpdesk.people["chris"]) is None
        assert session.get_one(PersonRow, helpdesk.people["chris"]).erasure_due_at is None


def test_a_reason_is_a_word_and_a_ticket_never_a_name(helpdesk: Helpdesk) -> None:
    browser = helpdesk.at(helpdesk.person("chris", "send-recovery"))
    wrong: tuple[dict[str, str], ...] = (
        {},
        {"reason": "person-asked"},
        {"reason": "person-asked", "reference": "Chris Demeyer"},
        {"reason": "person-asked", "reference": "85061512390"},
        {"reason": "because", "reference": "T-1"},
    )

    for sent in wrong:
        answer = browser.post(helpdesk.person("chris", "send-recovery"), **sent)
        assert (answer.status, answer.page.has(".error-summary")) == (422, True), sent
        assert answer.page.one("#reference").attributes["value"] == sent.get("reference", "")
    assert helpdesk.deeds("staff-acted") == []


def test_an_account_is_erased_by_two_people_only(helpdesk: Helpdesk) -> None:
    chris, path = helpdesk.people["chris"], helpdesk.person("chris", "anonymise")
    fatima = helpdesk.at(path)

    asked = fatima.post(path, reason="deceased", reference="T-7")

    assert (asked.status, asked.page.has("#done")) == (200, True), asked.page.text
    again = fatima.get(path).post(path, reason="deceased", reference="T-7")
    assert (again.status, again.page.one("#problem").attributes["data-code"]) == (409, "already-asked-for")
    with helpdesk.ground.database.reading() as session:
        assert session.get_one(PersonRow, chris).status == PersonStatus.ACTIVE
    assert helpdesk.approve().page.has("#done")
    with helpdesk.ground.database.reading() as session:
        assert session.get_one(PersonRow, chris).status == PersonStatus.ANONYMISED
    gone = fatima.get(helpdesk.person("chris"))
    assert (gone.status, gone.page.has("#acts")) == (200, False)
    assert fatima.get(path).status == 404
    assert "demeyer" not in gone.page.text.lower()


def test_an_accreditation_is_added_corrected_and_taken_away_by_hand(helpdesk: Helpdesk) -> None:
    chris, dora = helpdesk.people["chris"], helpdesk.people["dora"]
    with helpdesk.ground.database.reading() as session:
        held = session.scalars(select(AccreditationRow.id).where(AccreditationRow.person_id == chris)).one()
    why = {"reason": "document-seen", "reference": "DOC-9"}
    path = helpdesk.person("chris", "accreditations", held)
    browser = helpdesk.at(path)

    suspended = browser.post(path, status="suspended", number="999999", **why)
    assert (suspended.status, suspended.page.has("#done")) == (200, True), suspended.page.text
    with helpdesk.ground.database.reading() as session:
        row = session.get_one(AccreditationRow, held)
        # Which one it is cannot be changed by correcting it.
        assert (row.status, row.number, row.source) == ("suspended", "500123", "helpdesk")

    taken = {"kind": "be.biv", "number": "500123", "list": "tableau", "column": "intermediary", "status": "active"}
    add = helpdesk.person("dora", "accreditations", "add")
    refused = browser.get(add).post(add, **taken, **why)
    assert (refused.status, refused.page.one("#problem").attributes["data-code"]) == (409, "accreditation-number-taken")

    browser.get(f"{path}/take-away").post(f"{path}/take-away", reason="wrong-account", reference="DOC-10")
    assert browser.page.has("#done")
    added = browser.get(add).post(add, **taken, valid_from="2026-01-31", **why)
    assert added.page.has("#done"), added.page.text
    with helpdesk.ground.database.reading() as session:
        assert session.scalars(select(AccreditationRow.person_id)).all() == [dora]
    references = [deed.details["reference"] for deed in helpdesk.deeds("accreditation-corrected")]
    assert references == ["DOC-9", "DOC-10", "DOC-9"]
    late = browser.get(add).post(add, **taken, valid_from="2026-02-31", valid_until="soon", **why)
    assert (late.status, len(late.page.all(".field-error"))) == (422, 2)


def test_what_gives_power_wants_a_sign_in_of_these_minutes_and_keeps_the_form(helpdesk: Helpdesk) -> None:
    add, evidence = helpdesk.person("dora", "accreditations", "add"), helpdesk.organisation("evidence")
    browser = helpdesk.ground.browser("fatima.helpdesk")
    browser.signs_in_ago = timedelta(minutes=6)
    browser.get("/helpdesk")
    browser.signs_in_ago = timedelta(0)

    asked = browser.post(add, kind="be.biv", number="500777", status="active", reason="document-seen", reference="D-1")

    assert (asked.url, asked.sign_ins, asked.page.one("#number").attributes["value"]) == (add, 2, "500777")
    assert helpdesk.deeds("accreditation-corrected") == []
    browser.post(add, kind="be.biv", number="500777", status="active", reason="document-seen", reference="D-1")
    assert browser.page.has("#done")
    late = helpdesk.ground.browser("ismael.helpdesk")
    late.signs_in_ago = timedelta(minutes=6)
    late.get("/helpdesk")
    late.signs_in_ago = timedelta(0)
    late.post(evidence, source="bank-transfer", reason="organisation-asked", reference="E-1")
    assert (late.url, late.page.one("#reference").attributes["value"]) == (evidence, "E-1")
    assert helpdesk.row().evidence_level == 0


def test_what_is_not_theirs_or_not_there_is_not_found(helpdesk: Helpdesk) -> None:
    browser = helpdesk.at("/helpdesk")
    with helpdesk.ground.database.reading() as session:
        held = session.scalars(select(AccreditationRow.id)).one()
    paths = (
        *("/helpdesk/people/usr_nobody", "/helpdesk/people/usr_nobody/anonymise", helpdesk.person("chris", "promote")),
        *(
            helpdesk.person("dora", "accreditations", held),
            helpdesk.person("dora", "accreditations", held, "take-away"),
        ),
        *("/helpdesk/organisations/org_x", "/helpdesk/organisations/org_x/evidence", "/helpdesk/disputes/dsp_x"),
        *(helpdesk.organisation("managers", "mem_x"), "/helpdesk/people/usr_nobody/history"),
    )

    for path in paths:
        assert browser.get(path).status == 404, path


def test_a_provider_that_is_away_leaves_the_page_and_says_so(helpdesk: Helpdesk) -> None:
    browser = helpdesk.at(helpdesk.person("chris", "send-recovery"))
    token = browser.form_token
    issuer = helpdesk.ground.services.settings.issuer
    found = helpdesk.ground.app.extensions["provider"]
    found.load_server_metadata()
    object.__setattr__(helpdesk.ground.services.settings, "issuer", "http://127.0.0.1:9")
    try:
        shown = browser.portal.get(helpdesk.person("chris"))
        sent = browser.portal.post(helpdesk.person("chris", "send-recovery"), data={"csrf_token": token, **ASKED})
    finally:
        object.__setattr__(helpdesk.ground.services.settings, "issuer", issuer)

    assert (shown.status_code, "sign-in-unknown" in shown.text) == (200, True)
    assert (sent.status_code, 'data-code="unavailable"' in sent.text, "T-42" in sent.text) == (503, True, True)


def test_the_page_costs_the_same_however_much_there_is(helpdesk: Helpdesk) -> None:
    browser, path = helpdesk.at(helpdesk.person("chris")), helpdesk.person("chris", "history")
    assert browser.get(path).status == 200

    with counted(helpdesk.ground.database) as asked:
        browser.portal.get(path)

    assert len(asked) <= 12, asked
