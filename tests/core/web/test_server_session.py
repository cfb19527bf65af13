from datetime import timedelta
from typing import cast

import pytest
from flask import Flask, session
from flask.testing import FlaskClient

from core.infra.ids import digest
from core.infra.store.interface import EphemeralStore, Kind
from core.web.server_session import ServerSession, StoreSessions

COOKIE = "__Host-immo-portal"


def live() -> ServerSession:
    return cast(ServerSession, session)


@pytest.fixture
def app(store: EphemeralStore) -> Flask:
    app = Flask(__name__)
    app.session_interface = StoreSessions(store, cookie="immo-portal", secure=True, life=timedelta(hours=1))

    @app.get("/read")
    def read() -> str:
        return str(session.get("name"))

    @app.get("/keep/<name>")
    def keep(name: str) -> str:
        session["name"] = name
        return ""

    @app.get("/forget")
    def forget() -> str:
        session.pop("name")
        return ""

    @app.get("/sign-in")
    def sign_in() -> str:
        live().rotate()
        return ""

    @app.get("/sign-out")
    def sign_out() -> str:
        live().destroy()
        return ""

    @app.get("/keep-while-ended-elsewhere")
    def keep_while_ended_elsewhere() -> str:
        session["name"] = "late"
        store.delete(Kind.PORTAL_SESSION, digest(live().require_secret()))
        return ""

    return app


@pytest.fixture
def browser(app: Flask) -> FlaskClient:
    return app.test_client()


def secret_of(browser: FlaskClient) -> str | None:
    cookie = browser.get_cookie(COOKIE)
    return None if cookie is None else cookie.value


def plant(browser: FlaskClient, secret: str) -> None:
    browser.set_cookie(COOKIE, secret)


def test_what_is_kept_is_there_at_the_next_request(browser: FlaskClient) -> None:
    browser.get("/keep/anna")

    assert browser.get("/read").text == "anna"


def test_the_cookie_tells_nothing_and_is_out_of_reach_of_scripts_and_other_hosts(browser: FlaskClient) -> None:
    cookie = browser.get("/keep/anna").headers["Set-Cookie"]

    assert cookie.startswith(f"{COOKIE}=")
    assert "anna" not in cookie
    for attribute in ("Secure", "HttpOnly", "SameSite=Lax", "Path=/"):
        assert attribute in cookie


def test_a_request_that_keeps_nothing_sets_no_cookie(browser: FlaskClient) -> None:
    assert "Set-Cookie" not in browser.get("/read").headers


def test_the_store_holds_no_secret_that_opens_a_session(browser: FlaskClient, store: EphemeralStore) -> None:
    browser.get("/keep/anna")

    assert store.get(Kind.PORTAL_SESSION, secret_of(browser) or "") is None
    assert store.get(Kind.PORTAL_SESSION, digest(secret_of(browser) or "")) is not None


def test_a_planted_cookie_opens_no_session_and_is_not_taken_over(browser: FlaskClient) -> None:
    plant(browser, "planted")
    browser.get("/keep/anna")

    assert secret_of(browser) != "planted"


def test_signing_in_keeps_the_content_under_a_new_secret(app: Flask, browser: FlaskClient) -> None:
    browser.get("/keep/anna")
    before = secret_of(browser) or ""

    browser.get("/sign-in")

    assert browser.get("/read").text == "anna"
    other = app.test_client()
    plant(other, before)
    assert other.get("/read").text == "None"


def test_signing_out_ends_the_session_here_and_for_whoever_copied_the_cookie(app: Flask, browser: FlaskClient) -> None:
    browser.get("/keep/anna")
    before = secret_of(browser) or ""

    browser.get("/sign-out")

    assert secret_of(browser) is None
    other = app.test_client()
    plant(other, before)
    assert other.get("/read").text == "None"


def test_a_session_that_was_emptied_is_gone_from_the_store(app: Flask, browser: FlaskClient) -> None:
    browser.get("/keep/anna")
    before = secret_of(browser) or ""

    browser.get("/forget")

    other = app.test_client()
    plant(other, before)
    assert other.get("/read").text == "None"


def test_a_session_ended_elsewhere_is_not_brought_back_by_a_request_under_way(browser: FlaskClient) -> None:
    browser.get("/keep/anna")

    browser.get("/keep-while-ended-elsewhere")

    assert browser.get("/read").text == "None"
