"""Every page in dark colours on the smallest screen: readable by everybody, in three languages."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext

from tests.idp.pages.browsing import LANGUAGES, READ, faults


@pytest.fixture(scope="module")
def window(chromium: Browser) -> Iterator[BrowserContext]:
    """Yield one window for all pages: each of its own would be a process more."""
    with chromium.new_context(viewport={"width": 320, "height": 800}, color_scheme="dark") as window:
        window.new_page()
        yield window


@pytest.mark.parametrize(("number", "sample"), list(enumerate(READ)))
def test_axe_finds_nothing_and_nothing_is_cut_off(
    window: BrowserContext, gallery_url: str, number: int, sample: str
) -> None:
    # All of it in light colours; here the small layout once more, each page in another language.
    page = window.new_page()
    found = faults(page, gallery_url, sample, wholly=(LANGUAGES[number % 3],))
    page.close()

    assert found == []
