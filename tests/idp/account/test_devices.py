"""Where a person is signed in (A17): shown, ended one by one or all at once, and what ends with it."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from core.infra.audit import AuditRow
from core.infra.clock import FixedClock
from core.infra.http import OutboundHttp
from core.infra.outbox import OutboxRow
from core.infra.settings import Mode
from core.infra.store.interface import Kind
from idp.app import create_app
from idp.credentials import sign_ins
from idp.oidc.tables import ParticipantRow
from idp.wiring import Services
from tests.core.infra.servers import Server, answering, serving
from tests.support.product import HttpsClient
from tests.support.sign_in import HOST, Browser
from tests.support.tools import CALLBACK, Office, a_client

FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:133.0) Gecko/20100101 Firefox/133.0"
SAFARI = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 Version/18.1 Safari/604.1"

NewBrowser = Callable[[], Browser]


def signed_in(browser: Browser, username: str = "anna.peeters", agent: str = FIREFOX, address: str = "") -> Browser:
    """Sign somebody in at their account with a browser of this kind, from this address."""
    browser.client.environ_base["HTTP_USER_AGENT"] = agent
    browser.client.environ_base["REMOTE_ADDR"] = address or "192.0.2.7"
    return browser.get("/account/devices").sign_in(username)


def rows(browser: Browser) -> list[str]:
    return [row.text for row in browser.get("/account/devices").page.one("#devices").walk() if row.tag == "li"]


def is_signed_in(browser: Browser) -> bool:
    return browser.get("/account/devices").page.has("#devices")


def end_url(browser: Browser, number: int) -> str:
    return browser.get("/account/devices").page.one(f"#end-device-{number}").attributes["href"]


def test_page_shows_what_a_person_recognises_a_device_by(browser: Browser, stranger: Browser) -> None:
    signed_in(stranger, agent=SAFARI, address="2001:db8:1:2:3::4")
    signed_in(browser)

    here, there = rows(browser)

    assert "Firefox on Windows" in here and "This device" in here and "192.0.2.7" in here and "password" in here
    assert "Safari on iPhone" in there and "This device" not in there and "2001:db8:1:2::/64" in there
    assert "2 November 2026, 10:00" in there


def test_nobody_sees_the_devices_of_others(browser: Browser, stranger: Browser) -> None:
    signed_in(stranger, "bert.janssens")

    assert len(rows(signed_in(browser))) == 1
    assert browser.page.has("#no-others")
    assert not browser.page.has("#end-others")


def test_ending_a_device_signs_it_out_and_no_other(browser: Browser, new_browser: NewBrowser) -> None:
    lost, kept = signed_in(new_browser(), agent=SAFARI), signed_in(new_browser(), agent="curl/8")
    signed_in(browser)
    number = 1 + next(place for place, row in enumerate(rows(browser)) if "Safari" in row)

    browser.get(end_url(browser, number)).press("#end-device")

    assert browser.page.has("#done")
    assert len(rows(browser)) == 2
    assert not is_signed_in(lost)
    assert is_signed_in(kept)


def test_ending_all_others_leaves_this_one(browser: Browser, new_browser: NewBrowser) -> None:
    others = [signed_in(new_browser()) for _ in range(3)]
    signed_in(browser)

    browser.get("/account/devices/end-others").press("#end-device")

    assert len(rows(browser)) == 1
    assert not any(is_signed_in(other) for other in others)


def test_ending_this_device_is_a_sign_out(browser: Browser) -> None:
    signed_in(browser)

    browser.get(end_url(browser, 1)).press("#end-device")

    assert browser.cookie("immo-idp") is None
    assert not is_signed_in(browser)


def test_device_of_somebody_else_cannot_be_ended(browser: Browser, stranger: Browser) -> None:
    signed_in(stranger, "bert.janssens")
    foreign = end_url(stranger, 1)
    signed_in(browser)

    asked = browser.get(foreign).status
    browser.get("/account/devices/end-others")
    browser.post(foreign, data=browser.fields("#end-device"))

    assert asked == 404
    assert is_signed_in(stranger)


def test_device_that_no_column_can_name_is_nobodys(browser: Browser) -> None:
    """PostgreSQL takes no null character: that must not end in an error of ours."""
    signed_in(browser).get("/account/devices/end-others")

    browser.post("/account/devices/ses_%00/end", data=browser.fields("#end-device"))

    assert browser.status == 200
    assert is_signed_in(browser)


@pytest.mark.parametrize("token", [{}, {"csrf_token": "x"}])
def test_form_without_its_token_ends_nothing(browser: Browser, stranger: Browser, token: dict[str, str]) -> None:
    signed_in(stranger)
    signed_in(browser)

    browser.post("/account/devices/end-others", data=token)

    assert (browser.status, browser.error_code) == (403, "form-token-invalid")
    assert is_signed_in(stranger)


def test_sign_out_takes_the_device_from_the_list(browser: Browser, stranger: Browser) -> None:
    signed_in(stranger)
    signed_in(browser)
    stranger.get("/end_session").press("#sign-out")

    assert len(rows(browser)) == 1


def test_session_that_is_over_by_itself_is_not_shown(browser: Browser, stranger: Browser, clock: FixedClock) -> None:
    signed_in(stranger)
    clock.advance(timedelta(hours=11))
    signed_in(browser)
    assert len(rows(browser)) == 2

    clock.advance(timedelta(hours=1))

    assert len(rows(browser)) == 1


def test_signing_in_again_is_the_same_device_under_a_new_cookie(browser: Browser, office: Office) -> None:
    signed_in(browser)
    browser.authorize("plain", prompt="login").sign_in()

    assert len(rows(browser)) == 1
    browser.get(end_url(browser, 1)).press("#end-device")
    assert not is_signed_in(browser)


def test_last_use_follows_pages_and_new_tools_but_no_silent_request(
    browser: Browser, services: Services, clock: FixedClock, office: Office
) -> None:
    def last_used() -> datetime:
        with services.database.reading() as session:
            (found,) = sign_ins.list_for(session, office.anna)
        # The store forgets by the real time, which the clock of the test does not move.
        services.store.delete(Kind.SEEN, found.sid)
        return found.last_used_at

    began = clock.now()
    signed_in(browser)
    assert last_used() == began

    clock.advance(timedelta(minutes=30))
    joined = clock.now()
    browser.authorize("plain").press("#allow")
    assert last_used() == joined

    clock.advance(timedelta(minutes=30))
    assert "code" in browser.authorize("plain", prompt="none").answer
    assert last_used() == joined

    browser.get("/account/devices")
    assert last_used() == clock.now()


def test_history_says_that_a_device_was_ended(browser: Browser, stranger: Browser, services: Services) -> None:
    signed_in(stranger)
    signed_in(browser).get("/account/devices/end-others").press("#end-device")

    with services.database.reading() as session:
        assert len(session.scalars(select(AuditRow).where(AuditRow.action == "device-signed-out")).all()) == 1


def test_new_device_is_told_of_by_mail_and_a_known_one_is_not(
    browser: Browser, stranger: Browser, services: Services, clock: FixedClock
) -> None:
    def told() -> list[str]:
        with services.database.reading() as session:
            bodies = session.scalars(select(OutboxRow.body)).all()
        return [str(body["values"]) for body in bodies if body.get("template") == "new-device"]

    clock.advance(timedelta(hours=2))
    signed_in(browser)
    assert len(told()) == 1

    browser.get("/end_session").press("#sign-out")
    signed_in(browser)
    assert len(told()) == 1

    signed_in(stranger, agent=SAFARI)
    assert len(told()) == 2 and "Safari" in "".join(told())


# What rests on a session ends with it.


@pytest.fixture
def tool() -> Iterator[Server]:
    """Yield a tool that accepts whatever it is posted."""
    with serving(answering(b"")) as server:
        yield server


def test_tools_hear_of_it_and_their_tokens_end(services: Services, office: Office, tool: Server) -> None:
    reaching = replace(services, http=OutboundHttp(services.settings.outbound, Mode.TEST, [tool.port]))
    app = create_app(reaching.settings, services=reaching)
    app.config["TEST_BASE_URL"] = reaching.settings.issuer
    app.test_client_class = HttpsClient
    a_client(reaching, "plain", policy={"session_refresh": True}, backchannel_logout_uri=f"{tool.url}/told")
    lost, here = Browser(app.test_client()), Browser(app.test_client())
    code = lost.authorize("plain").sign_in().press("#allow").answer["code"]
    grant = {"grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK}
    auth = ("plain", "plain-secret")
    tokens = lost.client.post("/token", data=grant, auth=auth).get_json()
    signed_in(here)

    here.get("/account/devices/end-others").press("#end-device")

    (request,) = tool.requests
    assert request.startswith("POST /told ")
    again = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}
    assert here.client.post("/token", data=again, auth=auth).get_json()["error"] == "invalid_grant"
    bearer = {"Authorization": f"Bearer {tokens['access_token']}"}
    assert here.client.get("/userinfo", headers=bearer).status_code == 401
    with services.database.reading() as session:
        assert session.scalars(select(ParticipantRow)).all() == []


def test_copied_cookie_is_worth_nothing_after_its_device_was_ended(browser: Browser, new_browser: NewBrowser) -> None:
    lost = signed_in(new_browser())
    copy = new_browser()
    copy.client.set_cookie("__Host-immo-idp", str(lost.cookie("immo-idp")), domain=HOST, secure=True)
    assert is_signed_in(copy)
    signed_in(browser).get("/account/devices/end-others").press("#end-device")

    assert not is_signed_in(copy)
