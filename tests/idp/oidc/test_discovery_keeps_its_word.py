"""Discovery claims nothing that no test shows (oidc.md 2.12).

`SHOWN_BY` names for each member of the document the test that shows it at work. The tests here
take the values from the document itself, so that a value which is added is tried, or fails.
"""

import ast
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from joserfc.jwk import OKPKey

from idp.oidc.clients import announce_change, find_client
from idp.oidc.registration import store_client
from idp.wiring import Services
from tests.support.device import DEVICE_CODE
from tests.support.exchanges import ACCESS_TOKEN, EXCHANGE
from tests.support.grants import a_key, claims_of, public_jwks
from tests.support.relying_party import PASSWORD, NewParty, RelyingParty
from tests.support.sign_in import Browser

TESTS = Path(__file__).parents[2]
_HERE = "idp/oidc/test_discovery_keeps_its_word.py"
_BASIC = "idp/oidc/modules/test_oidcc_basic.py"
_FAPI = "idp/oidc/modules/test_fapi2_security_profile_final.py"
_PAR = "idp/oidc/test_par.py"
_OBJECT = "idp/oidc/test_request_object.py"
_LOGOUT = "idp/oidc/modules/test_oidcc_backchannel_rp_initiated_logout.py"

SHOWN_BY = {
    "issuer": (_BASIC, "test_oidcc_server"),
    "authorization_endpoint": (_BASIC, "test_oidcc_server"),
    "token_endpoint": (_BASIC, "test_oidcc_server"),
    "userinfo_endpoint": (_BASIC, "test_oidcc_userinfo"),
    "jwks_uri": ("idp/oidc/modules/test_oidcc_config.py", "test_oidcc_jwks"),
    "introspection_endpoint": (_HERE, "test_every_way_to_authenticate_works_at_every_endpoint"),
    "revocation_endpoint": (_HERE, "test_every_way_to_authenticate_works_at_every_endpoint"),
    "end_session_endpoint": (
        "idp/oidc/modules/test_oidcc_rp_initiated_logout.py", "test_oidcc_rp_initiated_logout",
    ),
    "registration_endpoint": (_BASIC, "test_oidcc_server"),
    "scopes_supported": (_HERE, "test_every_scope_is_granted_and_every_claim_is_said"),
    "claims_supported": (_HERE, "test_every_scope_is_granted_and_every_claim_is_said"),
    "claim_types_supported": (_BASIC, "test_oidcc_scope"),
    "claims_parameter_supported": (_BASIC, "test_oidcc_claims_essential"),
    "device_authorization_endpoint": ("idp/interaction/test_device.py", "test_a_person_lets_a_device_in"),
    "pushed_authorization_request_endpoint": (_FAPI, "test_happy_flow"),
    "require_pushed_authorization_requests": (_PAR, "test_every_client_may_push"),
    "request_parameter_supported": (_OBJECT, "test_what_stands_in_the_object_wins"),
    "request_object_signing_alg_values_supported": (_OBJECT, "test_every_algorithm_signs_a_request"),
    "authorization_signing_alg_values_supported": ("idp/oidc/test_jarm.py", "test_every_algorithm_signs_an_answer"),
    "request_uri_parameter_supported": (_BASIC, "test_oidcc_request_objects_that_are_not_supported_are_rejected"),
    **dict.fromkeys(
        (
            "verified_claims_supported", "trust_frameworks_supported", "evidence_supported", "documents_supported",
            "documents_check_methods_supported", "claims_in_verified_claims_supported",
        ),
        (_HERE, "test_what_a_card_proved_is_said_in_the_words_of_the_document"),
    ),
    "response_types_supported": (_HERE, "test_every_response_type_and_mode_answers"),
    "response_modes_supported": (_HERE, "test_every_response_type_and_mode_answers"),
    "grant_types_supported": (_HERE, "test_every_grant_type_gives_a_token"),
    "code_challenge_methods_supported": (_BASIC, "test_oidcc_ensure_request_with_valid_pkce_succeeds"),
    "authorization_response_iss_parameter_supported": (_BASIC, "test_oidcc_prompt_none_not_logged_in"),
    "subject_types_supported": (_HERE, "test_every_subject_type_names_the_person"),
    "acr_values_supported": (_BASIC, "test_oidcc_ensure_request_with_acr_values_succeeds"),
    "display_values_supported": (_BASIC, "test_oidcc_request_with_a_parameter_succeeds"),
    "ui_locales_supported": (_HERE, "test_every_language_is_spoken"),
    "id_token_signing_alg_values_supported": (_HERE, "test_every_algorithm_signs"),
    "userinfo_signing_alg_values_supported": (_HERE, "test_every_algorithm_signs"),
    "token_endpoint_auth_methods_supported": (_HERE, "test_every_way_to_authenticate_works_at_every_endpoint"),
    "token_endpoint_auth_signing_alg_values_supported": (_HERE, "test_every_algorithm_proves_a_client"),
    "revocation_endpoint_auth_methods_supported": (_HERE, "test_every_way_to_authenticate_works_at_every_endpoint"),
    "revocation_endpoint_auth_signing_alg_values_supported": (_HERE, "test_every_algorithm_proves_a_client"),
    "introspection_endpoint_auth_methods_supported": (
        _HERE, "test_every_way_to_authenticate_works_at_every_endpoint",
    ),
    "introspection_endpoint_auth_signing_alg_values_supported": (_HERE, "test_every_algorithm_proves_a_client"),
    "introspection_signing_alg_values_supported": (
        "idp/oidc/test_introspect.py", "test_an_answer_is_signed_for_who_wants_to_prove_it",
    ),
    "dpop_signing_alg_values_supported": (
        "idp/oidc/test_sender_constraint.py", "test_each_algorithm_of_the_document_proves_a_key",
    ),
    "backchannel_logout_supported": (_LOGOUT, "test_oidcc_backchannel_rp_initiated_logout"),
    "backchannel_logout_session_supported": (_LOGOUT, "test_oidcc_backchannel_rp_initiated_logout"),
    "service_documentation": (
        "idp/docs/test_pages.py", "test_claims_page_shows_every_scope_and_claim_in_each_language",
    ),
}  # fmt: skip


@pytest.fixture
def document(idp: Callable[[], FlaskClient], demo: object) -> dict[str, Any]:
    """Return the discovery document."""
    found: dict[str, Any] = idp().get("/.well-known/openid-configuration").get_json()
    return found


@pytest.fixture
def browser(idp: Callable[[], FlaskClient], demo: Services) -> Browser:
    """Return a browser that was never here before."""
    return Browser(idp())


@pytest.fixture
def new_party(idp: Callable[[], FlaskClient], demo: Services) -> NewParty:
    """Return a maker of relying parties."""

    def make(method: str = "client_secret_basic", **members: Any) -> RelyingParty:
        mode = members.pop("mode", None)
        return RelyingParty(demo, idp(), mode).register(method, **members)

    return make


def test_every_member_has_a_test_that_exists(document: dict[str, Any]) -> None:
    assert document.keys() == SHOWN_BY.keys()

    for member, (path, name) in SHOWN_BY.items():
        module = ast.parse((TESTS / path).read_text(encoding="utf-8"))
        assert name in {node.name for node in module.body if isinstance(node, ast.FunctionDef)}, member


def test_every_response_type_and_mode_answers(document: dict[str, Any], new_party: NewParty, browser: Browser) -> None:
    for response_type in document["response_types_supported"]:
        for mode in document["response_modes_supported"]:
            party = new_party(mode=mode, response_types=[response_type])
            assert party.sign_in(browser, response_type=response_type).tokens["access_token"]


def test_every_grant_type_gives_a_token(
    document: dict[str, Any], new_party: NewParty, browser: Browser, demo: Services
) -> None:
    party = new_party(grant_types=document["grant_types_supported"])
    first = party.sign_in(browser, scope="openid offline_access", prompt="consent")
    by_grant = {
        "authorization_code": first.tokens,
        "refresh_token": party.token(
            grant_type="refresh_token", refresh_token=first.tokens["refresh_token"]
        ).get_json(),
        "client_credentials": party.token(grant_type="client_credentials").get_json(),
        DEVICE_CODE: _on_a_device(document, party, browser),
        EXCHANGE: _on_behalf(demo, document, new_party(), first.tokens["access_token"]),
    }

    for grant_type in document["grant_types_supported"]:
        assert by_grant[grant_type]["access_token"]


def test_every_subject_type_names_the_person(document: dict[str, Any], new_party: NewParty, browser: Browser) -> None:
    subjects = [
        new_party(subject_type=kind).sign_in(browser).id_token["sub"] for kind in document["subject_types_supported"]
    ]

    assert len(set(subjects)) == len(subjects) == 2


def test_every_language_is_spoken(document: dict[str, Any], new_party: NewParty, browser: Browser) -> None:
    party = new_party()

    for language in document["ui_locales_supported"]:
        assert party.begin(browser, party.request(ui_locales=language)).page.language == language


def test_every_algorithm_signs(document: dict[str, Any], new_party: NewParty, browser: Browser) -> None:
    both = (document["id_token_signing_alg_values_supported"], document["userinfo_signing_alg_values_supported"])

    for id_token_alg, userinfo_alg in zip(*both, strict=True):
        party = new_party(id_token_signed_response_alg=id_token_alg, userinfo_signed_response_alg=userinfo_alg)
        assert party.sign_in(browser).header["alg"] == id_token_alg


def test_every_way_to_authenticate_works_at_every_endpoint(
    document: dict[str, Any], new_party: NewParty, browser: Browser, demo: Services
) -> None:
    """And none that is not listed: the public client learns nothing from introspection."""
    challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
    verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
    for method in document["token_endpoint_auth_methods_supported"]:
        party = new_party(method)
        _let_introspect(demo, party)
        code = party.authorize(browser, code_challenge=challenge, code_challenge_method="S256")

        answered = party.redeem(code, code_verifier=verifier)
        token = answered.get_json()["access_token"]

        asked = party.call("/introspect", token=token)
        may_ask = method in document["introspection_endpoint_auth_methods_supported"]
        assert asked.status_code == (200 if may_ask else 400)
        assert method in document["revocation_endpoint_auth_methods_supported"]
        assert party.call("/revoke", token=token).status_code == 200
        assert party.ask_userinfo(token).status_code == 401


def test_every_algorithm_proves_a_client(document: dict[str, Any], new_party: NewParty) -> None:
    keys = {
        "RS256": a_key("RSA"), "PS256": a_key("RSA"), "ES256": a_key("EC"),
        "EdDSA": OKPKey.generate_key("Ed25519", {"kid": "key-1"}),
    }  # fmt: skip
    for endpoint in ("token", "revocation", "introspection"):
        name = f"{endpoint}_endpoint_auth_signing_alg_values_supported"
        assert document[name] == document["token_endpoint_auth_signing_alg_values_supported"]
    for algorithm in document["token_endpoint_auth_signing_alg_values_supported"]:
        party = new_party(
            "private_key_jwt",
            jwks=public_jwks(keys[algorithm]),
            token_endpoint_auth_signing_alg=algorithm,
            grant_types=["authorization_code", "client_credentials"],
        )
        party.key, party.algorithm = keys[algorithm], algorithm

        assert party.token(grant_type="client_credentials").status_code == 200


def test_every_scope_is_granted_and_every_claim_is_said(
    document: dict[str, Any], idp: Callable[[], FlaskClient], demo: Services, browser: Browser
) -> None:
    """To a tool that may have all, about a person, an organisation and an accreditation that have all."""
    tokens, userinfo = _everything(document, RelyingParty(demo, idp()), demo, browser)

    said = userinfo.keys() | claims_of(demo, tokens["id_token"]).keys()
    assert set(tokens["scope"].split()) == set(document["scopes_supported"])
    assert set(document["claims_supported"]) - said == set()


def test_what_a_card_proved_is_said_in_the_words_of_the_document(
    document: dict[str, Any], idp: Callable[[], FlaskClient], demo: Services, browser: Browser
) -> None:
    """OpenID Connect for Identity Assurance 1.0: every value that is announced, about a card that proved all."""
    _, userinfo = _everything(document, RelyingParty(demo, idp()), demo, browser)

    said = userinfo["verified_claims"]
    (evidence,) = said["verification"]["evidence"]
    assert document["verified_claims_supported"] is True
    assert [said["verification"]["trust_framework"]] == document["trust_frameworks_supported"]
    assert [evidence["type"]] == document["evidence_supported"]
    assert [check["check_method"] for check in evidence["check_details"]] == document[
        "documents_check_methods_supported"
    ]
    assert evidence["document_details"]["type"] in document["documents_supported"]
    assert said["claims"].keys() == set(document["claims_in_verified_claims_supported"])


def _everything(
    document: dict[str, Any], party: RelyingParty, demo: Services, browser: Browser
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the tokens and the userinfo of somebody who lets a tool have every scope."""
    party.metadata = document
    party.registration = {
        "client_id": "cadastrefinder", "client_secret": "cadastrefinder-demo-secret",
        "token_endpoint_auth_method": "client_secret_basic", "id_token_signed_response_alg": "RS256",
    }  # fmt: skip
    with demo.database.connection() as connection:
        client = find_client(connection, party.client_id)
    assert client is not None
    callback = client.redirect_uris[0]
    sent = {
        "client_id": party.client_id, "redirect_uri": callback, "response_type": "code", "state": "s",
        "scope": " ".join(document["scopes_supported"]), "prompt": "consent",
        "code_challenge": "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM", "code_challenge_method": "S256",
    }  # fmt: skip
    party.begin(browser, sent).sign_in("demo.manager", PASSWORD)
    button = next(b for b in browser.page.all("button.start-context") if b.attributes["data-usage"] == "estate-agent")
    browser.start(button.attributes["value"])
    answered = party.redeem(
        browser.answer["code"], redirect_uri=callback, code_verifier="dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
    )
    tokens = answered.get_json()
    return tokens, party.ask_userinfo(tokens["access_token"]).get_json()


def _on_a_device(document: dict[str, Any], party: RelyingParty, browser: Browser) -> dict[str, Any]:
    """Return what a device of the party is given, which somebody lets in who is signed in."""
    endpoint = document["device_authorization_endpoint"].removeprefix(document["issuer"])
    codes = party.call(endpoint, scope="openid").get_json()
    browser.get(codes["verification_uri_complete"]).press("#use-code").press("#allow")
    tokens: dict[str, Any] = party.token(grant_type=DEVICE_CODE, device_code=codes["device_code"]).get_json()
    return tokens


def _on_behalf(services: Services, document: dict[str, Any], party: RelyingParty, access_token: str) -> dict[str, Any]:
    """Return what a resource server is given for a token that was sent to it."""
    onward, own = "https://ledger.immo.test/api", document["userinfo_endpoint"]
    with services.database.transaction() as session:
        client = find_client(session, party.client_id)
        assert client is not None
        policy = replace(
            client.policy, introspection=True, token_exchange=True, resources=(own,), passes_on_to=(onward,)
        )
        changed = replace(client, policy=policy, grant_types=(EXCHANGE,))
        store_client(session, changed, now=services.clock.now())
    announce_change(services.database, services.store)
    sent = {"subject_token": access_token, "subject_token_type": ACCESS_TOKEN, "resource": onward}
    tokens: dict[str, Any] = party.token(grant_type=EXCHANGE, **sent).get_json()
    return tokens


def _let_introspect(services: Services, party: RelyingParty) -> None:
    """Make the party a resource server too: that is decided here and cannot be registered."""
    with services.database.transaction() as session:
        client = find_client(session, party.client_id)
        assert client is not None
        policy = replace(client.policy, introspection=True)
        store_client(session, replace(client, policy=policy), now=services.clock.now())
    announce_change(services.database, services.store)
