"""Tools with access (A18): what each receives in the words of the consent screen, and withdrawing it."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from urllib.parse import parse_qs

import pytest
from sqlalchemy import select

from core.infra.clock import FixedClock
from core.infra.http import OutboundHttp
from core.infra.outbox import drain
from core.infra.settings import Mode
from core.proof import logout_token
from idp import jobs
from idp.app import create_app
from idp.oidc.tables import ConsentRow, ParticipantRow
from idp.wiring import Services
from tests.core.infra.servers import Server, answering, serving
from tests.support.html_page import Element
from tests.support.product import HttpsClient
from tests.support.sign_in import Browser
from tests.support.tools import CALLBACK, Office, a_client

PAGE = "/account/connections"


@pytest.fixture
def tool() -> Iterator[Server]:
    """Yield a tool that accepts whatever it is posted."""
    with serving(answering(b"")) as server:
        yield server


def card(browser: Browser, client_id: str) -> Element:
    found = [element for element in browser.page.all(".panel") if element.attributes.get("data-client") == client_id]
    assert len(found) == 1
    return found[0]


def words(element: Element) -> str:
    return " ".join(element.text.split())


def started(browser: Browser, office: Office, **fields: str) -> Browser:
    return browser.authorize("atlas").sign_in().start(office.noord_atlas, **fields)


def test_nothing_has_access_at_first(browser: Browser) -> None:
    page = browser.get(PAGE).sign_in().page

    assert not page.has("#connections")
    assert "No tool has access" in page.text


def test_tool_is_shown_with_what_it_receives_and_since_when(browser: Browser, office: Office) -> None:
    """The same words as on the screen on which it was agreed to."""
    browser.authorize("atlas").sign_in()
    agreed = [
        line.text.strip() for line in browser.page.one("#received").walk() if line.tag == "li" and not _has_list(line)
    ]
    assert len(agreed) > 3
    browser.start(office.noord_atlas)

    shown = words(card(browser.get(PAGE), "atlas"))

    assert shown.startswith("A Atlas Tool Makers NV")
    assert "Since 2 November 2026" in shown
    assert "As long as you are signed in" in shown
    assert [line for line in agreed if line not in shown] == []


def _has_list(element: Element) -> bool:
    return any(inner.tag in {"ul", "h3"} for inner in element.walk() if inner is not element)


def test_remembered_context_and_terms_are_shown(browser: Browser, office: Office) -> None:
    browser.authorize("rent").sign_in().start(office.noord_rent, remember="yes")

    shown = words(card(browser.get(PAGE), "rent"))

    assert "Starts without asking for Noord BV, estate-agent" in shown
    assert "Version v1, accepted by you" in shown


def test_choosing_a_context_again_agrees_to_nothing_new(browser: Browser, office: Office, clock: FixedClock) -> None:

    started(browser, office)
    clock.advance(timedelta(days=3))

    browser.authorize("atlas").sign_in().start(office.noord_atlas)

    assert "Since 2 November 2026" in words(card(browser.get(PAGE), "atlas"))


def test_access_that_outlives_the_session_says_until_when(browser: Browser, services: Services, office: Office) -> None:
    a_client(services, "plain", policy={"session_refresh": True})
    tokens(browser, scope="openid offline_access", prompt="consent")

    assert "Also after you have signed out, until 2 December 2026" in words(card(browser.get(PAGE), "plain"))


def test_portal_is_explained_and_not_listed(browser: Browser, services: Services, office: Office) -> None:
    a_client(services, "portal", policy={"first_party": True, "scope": ("openid", "profile")})
    browser.authorize("portal").sign_in()
    assert browser.location is not None

    page = browser.get(PAGE).page

    assert not page.has("#connections")
    assert "belong to Immo-Connect and are not listed" in page.text


def test_nobody_sees_the_tools_of_others(browser: Browser, stranger: Browser, office: Office) -> None:
    started(browser, office)

    assert not stranger.get(PAGE).sign_in("bert.janssens").page.has("#connections")


def tokens(browser: Browser, client_id: str = "plain", **request: str) -> dict[str, str]:
    browser.authorize(client_id, **request)
    if browser.location is None and browser.page.has("#login"):
        browser.sign_in()
    if browser.location is None:
        browser.press("#allow")
    form = {"grant_type": "authorization_code", "code": browser.answer["code"], "redirect_uri": CALLBACK}
    answer: dict[str, str] = browser.client.post(
        "/token", data=form, auth=(client_id, f"{client_id}-secret")
    ).get_json()
    return answer


def test_withdrawing_ends_all_the_tool_has_tells_it_and_has_it_ask_again(
    services: Services, office: Office, tool: Server
) -> None:
    reaching = replace(services, http=OutboundHttp(services.settings.outbound, Mode.TEST, [tool.port]))
    app = create_app(reaching.settings, services=reaching)
    app.config["TEST_BASE_URL"] = reaching.settings.issuer
    app.test_client_class = HttpsClient
    a_client(reaching, "plain", backchannel_logout_uri=f"{tool.url}/told")
    browser = Browser(app.test_client())
    held = tokens(browser, scope="openid offline_access", prompt="consent")

    browser.get(f"{PAGE}/plain/withdraw").press("#withdraw")

    assert "Access is withdrawn" in browser.page.one("#done").text
    assert not browser.page.has("#connections")
    with services.database.reading() as session:
        assert session.scalars(select(ConsentRow)).all() == []
        assert session.scalars(select(ParticipantRow)).all() == []
    again = {"grant_type": "refresh_token", "refresh_token": held["refresh_token"]}
    assert (
        browser.client.post("/token", data=again, auth=("plain", "plain-secret")).get_json()["error"] == "invalid_grant"
    )
    bearer = {"Authorization": f"Bearer {held['access_token']}"}
    assert browser.client.get("/userinfo", headers=bearer).status_code == 401
    drain(reaching.database, jobs.handlers(reaching), now=services.clock.now())
    (told,) = tool.requests
    verified = logout_token.verify(
        parse_qs(told.partition("\r\n\r\n")[2])["logout_token"][0],
        keys=services.keyring.verification_keys(),
        issuer=services.settings.issuer,
        client_id="plain",
        store=services.store,
        now=services.clock.now(),
    )
    assert verified.subject == office.anna
    assert browser.authorize("plain").page.has("#allow")


def test_withdrawing_one_tool_leaves_the_others_and_the_session(
    browser: Browser, services: Services, office: Office
) -> None:
    started(browser, office)
    tokens(browser, scope="openid offline_access", prompt="consent")

    browser.get(f"{PAGE}/plain/withdraw").press("#withdraw")

    assert "Since" in words(card(browser, "atlas"))
    assert browser.authorize("atlas", prompt="none").answer["code"]


def test_question_says_what_withdrawing_does_and_can_be_left(browser: Browser, office: Office) -> None:
    browser.authorize("rent").sign_in().start(office.noord_rent, remember="yes")

    browser.get(f"{PAGE}/rent/withdraw")

    text = words(browser.page.one("html"))
    assert "It is forgotten for which organisation Rent starts by itself." in text
    assert "you are asked again what it may receive" in text
    assert browser.page.one("#cancel").attributes["href"] == PAGE


@pytest.mark.parametrize("client_id", ["unknown", "atlas", "%00", "a" * 300])
def test_withdrawing_what_has_no_access_is_no_error(browser: Browser, office: Office, client_id: str) -> None:
    browser.get(PAGE).sign_in()
    token = browser.fields("#sign-out")["csrf_token"]

    browser.get(f"{PAGE}/{client_id}/withdraw")
    assert "has no access any more" in browser.page.one("#done").text
    browser.post(f"{PAGE}/{client_id}/withdraw", data={"csrf_token": token})

    assert "has no access any more" in browser.page.one("#done").text


@pytest.mark.parametrize("token", [{}, {"csrf_token": "wrong"}])
def test_form_without_its_token_withdraws_nothing(browser: Browser, office: Office, token: dict[str, str]) -> None:
    started(browser, office)

    browser.post(f"{PAGE}/atlas/withdraw", data=token)

    assert browser.status >= 400
    assert "Since" in words(card(browser.get(PAGE), "atlas"))


def test_withdrawing_for_somebody_else_is_impossible(
    browser: Browser, new_browser: Callable[[], Browser], office: Office
) -> None:
    started(browser, office)
    other = new_browser().get(PAGE).sign_in("bert.janssens")

    other.post(f"{PAGE}/atlas/withdraw", data={"csrf_token": other.fields("#sign-out")["csrf_token"]})

    assert "Since" in words(card(browser.get(PAGE), "atlas"))
