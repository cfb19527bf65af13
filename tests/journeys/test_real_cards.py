"""Real card stacks before the running product: reader, modules, agent, browser, account, token. Nothing is simulated
but the plastic: the card itself answers commands (`tests/support/virtual_card`)."""

import json
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from development.programs import OPENSC, require
from tests.support.card_holders import KAREL
from tests.support.card_place import CardPlace
from tests.support.card_program import CardProgram
from tests.support.running_product import PASSWORD
from tests.support.virtual_card.chip import PIN
from tests.support.windows import a_window


def begin_linking(page: Page, place: CardPlace, username: str) -> None:
    """Sign in with the password, prove it again, and go to where the card is read."""
    page.goto(f"{place.product.addresses.issuer}/account/eid?language=en")
    page.fill("#username", username)
    page.fill("#password", PASSWORD)
    page.click("#sign-in")
    page.click("#link-eid")
    page.fill("#password", PASSWORD)
    page.click("#sign-in")


def introduce(page: Page, agent: CardProgram) -> None:
    """Introduce page and agent to each other, once for each browser."""
    page.click("[data-begin]")
    page.fill("#pairing-code", agent.code())
    page.click("[data-pairing] button[type=submit]")


def store(page: Page) -> None:
    page.click("#store-eid")
    expect(page.locator("#eid-linked")).to_be_visible()


def test_card_of_1_7_by_a_pkcs11_module(card_place: CardPlace, chromium: Browser) -> None:
    username = card_place.product.somebody_new()
    chip = card_place.chip(KAREL)
    with a_window(chromium) as page, card_place.agent("--module", require(OPENSC)) as agent:
        begin_linking(page, card_place, username)
        introduce(page, agent)
        with card_place.reader.inserted(chip):
            agent.enter_pin(PIN)
            store(page)
            assert not chip.is_open
