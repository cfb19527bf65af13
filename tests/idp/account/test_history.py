"""My history (A19): sentences and no internals, newest first, page by page, nobody else's."""

import re

import pytest

from core.infra import audit
from core.infra.clock import FixedClock
from core.organisations import employees
from core.organisations.enrolment import request_membership
from core.organisations.rules import MemberDetails
from idp.account.history_sentences import NOT_OF_PEOPLE, SENTENCES
from idp.wiring import Services
from tests.support.audit_actions import recorded_actions
from tests.support.sign_in import Browser
from tests.support.tools import Office

FORMS = re.compile(r"%\((\w+)\)s")


def signed_in(browser: Browser, username: str = "anna.peeters") -> Browser:
    return browser.get("/account/history").sign_in(username)


def entries(browser: Browser) -> list[str]:
    return [" ".join(element.text.split()) for element in browser.page.all(".history-entry")]


def record(services: Services, action: str, person_id: str, *, by: str | None = None, count: int = 1) -> None:
    with services.database.transaction() as session:
        for _ in range(count):
            audit.record(session, action=action, actor_id=by, subject_id=person_id, now=services.clock.now())


def test_every_action_of_the_product_has_a_sentence() -> None:
    """Whoever records something new about people says here how it reads."""
    actions = recorded_actions()

    assert len(actions) > 40
    missing = {action: files for action, files in actions.items() if action not in {*SENTENCES, *NOT_OF_PEOPLE}}
    assert missing == {}


def test_no_sentence_is_about_what_nobody_records() -> None:
    assert (set(SENTENCES) | NOT_OF_PEOPLE) - set(recorded_actions()) == set()


def test_sentences_name_organisations_and_tools_only() -> None:
    used = {name for found in SENTENCES.values() for text in (found.own, found.about) for name in FORMS.findall(text)}

    assert used == {"organisation", "tool"}


def test_history_reads_as_sentences_newest_first(browser: Browser, clock: FixedClock) -> None:
    found = entries(signed_in(browser))

    assert found[0].startswith("You signed in to Immo-Connect. You, 2 November 2026, 10:00")
    assert "You added Noord BV and became its manager. You, 2 November 2026, 10:00" in found
    assert "You registered Atlas for Noord BV. You, 2 November 2026, 10:00" in found
    assert found[-1].startswith("Your account was created.")


def test_sign_in_at_a_tool_names_the_tool(browser: Browser, office: Office) -> None:
    browser.authorize("atlas").sign_in().start(office.noord_atlas)

    found = entries(browser.get("/account/history"))

    assert found[0].startswith("You allowed Atlas to receive data about you.")
    assert found[1].startswith("You signed in to Atlas.")


def test_what_a_manager_did_is_said_without_a_name(
    browser: Browser, stranger: Browser, office: Office, services: Services
) -> None:
    now = services.clock.now()
    with services.database.transaction() as session:
        waiting = request_membership(session, office.noord, by=office.bert, details=MemberDetails(), now=now)
        employees.confirm(session, waiting.id, by=office.anna, details=MemberDetails(), now=now)

    his = entries(signed_in(stranger, "bert.janssens").get("/account/history?language=en"))
    hers = entries(signed_in(browser))

    assert any(line.startswith("You were confirmed as a member of Noord BV. A manager of Noord BV, ") for line in his)
    assert any(line.startswith("You confirmed a member of Noord BV. You, ") for line in hers)
    assert "Anna" not in " ".join(his)


def test_what_nobody_in_particular_did_is_the_products_or_the_helpdesks(
    browser: Browser, office: Office, services: Services
) -> None:
    record(services, "accreditation-changed", office.anna)
    with services.database.transaction() as session:
        audit.record(
            session,
            action="person-details-changed",
            actor_id=None,
            subject_id=office.anna,
            details={"cause": "helpdesk-request"},
            now=services.clock.now(),
        )

    _, helpdesk, product = entries(signed_in(browser))[:3]

    assert "The helpdesk, " in helpdesk
    assert "Immo-Connect, " in product


@pytest.mark.parametrize("action", ["person-deleted", "person-anonymised"])
def test_whoever_gave_up_another_account_does_not_read_that_theirs_is_gone(
    browser: Browser, office: Office, services: Services, action: str
) -> None:
    record(services, action, office.bert, by=office.anna)

    [said] = [line for line in entries(signed_in(browser)) if "account" in line and "was created" not in line]

    assert "The account that was merged into this one no longer exists." in said


def test_unknown_action_has_a_neutral_sentence(browser: Browser, office: Office, services: Services) -> None:
    """A row that a later release wrote must not break the page, nor show its inside."""
    record(services, "something-of-tomorrow", office.anna)

    found = entries(signed_in(browser))

    assert found[1].startswith("Something was changed in your account.")
    assert "something-of-tomorrow" not in browser.page.text


def test_pages_follow_each_other_without_gap_or_repetition(
    browser: Browser, office: Office, services: Services
) -> None:
    """Many deeds of one moment: the order is that of their identifiers."""
    record(services, "password-changed", office.anna, by=office.anna, count=120)
    seen: list[str] = []

    signed_in(browser)
    for _page in range(10):
        seen += entries(browser)
        if not browser.page.has("#older"):
            break
        browser.get(browser.page.one("#older").attributes["href"])

    assert sum(line.startswith("Your password was changed.") for line in seen) == 120
    assert seen[-1].startswith("Your account was created.")
    assert browser.page.has("#newest")


def test_stretch_after_a_deed_of_somebody_else_is_not_given(
    browser: Browser, office: Office, services: Services
) -> None:
    """Its time would tell when somebody else did something."""
    with services.database.transaction() as session:
        foreign = audit.record(
            session, action="signed-out", actor_id=office.bert, subject_id=office.bert, now=services.clock.now()
        )
    newest = entries(signed_in(browser))

    for before in (foreign, "nonsense", "'; --", "\x00"):
        assert entries(browser.get("/account/history", query_string={"before": before})) == newest


def test_nobody_sees_the_history_of_others(stranger: Browser, office: Office, services: Services) -> None:
    record(services, "password-recovered", office.anna, by=office.anna)

    his = entries(signed_in(stranger, "bert.janssens").get("/account/history?language=en"))
    assert len(his) >= 2
    assert not any("forgotten" in line for line in his)


@pytest.mark.parametrize("language", ["nl", "fr", "en"])
def test_page_has_no_internals_in_any_language(browser: Browser, office: Office, language: str) -> None:
    browser.authorize("atlas").sign_in().start(office.noord_atlas)

    html = browser.get("/account/history", query_string={"language": language}).page.text

    for inside in (office.anna, office.noord, "evt_", "client_id", "signed-in", "openid"):
        assert inside not in html


def test_account_is_for_the_signed_in(browser: Browser) -> None:
    assert browser.get("/account/history").page.has("#login")
