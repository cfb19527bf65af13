"""Calls with DPoP proofs by a FAPI client: good ones, and such as err in one thing."""

from datetime import timedelta
from typing import Any

from joserfc.jwk import Key
from werkzeug.test import TestResponse

from tests.support.dpop_proofs import a_proof
from tests.support.fapi_party import FapiParty, ath
from tests.support.relying_party import CALLBACK, pass_pages
from tests.support.sign_in import Browser


def ask(
    party: FapiParty, token: str, *proofs: str, scheme: str = "DPoP", name: str = "DPoP", **headers: str
) -> TestResponse:
    """Call userinfo with these proofs, one header each."""
    sent = [("Authorization", f"{scheme} {token}"), *((name, proof) for proof in proofs), *headers.items()]
    return party.http.get("/userinfo", headers=sent)


def proof_for(party: FapiParty, token: str, *, key: Key | None = None, **changes: Any) -> str:
    """Return a good proof for userinfo, changed as asked."""
    values = {"nonce": party.nonce, "ath": ath(token), **changes}
    now = party.services.clock.now() + values.pop("after", timedelta(0))
    url = party.metadata["userinfo_endpoint"]
    return a_proof(key or party.dpop_key, "GET", values.pop("url", url), now, **values)


def get_nonce(party: FapiParty) -> str:
    """Return a nonce, as the first answer to a proof without one brings it."""
    party.redeem("of-no-account")
    assert party.nonce is not None
    return party.nonce


def pushed_code(party: FapiParty, browser: Browser, *, proof_key: Key | None = None, **changes: str) -> str:
    """Return a code whose request was pushed with a proof, where a key for it is given."""
    sent = party.request(**changes)
    headers = None
    if proof_key is not None:
        get_nonce(party)
        url = party.metadata["pushed_authorization_request_endpoint"]
        headers = {"DPoP": party.proof("POST", url, key=proof_key)}
    party.open(browser, party.pushed(sent, headers=headers))
    return party.answer(pass_pages(browser), sent)["code"]


def redeem_with(party: FapiParty, code: str, key: Key) -> TestResponse:
    """Present a code with a proof of another key."""
    get_nonce(party)
    own, party.dpop_key = party.dpop_key, key
    try:
        return party.redeem(code)
    finally:
        party.dpop_key = own


def refresh(party: FapiParty, refresh_token: str, **form: str) -> TestResponse:
    """Present a refresh token."""
    return party.token(grant_type="refresh_token", refresh_token=refresh_token, **form)


def form_of(code: str) -> dict[str, str]:
    """Return the form that presents a code, for a call whose headers are the test's own."""
    return {"grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK}
