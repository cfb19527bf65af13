"""Real card stacks before the running product: reader, modules, agent, browser, account, token.

Nothing is simulated but the plastic: the card itself answers commands (`tests/support/virtual_card`).
"""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from development.programs import OPENSC, require
from idp.eid.card.software.holders import HOLDERS
from tests.support.card_holders import KAREL, MARIE
from tests.support.card_place import CardPlace
from tests.support.card_program import CardProgram
from tests.support.card_token import CardToken
from tests.support.outside_party import OutsideParty, Received
from tests.support.running_product import PASSWORD
from tests.support.virtual_card.chip import PIN, SIGN, Chip
from tests.support.virtual_card.insertion import Insertion
from tests.support.windows import a_window

# What happens between a card and its page meets no store: linking, which does, is shown on both pairs.
at_the_reader = pytest.mark.only_on("sqlite")
HIGH = "http://eidas.europa.eu/LoA/high"


def test_card_of_1_7_by_a_pkcs11_module(card_place: CardPlace, chromium: Browser) -> None:
    chip = card_place.chip(KAREL)
    with a_window(chromium, asks_agent=True) as page, card_place.agent("--module", require(OPENSC)) as agent:
        link(page, card_place, agent, chip)
        received = sign_in_with_card(page, card_place, agent, chip)
    assert received.userinfo["given_name"] == KAREL.given_names
    assert_proven(received, chip)


def test_card_of_1_8_by_commands_where_the_module_cannot(card_place: CardPlace, chromium: Browser) -> None:
    chip = card_place.chip(MARIE)
    with a_window(chromium, asks_agent=True) as page, card_place.agent() as agent:
        link(page, card_place, agent, chip)
        received = sign_in_with_card(page, card_place, agent, chip)
    assert_proven(received, chip)


@at_the_reader
@pytest.mark.parametrize("number", [1, 2], ids=["RSA", "P-384"])
def test_key_in_a_token_signs_its_holder_in(
    card_place: CardPlace, chromium: Browser, tmp_path: Path, number: int
) -> None:
    card = card_place.issued.card(number)
    token = CardToken(tmp_path, card)
    with a_window(chromium, asks_agent=True) as page, card_place.agent(*token.arguments, **token.environment) as agent:
        party = begin_signing_in(page, card_place)
        introduce(page, agent)
        agent.enter_pin("9999")
        agent.enter_pin(PIN)
        page.click("#allow")
        received = party.receive(page)
    assert received.id_token["acr"] == HIGH
    assert received.userinfo["family_name"] == card.holder.family_name


@at_the_reader
def test_page_says_what_is_wrong_and_goes_on_when_it_is_mended(card_place: CardPlace, chromium: Browser) -> None:
    reader = card_place.reader
    blocked, chip = card_place.chip(MARIE), card_place.chip(HOLDERS[0])
    context = chromium.new_context(locale="en")
    context.set_default_timeout(15_000)
    page = context.new_page()
    try:
        party = begin_signing_in(page, card_place)
        told(page, "no-client")
        with card_place.agent() as agent:
            introduce(page, agent)
            shows(page, "card", "missing")
            reader.stop()
            told(page, "no-service")
            reader.start(readers=0)
            shows(page, "reader", "missing")
            reader.stop()
            reader.start()
            shows(page, "card", "missing")
            with reader.inserted(blocked):
                block(page, agent)
            assert blocked.tries == 0
            with reader.inserted(chip, before=pulled_out_at_its_signature):
                agent.enter_pin(PIN)
                told(page, "card-removed")
            with reader.inserted(chip):
                agent.enter_pin(PIN)
                page.click("#allow")
                received = party.receive(page)
    finally:
        context.close()
        reader.stop()
        reader.start()
    assert received.userinfo["family_name"] == HOLDERS[0].family_name


def block(page: Page, agent: CardProgram) -> None:
    """Enter wrong PINs until the card takes none."""
    agent.enter_pin("9999")
    agent.enter_pin("9998")
    told(page, "pin-last-try")
    assert not agent.asks_for_pin()
    page.click("#problem-pin-last-try button")
    agent.enter_pin("9997")
    told(page, "pin-blocked")


def pulled_out_at_its_signature(insertion: Insertion, command: bytes) -> None:
    if command[1] == SIGN:
        insertion.remove()


def told(page: Page, problem: str) -> None:
    """Wait until a problem, and no other, is shown."""
    expect(page.locator(f"#problem-{problem}")).to_be_visible(timeout=15_000)
    expect(page.locator(".eid-problem:visible")).to_have_count(1)


def shows(page: Page, step: str, words: str) -> None:
    """Wait until a step says this, with no problem left."""
    expect(page.locator(f"[data-step={step}] [data-says={words}]")).to_be_visible(timeout=15_000)
    expect(page.locator(".eid-problem:visible")).to_have_count(0)


def link(page: Page, place: CardPlace, agent: CardProgram, chip: Chip) -> None:
    """Link a card from the account, and see what it locks."""
    holder = chip.card.holder
    page.goto(f"{place.product.addresses.issuer}/account/eid?language=en")
    page.fill("#username", place.product.somebody_new())
    page.fill("#password", PASSWORD)
    page.click("#sign-in")
    page.click("#link-eid")
    # Whoever links a card proves first that the account is theirs.
    page.fill("#password", PASSWORD)
    page.click("#sign-in")
    introduce(page, agent)
    with place.reader.inserted(chip):
        agent.enter_pin(PIN)
        page.click("#store-eid")
        expect(page.locator("#eid-linked")).to_be_visible()
    assert not chip.is_open
    page.goto(f"{place.product.addresses.issuer}/account/profile/edit")
    for name, value in (("given_name", holder.given_names), ("family_name", holder.family_name)):
        expect(page.locator(f"[name={name}]")).to_have_count(0)
        expect(page.locator("main")).to_contain_text(value)


def introduce(page: Page, agent: CardProgram) -> None:
    """Introduce page and agent to each other, once for each browser."""
    page.click("[data-begin]")
    page.fill("#pairing-code", agent.code())
    page.click("[data-pairing] button[type=submit]")


def sign_in_with_card(page: Page, place: CardPlace, agent: CardProgram, chip: Chip) -> Received:
    """Sign in at a party outside with nothing but the card."""
    page.context.clear_cookies()
    party = begin_signing_in(page, place)
    with place.reader.inserted(chip):
        agent.enter_pin(PIN)
        page.click("#allow")
        received = party.receive(page)
    assert not chip.is_open
    return received


def begin_signing_in(page: Page, place: CardPlace) -> OutsideParty:
    """Go from a party outside to where the card is read."""
    party = OutsideParty(place.product, place.callback, "openid", "profile", "identity")
    party.send(page, acr_values=HIGH)
    page.click("#eid-login")
    return party


def assert_proven(received: Received, chip: Chip) -> None:
    """See that the token says what the card proved, and nowhere its number."""
    holder = chip.card.holder
    assert received.id_token["acr"] == HIGH
    assert {"sc", "pin", "mfa"} <= set(received.id_token["amr"])
    assert received.userinfo["family_name"] == holder.family_name
    proven = received.userinfo["verified_claims"]["claims"]
    assert (proven["given_name"], proven["birthdate"]) == (holder.given_names, holder.birthdate.isoformat())
    assert holder.national_number not in received.everything
