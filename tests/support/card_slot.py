"""Virtual cards put into the virtual reader and pulled out, each time until programs see it."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from idp.eid.card.plastic_cards import PlasticCards
from idp.eid.card.software.folder import IssuedCards
from tests.support.card_agent import Sitter
from tests.support.pcsc import SmartCardService
from tests.support.software_cards import a_card, an_authority
from tests.support.virtual_card.chip import Chip
from tests.support.virtual_card.insertion import Insertion


def a_chip(number: int) -> Chip:
    """Return the chip of a test card: 1 has applet 1.7, 2 and 3 have 1.8."""
    return Chip(IssuedCards(an_authority(), (a_card(number),)), a_card(number))


def insert(
    service: SmartCardService, chip: Chip, *, before: Callable[[Insertion, bytes], None] | None = None
) -> Insertion:
    """Put a card into the reader, and wait until programs see it."""
    insertion = service.insert(chip, before=before)
    wait_until(has_card=True)
    return insertion


@contextmanager
def inserted(service: SmartCardService, chip: Chip) -> Iterator[Insertion]:
    """Keep a card in the reader until the block ends or the card is pulled out in it."""
    insertion = insert(service, chip)
    try:
        yield insertion
    finally:
        insertion.remove()
        wait_until(has_card=False)


def wait_until(*, has_card: bool) -> None:
    """Wait until programs see a card, or none."""
    end = time.monotonic() + 10
    cards = PlasticCards(Sitter(), ())
    while cards.has_card() is not has_card:
        assert time.monotonic() < end, "the smart-card service does not see what changed"
        time.sleep(0.05)
