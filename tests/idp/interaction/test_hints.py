"""id_token_hint, the sub of the claims parameter, login_hint (oidc.md 2.3, Core 3.1.2.1, 5.5.1)."""

import json
from datetime import timedelta
from typing import Any

import pytest

from core.infra.clock import FixedClock
from idp.oidc.subject import subject_identifier
from idp.signing import jws
from idp.wiring import Services
from tests.support.sign_in import Browser
from tests.support.tools import Office, a_client

ISSUER = "https://login.immo.test"


def hint(services: Services, subject: str, **changes: Any) -> str:
    """Return an ID token that we signed, for `plain` unless the test says otherwise."""
    issued_at = int(services.clock.now().timestamp())
    claims = {"iss": ISSUER, "sub": subject, "aud": "plain", "iat": issued_at, "exp": issued_at + 600, **changes}
    claims = {name: value for name, value in claims.items() if value is not None}
    return jws.encode(services.keyring.signer("RS256"), claims)


@pytest.fixture
def signed_in(browser: Browser) -> Browser:
    """Return a browser in which Anna signed in and allowed `plain`."""
    return browser.authorize("plain").sign_in().press("#allow")


def test_oidcc_id_token_hint(services: Services, signed_in: Browser, office: Office) -> None:
    answer = signed_in.authorize("plain", prompt="none", id_token_hint=hint(services, office.anna)).answer

    assert "code" in answer


def test_expired_hint_of_ours_still_counts(
    services: Services, signed_in: Browser, office: Office, clock: FixedClock
) -> None:
    old = hint(services, office.anna)
    clock.advance(timedelta(hours=3))

    assert "code" in signed_in.authorize("plain", prompt="none", id_token_hint=old).answer


def test_hint_of_somebody_else_with_prompt_none_is_login_required(
    services: Services, signed_in: Browser, office: Office
) -> None:
    answer = signed_in.authorize("plain", prompt="none", id_token_hint=hint(services, office.bert)).answer

    assert answer["error"] == "login_required"


def test_hint_of_somebody_else_asks_that_person_to_sign_in(
    services: Services, signed_in: Browser, office: Office
) -> None:
    signed_in.authorize("plain", id_token_hint=hint(services, office.bert))
    assert signed_in.page.has("#login")

    signed_in.sign_in("bert.janssens").press("#allow")

    assert "code" in signed_in.answer


def test_whoever_signs_in_instead_of_the_hinted_person_gets_an_error(
    services: Services, browser: Browser, office: Office
) -> None:
    browser.authorize("plain", id_token_hint=hint(services, office.bert)).sign_in("anna.peeters")

    assert browser.answer["error"] == "login_required"


@pytest.mark.parametrize(
    "changes",
    [{"iss": "https://other.example"}, {"aud": "atlas"}, {"aud": None}, {"sub": None}, {"exp": None}],
)
def test_hint_that_is_no_id_token_of_ours_for_the_client_is_refused(
    services: Services, signed_in: Browser, office: Office, changes: dict[str, Any]
) -> None:
    token = hint(services, office.anna, **changes)

    assert signed_in.authorize("plain", prompt="none", id_token_hint=token).answer["error"] == "invalid_request"


def test_unsigned_hint_is_refused(services: Services, signed_in: Browser, office: Office) -> None:
    _, payload, _ = hint(services, office.anna).split(".")
    unsigned = f"eyJhbGciOiJub25lIn0.{payload}."

    assert signed_in.authorize("plain", prompt="none", id_token_hint=unsigned).answer["error"] == "invalid_request"


def test_access_token_is_no_hint(services: Services, signed_in: Browser, office: Office) -> None:
    claims = {"iss": ISSUER, "sub": office.anna, "aud": "plain", "exp": 4_000_000_000}
    token = jws.encode(services.keyring.signer("ES256"), claims, typ="at+jwt")

    assert signed_in.authorize("plain", prompt="none", id_token_hint=token).answer["error"] == "invalid_request"


def test_pairwise_hint_is_compared_as_the_client_knows_the_person(
    services: Services, signed_in: Browser, office: Office
) -> None:
    client = a_client(services, "paired", subject_type="pairwise", sector_identifier="tool.example")
    signed_in.authorize("paired").press("#allow")
    subject = subject_identifier(office.anna, client, services.settings.secret)

    good = signed_in.authorize("paired", prompt="none", id_token_hint=hint(services, subject, aud="paired")).answer
    public = hint(services, office.anna, aud="paired")
    bad = signed_in.authorize("paired", prompt="none", id_token_hint=public).answer

    assert "code" in good
    assert bad["error"] == "login_required"


def test_sub_of_the_claims_parameter_must_be_the_person(signed_in: Browser, office: Office) -> None:
    def claims(subject: str) -> str:
        return json.dumps({"id_token": {"sub": {"value": subject}}})

    good = signed_in.authorize("plain", prompt="none", claims=claims(office.anna)).answer
    bad = signed_in.authorize("plain", prompt="none", claims=claims(office.bert)).answer

    assert "code" in good
    assert bad["error"] == "login_required"


def test_hint_and_sub_that_differ_are_refused(services: Services, signed_in: Browser, office: Office) -> None:
    claims = json.dumps({"id_token": {"sub": {"value": office.bert}}})
    token = hint(services, office.anna)

    answer = signed_in.authorize("plain", prompt="none", id_token_hint=token, claims=claims).answer

    assert answer["error"] == "invalid_request"


def test_oidcc_login_hint(browser: Browser) -> None:
    browser.authorize("plain", login_hint='bert"><b>@login.immo.test')

    assert browser.page.one("#username").attributes["value"] == 'bert"><b>@login.immo.test'


def test_display_and_claims_locales_do_not_matter(browser: Browser) -> None:
    """`oidcc-display-page`, `oidcc-display-popup`, `oidcc-claims-locales`."""
    for changes in ({"display": "page"}, {"display": "popup"}, {"claims_locales": "se"}):
        assert browser.authorize("plain", **changes).page.has("#login")
