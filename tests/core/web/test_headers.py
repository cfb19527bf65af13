import re
from dataclasses import replace
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from core.infra.settings import Mode, Settings
from tests.core.web.conftest import framed_app


def directives(answer_policy: str) -> dict[str, str]:
    pairs = (part.strip().partition(" ") for part in answer_policy.split(";"))
    return {name: value for name, _, value in pairs}


def policy(browser: FlaskClient, path: str) -> dict[str, str]:
    return directives(browser.get(path).headers["Content-Security-Policy"])


def test_a_page_loads_only_our_own_files_and_is_never_framed(framed: FlaskClient) -> None:
    found = policy(framed, "/page")

    assert found["default-src"] == "'none'"
    assert found["script-src"] == found["style-src"] == found["form-action"] == "'self'"
    assert found["frame-ancestors"] == found["base-uri"] == "'none'"


def test_a_page_that_leads_to_a_tool_says_nothing_about_where_forms_end(framed: FlaskClient) -> None:
    assert "form-action" not in policy(framed, "/leading-away")
    assert "form-action" in policy(framed, "/page")


def test_an_inline_script_runs_only_with_the_nonce_of_its_response(framed: FlaskClient) -> None:
    first, second = framed.get("/scripted"), framed.get("/scripted")
    nonces = []
    for answer in (first, second):
        [nonce] = re.findall(r"nonce=([\w-]+)", answer.text)
        assert f"'nonce-{nonce}'" in directives(answer.headers["Content-Security-Policy"])["script-src"]
        nonces.append(nonce)

    assert nonces[0] != nonces[1]
    assert "nonce" not in policy(framed, "/page")["script-src"]


def test_what_is_no_page_may_load_nothing(framed: FlaskClient) -> None:
    assert policy(framed, "/document.json") == {"default-src": "'none'", "frame-ancestors": "'none'"}


@pytest.mark.parametrize("path", ["/page", "/document.json", "/missing"])
def test_every_response_says_the_same_about_sniffing_frames_and_referrers(framed: FlaskClient, path: str) -> None:
    headers = framed.get(path).headers

    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Referrer-Policy"] == "same-origin"


def test_nothing_is_kept_unless_the_view_says_so(framed: FlaskClient) -> None:
    assert framed.get("/page").headers["Cache-Control"] == "no-store"
    assert framed.get("/document.json").headers["Cache-Control"] == "public, max-age=60"


@pytest.mark.parametrize(
    ("mode", "issuer", "expected"),
    [
        (Mode.PRODUCTION, "https://login.example", True),
        (Mode.TEST, "https://login.example", False),
        (Mode.DEMO, "http://localhost:8080", False),
    ],
)
def test_only_production_over_https_promises_https_for_years(
    base_settings: Settings, tmp_path: Path, mode: Mode, issuer: str, *, expected: bool
) -> None:
    browser = framed_app(replace(base_settings, mode=mode, issuer=issuer), tmp_path).test_client()

    assert ("Strict-Transport-Security" in browser.get("/page").headers) is expected
