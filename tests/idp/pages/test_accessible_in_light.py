"""Every page in light colours on a wide screen: readable by everybody, in three languages."""

import pytest
from playwright.sync_api import Browser

from tests.idp.pages.browsing import READ, faults


@pytest.mark.parametrize("sample", READ)
def test_axe_finds_nothing_and_nothing_is_cut_off(chromium: Browser, gallery_url: str, sample: str) -> None:
    assert faults(chromium, gallery_url, sample, width=1280, scheme="light") == []
