"""A page of the gallery in a real browser, and whether everybody can read it."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, Page

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


def faults(page: Page, gallery_url: str, sample: str, *, wholly: Collection[str] = LANGUAGES) -> list[str]:
    """Return what axe and the browser find about a page in each language, and whether anything is cut off.

    In the languages that are not in `wholly`, axe judges the appearance alone.
    """
    found: list[str] = []
    page.on("console", lambda message: found.append(message.text) if message.type == "error" else None)
    for language in LANGUAGES:
        page.goto(f"{gallery_url}/{sample}?language={language}")
        found += [
            f"{language}: {violation}" for violation in violations(page, of_appearance_alone=language not in wholly)
        ]
        if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
            found.append(f"{language}: wider than the window")
    return found
