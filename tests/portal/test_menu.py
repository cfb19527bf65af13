"""The name menu that tools embed: a script for every origin, on a tool's page in a real browser."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest
from flask import Flask, Response, request
from playwright.sync_api import Browser, Page, expect
from werkzeug.serving import make_server

from tests.portal.conftest import Portal
from tests.support.accessibility import violations
from tests.support.windows import a_window

# What a tool's page says: who is signed in, and the same links for whoever runs no scripts.
EMBEDDED = """<!doctype html><html lang="{language}"><title>Tool</title>
<meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light dark">
<link rel="stylesheet" href="/tool.css">
<script type="module" src="{portal}/menu.js"></script>
<main><h1>Tool</h1>
<immo-connect-menu name="Anna &lt;b&gt; Peeters" organisation="Immo Demo Noord BV" organisation-id="org_1/../x"
  usage="vastgoedmakelaar" change-context="{context}" sign-out="/sign-out">
  <a slot="entry" href="/received">Received</a>
  <nav><a href="/sign-in?prompt=select_account">Context</a></nav>
</immo-connect-menu>
<p><a href="#after" id="after">After</a></p></main>"""
# The last one lets no text become markup: what the script shows is put together piece by piece.
POLICY = (
    "default-src 'none'; script-src {portal}/menu.js; style-src 'self'; form-action 'self'; "
    "require-trusted-types-for 'script'"
)


@dataclass(frozen=True)
class Tool:
    """A page of a tool at an origin of its own, and what was asked of its server and of the portal."""

    url: str
    posted: list[str]
    cookies: list[str | None]


@contextmanager
def served(app: Flask) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def tool(portal: Portal) -> Iterator[Tool]:
    """Yield a tool whose page embeds the menu under a policy that names its script and nothing else."""
    app, posted, cookies = Flask("tool"), [], []

    def note_cookie() -> None:
        cookies.append(request.headers.get("Cookie"))

    portal.app.before_request(note_cookie)
    with served(portal.app) as portal_url, served(app) as url:

        @app.get("/")
        def page() -> Response:
            said = {"language": request.args.get("language", "en"), "context": request.args.get("context", "/sign-in")}
            response = Response(EMBEDDED.format(portal=portal_url, **said))
            response.headers["Content-Security-Policy"] = POLICY.format(portal=portal_url)
            return response

        @app.get("/tool.css")
        def style() -> Response:
            return Response(
                "@media (forced-colors: none) { nav a, immo-connect-menu a { color: #c00; font-style: italic; } }",
                content_type="text/css",
            )

        @app.get("/favicon.ico")
        def icon() -> Response:
            return Response(status=204)

        @app.post("/sign-out")
        def sign_out() -> str:
            posted.append(request.path)
            return "signed out"

        # The same host: a cookie of the portal would be sent if cookies were sent at all.
        yield Tool(url.replace("127.0.0.1", "localhost"), posted, cookies)


def entries(page: Page) -> dict[str, str]:
    links = page.locator("#list a[data-entry]").all()
    return {link.get_attribute("data-entry") or "": link.get_attribute("href") or "" for link in links}


def test_script_is_for_every_origin_the_same_and_sets_no_cookie(portal: Portal) -> None:
    answer = portal.signed_in().get("/menu.js")

    assert answer.content_type == "text/javascript; charset=utf-8"
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert {"Set-Cookie", "Vary"} & set(answer.headers.keys()) == set()
    assert answer.text == portal.browser().get("/menu.js?language=fr").text


def test_script_holds_addresses_and_words_in_three_languages_and_nothing_else(portal: Portal) -> None:
    line, _, rest = portal.browser().get("/menu.js").text.partition("\n")

    said = json.loads(line.removeprefix("const SETTINGS = ").removesuffix(";"))
    assert said["profile"] == f"{portal.services.settings.issuer}/account/profile"
    assert said["organisations"] == f"{portal.services.settings.portal_url}/organisations"
    assert set(said["words"]) == {"nl", "fr", "en"}
    assert len({tuple(words) for words in said["words"].values()}) == 1
    assert len(rest.splitlines()) < 200


def test_script_is_asked_for_again_by_its_tag_and_kept_for_ever_under_its_version(portal: Portal) -> None:
    browser = portal.browser()
    first = browser.get("/menu.js")
    version = first.headers["ETag"].strip('"')

    again = browser.get("/menu.js", headers={"If-None-Match": first.headers["ETag"]})

    assert (first.headers["Cache-Control"], again.status_code, again.text) == ("public, max-age=3600", 304, "")
    assert "immutable" in browser.get(f"/menu.js?v={version}").headers["Cache-Control"]
    assert "immutable" not in browser.get("/menu.js?v=of-yesterday").headers["Cache-Control"]


def test_whoever_comes_from_a_tool_signs_in_on_the_way_to_their_organisations(portal: Portal) -> None:
    stranger, member = portal.browser().get("/organisations"), portal.signed_in().get("/organisations")

    assert (stranger.status_code, stranger.location) == (303, "/sign-in")
    assert (member.status_code, member.location) == (303, "/")


def test_menu_opens_by_keyboard_tells_so_and_gives_the_focus_back(chromium: Browser, tool: Tool) -> None:
    with a_window(chromium) as page:
        page.goto(tool.url)
        expect(page.get_by_role("button", name="Anna <b> Peeters")).to_have_attribute("aria-expanded", "false")
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        expect(page.locator("#opener")).to_have_attribute("aria-expanded", "true")
        expect(page.get_by_role("navigation", name="Account of Anna <b> Peeters")).to_be_visible()

        page.keyboard.press("Tab")
        expect(page.locator("a[data-entry=change-context]")).to_be_focused()
        page.keyboard.press("Escape")
        expect(page.locator("#list")).to_be_hidden()
        expect(page.locator("#opener")).to_be_focused()
        expect(page.locator("#opener")).to_have_attribute("aria-expanded", "false")

        page.keyboard.press("Enter")
        for _entry in range(8):
            page.keyboard.press("Tab")
        expect(page.locator("#after")).to_be_focused()
        expect(page.locator("#list")).to_be_hidden()


def test_menu_leads_to_the_tools_context_and_to_the_places_of_the_organisation(
    chromium: Browser, tool: Tool, portal: Portal
) -> None:
    here = portal.services.settings
    with a_window(chromium, language="en") as page:
        page.goto(f"{tool.url}?language=fr-BE")
        page.click("#opener")

        assert entries(page) == {
            "change-context": f"{tool.url}/sign-in",
            "profile": f"{here.issuer}/account/profile",
            "organisations": f"{here.portal_url}/organisations",
            "tools": f"{here.portal_url}/organisations/org_1%2F..%2Fx/tools",
            "wallet": f"{here.portal_url}/organisations/org_1%2F..%2Fx/wallet",
        }
        expect(page.locator("a[data-entry=organisations]")).to_have_text("Mes organisations")
        expect(page.locator("#active")).to_have_text("Immo Demo Noord BV · vastgoedmakelaar")
        own = page.get_by_role("link", name="Received")
        expect(own).to_be_visible()
        # It looks like the others, whatever links look like on the tool's pages.
        look = "link => [getComputedStyle(link).color, getComputedStyle(link).fontStyle]"
        assert own.evaluate(look) == page.locator("#list a").first.evaluate(look)

        page.locator("immo-connect-menu").evaluate("menu => menu.removeAttribute('organisation-id')")
        assert {entries(page)[place] for place in ("tools", "wallet")} == {f"{here.portal_url}/organisations"}


def test_menu_signs_out_by_a_form_and_runs_no_script_for_an_address(chromium: Browser, tool: Tool) -> None:
    with a_window(chromium) as page:
        page.goto(f"{tool.url}?context=javascript:alert(1)")
        page.click("#opener")
        assert "change-context" not in entries(page)

        page.click("button[data-entry=sign-out]")
        expect(page.get_by_text("signed out")).to_be_visible()
    assert tool.posted == ["/sign-out"]


def test_script_is_fetched_without_cookies(chromium: Browser, tool: Tool) -> None:
    with a_window(chromium) as page:
        page.context.add_cookies([{"name": "immo-portal", "value": "secret", "url": "http://127.0.0.1"}])
        page.goto(tool.url)
        expect(page.locator("#opener")).to_be_visible()
    assert tool.cookies
    assert set(tool.cookies) == {None}


@pytest.mark.parametrize("why", ["no scripts", "script away"])
def test_without_the_script_the_links_inside_stand(chromium: Browser, tool: Tool, why: str) -> None:
    context = chromium.new_context(java_script_enabled=why != "no scripts")
    page = context.new_page()
    page.route("**/menu.js", lambda route: route.abort())

    page.goto(tool.url)

    expect(page.get_by_role("link", name="Context")).to_be_visible()
    expect(page.get_by_role("button")).to_have_count(0)
    context.close()


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 320)])
def test_axe_finds_nothing_in_the_menu_and_nothing_is_cut_off(
    chromium: Browser, tool: Tool, scheme: str, width: int
) -> None:
    with a_window(chromium, scheme=scheme, width=width) as page:
        page.goto(tool.url)
        page.click("#opener")

        found = violations(page)

        box = page.locator("#list").bounding_box()
        assert found == []
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= width
        assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_colours_that_are_forced_leave_the_menu_readable(chromium: Browser, tool: Tool, scheme: str) -> None:
    context = chromium.new_context(forced_colors="active", color_scheme=scheme)  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(tool.url)
    page.click("#opener")

    look = "list => [getComputedStyle(list).borderTopStyle, list.matches(':popover-open')]"
    assert page.locator("#list").evaluate(look) == ["solid", True]
    context.close()
