"""From what a script sent to a card that is believed: the challenge is taken first, then everything is verified.

What is refused is written down: in the log, and in the audit trail of the person it concerns.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from flask import request

from core.infra import audit, log, rate_limit
from core.infra.addresses import network_of
from core.infra.errors import ImmoError
from core.infra.rate_limit import Limit
from core.infra.settings import Mode
from core.people.identifiers import PersonId
from idp.eid import challenge as challenges
from idp.eid import chip, identity
from idp.eid.challenge import Challenge, Purpose
from idp.eid.holder import VerifiedCard
from idp.eid.problems import EidProblem, EidRefused
from idp.web.card_request import CardRequest
from idp.wiring import Services

# An office shares one address; a card answers a few times a minute.
PER_ADDRESS = Limit("card-address", 300, timedelta(minutes=15))
# Nothing was tried: the card is good and simply opens no account yet.
_NOTHING_TRIED = frozenset({EidProblem.NOT_LINKED})
_ISSUER, _IDENTITY = "caCertificate", "identity"


@dataclass(frozen=True, slots=True)
class Reading:
    """For what a card is read, in which browser (`binding`), and for whom; a sign-in is for nobody in particular."""

    services: Services
    purpose: Purpose
    binding: str = field(repr=False)
    person_id: PersonId | None = None

    def issue(self) -> Challenge:
        """Return what the card is to sign next."""
        self._count()
        store = self.services.store
        return challenges.issue(store, purpose=self.purpose, binding=self.binding, person_id=self.person_id)

    def verify(self, sent: CardRequest) -> VerifiedCard:
        """Return the card that was read; raise `EidRefused`.

        The challenge is spent whatever comes of it. Files are looked at where a card is linked, and only
        after its holder is known.
        """
        found, now = self.services, self.services.clock.now()
        self._count()
        given = challenges.take(found.store, purpose=self.purpose, binding=self.binding, person_id=self.person_id)
        holder = found.cards.verify(sent.token, challenge=given, issuer_hint=sent.files.get(_ISSUER))
        if self.purpose is not Purpose.LINK or _IDENTITY not in sent.files:
            return VerifiedCard(holder)
        asked = chip.challenge(found.cards.origin, given.nonce)
        document = identity.read_document(sent.files, holder, found.cards, now=now, chip_challenge=asked)
        return VerifiedCard(holder, document)

    def _count(self) -> None:
        if self.services.settings.mode is not Mode.TEST:
            rate_limit.hit(self.services.store, PER_ADDRESS, network_of(request.remote_addr or ""))


def note_refusal(found: Services, error: EidRefused, *, purpose: Purpose, person_id: PersonId | None) -> None:
    """Write down that a card was refused; `person_id` is who is signed in, if anybody."""
    log.event("card_refused", log.WARNING, problem=error.problem.value, purpose=purpose.value, **_details(error))
    if error.problem in _NOTHING_TRIED:
        return
    with found.database.transaction() as session:
        audit.record(
            session,
            action="eid-refused",
            actor_id=person_id,
            subject_id=person_id,
            details={"problem": error.problem.value, "purpose": purpose.value},
            now=found.clock.now(),
        )


def _details(error: ImmoError) -> Mapping[str, Any]:
    return {name: str(value) for name, value in error.details.items()}
