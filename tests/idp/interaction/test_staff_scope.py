"""The scopes of staff: for the client that has them, for whoever holds the role at that moment."""

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from core.people.identifiers import PersonId
from core.staff import roles
from core.staff.states import StaffRole
from idp.oidc import codes
from idp.oidc.registered_client import DEFAULT_SCOPE, ClientPolicy
from idp.wiring import Services
from tests.support.grants import (
    a_client,
    a_grant,
    a_person,
    assert_refused,
    claims_of,
    exchange,
    granted,
    post_token,
    refresh,
)
from tests.support.sign_in import Browser
from tests.support.staff import REASON, a_portal
from tests.support.tools import Office
from tests.support.tools import a_client as a_web_client


@pytest.fixture
def endpoints(idp_app: Flask) -> FlaskClient:
    """Return a caller of the token endpoint."""
    return idp_app.test_client()


STAFF = ("helpdesk", "operator", "developer")


def give(services: Services, person_id: PersonId, role: StaffRole = StaffRole.HELPDESK) -> None:
    with services.database.transaction() as session:
        roles.give(session, person_id, role, by=None, why=None, now=services.clock.now())


def take(services: Services, person_id: PersonId, role: StaffRole = StaffRole.HELPDESK) -> None:
    with services.database.transaction() as session:
        roles.take_away(session, person_id, role, by=None, why=REASON, now=services.clock.now())


def staff_grant(services: Services, client: Any, person_id: PersonId, *scope: str) -> Any:
    return a_grant(services, client, person_id, scope=scope, resource=client.policy.resources)


def test_who_holds_the_role_is_granted_it_and_who_does_not_signs_in_without(
    services: Services, endpoints: FlaskClient
) -> None:
    """Judged at redemption, whatever the code said."""
    client, anna = a_portal(services), a_person(services)
    give(services, anna)

    found = granted(services, endpoints, client, staff_grant(services, client, anna, "openid", *STAFF))

    assert found["scope"] == "openid helpdesk"
    claims = claims_of(services, found["access_token"], typ="at+jwt")
    assert (claims["scope"], claims["aud"]) == ("openid helpdesk", client.policy.resources[0])
    take(services, anna)
    later = granted(services, endpoints, client, staff_grant(services, client, anna, "openid", *STAFF))
    assert later["scope"] == "openid"


def test_where_nothing_remains_there_is_no_token(services: Services, endpoints: FlaskClient) -> None:
    client, anna = a_portal(services), a_person(services)
    grant = staff_grant(services, client, anna, "operator")

    assert_refused(exchange(endpoints, client, codes.issue(services.store, grant)), "invalid_scope")


def test_each_refresh_asks_again(services: Services, endpoints: FlaskClient) -> None:
    client, anna = a_portal(services), a_person(services)
    give(services, anna)
    give(services, anna, StaffRole.DEVELOPER)
    grant = staff_grant(services, client, anna, "openid", "helpdesk", "developer")
    token = granted(services, endpoints, client, grant)["refresh_token"]
    take(services, anna)

    left = refresh(endpoints, client, token).get_json()
    asked = refresh(endpoints, client, token, scope="helpdesk")

    assert left["scope"] == "openid developer"
    assert_refused(asked, "invalid_scope")
    take(services, anna, StaffRole.DEVELOPER)
    assert refresh(endpoints, client, token).get_json()["scope"] == "openid"


def test_refresh_tokens_that_were_for_nothing_else_end(services: Services, endpoints: FlaskClient) -> None:
    client, anna = a_portal(services), a_person(services)
    give(services, anna)
    token = granted(services, endpoints, client, staff_grant(services, client, anna, "helpdesk"))["refresh_token"]
    take(services, anna)

    assert_refused(refresh(endpoints, client, token), "invalid_scope")


def test_a_client_that_lost_the_scope_gets_none_by_an_old_refresh_token(
    services: Services, endpoints: FlaskClient
) -> None:
    client, anna = a_portal(services), a_person(services)
    give(services, anna)
    grant = staff_grant(services, client, anna, "openid", "helpdesk")
    token = granted(services, endpoints, client, grant)["refresh_token"]
    a_portal(services, scope=("openid", "profile"))

    assert refresh(endpoints, client, token).get_json()["scope"] == "openid"


@pytest.mark.parametrize("value", STAFF)
def test_no_client_acts_as_staff_by_itself(services: Services, endpoints: FlaskClient, value: str) -> None:
    policy = ClientPolicy(scope=(*DEFAULT_SCOPE, *STAFF, "catalogue:read"))
    client = a_client(services, policy=policy)

    assert_refused(post_token(endpoints, client, grant_type="client_credentials", scope=value), "invalid_scope")


def test_a_tool_cannot_ask_for_them(browser: Browser, services: Services, office: Office) -> None:
    give(services, office.anna)

    answer = browser.authorize("plain", scope="openid helpdesk").answer

    assert answer["error"] == "invalid_scope"


def test_the_answer_to_a_request_is_judged_at_that_moment(browser: Browser, services: Services, office: Office) -> None:
    """The role may go while somebody signs in; then the code is for less, or is none."""
    policy = {"first_party": True, "scope": ("openid", "profile", *STAFF)}
    a_web_client(services, "desk", policy=policy)
    give(services, office.anna)

    browser.authorize("desk", scope="operator helpdesk")
    take(services, office.anna)
    nothing = browser.sign_in().answer
    less = browser.authorize("desk", scope="openid helpdesk").answer

    assert nothing["error"] == "invalid_scope"
    assert codes.redeem(services.store, less["code"], "desk").scope == ("openid",)
    give(services, office.anna)
    more = browser.authorize("desk", scope="openid helpdesk").answer
    assert codes.redeem(services.store, more["code"], "desk").scope == ("openid", "helpdesk")


def test_no_consent_speaks_of_them_even_where_one_is_asked_for(
    browser: Browser, services: Services, office: Office
) -> None:
    policy = {"first_party": True, "scope": ("openid", "profile", *STAFF)}
    a_web_client(services, "desk", policy=policy)
    give(services, office.anna)

    page = browser.authorize("desk", scope="openid profile helpdesk", prompt="consent").sign_in().page

    assert page.has("#allow")
    assert "helpdesk" not in page.one("main").text.lower().replace("need help", "")
