"""My accreditations over HTTP: one's own with state, source and use; the other kinds; what to do without (A14)."""

from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from core.accreditations.holders import Entry, enter
from core.accreditations.queries import LastInquiry, MyAccreditation
from core.accreditations.rules import GRACE, AccreditationStatus, StatusReason
from core.infra.clock import FixedClock
from idp.account.accreditations_page import inquiry_in_words, state
from idp.demo import kinds
from idp.wiring import Services
from tests.support.cards import link_card
from tests.support.ground import START
from tests.support.html_page import Element, Page
from tests.support.sign_in import Browser
from tests.support.tools import Office

URL = "/account/accreditations"
TODAY = date(2026, 11, 2)


def cards(page: Page) -> list[Element]:
    return page.all("li.accreditation")


def opened(browser: Browser, username: str = "anna.peeters", password: str | None = None) -> Page:
    browser.get(f"{URL}?language=en")
    return (browser.sign_in(username) if password is None else browser.sign_in(username, password)).page


def give(services: Services, office: Office, number: str, **changes: object) -> str:
    with services.database.transaction() as session:
        kinds.load(session)
        entry = Entry(
            kind=kinds.BIV, number=number, list="tableau", column="intermediary", status=AccreditationStatus.ACTIVE,
            source="helpdesk",
        )  # fmt: skip
        for name, value in changes.items():
            object.__setattr__(entry, name, value)
        return enter(session, office.anna, entry, by=None, now=services.clock.now())


def test_manager_sees_what_is_theirs_and_what_rests_on_it(demo: Services, idp: Callable[[], FlaskClient]) -> None:
    page = opened(Browser(idp()), "demo.manager", "demo-Immo-2026")

    (card,) = cards(page)
    assert "500123" in card.text and "In force" in card.text
    assert "List of holders, column of intermediaries" in card.text
    assert "Immo Demo Noord BV: CadastreFinder" in card.text and "Immo Demo Noord BV: MyRent Pro" in card.text
    others = page.one("section.other-kinds").text
    assert "Notary" in others and "Chartered surveyor" in others
    assert "estate agent" not in others, "what is held is no other kind"
    assert "IPAV" not in page.text, "an alias is no kind"


def test_lapsed_one_says_so_and_what_is_suspended_with_it(demo: Services, idp: Callable[[], FlaskClient]) -> None:
    page = opened(Browser(idp()), "demo.lapsed", "demo-Immo-2026")

    (card,) = cards(page)
    assert "Lapsed" in card.text and "In force" not in card.text
    assert "Immo Demo Zuid SRL: CadastreFinder" in card.text and "Suspended." in card.text


def test_who_has_no_eid_is_led_to_linking_it(demo: Services, idp: Callable[[], FlaskClient]) -> None:
    page = opened(Browser(idp()), "demo.newcomer", "demo-Immo-2026")

    assert cards(page) == []
    nothing = page.one("#no-accreditation")
    assert "Link your identity card" in nothing.text
    (link,) = [element for element in nothing.walk() if element.tag == "a"]
    assert link.attributes["href"] == "/account/eid"
    assert "CadastreFinder, Estate agent: to register the tool; to use it, yours or a colleague's" in page.text


def test_who_has_an_eid_and_nothing_was_found_is_led_to_the_helpdesk(
    browser: Browser, services: Services, office: Office
) -> None:
    with services.database.transaction() as session:
        link_card(session, office.anna, now=services.clock.now())

    nothing = opened(browser).one("#no-accreditation")

    assert "No accreditation was found for you" in nothing.text
    (link,) = [element for element in nothing.walk() if element.tag == "a"]
    assert link.attributes["href"] == f"mailto:{services.settings.support.address}"


def test_nobody_sees_those_of_others(browser: Browser, stranger: Browser, services: Services, office: Office) -> None:
    give(services, office, "500999")

    assert len(cards(opened(browser))) == 1
    assert cards(opened(stranger, "bert.janssens")) == []
    assert "500999" not in stranger.page.text


def test_source_and_day_are_told(browser: Browser, services: Services, office: Office) -> None:
    give(services, office, "500001", valid_until=date(2027, 12, 31))
    give(services, office, "500002", source="biv-register", list="trainees", column=None)
    give(services, office, "500003", list="unheard-of", column=None)

    first, second, third = cards(opened(browser))

    assert "Entered by the helpdesk on 2 November 2026" in first.text and "Valid until 31 December 2027" in first.text
    assert "The register said so on 2 November 2026" in second.text and "Without an end date" in second.text
    assert "List of trainees" in second.text
    assert "Unheard-of" in third.text
    assert "No organisation's registration of a tool rests on it." in first.text


@pytest.mark.parametrize(
    ("status", "valid_from", "valid_until", "asked", "expected"),
    [
        (AccreditationStatus.ACTIVE, None, None, timedelta(0), ("In force", "active")),
        (AccreditationStatus.ACTIVE, TODAY, TODAY, timedelta(0), ("In force", "active")),
        (AccreditationStatus.ACTIVE, None, TODAY - timedelta(days=1), timedelta(0), ("Lapsed", "closed")),
        (AccreditationStatus.ACTIVE, TODAY + timedelta(days=1), None, timedelta(0), ("Not yet in force", "waiting")),
        (AccreditationStatus.GRACE, None, None, timedelta(days=1), ("In force, being checked", "waiting")),
        (AccreditationStatus.GRACE, None, None, GRACE, ("No longer confirmed by its register", "closed")),
        (AccreditationStatus.SUSPENDED, None, None, timedelta(0), ("Suspended", "closed")),
        (AccreditationStatus.LAPSED, None, None, timedelta(0), ("Lapsed", "closed")),
    ],
)
def test_state_is_a_word_a_colour_and_a_shape(
    idp_app: Flask,
    clock: FixedClock,
    status: AccreditationStatus,
    valid_from: date | None,
    valid_until: date | None,
    asked: timedelta,
    expected: tuple[str, str],
) -> None:
    held = MyAccreditation(
        id="acr_1", kind="be.biv", number="500001", list=None, column=None, status=status, source="test",
        valid_from=valid_from, valid_until=valid_until, checked_at=START - asked,
    )  # fmt: skip

    with idp_app.test_request_context("/?language=en"):
        found = state(held, now=clock.now())

    assert (found.text, found.kind) == expected
    assert found.icon


@pytest.mark.parametrize(
    ("reason", "expected"),
    [
        (StatusReason.NOT_IN_REGISTER, "No longer in its register"),
        (StatusReason.REGISTER_SILENT, "No longer confirmed by its register"),
        (StatusReason.LAST_DAY_PASSED, "Lapsed"),
        (StatusReason.CORRECTED, "Lapsed"),
    ],
)
def test_lapse_says_why_where_that_is_known(
    idp_app: Flask, clock: FixedClock, reason: StatusReason, expected: str
) -> None:
    held = MyAccreditation(
        id="acr_1", kind="be.biv", number="500001", list=None, column=None, status=AccreditationStatus.LAPSED,
        source="register", valid_from=None, valid_until=None, checked_at=START, status_reason=reason,
    )  # fmt: skip

    with idp_app.test_request_context("/?language=en"):
        assert state(held, now=clock.now()).text == expected


def test_page_says_when_the_registers_were_last_asked(demo: Services, idp: Callable[[], FlaskClient]) -> None:
    """Signing in asked them: the card of this person is linked."""
    page = opened(Browser(idp()), "demo.manager", "demo-Immo-2026")

    (card,) = cards(page)
    assert "The registers were last asked about you on 2 November 2026, 10:00." in page.one("#last-asked").text
    assert "The register said so on 2 November 2026" in card.text


def test_nobody_without_a_card_was_asked_about(demo: Services, idp: Callable[[], FlaskClient]) -> None:
    page = opened(Browser(idp()), "demo.lapsed", "demo-Immo-2026")

    assert page.all("#last-asked") == []


@pytest.mark.parametrize("answered", [None, START - timedelta(days=1)])
def test_register_that_did_not_answer_is_no_secret(idp_app: Flask, answered: datetime | None) -> None:
    with idp_app.test_request_context("/?language=en"):
        said = inquiry_in_words(LastInquiry(START, answered))

    assert said == "On 2 November 2026, 10:00 a register did not answer. It is asked again by itself."
