"""The identity card at the account (A12, E1, E3, E6): linked after a fresh proof, shown before it is stored."""

from pathlib import Path

import pytest

from core.infra.ids import digest
from core.infra.store.interface import Kind
from core.people.national_number import NationalNumber
from core.people.profile_editing import own_profile
from core.people.tables import EidLinkRow
from idp import session as sso
from idp.eid.card.software.holders import HOLDERS
from idp.wiring import Services
from tests.support.card_holder import AtPage, CardDesk, believing, link_to
from tests.support.sign_in import Browser
from tests.support.tools import Office

OVERVIEW, LINK, CONFIRM = "/account/eid", "/account/eid/link", "/account/eid/confirm"


@pytest.fixture
def services(services: Services, desk: CardDesk, tmp_path: Path) -> Services:
    """Return services that believe the test cards."""
    return believing(services, desk, tmp_path / "roots")


def at_page(browser: Browser) -> AtPage:
    """Sign in, prove it, and be at the page that reads the card."""
    browser.get("/account/sign-in").sign_in()
    return AtPage(browser.get(LINK).sign_in())


def sid(services: Services, browser: Browser) -> str:
    found = sso.find(services.store, browser.cookie("immo-idp"), services.clock.now())
    assert found is not None
    return found.sid


def number_of(services: Services, person_id: str) -> str | None:
    with services.database.reading() as session:
        row = session.get(EidLinkRow, person_id)
    return None if row is None else row.number_digest


def test_card_is_linked_after_a_proof_and_a_look_at_what_is_stored(
    browser: Browser, services: Services, office: Office, desk: CardDesk
) -> None:
    page = at_page(browser)
    assert browser.url == LINK

    page.go_on(page.present(desk.card(3)))
    assert browser.url == CONFIRM
    assert number_of(services, office.anna) is None
    browser.press("#store-eid")

    assert browser.url == f"{OVERVIEW}?done=eid-linked"
    assert browser.page.has("#eid-linked")
    number = NationalNumber.parse(HOLDERS[2].national_number)
    assert number_of(services, office.anna) == services.number_keys.close(number).digest
    assert HOLDERS[2].national_number not in browser.page.text
    with services.database.reading() as session:
        own = own_profile(session, office.anna)
    assert own.profile.details.place_of_birth == HOLDERS[2].place_of_birth
    assert own.profile.details.street_address == HOLDERS[2].street
    assert "birthdate" in own.locked and "street_address" not in own.locked


def test_linked_card_that_is_read_again_is_not_told_as_a_link(
    browser: Browser, services: Services, office: Office, desk: CardDesk
) -> None:
    page = at_page(browser)
    page.go_on(page.present(desk.card(3))).press("#store-eid")
    number = number_of(services, office.anna)

    page = AtPage(browser.get(LINK))
    page.go_on(page.present(desk.card(3))).press("#store-eid")

    assert browser.url == f"{OVERVIEW}?done=eid-read-again"
    assert browser.page.has("#eid-linked")
    assert number_of(services, office.anna) == number


def test_linked_card_opens_the_account(browser: Browser, stranger: Browser, desk: CardDesk) -> None:
    page = at_page(browser)
    page.go_on(page.present(desk.card(3))).press("#store-eid")

    stranger.get("/account/sign-in")
    door = AtPage(stranger.get(stranger.page.one("#eid-login").attributes["href"]))
    door.go_on(door.present(desk.card(3)))

    assert stranger.url == "/account/profile"


def test_running_session_alone_reads_no_card(browser: Browser, services: Services) -> None:
    """What a stolen session must not do."""
    browser.get("/account/sign-in").sign_in()

    browser.get(LINK)
    assert browser.page.has("#login")
    response = browser.client.get("/eid/challenge?purpose=link")
    assert (response.status_code, response.get_json()) == (409, {"problem": "challenge-gone", "next": LINK})


def test_proof_that_is_too_old_gives_no_challenge(browser: Browser, services: Services) -> None:
    page = at_page(browser)
    services.store.delete(Kind.PROOF, digest(sid(services, browser)))

    assert browser.client.get(page.told["data-challenge"]).status_code == 409
    assert browser.get(LINK).page.has("#login")


def test_proof_may_end_while_the_card_is_being_read(browser: Browser, services: Services, desk: CardDesk) -> None:
    """The challenge that was given after it is good for minutes of its own; nobody proves twice for one card."""
    page = at_page(browser)
    asked = page.challenge()
    services.store.delete(Kind.PROOF, digest(sid(services, browser)))

    assert page.go_on(page.post(desk.card(3), asked)).page.has("#store-eid")


def test_nobody_signed_in_gets_neither_page_nor_challenge(browser: Browser) -> None:
    for url in (OVERVIEW, LINK, CONFIRM):
        assert browser.get(url).page.has("#login"), url
    assert browser.client.get("/eid/challenge?purpose=link").get_json()["next"] == LINK
    posted = browser.client.post("/eid/link", json={"csrf": "x", "token": {}})
    assert (posted.status_code, posted.get_json()["next"]) == (409, LINK)


@pytest.mark.parametrize("csrf", [None, "", "x.y"])
def test_answer_without_the_token_of_its_page_is_refused(
    browser: Browser, services: Services, desk: CardDesk, csrf: object
) -> None:
    page = at_page(browser)
    asked = page.challenge()

    response = page.post(desk.card(3), asked, csrf=csrf)

    assert response.status_code == 409
    assert browser.get(CONFIRM).url == OVERVIEW


def test_what_waits_is_one_browsers(browser: Browser, stranger: Browser, desk: CardDesk) -> None:
    """Another session of the same person sees nothing of it."""
    page = at_page(browser)
    page.go_on(page.present(desk.card(3)))

    stranger.get("/account/sign-in").sign_in()

    assert stranger.get(CONFIRM).url == OVERVIEW


def test_confirmation_is_of_the_card_that_was_shown(
    browser: Browser, services: Services, office: Office, desk: CardDesk
) -> None:
    """A couple at one computer: in another window another card was read, which nobody has looked at yet."""
    page = at_page(browser)
    page.go_on(page.present(desk.card(3)))
    fields = browser.fields("#store-eid")
    page.present(desk.card(1))

    for posted in (fields, {name: value for name, value in fields.items() if name != "card"}):
        browser.post(CONFIRM, data=posted)
        assert browser.url == CONFIRM
        assert number_of(services, office.anna) is None

    assert HOLDERS[0].family_name in browser.page.text
    browser.press("#store-eid")
    number = NationalNumber.parse(HOLDERS[0].national_number)
    assert number_of(services, office.anna) == services.number_keys.close(number).digest


def test_confirmation_counts_once_and_needs_its_token(
    browser: Browser, services: Services, office: Office, desk: CardDesk
) -> None:
    page = at_page(browser)
    page.go_on(page.present(desk.card(3)))
    fields = browser.fields("#store-eid")

    browser.post(CONFIRM, data={**fields, "csrf_token": "x.y"})
    assert browser.error_code == "form-token-invalid"
    browser.post(CONFIRM, data={**fields, "decision": "again"})
    assert browser.url == LINK
    browser.post(CONFIRM, data=fields)

    assert browser.url == OVERVIEW
    assert number_of(services, office.anna) is None


def test_card_of_the_holder_of_another_account_is_refused(
    browser: Browser, services: Services, office: Office, desk: CardDesk
) -> None:
    link_to(services, office.bert, desk.card(3))
    page = at_page(browser)

    response = page.present(desk.card(3))

    assert (response.status_code, response.get_json()["problem"]) == (422, "linked-to-other-account")
    assert browser.get(response.get_json()["next"]).status == 200
    assert number_of(services, office.anna) is None


def test_account_stays_with_its_holder(browser: Browser, services: Services, office: Office, desk: CardDesk) -> None:
    """Another person's card does not replace the one that is linked."""
    link_to(services, office.anna, desk.card(1))
    before = number_of(services, office.anna)
    page = at_page(browser)

    response = page.present(desk.card(3))

    assert (response.status_code, response.get_json()["problem"]) == (422, "other-holder")
    assert number_of(services, office.anna) == before


def test_renewed_card_is_read_in_again(browser: Browser, services: Services, office: Office, desk: CardDesk) -> None:
    link_to(services, office.anna, desk.card(3))
    assert browser.get(OVERVIEW).sign_in().page.has("#renew-eid")
    page = AtPage(browser.get(LINK).sign_in())

    page.go_on(page.present(desk.card(3))).press("#store-eid")

    with services.database.reading() as session:
        assert "birthdate" in own_profile(session, office.anna).locked


def test_tab_about_signing_in_says_how_the_card_stands(
    browser: Browser, services: Services, office: Office, desk: CardDesk
) -> None:
    browser.get("/account/sign-in").sign_in()
    before = browser.get("/account/security").page.text
    link_to(services, office.anna, desk.card(1))
    after = browser.get("/account/security").page.text

    assert "Not linked" in before
    assert "Linked since 2 November 2026" in after


def test_device_says_that_the_card_signed_in(
    browser: Browser, services: Services, office: Office, desk: CardDesk
) -> None:
    link_to(services, office.anna, desk.card(1))
    browser.get("/account/sign-in")
    door = AtPage(browser.get(browser.page.one("#eid-login").attributes["href"]))
    door.go_on(door.present(desk.card(1)))

    assert "identity card" in browser.get("/account/devices").page.text
