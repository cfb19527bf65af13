"""Consent: the first time and when it changes, on the screen of the context or alone (C3)."""

import json

import pytest
from sqlalchemy import select

from core.infra.audit import AuditRow
from core.infra.clock import FixedClock
from core.tools import terms as tool_terms
from core.tools.publishing import set_requirement
from core.tools.requirements import Requirement
from core.tools.tables import TermsRow
from idp.oidc.tables import ConsentRow
from idp.wiring import Services
from tests.support.sign_in import TOOL, Browser
from tests.support.tools import TOOL_SCOPE, Office, a_client


def stored(services: Services) -> list[tuple[str, str, str, str | None]]:
    """Return every consent: client, scope, claims, version of the terms."""
    with services.database.reading() as session:
        rows = session.scalars(select(ConsentRow).order_by(ConsentRow.client_id)).all()
        return [(row.client_id, row.scope, row.claims, row.terms_version) for row in rows]


def test_plain_client_asks_once(browser: Browser, services: Services) -> None:
    browser.authorize("plain").sign_in()
    assert browser.page.has("#allow") and browser.page.has("#cancel")
    assert not browser.page.has("button.start-context")

    browser.press("#allow")

    assert "code" in browser.answer
    assert "code" in browser.authorize("plain").answer
    assert stored(services) == [("plain", "openid profile", "", None)]


def test_pressing_start_is_the_consent(browser: Browser, services: Services, office: Office) -> None:
    browser.authorize("atlas").sign_in()
    assert browser.page.has("#received")
    assert "So that atlas knows for whom you work." in browser.page.text

    browser.start(office.noord_atlas)

    assert stored(services) == [("atlas", "openid organization profile", "", None)]


def test_consent_is_not_shown_again_beside_the_contexts(browser: Browser, office: Office) -> None:
    browser.authorize("atlas").sign_in().start(office.noord_atlas)

    browser.authorize("atlas", prompt="select_account")

    assert browser.page.has("button.start-context")
    assert not browser.page.has("#received")


def test_new_scope_asks_again_and_shows_what_is_new(browser: Browser, services: Services) -> None:
    browser.authorize("plain").sign_in().press("#allow")

    browser.authorize("plain", scope="openid profile email")
    assert len(browser.page.all(".is-new")) == 1 or "new" in browser.page.text.lower()
    browser.press("#allow")

    assert stored(services) == [("plain", "email openid profile", "", None)]
    assert "code" in browser.authorize("plain", scope="openid email").answer


def test_claims_by_name_need_consent_too(browser: Browser, services: Services) -> None:
    claims = json.dumps({"userinfo": {"email": {"essential": True}, "unheard-of": None}})
    browser.authorize("plain").sign_in().press("#allow")

    browser.authorize("plain", claims=claims)
    assert browser.page.has("#allow")
    browser.press("#allow")

    assert stored(services) == [("plain", "openid profile", "email", None)]
    assert "code" in browser.authorize("plain", claims=claims, prompt="none").answer


@pytest.mark.parametrize("client_id", ["plain", "atlas"])
def test_cancel_is_access_denied_and_nothing_is_stored(browser: Browser, services: Services, client_id: str) -> None:
    browser.authorize(client_id).sign_in().press("#cancel")

    assert browser.answer == {
        "error": "access_denied",
        "error_description": "The request was denied.",
        "state": "s-1",
        "iss": "https://login.immo.test",
    }
    assert stored(services) == []


def test_form_without_a_decision_allows_nothing(browser: Browser, services: Services) -> None:
    browser.authorize("plain").sign_in()

    browser.press("#allow", decision="")

    assert browser.status == 422
    assert stored(services) == []


def test_consent_is_in_the_audit_trail(browser: Browser, services: Services, office: Office) -> None:
    browser.authorize("atlas").sign_in().start(office.noord_atlas)

    with services.database.reading() as session:
        row = session.scalars(select(AuditRow).where(AuditRow.action == "consent-given")).one()
        assert (row.actor_id, row.organisation_id) == (office.anna, office.noord)
        assert row.details["client_id"] == "atlas"
        assert row.details["scope"] == "openid profile organization"


def test_first_party_client_asks_for_no_consent(browser: Browser, services: Services) -> None:
    a_client(services, "own", policy={"first_party": True})

    browser.authorize("own").sign_in()

    assert "code" in browser.answer
    assert stored(services) == []


def test_first_party_client_may_demand_a_consent(browser: Browser, services: Services) -> None:
    a_client(services, "own", policy={"first_party": True})

    assert browser.authorize("own", prompt="consent").sign_in().page.has("#allow")


def test_first_party_tool_shows_contexts_without_consent(browser: Browser, services: Services, office: Office) -> None:
    a_client(services, "own", tool_id=office.atlas, policy={"first_party": True, "scope": TOOL_SCOPE})

    browser.authorize("own", scope=TOOL).sign_in()
    assert not browser.page.has("#received")
    browser.start(office.noord_atlas)

    assert "code" in browser.answer
    assert stored(services) == [("own", "", "", None)]


def test_new_terms_of_a_tool_are_shown_and_accepted_with_their_version(
    browser: Browser, services: Services, office: Office, clock: FixedClock
) -> None:
    browser.authorize("rent").sign_in()
    assert "v1" in browser.page.text
    browser.start(office.noord_rent)
    assert [terms for *_, terms in stored(services)] == ["v1"]
    with services.database.transaction() as session:
        session.add(TermsRow(tool_id=office.rent, version="v2", url="https://tool.example/2", published_at=clock.now()))
        session.flush()
        requirement = Requirement(terms="v2")
        set_requirement(
            session, office.rent, "estate-agent", requirement, applies_from=clock.now(), by=None, now=clock.now()
        )
        # For the organisation a manager accepts them; what a person is shown is their own consent.
        tool_terms.accept(session, office.noord_rent, "v2", by=office.anna, now=clock.now())

    assert browser.authorize("rent", prompt="none").answer["error"] == "consent_required"
    browser.authorize("rent").start(office.noord_rent)

    assert [terms for *_, terms in stored(services)] == ["v2"]
    assert "code" in browser.authorize("rent", prompt="none").answer


def test_terms_that_change_while_the_page_is_open_are_not_accepted_unseen(
    browser: Browser, services: Services, office: Office, clock: FixedClock
) -> None:
    browser.authorize("rent").sign_in()
    with services.database.transaction() as session:
        session.add(TermsRow(tool_id=office.rent, version="v2", url="https://tool.example/2", published_at=clock.now()))
        session.flush()
        for usage in ("estate-agent", "syndic"):
            new, now = Requirement(terms="v2"), clock.now()
            set_requirement(session, office.rent, usage, new, applies_from=now, by=None, now=now)

    browser.start(office.noord_rent)

    assert (browser.status, browser.error_code) == (403, "form-token-invalid")
    assert stored(services) == []


def test_offline_access_is_said_on_the_page(browser: Browser) -> None:
    browser.authorize("plain", scope="openid offline_access", prompt="consent").sign_in()
    lasting = browser.page.text
    browser.authorize("plain", scope="openid", prompt="consent")

    assert lasting != browser.page.text


@pytest.mark.parametrize("token", [None, "", "x", "a.b"])
def test_altered_form_is_refused_and_changes_nothing(browser: Browser, services: Services, token: str | None) -> None:
    browser.authorize("plain").sign_in()
    fields = browser.fields("#allow")
    fields.pop("csrf_token")

    browser.post(*browser.form("#allow"), data=fields if token is None else {**fields, "csrf_token": token})

    assert (browser.status, browser.error_code) == (403, "form-token-invalid")
    assert stored(services) == []


def test_form_token_of_another_interaction_is_refused(browser: Browser, services: Services) -> None:
    browser.authorize("plain").sign_in()
    other = browser.fields("#allow")["csrf_token"]
    browser.authorize("plain")

    browser.press("#allow", csrf_token=other)

    assert browser.error_code == "form-token-invalid"


def test_login_form_token_does_not_fit_the_consent(browser: Browser) -> None:
    browser.authorize("plain")
    token = browser.fields("#sign-in")["csrf_token"]

    browser.sign_in().press("#allow", csrf_token=token)

    assert browser.error_code == "form-token-invalid"
