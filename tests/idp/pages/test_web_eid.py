"""The Web eID extension before the page, by the messages that it documents (eid.md 5.2), in a real browser.

The extension is somebody else's program; what stands in for it here speaks as it does.
"""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from core.infra.settings import Settings
from tests.idp.pages.eid_site import NONCE, Site, answering
from tests.support.card_desk import INSERTED, TOKEN, Desk, RunningAgent

ORIGIN = "https://login.immo.test"
Open = Callable[..., Page]

# Answers like the extension's content script; `window.person` says what becomes of the signature.
_EXTENSION = """(() => {
  window.heard = [];
  addEventListener("message", ({ source, data }) => {
    if (source !== window || !/^web-eid:(status|authenticate)$/.test(data?.action)) return;
    window.heard.push(data);
    const say = (suffix, more = {}) => window.postMessage({ action: data.action + suffix, ...more }, location.origin);
    const isStatus = data.action === "web-eid:status";
    say("-ack");
    const code = isStatus ? window.program : window.person.shift();
    setTimeout(() => code ? say("-failure", { error: { code, message: code, name: "x" } })
      : say("-success", isStatus ? { library: "2.0.0", extension: "2.2.0", nativeApp: "2.5.0" } : %(token)s), 50);
  });
})();"""
_WITH_ACTION = '{"action": "web-eid:authenticate-success", "format": "web-eid:1.0", "algorithm": "ES384", '
_TOKEN = (
    _WITH_ACTION
    + '"signature": "AAAA", "unverifiedCertificate": "AAAA", "appVersion": "https://web-eid.eu/web-eid-app/releases/2.5.0"}'
)


@pytest.fixture
def site() -> Site:
    return Site(url=ORIGIN)


@pytest.fixture
def opened(chromium: Browser, site: Site, base_settings: Settings) -> Iterator[Open]:
    """Yield a function that opens a page of the site with the extension, or without."""
    context = chromium.new_context(locale="en")
    context.set_default_timeout(10_000)
    # The browser asks whether a page may reach programs at this machine; this person said yes.
    context.grant_permissions(["local-network-access"])

    def open_page(
        name: str = "login",
        *,
        extension: bool = True,
        program: str | None = None,
        person: tuple[str | None, ...] = (None,),
    ) -> Page:
        page = context.new_page()
        page.route(f"{ORIGIN}/**", answering(site, base_settings))
        if extension:
            page.add_init_script(f"window.program = {_js(program)}; window.person = [{', '.join(map(_js, person))}];")
            page.add_init_script(_EXTENSION.replace("%(token)s", _TOKEN))
        page.goto(f"{ORIGIN}/{name}?language=en")
        return page

    yield open_page
    context.close()


def _js(value: str | None) -> str:
    return "null" if value is None else f'"{value}"'


def heard(page: Page) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = page.evaluate("window.heard")
    return found


def test_extension_signs_the_challenge_and_nothing_of_ours_is_lost(opened: Open, site: Site) -> None:
    page = opened(person=("ERR_WEBEID_USER_CANCELLED", None))
    expect(page.locator("#problem-cancelled")).to_be_visible()
    asked = heard(page)
    page.click("#problem-cancelled button")
    page.wait_for_url("**/signed-in")

    assert [message["action"] for message in asked] == ["web-eid:status", "web-eid:authenticate"]
    assert asked[1]["challengeNonce"] == NONCE
    assert asked[1]["options"] == {"lang": "en"}
    assert {message["libraryVersion"] for message in asked} == {"2.0.0"}
    [received] = site.received
    assert received["source"] == "web-eid"
    assert received["token"] == {**TOKEN, "appVersion": "https://web-eid.eu/web-eid-app/releases/2.5.0"}
    assert "files" not in received
    assert site.challenges == 2


@pytest.mark.parametrize(
    ("code", "problem"),
    [
        ("ERR_WEBEID_USER_CANCELLED", "cancelled"),
        ("ERR_WEBEID_USER_TIMEOUT", "timeout"),
        ("ERR_WEBEID_ACTION_TIMEOUT", "timeout"),
        ("ERR_WEBEID_ACTION_PENDING", "card-busy"),
        ("ERR_WEBEID_CONTEXT_INSECURE", "insecure-context"),
        ("ERR_WEBEID_NATIVE_UNAVAILABLE", "no-client"),
        ("ERR_WEBEID_VERSION_MISMATCH", "no-client"),
        ("ERR_WEBEID_NATIVE_FATAL", "failed"),
        ("ERR_WEBEID_NATIVE_INVALID_ARGUMENT", "failed"),
        ("ERR_WEBEID_UNKNOWN_ERROR", "failed"),
    ],
)
def test_each_problem_of_the_extension_has_its_words(opened: Open, site: Site, code: str, problem: str) -> None:
    page = opened(person=(code,))

    expect(page.locator(f"#problem-{problem}")).to_be_visible()
    expect(page.locator(".eid-problem:visible")).to_have_count(1)
    assert site.received == []


def test_without_extension_and_agent_it_says_what_to_install(opened: Open) -> None:
    page = opened(extension=False)

    expect(page.locator("#problem-no-client")).to_be_visible()
    expect(page.locator("[data-step=program]")).to_have_attribute("data-state", "problem")


def test_extension_without_its_program_is_told_before_anything_is_asked(opened: Open, site: Site) -> None:
    page = opened(program="ERR_WEBEID_NATIVE_UNAVAILABLE")

    expect(page.locator("#problem-no-client")).to_be_visible()
    assert site.challenges == 0


def test_message_of_a_frame_is_not_the_extension(opened: Open, site: Site) -> None:
    page = opened(extension=False)
    page.evaluate(
        """() => { const frame = document.body.appendChild(document.createElement("iframe"));
        addEventListener("message", ({ data }) => {
          if (data.action === "web-eid:status") frame.contentWindow.eval(
            'parent.postMessage({ action: "web-eid:status-success" }, "*")') }); }"""
    )

    expect(page.locator("#problem-no-client")).to_be_visible()
    assert site.challenges == 0


@pytest.fixture
def agent(site: Site) -> Iterator[RunningAgent]:
    desk = Desk()
    desk.put(INSERTED)
    desk.sign()
    running = RunningAgent(desk, ORIGIN)
    site.agent_url = running.url
    yield running
    running.close()


def test_without_extension_the_agent_is_asked(opened: Open, site: Site, agent: RunningAgent) -> None:
    page = opened(extension=False)
    page.wait_for_url("**/signed-in")

    assert [received["source"] for received in site.received] == ["agent"]


def test_permission_that_was_refused_is_told_and_waited_for(opened: Open, agent: RunningAgent) -> None:
    page = opened("other", extension=False)
    session = page.context.new_cdp_session(page)
    context_id = session.send("Target.getTargetInfo")["targetInfo"]["browserContextId"]
    refuse = {"permission": {"name": "local-network-access"}, "setting": "denied", "browserContextId": context_id}
    page.context.clear_permissions()
    session.send("Browser.setPermission", refuse)
    page.goto(f"{ORIGIN}/login?language=en")
    expect(page.locator("#problem-permission-denied")).to_be_visible()
    next_step = page.locator("#problem-permission-denied a.button")
    expect(next_step).to_have_attribute("href", "/eid/help?uid=uid#permission")
    page.context.grant_permissions(["local-network-access"])
    page.wait_for_url("**/signed-in")


def test_person_can_take_the_other_program(opened: Open, site: Site, agent: RunningAgent) -> None:
    page = opened(person=("ERR_WEBEID_USER_CANCELLED",))
    expect(page.locator("#problem-cancelled")).to_be_visible()
    page.click("[data-instead=agent]")
    page.wait_for_url("**/signed-in")

    assert [received["source"] for received in site.received] == ["agent"]


def test_agent_that_was_introduced_reads_more_for_linking(opened: Open, site: Site, agent: RunningAgent) -> None:
    page = opened("link")
    page.evaluate(f"localStorage.setItem('card agent at {agent.url}', 'a token')")
    page.click("#link-eid")
    page.wait_for_url("**/signed-in")

    [received] = site.received
    assert received["source"] == "agent"
    assert "identity" in received["files"]
