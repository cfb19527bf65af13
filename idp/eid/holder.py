"""What verification hands on: the holder of a card, and what its files say of them. Values only."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from core.people.facts import Address
from core.people.national_number import NationalNumber


class RevocationSource(StrEnum):
    """Who said that the certificate is good."""

    OCSP = "ocsp"
    CRL = "crl"


@dataclass(frozen=True, slots=True)
class Holder:
    """Who a valid authentication certificate names, and how it was believed (eid.md 2.4, 4.1).

    Fingerprints are SHA-256 in hexadecimal. `good_as_of` is when the authority last said so.
    """

    number: NationalNumber = field(repr=False)
    given_names: str | None
    family_name: str
    certificate_fingerprint: str
    valid_until: datetime
    issuer: str
    root_fingerprint: str
    policies: tuple[str, ...]
    revocation: RevocationSource
    good_as_of: datetime


@dataclass(frozen=True, slots=True)
class CardDocument:
    """What the identity file of a card says, once its signature was verified; days are Belgian."""

    number: NationalNumber = field(repr=False)
    given_names: str | None
    family_name: str | None
    birthdate: date | None
    place_of_birth: str | None
    gender: str | None
    nationality: str | None
    card_number: str = field(repr=False)
    document_type: int | None
    valid_from: date
    valid_until: date
    signer_fingerprint: str
    address: Address | None = None
    has_photo: bool = False
    is_chip_proven: bool = False


@dataclass(frozen=True, slots=True)
class VerifiedCard:
    """A card whose holder was present and knew its PIN; `document` is None where no files were sent."""

    holder: Holder
    document: CardDocument | None = None


# The files of a card as they were read, by the names that the page sends (eid.md 5.5).
CardFiles = Mapping[str, bytes]
