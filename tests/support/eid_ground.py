"""What verification needs in tests: an authority, who answers for it, and a verifier that knows it.

The fixture `card_ground` yields it; the product's own services know the same authority where a test puts
`card_ground.cards` among them.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from core.infra.clock import FixedClock
from core.infra.http import OutboundHttp
from core.infra.settings import Settings
from core.infra.store.interface import EphemeralStore, Kind
from idp.eid import challenge
from idp.eid.challenge import Challenge, Purpose
from idp.eid.holder import Holder
from idp.eid.problems import EidProblem, EidRefused
from idp.eid.verification import CardVerifier
from idp.wiring import build_cards
from tests.support.eid_pki import EidPki, Shape, SoftCard, eid_pki
from tests.support.eid_responder import LIST, OCSP, EidResponder

BINDING = "the cookie of a browser"


class WatchedStore:
    """The real store; what is kept of a status is written down, and can be forgotten before its time."""

    def __init__(self, store: EphemeralStore) -> None:
        self._store = store
        self.lives: dict[str, timedelta] = {}

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    def put(self, kind: Kind, key: str, value: bytes, ttl: timedelta) -> None:
        """Write an entry and note its life."""
        if kind is Kind.EID_STATUS:
            self.lives[key] = ttl
        self._store.put(kind, key, value, ttl)

    def forget(self) -> None:
        """Be as if the life of every status were over."""
        for key in self.lives:
            self._store.delete(Kind.EID_STATUS, key)


@dataclass
class CardGround:
    """A verifier as the product builds it, the authority it believes, and who answers for that."""

    pki: EidPki
    responder: EidResponder
    cards: CardVerifier
    store: WatchedStore
    clock: FixedClock
    settings: Settings
    http: OutboundHttp

    @property
    def test_roots(self) -> Path:
        """Return the folder of the roots and authorities that are believed."""
        assert self.settings.eid.test_roots is not None
        return self.settings.eid.test_roots

    def require_nonce(self) -> None:
        """Believe from now on only answers that repeat our nonce."""
        eid = replace(self.settings.eid, ocsp=replace(self.settings.eid.ocsp, is_nonce_required=True))
        self.settings = replace(self.settings, eid=eid)
        self.restart()

    def restart(self) -> None:
        """Verify from now on as another worker does, which remembers nothing."""
        self.cards = build_cards(self.settings, self.clock, self.store, self.http)

    def rest(self) -> None:
        """Let time pass until an address is tried again."""
        self.clock.advance(timedelta(minutes=6))

    def shape(self, **changed: object) -> Shape:
        """Return the shape of a good card, with its status told by the responder, and what is to differ."""
        told = replace(self.pki.shape(), ocsp=self.responder.url(OCSP), list_at=self.responder.url(LIST))
        return replace(told, **changed)  # type: ignore[arg-type]

    def card(self, **changed: object) -> SoftCard:
        """Return a card of this shape from the Citizen CA."""
        return self.pki.card(self.shape(**changed))

    def challenge(self) -> Challenge:
        """Return a challenge that was given out and taken back."""
        challenge.issue(self.store, purpose=Purpose.LOGIN, binding=BINDING)
        return challenge.take(self.store, purpose=Purpose.LOGIN, binding=BINDING)

    def present(self, card: SoftCard, **members: object) -> Holder:
        """Sign a challenge with a card and verify what comes of it."""
        asked = self.challenge()
        return self.cards.verify(card.token(self.cards.origin, asked.nonce, **members), challenge=asked)

    def refused(self, card: SoftCard, **members: object) -> EidRefused:
        """Return why a card is refused."""
        asked = self.challenge()
        return self.refuses(card.token(self.cards.origin, asked.nonce, **members), asked)

    def refuses(self, token: object, asked: Challenge, *, hint: bytes | None = None) -> EidRefused:
        """Return why a token is refused."""
        with pytest.raises(EidRefused) as refused:
            self.cards.verify(token, challenge=asked, issuer_hint=hint)
        return refused.value

    def silence(self) -> tuple[EidProblem, object]:
        """Return why a good card is refused of whose status nobody tells, and what each source came to."""
        refused = self.refused(self.card())
        return refused.problem, refused.details["reasons"]


@pytest.fixture
def card_ground(
    base_settings: Settings, store: EphemeralStore, clock: FixedClock, tmp_path: Path
) -> Iterator[CardGround]:
    """Yield a verifier that knows the tests' authority, with its responder running."""
    pki = eid_pki(clock.now())
    test_roots = pki.write(tmp_path / "roots")
    eid = replace(base_settings.eid, test_roots=test_roots, intermediates=tmp_path / "intermediates")
    settings = replace(base_settings, eid=eid)
    with EidResponder(pki, clock) as responder:
        http = OutboundHttp(settings.outbound, settings.mode, {responder.port})
        watched = WatchedStore(store)
        cards = build_cards(settings, clock, watched, http)
        yield CardGround(pki, responder, cards, watched, clock, settings, http)
