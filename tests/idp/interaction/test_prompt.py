"""prompt, max_age and auth_time: whom a request wants to see again (oidc.md 2.3)."""

from datetime import timedelta

import pytest

from core.infra.clock import FixedClock
from idp.oidc import codes
from idp.oidc.codes import CodeGrant
from idp.wiring import Services
from tests.support.sign_in import Browser
from tests.support.tools import Office, a_client


@pytest.fixture
def signed_in(browser: Browser) -> Browser:
    """Return a browser in which Anna signed in and allowed `plain`."""
    return browser.authorize("plain").sign_in().press("#allow")


def granted(services: Services, browser: Browser, client_id: str = "plain") -> CodeGrant:
    """Return what the code that the tool got stands for."""
    return codes.redeem(services.store, browser.answer["code"], client_id)


def test_oidcc_prompt_login(services: Services, clock: FixedClock, signed_in: Browser) -> None:
    first = granted(services, signed_in)
    clock.advance(timedelta(seconds=1))

    signed_in.authorize("plain", prompt="login")
    assert signed_in.page.has("#login")
    second = granted(services, signed_in.sign_in())

    assert second.subject.authentication.auth_time - first.subject.authentication.auth_time == timedelta(seconds=1)
    assert second.subject.sid == first.subject.sid


def test_oidcc_prompt_none_logged_in(services: Services, clock: FixedClock, signed_in: Browser) -> None:
    first = granted(services, signed_in)
    clock.advance(timedelta(minutes=5))

    second = granted(services, signed_in.authorize("plain", prompt="none"))

    assert second.subject == first.subject


def test_silent_success_sets_no_cookie_and_parks_nothing(signed_in: Browser) -> None:
    signed_in.authorize("plain", prompt="none")

    assert signed_in.response is not None and "Set-Cookie" not in signed_in.response.headers


def test_request_with_a_session_and_nothing_due_is_answered_at_once(signed_in: Browser) -> None:
    signed_in.authorize("plain")

    assert signed_in.url == "/authorize"
    assert "code" in signed_in.answer


def test_oidcc_max_age_1(services: Services, clock: FixedClock, signed_in: Browser) -> None:
    first = granted(services, signed_in)
    clock.advance(timedelta(seconds=2))

    signed_in.authorize("plain", max_age="1")
    assert signed_in.page.has("#login")
    second = granted(services, signed_in.sign_in())

    assert second.subject.authentication.auth_time == clock.now()
    assert second.subject.authentication.auth_time > first.subject.authentication.auth_time


def test_oidcc_max_age_10000(services: Services, clock: FixedClock, browser: Browser) -> None:
    first = granted(services, browser.authorize("plain", max_age="15000").sign_in().press("#allow"))
    clock.advance(timedelta(seconds=5))

    second = granted(services, browser.authorize("plain", max_age="10000"))

    assert second.subject == first.subject


def test_max_age_0_asks_once_and_not_for_ever(services: Services, signed_in: Browser, clock: FixedClock) -> None:
    clock.advance(timedelta(seconds=1))

    signed_in.authorize("plain", max_age="0").sign_in()

    assert granted(services, signed_in).subject.authentication.auth_time == clock.now()


def test_max_age_with_prompt_none_is_login_required(clock: FixedClock, signed_in: Browser) -> None:
    clock.advance(timedelta(seconds=2))

    assert signed_in.authorize("plain", max_age="1", prompt="none").answer["error"] == "login_required"


def test_default_max_age_of_the_client_counts(services: Services, clock: FixedClock, browser: Browser) -> None:
    a_client(services, "strict", default_max_age_seconds=60)
    browser.authorize("strict").sign_in().press("#allow")
    clock.advance(timedelta(seconds=61))

    assert browser.authorize("strict", prompt="none").answer["error"] == "login_required"
    assert "code" in browser.authorize("strict", prompt="none", max_age="1000").answer


def test_prompt_login_shows_why(signed_in: Browser) -> None:
    signed_in.authorize("plain", prompt="login")

    assert "Please sign in again" in signed_in.page.text


def test_select_account_without_contexts_lets_another_person_sign_in(signed_in: Browser) -> None:
    """Core section 3.1.2.1: whoever shares a browser is asked which account it is; a tool shows its contexts."""
    signed_in.authorize("plain", prompt="select_account")
    assert signed_in.page.has("#login")

    signed_in.sign_in("bert.janssens").press("#allow")

    assert "code" in signed_in.answer


def test_prompt_consent_asks_again(services: Services, signed_in: Browser) -> None:
    signed_in.authorize("plain", prompt="consent")
    assert signed_in.page.has("#allow")

    assert granted(services, signed_in.press("#allow")).scope == ("openid", "profile")


def test_unknown_prompt_is_ignored(signed_in: Browser) -> None:
    assert "code" in signed_in.authorize("plain", prompt="create").answer


def test_session_ends_after_a_working_day(clock: FixedClock, signed_in: Browser) -> None:
    clock.advance(timedelta(hours=11, minutes=59))
    assert "code" in signed_in.authorize("plain", prompt="none").answer

    clock.advance(timedelta(minutes=1))
    assert signed_in.authorize("plain", prompt="none").answer["error"] == "login_required"


def test_prompt_none_without_consent_is_consent_required(signed_in: Browser) -> None:
    answer = signed_in.authorize("plain", prompt="none", scope="openid email").answer

    assert answer["error"] == "consent_required"


def test_offline_access_needs_an_explicit_consent(services: Services, signed_in: Browser) -> None:
    """Core section 11: ignored without prompt=consent."""
    without = granted(services, signed_in.authorize("plain", scope="openid profile offline_access"))
    signed_in.authorize("plain", scope="openid profile offline_access", prompt="consent").press("#allow")
    with_consent = granted(services, signed_in)

    assert "offline_access" not in without.scope
    assert "offline_access" in with_consent.scope


def test_offline_access_is_not_for_clients_without_refresh_tokens(services: Services, browser: Browser) -> None:
    a_client(services, "short", grant_types=("authorization_code",))

    browser.authorize("short", scope="openid offline_access", prompt="consent").sign_in().press("#allow")

    assert granted(services, browser, "short").scope == ("openid",)


def test_real_facts_of_the_sign_in_reach_the_grant(
    services: Services, clock: FixedClock, browser: Browser, office: Office
) -> None:
    signed_in_at = clock.now()
    browser.authorize("plain").sign_in()
    clock.advance(timedelta(minutes=3))

    subject = granted(services, browser.press("#allow")).subject

    assert subject.person_id == office.anna
    assert subject.authentication.auth_time == signed_in_at
    assert subject.authentication.amr == ("pwd",)
    assert subject.authentication.acr == "urn:immo-connect:acr:pwd"
    assert subject.sid.startswith("ses_")
    assert subject.context is None
