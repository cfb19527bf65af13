"""The authenticator app in the account: set up by its owner, replaced and removed (A16)."""

import re

import pytest
from sqlalchemy import select

from core.infra.audit import AuditRow
from core.infra.clock import FixedClock
from core.infra.outbox import OutboxRow
from idp.credentials import authenticator, factors
from idp.wiring import Services
from tests.idp.account.factor_pages import at, proof_is_asked
from tests.support.factors import code_at, with_authenticator
from tests.support.sign_in import Browser
from tests.support.tools import Office


def key(browser: Browser) -> str:
    """Return the key as somebody types it who cannot use the picture."""
    return browser.page.one("#authenticator-key").text.replace(" ", "")


def confirmed(browser: Browser, code: str) -> Browser:
    return browser.press("#confirm-authenticator", **{"authenticator-code": code})


def has_one(services: Services, person_id: str) -> bool:
    with services.database.reading() as session:
        return factors.has_second_factor(session, person_id)  # type: ignore[arg-type]


def test_setting_it_up_shows_recovery_codes_once(
    browser: Browser, services: Services, office: Office, clock: FixedClock
) -> None:
    at(browser, "authenticator/set-up")

    confirmed(browser, code_at(key(browser), clock.now()))

    assert has_one(services, office.anna)
    shown = [code.text for code in browser.page.one("#codes").walk() if code.tag == "code"]
    assert len(shown) == 10
    again = [code.text for code in at(browser, "recovery-codes/new").page.one("#codes").walk() if code.tag == "code"]
    assert again == shown
    browser.press("#codes-kept")
    assert browser.page.has("#done")
    assert not at(browser, "recovery-codes/new").page.has("#codes")


def test_the_key_stays_the_same_until_it_is_confirmed(browser: Browser) -> None:
    first = key(at(browser, "authenticator/set-up"))

    assert key(at(browser, "authenticator/set-up?language=fr")) == first
    assert key(confirmed(browser, "000000")) == first


def test_two_people_get_two_keys(browser: Browser, stranger: Browser) -> None:
    assert key(at(browser, "authenticator/set-up")) != key(at(stranger, "authenticator/set-up", "bert.janssens"))


def test_the_picture_is_drawn_by_us_and_holds_the_key(browser: Browser) -> None:
    at(browser, "authenticator/set-up")

    picture = browser.page.one(".qr-code")
    assert picture.attributes["role"] == "img" and picture.attributes["aria-label"]
    [svg] = [element for element in picture.walk() if element.tag == "svg"]
    assert not any("style" in element.attributes for element in [svg, *svg.walk()])
    assert key(browser) in browser.page.one("#open-app").attributes["href"]
    assert browser.response is not None
    assert "http" not in re.sub(r'href="[^"]*"', "", str(browser.response.text.split("qr-code")[1].split("</svg>")[0]))


@pytest.mark.parametrize("code", ["", "000000", "12345", "abcdef"])
def test_a_wrong_code_is_said_at_the_field_and_sets_up_nothing(
    browser: Browser, services: Services, office: Office, code: str
) -> None:
    at(browser, "authenticator/set-up")

    confirmed(browser, code)

    assert browser.status == 422
    assert browser.page.one("#authenticator-code").attributes["aria-invalid"] == "true"
    assert not has_one(services, office.anna)


def test_the_code_of_another_key_sets_up_nothing(
    browser: Browser, services: Services, office: Office, clock: FixedClock
) -> None:
    """Whoever brings a secret of their own does not get it confirmed: ours is what counts."""
    at(browser, "authenticator/set-up")
    own = authenticator.new_shared_secret()

    browser.press("#confirm-authenticator", **{"authenticator-code": code_at(own, clock.now()), "key": own})

    assert browser.status == 422
    assert not has_one(services, office.anna)


def test_each_change_takes_a_fresh_proof(browser: Browser, services: Services, office: Office) -> None:
    browser.get("/account/security/authenticator").sign_in()
    assert browser.page.has("#set-up-authenticator")

    for path in ("set-up", "remove"):
        assert proof_is_asked(browser.get(f"/account/security/authenticator/{path}"))


def test_afterwards_the_password_takes_a_code(
    browser: Browser, stranger: Browser, services: Services, clock: FixedClock
) -> None:
    at(browser, "authenticator/set-up")
    shared = key(browser)
    confirmed(browser, code_at(shared, clock.now()))

    stranger.authorize("plain").sign_in()
    stranger.press("#confirm-code", **{"authenticator-code": code_at(shared, clock.now(), steps=1)})

    assert stranger.page.has("#allow")


def test_another_app_takes_its_place_and_recovery_codes_stay(
    browser: Browser, services: Services, office: Office, clock: FixedClock
) -> None:
    ground = (services.database, services.settings.secret, office.anna)
    old, _ = with_authenticator(*ground, now=clock.now())
    browser.get("/account/security/authenticator").sign_in()
    browser.press("#confirm-code", **{"authenticator-code": code_at(old, clock.now())})
    browser.get(browser.page.one("#replace-authenticator").attributes["href"]).sign_in()
    browser.press("#confirm-code", **{"authenticator-code": code_at(old, clock.now(), steps=1)})

    confirmed(browser, code_at(key(browser), clock.now()))

    assert browser.page.has("#done") and browser.page.has("#authenticator-active")
    with services.database.reading() as session:
        assert factors.summary(session, office.anna).recovery_codes_left == 10


def test_removing_it_asks_first(browser: Browser, services: Services, office: Office, clock: FixedClock) -> None:
    at(browser, "authenticator/set-up")
    confirmed(browser, code_at(key(browser), clock.now()))

    browser.get("/account/security/authenticator/remove")
    assert has_one(services, office.anna)
    browser.press("#confirm")

    assert browser.page.has("#done") and browser.page.has("#set-up-authenticator")
    assert not has_one(services, office.anna)
    with services.database.reading() as session:
        told = [row.body["template"] for row in session.scalars(select(OutboxRow).order_by(OutboxRow.id))]
        done = [row.action for row in session.scalars(select(AuditRow).order_by(AuditRow.id))]
    assert [name for name in told if "authenticator" in str(name)] == ["authenticator-added", "authenticator-removed"]
    assert {"authenticator-added", "recovery-codes-made", "authenticator-removed"} <= set(done)


def test_a_form_without_its_token_changes_nothing(
    browser: Browser, services: Services, office: Office, clock: FixedClock
) -> None:
    at(browser, "authenticator/set-up")
    code = code_at(key(browser), clock.now())

    for path in ("authenticator/set-up", "authenticator/remove", "recovery-codes/renew", "recovery-codes/new"):
        browser.post(f"/account/security/{path}", data={"authenticator-code": code})
        assert browser.error_code == "form-token-invalid"

    assert not has_one(services, office.anna)
