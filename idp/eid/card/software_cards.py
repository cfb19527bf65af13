"""Software cards behind the interface of real ones: nothing to insert, no PIN, and only test servers trust them."""

from collections.abc import Mapping, Sequence

from idp.eid.card.cards import CardPresence, Choice, ReaderState, Request, State, Want
from idp.eid.card.file_names import CHIP_SIGNATURE, FILES_OF
from idp.eid.card.problems import CardProblem, Problem
from idp.eid.card.software.card import SoftwareCard


class SoftwareCards:
    """Test cards, one of which the page chooses by its number."""

    mode = "software"

    def __init__(self, cards: Sequence[SoftwareCard]) -> None:
        self._cards = {str(card.holder.number): card for card in cards}

    def state(self) -> State:
        """Return what never changes."""
        choices = tuple(
            Choice(number, f"{card.holder.given_names} {card.holder.family_name}")
            for number, card in self._cards.items()
        )
        return State(ReaderState.PRESENT, CardPresence.PRESENT, cards=choices)

    def authenticate(self, request: Request) -> dict[str, str]:
        """Return the chosen card's token; raise `CardProblem` where there is no such card."""
        return self._chosen(request).authenticate(request.origin, request.nonce)

    def identity(self, request: Request) -> Mapping[str, bytes]:
        """Return the chosen card's files; raise `CardProblem` where there is no such card."""
        card = self._chosen(request)
        found = card.files()
        names = {name for want in request.wants for name in FILES_OF[want]}
        files = {name: content for name, content in found.items() if name in names}
        chip_signature = card.chip_signature(request.origin, request.nonce) if Want.IDENTITY in request.wants else None
        if chip_signature is not None:
            files[CHIP_SIGNATURE] = chip_signature
        return files

    def _chosen(self, request: Request) -> SoftwareCard:
        card = self._cards.get(request.choice or "")
        if card is None:
            raise CardProblem(Problem.NO_CARD)
        return card
