"""The scripts for the suite's browser fit our pages, and each module of our plans has what it needs."""

import json
from collections.abc import Callable
from urllib.parse import urlencode

import pytest
from flask.testing import FlaskClient

from idp.oidc.client_metadata import parse
from idp.wiring import Services
from tests.conformance.configuration import IDENTITY_ASSURANCE, configuration, static_clients
from tests.conformance.plans import PlanChoice, plans
from tests.conformance.scripted_browser import ScriptedBrowser, ScriptFailed
from tests.conformance.scripts import SPECIAL, Scripts, special
from tests.support.ground import ISSUER
from tests.support.relying_party import RelyingParty
from tests.support.sign_in import Browser

SUITE = "https://suite.example"
# The IANA registry "OAuth Authorization Server Metadata", as far as a provider could mean it.
_ENDPOINTS = (
    "authorization", "token", "userinfo", "end_session", "registration", "introspection", "revocation",
    "device_authorization", "pushed_authorization_request", "backchannel_authentication",
)  # fmt: skip
_ALGORITHMS = ("id_token", "userinfo", "request_object", "authorization", "introspection", "dpop")
_REGISTERED = {
    "issuer", "jwks_uri", "service_documentation", "op_policy_uri", "op_tos_uri", "mtls_endpoint_aliases",
    "protected_resources", "require_request_uri_registration", "require_pushed_authorization_requests",
    "require_signed_request_object", "tls_client_certificate_bound_access_tokens",
    *(f"{name}_endpoint" for name in _ENDPOINTS),
    *(f"{name}_signing_alg_values_supported" for name in _ALGORITHMS),
    *(f"{name}_endpoint_auth_methods_supported" for name in ("token", "introspection", "revocation")),
    *(f"{name}_endpoint_auth_signing_alg_values_supported" for name in ("token", "introspection", "revocation")),
    *(f"{name}_supported" for name in (
        "scopes", "response_types", "response_modes", "grant_types", "acr_values", "subject_types", "display_values",
        "claim_types", "claims", "claims_locales", "ui_locales", "claims_parameter", "request_parameter",
        "request_uri_parameter", "code_challenge_methods", "authorization_response_iss_parameter",
        "backchannel_logout", "backchannel_logout_session", "frontchannel_logout", "frontchannel_logout_session",
        "prompt_values", "authorization_details_types",
    )),
}  # fmt: skip
_HOME = f"{SUITE}/test/a/immo-2"


@pytest.fixture
def party(demo: Services, idp: Callable[[], FlaskClient]) -> RelyingParty:
    return RelyingParty(demo, idp()).register(
        redirect_uris=[f"{_HOME}/callback"], post_logout_redirect_uris=[f"{_HOME}/post_logout_redirect"]
    )


@pytest.fixture
def scripted(idp: Callable[[], FlaskClient]) -> ScriptedBrowser:
    return ScriptedBrowser(Browser(idp(), skips_card=False), ISSUER)


def authorization(party: RelyingParty, **changes: str | None) -> str:
    return f"{ISSUER}/authorize?{urlencode(party.request(**changes))}"


def test_usual_scripts_sign_in_allow_and_come_back_and_sign_out(party: RelyingParty, scripted: ScriptedBrowser) -> None:
    usual = Scripts(ISSUER).usual()

    scripted.visit(authorization(party), usual)
    assert "code=" in scripted.address
    hint = party.redeem(scripted.browser.answer["code"], redirect_uri=f"{_HOME}/callback").get_json()["id_token"]
    scripted.visit(authorization(party, prompt="none"), usual)
    assert "code=" in scripted.address
    goodbye = {"id_token_hint": hint, "post_logout_redirect_uri": f"{_HOME}/post_logout_redirect", "state": "s"}
    scripted.visit(f"{ISSUER}/end_session?{urlencode(goodbye)}", usual)
    assert scripted.address == f"{_HOME}/post_logout_redirect?state=s"
    scripted.visit(authorization(party, prompt="none"), usual)
    assert "error=login_required" in scripted.address


def test_scripts_of_a_second_sign_in_keep_its_page(party: RelyingParty, scripted: ScriptedBrowser) -> None:
    scripted.visit(authorization(party), Scripts(ISSUER).usual())

    scripted.visit(authorization(party, prompt="login"), Scripts(ISSUER).second_sign_in())

    assert ("code=" in scripted.address, scripted.kept) == (True, ["login"])


def test_scripts_of_a_refusal_keep_the_page_with_the_error(party: RelyingParty, scripted: ScriptedBrowser) -> None:
    unregistered = authorization(party, redirect_uri=f"{_HOME}/another")

    scripted.visit(unregistered, Scripts(ISSUER).refused())
    scripted.visit(unregistered, Scripts(ISSUER).refused_or_back())

    assert scripted.kept == ["error", "error"]
    with pytest.raises(ScriptFailed):
        scripted.visit(unregistered, Scripts(ISSUER).usual())


def test_scripts_of_somebody_who_rejects_come_back_with_the_refusal(
    party: RelyingParty, scripted: ScriptedBrowser
) -> None:
    scripted.visit(authorization(party), Scripts(ISSUER).rejected())

    assert "error=access_denied" in scripted.address


def test_scripts_of_two_visits_look_first_and_then_go_through(party: RelyingParty, scripted: ScriptedBrowser) -> None:
    scripts, address = Scripts(ISSUER).visited_twice(), authorization(party)

    scripted.visit(address, scripts)
    assert scripted.browser.page.has("#login")
    scripted.visit(address, scripts)

    assert ("code=" in scripted.address, scripted.kept) == (True, ["login"])


def test_scripts_of_signing_out_answer_the_question_and_keep_the_last_page(
    party: RelyingParty, scripted: ScriptedBrowser
) -> None:
    scripts = Scripts(ISSUER).sign_out_asked()
    scripted.visit(authorization(party), scripts)

    scripted.visit(f"{ISSUER}/end_session", scripts)
    scripted.visit(authorization(party), scripts)
    scripted.visit(f"{ISSUER}/end_session?id_token_hint=foreign", Scripts(ISSUER).sign_out_refused())

    assert scripted.kept == ["signed-out", "error"]


@pytest.mark.parametrize("plan", plans(), ids=lambda plan: plan.alias)
def test_configuration_of_a_plan_is_json_and_names_two_clients(plan: PlanChoice) -> None:
    clients = static_clients(plan, SUITE)

    told = json.loads(json.dumps(configuration(plan, ISSUER, SUITE, clients)))

    assert told["server"]["discoveryUrl"].startswith(f"{ISSUER}/.well-known/")
    assert {"client", "client2", "browser", "override"} <= set(told)
    assert (("mtls" in told), ("mtls2" in told)) == (plan.needs_mutual_tls, plan.needs_mutual_tls)
    if plan.is_static:
        assert told["client"]["client_id"] != told["client2"]["client_id"]
        assert "d" in told["client"]["jwks"]["keys"][0]
    for client in clients:
        assert '"d"' not in json.dumps(client.metadata)
        read = parse(client.client_id, dict(client.metadata), allow_loopback=True, profile=plan.profile)
        assert read.rules.sender_constraint


def test_discovery_says_nothing_that_is_registered_nowhere(party: RelyingParty) -> None:
    """oidc.md 2.12: an unknown member is a warning; those of RFC 8414 and its registry are known."""
    assert party.metadata.keys() - set(IDENTITY_ASSURANCE) <= _REGISTERED


def test_no_two_plans_share_an_address_and_the_ten_rows_are_there() -> None:
    assert len({plan.alias for plan in plans()}) == len(plans())
    assert {plan.row for plan in plans()} == set(range(1, 12))


def test_every_special_module_has_scripts() -> None:
    assert all(special(ISSUER, module) for module in SPECIAL)
