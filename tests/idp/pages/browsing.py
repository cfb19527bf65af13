"""A page of the gallery in a real browser, and whether everybody can read it."""

from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, ConsoleMessage, Page

from tests.idp.pages.samples import SAMPLES
from tests.support.accessibility import violations

LANGUAGES = ("nl", "fr", "en")
# Every page but the one that sends itself on.
READ = tuple(name for name in SAMPLES if name != "form-post")


@contextmanager
def opened(
    chromium: Browser, url: str, *, width: int = 1280, scheme: str = "light", scripts: bool = True
) -> Iterator[Page]:
    context = chromium.new_context(
        viewport={"width": width, "height": 800},
        color_scheme="dark" if scheme == "dark" else "light",
        java_script_enabled=scripts,
    )
    page = context.new_page()
    refused: list[str] = []
    page.on("console", lambda message: refused.append(message.text) if message.type == "error" else None)
    page.goto(url)
    yield page
    context.close()
    assert refused == [], "the browser complained"


# Modules run once for each address of theirs: under another they run anew.
_WRITE = """async address => {
    const html = await (await fetch(address)).text();
    const anew = new URL(address).search;
    document.open();
    document.write(html.replaceAll(/(<script [^>]*src="[^"]+)"/g, `$1${anew}"`));
    document.close();
    if (document.readyState !== "complete") {
        await new Promise(done => addEventListener("load", done, {once: true}));
    }
}"""

# How a page is looked at: the size of the window, and the colours.
WIDE_AND_LIGHT = (1280, "light")
SMALL_AND_DARK = (320, "dark")


def faults(page: Page, gallery_url: str, sample: str) -> list[str]:
    """Return what axe and the browser find about a page in each language, and whether anything is cut off.

    Each is judged wholly on a wide screen in light colours. On the smallest one in dark colours it is the same
    page: in one language it is judged wholly once more, for what the small layout shows instead; no language
    has colours of its own, so of the others only the width is looked at. From its first language to the others the page
    is written anew into its window, where axe stays ready: to fetch and compile it costs as much as to judge.
    """
    found: list[str] = []

    def note(message: ConsoleMessage) -> None:
        if message.type == "error":
            found.append(message.text)

    page.on("console", note)
    wholly = LANGUAGES[READ.index(sample) % len(LANGUAGES)]
    for language in LANGUAGES:
        _look(page, WIDE_AND_LIGHT)
        address = f"{gallery_url}/{sample}?language={language}"
        # The dialogue with a card keeps what it found out in modules that would not run anew.
        if language == LANGUAGES[0] or "eid" in sample:
            page.goto(address)
        else:
            page.evaluate(_WRITE, address)
        assert page.locator("html").get_attribute("lang") == language
        found += [f"{language}: {fault}" for fault in (*violations(page), *_too_wide(page))]
        _look(page, SMALL_AND_DARK)
        judged = violations(page) if language == wholly else []
        found += [f"{language}, dark: {fault}" for fault in (*judged, *_too_wide(page))]
    page.remove_listener("console", note)
    return found


def _look(page: Page, look: tuple[int, str]) -> None:
    width, scheme = look
    page.set_viewport_size({"width": width, "height": 800})
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")


def _too_wide(page: Page) -> list[str]:
    is_cut_off = page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
    return ["wider than the window"] if is_cut_off else []
