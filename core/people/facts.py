"""A person as pages and tokens may describe them: values only, made by `profiles.py`."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from core.people.identifiers import PersonId


@dataclass(frozen=True, slots=True)
class Address:
    """A postal address as OpenID Connect Core section 5.1.1 wants it."""

    street_address: str | None
    locality: str | None
    postal_code: str | None
    country: str | None


@dataclass(frozen=True, slots=True)
class EidEvidence:
    """That, when and with which kind of document the person's eID was linked, and what it proved.

    `verified_at` is when a card was last verified; `proven` names fields of the profile; the place of
    birth and the nationality stand here because nothing else than a card tells tools of them.
    """

    linked_at: datetime
    document_valid_until: date | None
    verified_at: datetime
    document_type: int | None = None
    proven: tuple[str, ...] = ()
    place_of_birth: str | None = None
    nationality: str | None = None


class PersonFacts(NamedTuple):
    """The person as the standard claims describe them (Core section 5.1); None: not known.

    `terms_version` is that of our own terms of use which the person accepted last, `language` the
    one that they chose for pages and mails.

    A tuple, since one is made for each token: a frozen dataclass takes four times as long to fill.
    """

    id: PersonId
    username: str
    given_name: str | None
    family_name: str | None
    middle_name: str | None
    nickname: str | None
    profile_url: str | None
    picture_url: str | None
    website: str | None
    gender: str | None
    birthdate: date | None
    zoneinfo: str | None
    locale: str | None
    updated_at: datetime
    email: str | None
    email_verified: bool
    phone_number: str | None
    phone_number_verified: bool
    terms_version: str | None = None
    language: str | None = None
    address: Address | None = None
    eid: EidEvidence | None = None


@dataclass(frozen=True, slots=True)
class PersonalDetails:
    """The profile as its owner edits it (A10); None: not given."""

    given_name: str | None = None
    family_name: str | None = None
    middle_name: str | None = None
    nickname: str | None = None
    profile_url: str | None = None
    picture_url: str | None = None
    website: str | None = None
    gender: str | None = None
    birthdate: date | None = None
    place_of_birth: str | None = None
    nationality: str | None = None
    zoneinfo: str | None = None
    locale: str | None = None
    phone_number: str | None = None
    street_address: str | None = None
    postal_code: str | None = None
    locality: str | None = None
    country: str | None = None
