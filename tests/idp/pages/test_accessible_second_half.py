"""The other pages, readable by everybody: three languages, light and dark."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.idp.pages.browsing import READ, faults


@pytest.fixture(scope="module")
def window(chromium: Browser) -> Iterator[Page]:
    """Yield one window for all pages: each of its own would be a process more."""
    # Colours that fade into others are judged where they end.
    with chromium.new_context(reduced_motion="reduce") as context:
        yield context.new_page()


@pytest.mark.parametrize("sample", READ[1::2])
def test_axe_finds_nothing_and_nothing_is_cut_off(window: Page, gallery_url: str, sample: str) -> None:
    assert faults(window, gallery_url, sample) == []
