"""Token exchange (RFC 8693): another organisation for the same person, and acting on behalf of them."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient

from core.infra.clock import FixedClock
from core.infra.store.interface import Kind
from idp.oidc import backchannel, consents
from idp.oidc.clients import announce_change
from idp.oidc.consents import Agreement
from idp.oidc.registered_client import RegisteredClient
from idp.oidc.registration import store_client
from idp.oidc.tokens import refresh_token
from idp.session import SESSION_LIFE
from idp.wiring import Services
from tests.support.dpop_proofs import a_proof_key
from tests.support.exchanges import ACCESS_TOKEN, EXCHANGE, ID_TOKEN, Caller
from tests.support.grants import ask_userinfo, basic, claims_of
from tests.support.sign_in import Browser
from tests.support.tools import TOOL_SCOPE, Office, a_client, a_registration

REPORTS = "https://reports.immo.test/api"
LEDGER = "https://ledger.immo.test/api"
ARCHIVE = "https://archive.immo.test/api"
GRANTS = ("authorization_code", "refresh_token", EXCHANGE)


@pytest.fixture
def office(made_office: Office, idp_app: object) -> Office:
    """Return the office with its tools and clients."""
    return made_office


@pytest.fixture
def browser(idp: Callable[[], FlaskClient], office: Office) -> Browser:
    """Return a browser that was never here before."""
    return Browser(idp())


@pytest.fixture
def rent(services: Services, idp: Callable[[], FlaskClient], office: Office) -> Caller:
    """Return the tool `rent`, which may exchange tokens."""
    return Caller(services, idp(), a_tool_client(services, office))


def a_tool_client(services: Services, office: Office, **members: Any) -> RegisteredClient:
    """Store the client of `rent`."""
    policy = {"scope": TOOL_SCOPE, "token_exchange": True, "resources": (REPORTS,)}
    return a_client(services, "rent", tool_id=office.rent, grant_types=GRANTS, policy=policy, **members)


def a_resource_server(services: Services, client_id: str, own: str, *onward: str) -> RegisteredClient:
    """Store a resource server that may pass tokens on."""
    policy = {
        "scope": ("openid", "organization", "roles"), "token_exchange": True, "introspection": True,
        "resources": (own,), "passes_on_to": onward,
    }  # fmt: skip
    return a_client(services, client_id, grant_types=(EXCHANGE,), redirect_uris=(), policy=policy)


def in_noord(office: Office) -> Callable[[Browser], object]:
    """Return what chooses Noord."""
    return lambda browser: browser.start(office.noord_rent)


@pytest.fixture
def noord(rent: Caller, browser: Browser, office: Office) -> dict[str, Any]:
    """Return Anna's tokens at `rent`, for Noord."""
    return rent.signed_in(browser, in_noord(office), scope="openid organization roles offline_access", prompt="consent")


@pytest.fixture
def for_reports(rent: Caller, browser: Browser, office: Office) -> str:
    """Return Anna's access token of `rent` for the resource server of reports."""
    scope = "openid profile organization roles"
    return str(rent.signed_in(browser, in_noord(office), scope=scope, resource=REPORTS)["access_token"])


def test_a_tool_switches_to_another_organisation(
    services: Services, rent: Caller, noord: dict[str, Any], office: Office
) -> None:
    before = claims_of(services, noord["access_token"], typ="at+jwt")
    for wanted in ({"organization": office.zuid}, {"organization": "0100002050"}, {"usage": "syndic"}):
        members = rent.exchanged(noord["access_token"], **wanted)

        access = claims_of(services, members["access_token"], typ="at+jwt")
        identity = claims_of(services, members["id_token"])
        assert members["issued_token_type"] == ACCESS_TOKEN
        assert "refresh_token" not in members and "nonce" not in identity
        assert access["org_id"] == identity["org_id"] == office.zuid != before["org_id"]
        assert [access[name] for name in ("sub", "aud", "auth_time")] == [
            before[name] for name in ("sub", "aud", "auth_time")
        ]
        assert identity["sid"] == claims_of(services, noord["id_token"])["sid"]
        assert access["jti"].partition(".")[0] != before["jti"].partition(".")[0]
        assert members["scope"] == access["scope"] == "openid organization roles"
        assert ask_userinfo(rent.http, members["access_token"]).get_json()["org_id"] == office.zuid


def test_only_an_id_token_where_that_is_asked_for(
    services: Services, rent: Caller, noord: dict[str, Any], office: Office
) -> None:
    members = rent.exchanged(noord["access_token"], organization=office.zuid, requested_token_type=ID_TOKEN)

    assert (members["issued_token_type"], members["token_type"]) == (ID_TOKEN, "N_A")
    assert claims_of(services, members["access_token"])["org_id"] == office.zuid
    assert "id_token" not in members
    asked = rent.refused(noord["access_token"], organization=office.zuid, requested_token_type=ID_TOKEN, scope="roles")
    assert asked == "invalid_scope"


def test_what_is_exchanged_never_outlives_what_was_brought(
    services: Services, rent: Caller, noord: dict[str, Any], office: Office, clock: FixedClock
) -> None:
    clock.advance(timedelta(minutes=7))

    members = rent.exchanged(noord["access_token"], organization=office.zuid)

    assert members["expires_in"] == 180
    again = rent.exchanged(members["access_token"], organization=office.noord)
    assert again["expires_in"] == 180
    clock.advance(timedelta(minutes=3))
    assert rent.refused(noord["access_token"], organization=office.zuid) == "invalid_request"


def test_what_was_switched_ends_with_the_session(
    services: Services, rent: Caller, browser: Browser, office: Office
) -> None:
    tokens = rent.signed_in(browser, in_noord(office))
    members = rent.exchanged(tokens["access_token"], organization=office.zuid)
    sid = claims_of(services, tokens["id_token"])["sid"]

    with services.database.transaction() as session:
        refresh_token.revoke_session(session, services.store, sid, services.clock.now())

    assert ask_userinfo(rent.http, members["access_token"]).status_code == 401
    assert rent.refused(members["access_token"], organization=office.noord) == "invalid_request"


def test_offline_access_is_not_switched_when_nobody_is_signed_in(
    services: Services, rent: Caller, noord: dict[str, Any], office: Office, clock: FixedClock
) -> None:
    """Neither after a sign-out, also when what told of it is over, nor after the session's own end."""
    session_end = clock.now() + SESSION_LIFE
    sid = claims_of(services, noord["id_token"])["sid"]
    clock.advance(session_end - clock.now() - timedelta(minutes=1))
    refreshed = rent.post(grant_type="refresh_token", refresh_token=noord["refresh_token"]).get_json()
    assert rent.exchanged(refreshed["access_token"], organization=office.zuid)
    clock.advance(timedelta(minutes=1))
    assert rent.refused(refreshed["access_token"], organization=office.zuid) == "invalid_request"

    clock.advance(timedelta(minutes=-2))
    with services.database.transaction() as session:
        backchannel.end_what_rests_on(session, services.store, sid=sid, now=clock.now())
    services.store.delete(Kind.REVOKED_FAMILY, sid)
    assert rent.refused(refreshed["access_token"], organization=office.zuid) == "invalid_request"


def test_an_organisation_that_is_not_open_is_no_token(rent: Caller, noord: dict[str, Any], office: Office) -> None:
    """A filter, never a hint: and where several fit, silence does not guess."""
    token = noord["access_token"]

    assert rent.refused(token, organization="0999999922") == "access_denied"
    assert rent.refused(token, organization=office.zuid, usage="estate-agent") == "access_denied"
    assert rent.refused(token) == "invalid_request"


def test_several_that_fit_are_not_guessed_between(
    services: Services, rent: Caller, noord: dict[str, Any], office: Office
) -> None:
    with services.database.transaction() as session:
        now = services.clock.now()
        a_registration(session, office.zuid, office.rent, by=office.anna, now=now, terms="v1")

    assert rent.refused(noord["access_token"], organization=office.zuid) == "account_selection_required"
    assert rent.exchanged(noord["access_token"], organization=office.zuid, usage="estate-agent")["access_token"]


def test_what_the_person_did_not_agree_to_is_not_switched_to(
    services: Services, rent: Caller, noord: dict[str, Any], office: Office
) -> None:
    with services.database.transaction() as session:
        agreed = Agreement(office.anna, "rent", ("openid",), (), "v0", None)
        consents.remember(session, agreed, now=services.clock.now())

    assert rent.refused(noord["access_token"], organization=office.zuid) == "consent_required"


def test_never_more_scope_and_no_other_resource(rent: Caller, noord: dict[str, Any], office: Office) -> None:
    token = noord["access_token"]

    assert rent.refused(token, organization=office.zuid, scope="openid profile") == "invalid_scope"
    assert rent.refused(token, organization=office.zuid, scope="offline_access") == "invalid_scope"
    assert rent.refused(token, organization=office.zuid, resource=REPORTS) == "invalid_target"
    narrowed = rent.exchanged(token, organization=office.zuid, scope="organization")
    assert (narrowed["scope"], "id_token" in narrowed) == ("organization", False)
    assert rent.refused(narrowed["access_token"], organization=office.noord, scope="roles") == "invalid_scope"


@pytest.mark.parametrize("is_public", [False, True])
def test_a_bound_token_needs_its_key(
    services: Services, idp: Callable[[], FlaskClient], browser: Browser, office: Office, *, is_public: bool
) -> None:
    """And a public client, which proves nothing else, exchanges no other kind."""
    method = {"token_endpoint_auth_method": "none"} if is_public else {}
    rent = Caller(services, idp(), a_tool_client(services, office, **method), a_proof_key())
    token = rent.signed_in(browser, in_noord(office))["access_token"]

    members = rent.exchanged(token, organization=office.zuid)

    assert members["token_type"] == "DPoP"
    cnf = [claims_of(services, each, typ="at+jwt")["cnf"] for each in (token, members["access_token"])]
    assert cnf[0] == cnf[1]
    for key in (None, a_proof_key()):
        assert replace(rent, key=key).refused(token, organization=office.zuid) == "invalid_request"


def test_the_bearer_token_of_a_public_client_is_not_exchanged(
    services: Services, idp: Callable[[], FlaskClient], browser: Browser, office: Office
) -> None:
    rent = Caller(services, idp(), a_tool_client(services, office, token_endpoint_auth_method="none"))
    token = rent.signed_in(browser, in_noord(office))["access_token"]

    assert rent.refused(token, organization=office.zuid) == "invalid_request"


def test_a_resource_server_acts_on_behalf_of_a_person(
    services: Services, idp: Callable[[], FlaskClient], for_reports: str, office: Office
) -> None:
    """RFC 8693 section 4.1, through two hands; introspection says who acts."""
    reports = Caller(services, idp(), a_resource_server(services, "reports", REPORTS, LEDGER))
    ledger = Caller(services, idp(), a_resource_server(services, "ledger", LEDGER, ARCHIVE))

    first = reports.exchanged(for_reports, resource=LEDGER, scope="organization roles")
    second = ledger.exchanged(first["access_token"], resource=ARCHIVE, scope="roles")

    before = claims_of(services, for_reports, typ="at+jwt")
    acting, onward = (claims_of(services, each["access_token"], typ="at+jwt") for each in (first, second))
    assert first.keys() == {"access_token", "issued_token_type", "token_type", "expires_in", "scope"}
    assert (acting["sub"], acting["org_id"]) == (before["sub"], office.noord)
    assert (acting["aud"], acting["client_id"], acting["scope"]) == (LEDGER, "reports", "organization roles")
    assert acting["act"] == {"sub": "reports"}
    assert onward["act"] == {"sub": "ledger", "act": {"sub": "reports"}}
    assert before["exp"] >= acting["exp"] >= onward["exp"]
    said = ledger.http.post(
        "/introspect", data={"token": first["access_token"]}, headers=basic(ledger.client, "ledger-secret")
    ).get_json()
    assert (said["active"], said["act"], said["client_id"]) == (True, {"sub": "reports"}, "reports")


def test_whoever_acts_gets_no_more_than_was_sent_to_it(
    services: Services, idp: Callable[[], FlaskClient], rent: Caller, for_reports: str
) -> None:
    userinfo = f"{services.settings.issuer}/userinfo"
    reports = Caller(services, idp(), a_resource_server(services, "reports", REPORTS, LEDGER, userinfo))
    ledger = Caller(services, idp(), a_resource_server(services, "ledger", LEDGER, ARCHIVE))

    assert reports.refused(for_reports, resource=ARCHIVE) == "invalid_target"
    assert reports.refused(for_reports, resource=userinfo) == "invalid_target"
    assert reports.refused(for_reports) == "invalid_target"
    assert reports.refused(for_reports, resource=LEDGER, scope="profile") == "invalid_scope"
    assert reports.refused(for_reports, resource=LEDGER, organization="0100002050") == "invalid_request"
    assert reports.refused(for_reports, resource=LEDGER, requested_token_type=ID_TOKEN) == "invalid_request"
    assert ledger.refused(for_reports, resource=ARCHIVE) == "invalid_request"
    acting = reports.exchanged(for_reports, resource=LEDGER)["access_token"]
    assert reports.refused(acting, organization="0100002050") == "invalid_request"
    assert rent.refused(acting, organization="0100002050") == "unauthorized_client"


@pytest.mark.parametrize("ended", ["family", "token"])
def test_what_acts_ends_with_what_it_came_of(
    services: Services, idp: Callable[[], FlaskClient], rent: Caller, for_reports: str, ended: str
) -> None:
    """Also when the tool gives back nothing but its one access token (RFC 7009)."""
    reports = Caller(services, idp(), a_resource_server(services, "reports", REPORTS, LEDGER))
    ledger = Caller(services, idp(), a_resource_server(services, "ledger", LEDGER, ARCHIVE))
    archive = a_resource_server(services, "archive", ARCHIVE)
    acting = reports.exchanged(for_reports, resource=LEDGER)["access_token"]
    further = ledger.exchanged(acting, resource=ARCHIVE)["access_token"]
    family_id = claims_of(services, for_reports, typ="at+jwt")["jti"].partition(".")[0]

    if ended == "family":
        with services.database.transaction() as session:
            refresh_token.revoke_family(session, services.store, family_id, services.clock.now())
    else:
        sent, headers = {"token": for_reports}, basic(rent.client, "rent-secret")
        assert rent.http.post("/revoke", data=sent, headers=headers).status_code == 200

    assert ledger.refused(acting, resource=ARCHIVE) == "invalid_request"
    for token, client in ((acting, ledger.client), (further, archive)):
        headers = basic(client, f"{client.client_id}-secret")
        assert ledger.http.post("/introspect", data={"token": token}, headers=headers).get_json() == {"active": False}


def test_only_whom_the_operator_lets_exchanges_anything(
    services: Services, rent: Caller, noord: dict[str, Any], office: Office
) -> None:
    policy = replace(rent.client.policy, token_exchange=False)
    with services.database.transaction() as session:
        store_client(session, replace(rent.client, policy=policy), now=services.clock.now(), secret="rent-secret")
    announce_change(services.database, services.store)

    assert rent.refused(noord["access_token"], organization=office.zuid) == "unauthorized_client"


def test_an_exchange_that_is_malformed_is_refused(rent: Caller, noord: dict[str, Any], office: Office) -> None:
    malformed: tuple[tuple[str, dict[str, str | None]], ...] = (
        ("invalid_request", {"subject_token_type": None}),
        ("invalid_request", {"subject_token_type": ID_TOKEN}),
        ("invalid_request", {"subject_token": None}),
        ("invalid_request", {"subject_token": "a.b.c"}),
        ("invalid_request", {"subject_token": noord["id_token"]}),
        ("invalid_request", {"actor_token": "a"}),
        ("invalid_target", {"audience": "ledger"}),
        ("invalid_request", {"requested_token_type": "urn:ietf:params:oauth:token-type:refresh_token"}),
    )
    for error, form in malformed:
        sent = {"subject_token": noord["access_token"], "organization": office.zuid, **form}
        assert rent.refused(**sent) == error, form
