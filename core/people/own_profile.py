"""A profile as a value: what its owner edits in one go (A10), and which of it the card locks (A11). Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields

from core.infra.ids import digest
from core.people.facts import Address, PersonalDetails
from core.people.web_addresses import Network

# More is a list of clients, not of homes and offices.
MOST_FURTHER_ADDRESSES = 5
LOCKED_BY_EID = frozenset({"given_name", "family_name", "birthdate", "place_of_birth", "gender", "nationality"})
# The switch on every page changes it too, and that is no second editor.
_NEVER_CONTESTED = frozenset({"language"})
_FINGERPRINT_LENGTH = 8


@dataclass(frozen=True, slots=True)
class FurtherAddress:
    """A postal address beside the main one, under a name of its person's choosing."""

    label: str
    address: Address


@dataclass(frozen=True, slots=True)
class Profile:
    """Everything that one save writes; `language` is that of pages and mails."""

    details: PersonalDetails
    language: str
    social: Mapping[Network, str]
    further_addresses: tuple[FurtherAddress, ...] = ()

    def values(self) -> dict[str, object]:
        """Return what each field holds, by name."""
        return {
            **{field.name: getattr(self.details, field.name) for field in fields(self.details)},
            **{network.value: self.social.get(network) for network in Network},
            "further_addresses": self.further_addresses,
            "language": self.language,
        }

    def fingerprints(self) -> dict[str, str]:
        """Return for each field what changes when its value does, and tells nothing else."""
        return {name: digest(repr(value))[:_FINGERPRINT_LENGTH] for name, value in self.values().items()}

    def changed_since(self, seen: Mapping[str, str]) -> tuple[str, ...]:
        """Return the fields that are not what they were when these fingerprints were taken."""
        present = self.fingerprints().items()
        return tuple(name for name, value in present if name not in _NEVER_CONTESTED and seen.get(name) != value)


def locked_fields(proven: Iterable[str]) -> frozenset[str]:
    """Return the fields that are locked because the identity card proved them."""
    return LOCKED_BY_EID.intersection(proven)


def differing(one: Profile, other: Profile, names: Iterable[str] | None = None) -> tuple[str, ...]:
    """Return which fields, of these or of all, hold something else in the other profile."""
    mine, theirs = one.values(), other.values()
    return tuple(name for name in (mine if names is None else names) if mine[name] != theirs[name])


def fingerprints_to_text(seen: Mapping[str, str]) -> str:
    """Return fingerprints as a form carries them."""
    return " ".join(f"{name}:{value}" for name, value in seen.items())


def fingerprints_from_text(text: str) -> dict[str, str]:
    """Return the fingerprints that a form brought back; what is none of ours fits nothing."""
    pairs = (part.partition(":") for part in text.split())
    return {name: value for name, _, value in pairs}
