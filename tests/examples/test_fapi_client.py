"""MyRent Pro as a client of FAPI 2.0: pushed requests, keys in place of a secret, bound tokens."""

import stat

import pytest

from tests.examples.conftest import Tool

pytestmark = pytest.mark.parametrize("tool", ["myrent-pro"], indirect=True)


def test_a_sign_in_is_proven_by_keys_that_a_restart_keeps(tool: Tool) -> None:
    browser = tool.browser()
    location = browser.get("/sign-in").location
    query = tool.provider.answer(location)
    published = browser.get("/jwks").json or {}
    tool.provider.nonce = "second-nonce"
    again = tool.restart().test_client()
    cookie = browser.get_cookie("myrent-pro")
    assert cookie is not None
    again.set_cookie("myrent-pro", cookie.value)

    answer = again.get(f"/callback?{query}")

    proofs = tool.provider.proofs
    assert answer.status_code == 303
    assert [(proof["path"], proof["nonce"]) for proof in proofs] == [
        ("/par", "first-nonce"),
        ("/token", "second-nonce"),
        ("/userinfo", "second-nonce"),
    ]
    assert len({proof["jwk"]["x"] for proof in proofs}) == 1
    assert again.get("/jwks").json == published
    (key,) = published["keys"]
    assert (key["alg"], key["use"], "d" in key) == ("ES256", "sig", False)
    assert key["x"] != proofs[0]["jwk"]["x"]
    files = list((tool.file.parent / "keys").iterdir())
    assert {(file.name, stat.S_IMODE(file.stat().st_mode)) for file in files} == {
        ("client.pem", 0o600),
        ("proof.pem", 0o600),
    }


def test_a_token_that_anybody_could_use_signs_nobody_in(tool: Tool) -> None:
    tool.provider.token_type = "Bearer"
    browser = tool.browser()
    query = tool.provider.answer(browser.get("/sign-in").location)

    answer = browser.get(f"/callback?{query}")

    assert answer.status_code == 400
    assert browser.get("/claims.json").status_code == 401


def test_a_request_that_is_refused_is_told_on_a_page(tool: Tool) -> None:
    tool.provider.push_error = "invalid_request"

    answer = tool.browser().get("/sign-in")

    assert answer.status_code == 400
    assert 'data-code="invalid_request"' in answer.text
