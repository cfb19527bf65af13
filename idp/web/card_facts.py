"""What a card says of its holder beside what the account says, in the words of the page (E1, A11)."""

from collections.abc import Mapping
from datetime import date

from babel import Locale
from flask_babel import gettext as _

from core.infra.dates import date_in_words
from core.infra.messages import N_
from core.people.eid import HolderFacts, ProvenCard
from core.people.facts import Address
from core.people.profile_editing import OwnProfile
from core.web.locale import current_language
from idp.web.card import CardFact, CardToStore

# In the order in which a card has them.
_LABELS: Mapping[str, str] = {
    "family_name": N_("Last name"),
    "given_name": N_("First name"),
    "birthdate": N_("Date of birth"),
    "place_of_birth": N_("Place of birth"),
    "gender": N_("Gender"),
    "nationality": N_("Nationality"),
}
_GENDERS = {"female": N_("Woman"), "male": N_("Man"), "other": N_("Other")}


def to_store(own: OwnProfile, card: ProvenCard) -> CardToStore:
    """Return what storing this card writes and locks; an address only where the account has none."""
    proven = card.facts.proven()
    return CardToStore(
        facts=tuple(_fact(name, card.facts, own) for name in _LABELS if name in proven),
        is_renewal=own.eid_linked_at is not None,
        address=None if card.address is None or _has_address(own) else _in_lines(card.address),
        not_read=tuple(_(_LABELS[name]) for name in _LABELS if name not in proven and name not in own.locked),
    )


def locked_facts(own: OwnProfile) -> tuple[CardFact, ...]:
    """Return what the linked card locks, as the account has it."""
    values = own.profile.values()
    return tuple(CardFact(name, _(_LABELS[name]), _text(name, values[name])) for name in _LABELS if name in own.locked)


def _fact(name: str, facts: HolderFacts, own: OwnProfile) -> CardFact:
    value, before = getattr(facts, name), own.profile.values()[name]
    is_other = before is not None and before != value
    return CardFact(name, _(_LABELS[name]), _text(name, value), _text(name, before) if is_other else None)


def _text(name: str, value: object) -> str:
    if isinstance(value, date):
        return date_in_words(value, current_language())
    text = "" if value is None else str(value)
    return _(_GENDERS[text]) if name == "gender" and text in _GENDERS else text


def _has_address(own: OwnProfile) -> bool:
    present = own.profile.details
    return any((present.street_address, present.postal_code, present.locality))


def _in_lines(address: Address) -> tuple[str, ...]:
    town = " ".join(part for part in (address.postal_code, address.locality) if part)
    country = Locale.parse(current_language()).territories.get(address.country or "", address.country)
    return tuple(line for line in (address.street_address, town, country) if line)
