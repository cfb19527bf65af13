"""The way into the account: signing in for a page of ours and back, and the proof before what is sensitive."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from core.infra.audit import AuditRow
from core.infra.clock import FixedClock
from core.infra.ids import digest
from core.infra.store.interface import Kind
from core.people.rules import AddressState
from core.people.tables import EmailAddressRow
from idp import session as sso
from idp.oidc.request import LocalRequest
from idp.session import PROOF_LIFE
from idp.wiring import Services
from tests.support.sign_in import Browser
from tests.support.tools import Office

# A page of the account that anybody who is signed in may see, and one that wants a fresh proof.
PAGE = "/account/devices"
PROVEN = "/account/security/email"


def sid(services: Services, browser: Browser) -> str:
    """Return the name of the session in a browser."""
    found = sso.find(services.store, browser.cookie("immo-idp"), services.clock.now())
    assert found is not None
    return found.sid


def has_proof(services: Services, browser: Browser) -> bool:
    return services.store.get(Kind.PROOF, digest(sid(services, browser))) is not None


def test_page_sends_somebody_unknown_to_sign_in_and_back(browser: Browser) -> None:
    browser.get(PAGE)
    assert browser.page.has("#login")

    browser.sign_in()

    assert (browser.url, browser.status) == (PAGE, 200)


def test_address_of_the_account_is_its_first_page(browser: Browser) -> None:
    browser.get("/account/sign-in").sign_in()

    assert browser.url == "/account/profile"


def test_somebody_signed_in_is_not_asked_again(browser: Browser) -> None:
    browser.get(PAGE).sign_in()

    assert browser.get("/account/sign-in").url == "/account/profile"
    assert browser.get("/account/register").url == "/account/profile"


def test_registering_without_a_tool_begins_at_its_form(browser: Browser) -> None:
    assert browser.get("/account/register").page.has("#create-account")


def test_cancelling_leads_to_the_front_door(browser: Browser) -> None:
    browser.get(PAGE).press("#cancel")

    assert browser.url == "/"


def test_query_of_the_page_survives_the_sign_in(browser: Browser) -> None:
    browser.get(f"{PAGE}?done=saved&x=%C3%A9+b").sign_in()

    assert browser.url == f"{PAGE}?done=saved&x=%C3%A9+b"


def test_form_of_somebody_whose_session_is_over_comes_back_to_its_page(browser: Browser) -> None:
    browser.get("/account/security/password").sign_in()
    form, fields = browser.form("#save-password"), browser.fields("#save-password")
    browser.get("/end_session").press("#sign-out")

    browser.post(*form, data=fields).sign_in()

    assert (browser.url, browser.status) == ("/account/security/password", 200)


def test_form_without_a_page_of_its_own_comes_back_to_the_page_above(browser: Browser) -> None:
    browser.post("/account/security/passkeys/unknown/nothing", data={})
    assert browser.error_code == "not-found"

    browser.post("/account/security/email/code", data={}).sign_in().sign_in()

    assert browser.url == "/account/security/email"


@pytest.mark.parametrize(
    "elsewhere", ["//evil.example/x", "https://evil.example/", "account", "/\\evil.example", "/a\nb"]
)
def test_way_back_leads_nowhere_else(elsewhere: str) -> None:
    with pytest.raises(ValueError, match="path of ours"):
        LocalRequest(elsewhere)


@pytest.mark.parametrize("path", ["//evil.example/account", "/account//evil.example", "/account/\\evil.example"])
def test_addresses_that_look_like_others_lead_nowhere_else(browser: Browser, path: str) -> None:
    browser.get(path)

    assert browser.location is None


def test_earlier_sign_in_is_no_proof(browser: Browser, services: Services) -> None:
    browser.get(PAGE).sign_in()
    assert not has_proof(services, browser)

    browser.get(PROVEN)

    assert browser.page.has("#login")
    assert browser.page.one("#username").attributes["value"] == "anna.peeters"
    assert not browser.page.has("#register")


def test_proof_opens_the_page_for_five_minutes(browser: Browser, services: Services, clock: FixedClock) -> None:
    browser.get(PAGE).sign_in().get(PROVEN).sign_in()
    assert browser.url == PROVEN
    assert browser.get(PROVEN).url == PROVEN

    # What the store keeps ends by the clock of the machine, which no test moves.
    assert timedelta(minutes=5) == PROOF_LIFE
    services.store.delete(Kind.PROOF, digest(sid(services, browser)))

    assert browser.get(PROVEN).page.has("#login")


def test_proof_is_that_of_whoever_proved(browser: Browser, services: Services, office: Office) -> None:
    """Somebody else who signs in has their own account before them, and the first one's session is over."""
    browser.get(PAGE).sign_in("anna.peeters")
    first = sid(services, browser)

    browser.get(PROVEN).sign_in("bert.janssens")

    session = sso.find(services.store, browser.cookie("immo-idp"), services.clock.now())
    assert session is not None and session.person_id == office.bert
    assert services.store.get(Kind.PROOF, digest(first)) is None
    assert has_proof(services, browser)


def test_cancelled_proof_leads_to_the_account(browser: Browser, services: Services) -> None:
    browser.get(PAGE).sign_in().get(PROVEN).press("#cancel")

    assert browser.url == "/account/profile"
    assert not has_proof(services, browser)


def test_wrong_password_proves_nothing(browser: Browser, services: Services) -> None:
    browser.get(PAGE).sign_in().get(PROVEN).sign_in(password="not the one")

    assert browser.status == 422
    assert not has_proof(services, browser)


def test_signing_in_for_a_tool_proves_nothing(browser: Browser, services: Services) -> None:
    browser.authorize("plain").sign_in()

    assert not has_proof(services, browser)


def test_account_without_an_activated_address_is_led_to_its_code(
    browser: Browser, services: Services, office: Office
) -> None:
    browser.get(PAGE).sign_in()
    with services.database.transaction() as session:
        pending = update(EmailAddressRow).where(EmailAddressRow.person_id == office.anna)
        session.execute(pending.values(state=AddressState.PENDING, verified_at=None))

    assert browser.get(PAGE).page.has("#activation-code")


def test_expired_way_in_leads_back_to_its_page(browser: Browser, clock: FixedClock) -> None:
    browser.get(PAGE)
    clock.advance(timedelta(minutes=30))

    browser.sign_in()

    assert (browser.status, browser.error_code) == (410, "interaction-over")
    assert browser.page.one("#back").attributes["href"] == PAGE


def test_interaction_of_another_browser_tells_nothing(browser: Browser, stranger: Browser) -> None:
    browser.get(PAGE)

    stranger.get(browser.url)

    assert stranger.error_code == "interaction-elsewhere"
    assert PAGE not in stranger.page.body


def test_menu_signs_out_at_once(browser: Browser, services: Services, office: Office) -> None:
    browser.get(PAGE).sign_in().press("#sign-out")

    assert browser.page.has("#signed-out")
    assert browser.cookie("immo-idp") is None
    with services.database.reading() as session:
        ended = select(AuditRow).where(AuditRow.action == "signed-out", AuditRow.subject_id == office.anna)
        assert len(session.scalars(ended).all()) == 1


def test_signing_out_needs_the_form_of_this_session(browser: Browser) -> None:
    browser.get(PAGE).sign_in()

    browser.post("/account/sign-out", data={"csrf_token": "x"})

    assert browser.error_code == "form-token-invalid"
    assert browser.get(PAGE).url == PAGE


def test_notice_is_one_of_ours_or_none(browser: Browser) -> None:
    browser.get(PAGE).sign_in()

    assert browser.get(f"{PAGE}?done=saved").page.one("#done").attributes["role"] == "status"
    assert not browser.get(f"{PAGE}?done=<b>call+this+number</b>").page.has("#done")


def test_language_chosen_on_the_account_is_kept_for_the_person(browser: Browser, stranger: Browser) -> None:
    browser.get(PAGE).sign_in().get(f"{PAGE}?language=fr")

    stranger.get(PAGE).sign_in()

    assert stranger.page.language == "fr"


def test_tabs_and_menu_lead_to_every_part(browser: Browser) -> None:
    browser.get(PAGE).sign_in()

    tabs = [e.attributes["href"] for e in browser.page.one("nav.account-tabs").walk() if e.tag == "a"]
    assert [url.removeprefix("/account/") for url in tabs] == [
        "profile", "accreditations", "security", "devices", "connections", "history", "privacy",
    ]  # fmt: skip
    current = [e for e in browser.page.one("nav.account-tabs").walk() if "aria-current" in e.attributes]
    assert [e.attributes["href"] for e in current] == [PAGE]
    menu = [e.attributes.get("href") for e in browser.page.one("#name-menu").walk() if e.tag == "a"]
    organisations = "https://portal.immo.test/organisations"
    assert menu == ["https://portal.immo.test/context", "/account/profile", *[organisations] * 3]
