"""PKCE as a pure rule: RFC 7636, RFC 9700 section 2.1.1."""

import hashlib
from base64 import urlsafe_b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idp.oidc.checks import pkce
from idp.oidc.errors import InvalidRequest, PkceMismatch
from idp.oidc.registered_client import ClientPolicy, RegisteredClient
from tests.support.claims import a_client

_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~"
_VERIFIERS = st.text(_ALPHABET, min_size=43, max_size=128)
# RFC 7636 appendix B.
_VERIFIER, _CHALLENGE = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"


CONFIDENTIAL, PUBLIC = a_client(), a_client(token_endpoint_auth_method="none")
OURS = a_client(policy=ClientPolicy(require_pkce=True))


def _challenge(verifier: str) -> str:
    return urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def test_the_example_of_the_rfc_passes() -> None:
    pkce.verify(PUBLIC, _CHALLENGE, _VERIFIER)


@pytest.mark.parametrize("client", [CONFIDENTIAL, PUBLIC, OURS])
def test_s256_is_taken_from_everybody(client: RegisteredClient) -> None:
    pkce.require(client, _CHALLENGE, "S256")


def test_confidential_clients_may_go_without() -> None:
    pkce.require(CONFIDENTIAL, None, None)
    pkce.verify(CONFIDENTIAL, None, None)


@pytest.mark.parametrize("client", [PUBLIC, OURS])
def test_others_may_not(client: RegisteredClient) -> None:
    with pytest.raises(InvalidRequest):
        pkce.require(client, None, None)


@pytest.mark.parametrize(
    ("challenge", "method"),
    [
        (_CHALLENGE, None),
        (_CHALLENGE, "plain"),
        (_CHALLENGE, "s256"),
        (None, "S256"),
        (_CHALLENGE[:-1], "S256"),
        (_CHALLENGE + "A", "S256"),
        (_CHALLENGE[:-1] + "=", "S256"),
        (_CHALLENGE[:-1] + "\n", "S256"),
    ],
)
def test_anything_but_a_challenge_with_s256_is_refused(challenge: str | None, method: str | None) -> None:
    """FAPI2 plain-pkce-rejected; no method means plain (RFC 7636 section 4.3)."""
    with pytest.raises(InvalidRequest):
        pkce.require(CONFIDENTIAL, challenge, method)


@given(_VERIFIERS)
def test_a_verifier_fits_its_own_challenge(verifier: str) -> None:
    pkce.verify(PUBLIC, _challenge(verifier), verifier)


@given(_VERIFIERS, _VERIFIERS)
def test_and_no_other(verifier: str, other: str) -> None:
    if verifier != other:
        with pytest.raises(PkceMismatch):
            pkce.verify(PUBLIC, _challenge(verifier), other)


@pytest.mark.parametrize("verifier", ["a" * 42, "a" * 129, "a" * 42 + "é", "a" * 42 + " ", ""])
def test_a_verifier_outside_the_alphabet_or_length_never_fits(verifier: str) -> None:
    with pytest.raises(PkceMismatch):
        pkce.verify(CONFIDENTIAL, _challenge(verifier), verifier)


@pytest.mark.parametrize("client", [CONFIDENTIAL, PUBLIC])
def test_half_of_it_is_refused(client: RegisteredClient) -> None:
    with pytest.raises(PkceMismatch):
        pkce.verify(client, _CHALLENGE, None)
    with pytest.raises(PkceMismatch):
        pkce.verify(client, None, _VERIFIER)


def test_a_public_client_never_passes_without() -> None:
    with pytest.raises(PkceMismatch):
        pkce.verify(PUBLIC, None, None)
