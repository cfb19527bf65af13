"""The claims parameter from a client that means harm: never more than was agreed to, never a crash."""

import json

import pytest

from idp.wiring import Services
from tests.support.grants import basic
from tests.support.sign_in import Browser
from tests.support.tools import CALLBACK, a_client

WANTED = json.dumps({"userinfo": {"email": None}, "id_token": {"email": None}})


def test_widening_the_registration_later_brings_no_claim_without_consent(browser: Browser, services: Services) -> None:
    sly = a_client(services, "sly", policy={"scope": ("openid",)})
    browser.authorize("sly", scope="openid", claims=WANTED).sign_in().press("#allow")
    code = browser.answer["code"]

    a_client(services, "sly", policy={"scope": ("openid", "email")})

    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK}
    tokens = browser.client.post("/token", data=form, headers=basic(sly, "sly-secret")).get_json()
    bearer = {"Authorization": f"Bearer {tokens['access_token']}"}
    assert set(browser.client.get("/userinfo", headers=bearer).get_json()) == {"sub"}


@pytest.mark.parametrize("text", ['{"userinfo": {"\\ud800": null}}', '{"id_token": {"acr": {"value": "\\udfff"}}}'])
def test_half_characters_are_an_error_for_the_tool(browser: Browser, text: str) -> None:
    browser.authorize("plain", claims=text)

    assert browser.answer["error"] == "invalid_request"
