"""What an organisation says of itself, as a value: what its managers edit in one go (O5). Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields

from core.infra.ids import digest
from core.infra.messages import N_
from core.organisations.states import OrganisationKind
from core.people.web_addresses import Network

_FINGERPRINT_LENGTH = 8

# What each field is called, in the order of pages; source strings.
FIELD_NAMES: Mapping[str, str] = {
    "name": N_("Name"),
    "kind": N_("Legal form"),
    "email": N_("E-mail address"),
    "phone_number": N_("Telephone"),
    "website": N_("Website"),
    Network.LINKEDIN.value: "LinkedIn",
    Network.FACEBOOK.value: "Facebook",
    Network.INSTAGRAM.value: "Instagram",
    Network.X.value: "X",
    Network.YOUTUBE.value: "YouTube",
    "street_address": N_("Street and number"),
    "postal_code": N_("Postal code"),
    "locality": N_("Town"),
    "post_street_address": N_("Street and number for letters"),
    "post_postal_code": N_("Postal code for letters"),
    "post_locality": N_("Town for letters"),
    "logo": N_("Logo"),
    "cover": N_("Cover photo"),
}


@dataclass(frozen=True, slots=True)
class CompanyData:
    """Everything that one save writes; the `post_` fields are where letters go, if not to the seat."""

    name: str
    kind: OrganisationKind = OrganisationKind.LEGAL_PERSON
    email: str | None = None
    phone_number: str | None = None
    website: str | None = None
    street_address: str | None = None
    postal_code: str | None = None
    locality: str | None = None
    post_street_address: str | None = None
    post_postal_code: str | None = None
    post_locality: str | None = None
    social: Mapping[Network, str] = field(default_factory=dict)

    def values(self) -> dict[str, str | None]:
        """Return what each field holds, by name."""
        own = {one.name: getattr(self, one.name) for one in fields(self) if one.name != "social"}
        return {**own, "kind": self.kind.value, **{network.value: self.social.get(network) for network in Network}}

    def fingerprints(self) -> dict[str, str]:
        """Return for each field what changes when its value does, and tells nothing else."""
        return {name: fingerprint(value) for name, value in self.values().items()}

    def changed_since(self, seen: Mapping[str, str]) -> tuple[str, ...]:
        """Return the fields that are not what they were when these fingerprints were taken."""
        return tuple(name for name, value in self.fingerprints().items() if seen.get(name) != value)


def fingerprint(value: str | None) -> str:
    """Return what changes when a value does, and tells nothing else of it."""
    return digest(repr(value))[:_FINGERPRINT_LENGTH]


def differing(one: CompanyData, other: CompanyData) -> tuple[str, ...]:
    """Return which fields hold something else in the other."""
    mine, theirs = one.values(), other.values()
    return tuple(name for name in FIELD_NAMES if name in mine and mine[name] != theirs[name])
