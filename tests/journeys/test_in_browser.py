"""The first way in a real browser, with the content security policies in force; and what axe says on it."""

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.support.accessibility import violations
from tests.support.running_product import PASSWORD, RunningProduct
from tests.support.steps import NOORD, ZUID
from tests.support.windows import a_window

# What axe says of a page is the same whatever its words were read from.
drawn_alike = pytest.mark.only_on("sqlite")


def sign_in(page: Page, product: RunningProduct, *, username: str = "demo.manager") -> None:
    """Sign in at CadastreFinder for Noord."""
    page.goto(product.addresses.cadastrefinder)
    page.click("#sign-in")
    page.fill("#username", username)
    page.fill("#password", PASSWORD)
    page.click("#sign-in")
    page.click(f"button.start-context[data-organization='{NOORD}']")
    expect(page.locator("#greeting")).to_be_visible()


def open_menu(page: Page, *, scripts: bool) -> None:
    """Open the name menu of a tool: the element of Immo-Connect, or what stands inside it."""
    page.click("#opener" if scripts else "#name-menu summary")


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
@pytest.mark.parametrize(
    ("language", "greetings", "goodbye"),
    [
        (
            "nl",
            ("U werkt voor Immo Demo Noord BV als vastgoedmakelaar", "U werkt voor Immo Demo Zuid SRL als syndicus"),
            "U bent afgemeld.",
        ),
        (
            "fr",
            (
                "Vous travaillez pour Immo Demo Noord BV comme agent immobilier",
                "Vous travaillez pour Immo Demo Zuid SRL comme syndic",
            ),
            "Vous êtes déconnecté.",
        ),
        (
            "en",
            ("You work for Immo Demo Noord BV as estate agent", "You work for Immo Demo Zuid SRL as syndic"),
            "You are signed out.",
        ),
    ],
)
def test_the_story(
    product: RunningProduct,
    chromium: Browser,
    language: str,
    greetings: tuple[str, str],
    goodbye: str,
    scripts: bool,  # noqa: FBT001
) -> None:
    with a_window(chromium, language=language, scripts=scripts) as page:
        sign_in(page, product)
        expect(page.locator("#greeting")).to_have_text(greetings[0])

        page.goto(product.addresses.myrent)
        page.click("#sign-in")
        page.click(f"button.start-context[data-organization='{ZUID}']")
        expect(page.locator("#greeting")).to_have_text(greetings[1])

        open_menu(page, scripts=scripts)
        page.click("#list [data-entry=change-context]" if scripts else "#change-context")
        page.click(f"button.start-context[data-organization='{NOORD}']")
        expect(page.locator("#greeting")).to_have_text(greetings[0])

        open_menu(page, scripts=scripts)
        page.click("#list [data-entry=sign-out]" if scripts else "#sign-out")
        expect(page.locator("#signed-out")).to_have_text(goodbye)
        expect(page.locator("html")).to_have_attribute("lang", language)

        page.goto(f"{product.addresses.cadastrefinder}/sign-in")
        expect(page.locator("form#login")).to_be_visible()


def test_the_language_that_is_chosen_in_a_tool_is_the_providers_as_well(
    product: RunningProduct, chromium: Browser
) -> None:
    with a_window(chromium, language="en") as page:
        page.goto(product.addresses.cadastrefinder)
        page.click("#language-fr")
        expect(page.locator("#sign-in")).to_have_text("Connexion")
        page.click("#sign-in")
        expect(page.locator("html")).to_have_attribute("lang", "fr")


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_the_portals_menu_chooses_an_organisation_and_signs_out(
    product: RunningProduct,
    chromium: Browser,
    scripts: bool,  # noqa: FBT001
) -> None:
    with a_window(chromium, scripts=scripts) as page:
        sign_in(page, product)
        open_menu(page, scripts=scripts)
        page.click("#list [data-entry=organisations]" if scripts else "#my-organisations")

        page.click("#name-menu-button")
        page.click("#name-menu a[href='/context']")
        page.click(f"button.choose-organisation[data-organization='{ZUID}']")
        expect(page.locator("#name-menu-button")).to_contain_text("Immo Demo Zuid SRL")

        page.click("#name-menu-button")
        page.click("#sign-out")
        expect(page.locator("#signed-out")).to_be_visible()
        page.goto(f"{product.addresses.cadastrefinder}/sign-in")
        expect(page.locator("form#login")).to_be_visible()


@drawn_alike
@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 320)])
def test_axe_finds_nothing_in_the_tools_and_the_portal_and_nothing_is_cut_off(
    product: RunningProduct, chromium: Browser, scheme: str, width: int
) -> None:
    here = product.addresses
    strangers = (here.cadastrefinder, here.myrent, here.portal, f"{here.portal}/signed-out")
    members = (
        f"{here.cadastrefinder}/",
        f"{here.cadastrefinder}/search?q=gent",
        f"{here.cadastrefinder}/search?q=nowhere",
        f"{here.cadastrefinder}/claims",
        f"{here.myrent}/",
        f"{here.myrent}/claims",
        f"{here.portal}/",
        f"{here.portal}/context",
    )
    found: list[str] = []

    with a_window(chromium, width=width, scheme=scheme) as page:
        for address in strangers:
            found += _judge(page, address, width)
        sign_in(page, product)
        page.goto(f"{here.myrent}/sign-in")
        page.click(f"button.start-context[data-organization='{ZUID}']")
        page.goto(f"{here.portal}/sign-in")
        page.goto(f"{here.portal}/context")
        page.click(f"button.choose-organisation[data-organization='{ZUID}']")
        tools = page.locator("#name-menu a[href$='/tools']").get_attribute("href") or ""
        for address in (*members, f"{here.portal}{tools.removesuffix('tools')}history"):
            found += _judge(page, address, width)
        page.emulate_media(media="print")
        expect(page.locator("#filter")).to_be_hidden()
        expect(page.locator("#history")).to_be_visible()

    assert found == [], "\n".join(found)


@drawn_alike
@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 320)])
def test_axe_finds_nothing_where_a_sign_in_was_stopped_or_a_page_is_missing(
    product: RunningProduct, chromium: Browser, scheme: str, width: int
) -> None:
    here = product.addresses
    stopped = f"callback?error=access_denied&iss={here.issuer}"
    context = chromium.new_context(
        viewport={"width": width, "height": 800}, color_scheme="dark" if scheme == "dark" else "light"
    )
    page = context.new_page()
    addresses = [f"{tool}/{stopped}" for tool in (here.cadastrefinder, here.myrent, here.portal)]

    found = [line for address in (*addresses, f"{here.portal}/nowhere") for line in _judge(page, address, width)]

    context.close()
    assert found == [], "\n".join(found)


def _judge(page: Page, address: str, width: int) -> list[str]:
    found = []
    for language in ("nl", "fr", "en"):
        page.goto(f"{address}{'&' if '?' in address else '?'}language={language}")
        for opener in ("#opener", "#name-menu-button"):
            if page.locator(opener).count():
                page.click(opener)
        found += [f"{address} {language}: {violation}" for violation in violations(page)]
        if page.evaluate("document.documentElement.scrollWidth") > width:
            found.append(f"{address} {language}: wider than the window")
    return found
