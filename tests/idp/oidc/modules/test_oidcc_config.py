"""The module of the plan oidcc-config: what discovery must say (oidc.md 1.3, 2.12)."""

from collections.abc import Callable
from typing import Any

import jsonschema
import pytest
from babel import Locale
from flask.testing import FlaskClient

from core.proof.keys import PublicKey

_ADDRESSES = ("/.well-known/openid-configuration", "/.well-known/oauth-authorization-server")
_PRIVATE = {"d", "p", "q", "dp", "dq", "qi", "oth", "k"}
_TEXT = {"type": "string", "minLength": 1}
_ADDRESS = {"type": "string", "pattern": "^https://[^?#]+$"}
_TEXTS = {"type": "array", "items": _TEXT, "minItems": 1, "uniqueItems": True}
_FLAGS = (
    "request_parameter_supported", "request_uri_parameter_supported", "claims_parameter_supported",
    "backchannel_logout_supported", "backchannel_logout_session_supported",
    "authorization_response_iss_parameter_supported",
)  # fmt: skip
_SCHEMA = {
    "type": "object",
    "required": [
        "issuer", "authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri",
        "response_types_supported", "subject_types_supported", "id_token_signing_alg_values_supported",
        "scopes_supported", "claims_supported", *_FLAGS,
    ],
    "properties": {
        "issuer": _ADDRESS,
        **{name: {"type": "boolean"} for name in _FLAGS},
        "response_types_supported": {**_TEXTS, "contains": {"const": "code"}},
        "subject_types_supported": {**_TEXTS, "items": {"enum": ["public", "pairwise"]}},
        "id_token_signing_alg_values_supported": {**_TEXTS, "contains": {"const": "RS256"}},
        "code_challenge_methods_supported": {"const": ["S256"]},
        "scopes_supported": {
            **_TEXTS,
            "items": {"type": "string", "pattern": "^[\\x21\\x23-\\x5b\\x5d-\\x7e]+$"},
            "contains": {"const": "openid"},
        },
    },
    "patternProperties": {"(_endpoint|_uri)$": _ADDRESS, "(_supported|_values)$": {"type": ["array", "boolean"]}},
}  # fmt: skip


@pytest.fixture
def document(idp: Callable[[], FlaskClient], demo: object) -> dict[str, Any]:
    """Return the discovery document."""
    found: dict[str, Any] = idp().get(_ADDRESSES[0]).get_json()
    return found


@pytest.mark.parametrize("address", _ADDRESSES)
def test_oidcc_discovery_endpoint_verification(idp: Callable[[], FlaskClient], demo: object, address: str) -> None:
    response = idp().get(address)

    assert (response.status_code, response.content_type) == (200, "application/json")
    jsonschema.validate(response.get_json(), _SCHEMA)
    assert response.get_json()["issuer"] == "https://login.immo.test"


def test_languages_are_tags_in_canonical_case(document: dict[str, Any]) -> None:
    """BCP 47 section 2.1.1."""
    for tag in document["ui_locales_supported"]:
        assert str(Locale.parse(tag, sep="-")).replace("_", "-") == tag


def test_oidcc_jwks(idp: Callable[[], FlaskClient], document: dict[str, Any]) -> None:
    """Each key can be read, has a name of its own, and shows no private half."""
    keys = idp().get(document["jwks_uri"]).get_json(force=True)["keys"]

    assert len({key["kid"] for key in keys}) == len(keys) > 0
    for key in keys:
        assert not _PRIVATE & key.keys()
        assert key["use"] == "sig"
        PublicKey.from_jwk(key)
