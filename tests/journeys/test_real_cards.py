"""Real card stacks before the running product: reader, modules, agent, browser, account, token.

Nothing is simulated but the plastic: the card itself answers commands (`tests/support/virtual_card`).
"""

from playwright.sync_api import Browser, Page, expect

from development.programs import OPENSC, require
from tests.support.card_holders import KAREL, MARIE
from tests.support.card_place import CardPlace
from tests.support.card_program import CardProgram
from tests.support.outside_party import OutsideParty, Received
from tests.support.running_product import PASSWORD
from tests.support.virtual_card.chip import PIN, Chip
from tests.support.windows import a_window

HIGH = "http://eidas.europa.eu/LoA/high"


def test_card_of_1_7_by_a_pkcs11_module(card_place: CardPlace, chromium: Browser) -> None:
    chip = card_place.chip(KAREL)
    with a_window(chromium) as page, card_place.agent("--module", require(OPENSC)) as agent:
        link(page, card_place, agent, chip)
        received = sign_in_with_card(page, card_place, agent, chip)
    assert received.userinfo["given_name"] == KAREL.given_names
    assert_proven(received, chip)


def test_card_of_1_8_by_commands_where_the_module_cannot(card_place: CardPlace, chromium: Browser) -> None:
    chip = card_place.chip(MARIE)
    with a_window(chromium) as page, card_place.agent() as agent:
        link(page, card_place, agent, chip)
        received = sign_in_with_card(page, card_place, agent, chip)
    assert_proven(received, chip)


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
    party = OutsideParty(place.product, place.callback, "openid", "profile", "identity")
    party.send(page, acr_values=HIGH)
    page.click("#eid-login")
    with place.reader.inserted(chip):
        agent.enter_pin(PIN)
        page.click("#allow")
        received = party.receive(page)
    assert not chip.is_open
    return received


def assert_proven(received: Received, chip: Chip) -> None:
    """See that the token says what the card proved, and nowhere its number."""
    holder = chip.card.holder
    assert received.id_token["acr"] == HIGH
    assert {"sc", "pin", "mfa"} <= set(received.id_token["amr"])
    assert received.userinfo["family_name"] == holder.family_name
    proven = received.userinfo["verified_claims"]["claims"]
    assert (proven["given_name"], proven["birthdate"]) == (holder.given_names, holder.birthdate.isoformat())
    assert holder.national_number not in received.everything
