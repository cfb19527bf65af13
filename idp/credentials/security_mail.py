"""Telling the owner of an account what was changed about its proofs, when and from where."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Self

from sqlalchemy.orm import Session

from core.infra import outbox
from core.infra.addresses import network_of
from core.infra.catalogues import translations
from core.infra.dates import moment_in_words
from core.infra.messages import N_
from core.infra.topics import MailRequested
from core.people.identifiers import PersonId
from core.people.profiles import chosen_language, person_facts
from idp.credentials import user_agents

UNKNOWN_BROWSER = N_("an unknown browser")
UNKNOWN_SYSTEM = N_("an unknown system")
UNKNOWN_NETWORK = N_("an unknown network")


@dataclass(frozen=True, slots=True)
class Place:
    """From where something was done: browser, system and network; empty where unknown."""

    browser: str = ""
    system: str = ""
    network: str = ""

    @classmethod
    def of(cls, agent: str | None, address: str | None) -> Self:
        """Return the place of a request, by its User-Agent header and the caller's address."""
        known = user_agents.read(agent)
        return cls(known.browser, known.system, network_of(address or ""))

    def values(self, language: str) -> Mapping[str, str]:
        """Return the place as the values of a mail."""
        say = translations(language).ugettext
        return {
            "browser": self.browser or say(UNKNOWN_BROWSER),
            "system": self.system or say(UNKNOWN_SYSTEM),
            "network": self.network or say(UNKNOWN_NETWORK),
        }


def tell_owner(
    session: Session,
    person_id: PersonId,
    template: str,
    values: Mapping[str, str] | None = None,
    *,
    place: Place | None = None,
    now: datetime,
) -> None:
    """Enqueue a mail to the person's current address; `when`, and where given the place, are among its values.

    Nobody is written to at an address that was never activated, nor once the account is gone.
    """
    facts, language = person_facts(session, person_id), chosen_language(session, person_id)
    if facts is None or language is None or facts.email is None or not facts.email_verified:
        return
    where = {} if place is None else place.values(language)
    mail = MailRequested(
        template=template,
        recipient_person_id=person_id,
        address=facts.email,
        language=language,
        values={"when": moment_in_words(now, language), **where, **(values or {})},
    )
    outbox.enqueue(session, mail, now=now)
