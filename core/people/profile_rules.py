"""A whole profile as its owner typed it, judged field by field. Pure."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from typing import TypeVar

from core.infra.catalogues import LANGUAGES
from core.people.detail_errors import InvalidDetail, Problem
from core.people.facts import PersonalDetails
from core.people.field_rules import (
    GENDERS,
    LINE_LENGTH,
    LOCALES,
    choice,
    has_place,
    line,
    optional,
    read_address,
    require_birthdate,
    zones,
)
from core.people.own_profile import FurtherAddress, Profile
from core.people.phone_numbers import require_phone_number, same_number
from core.people.web_addresses import Network, require_network_address, require_web_address

LABEL_LENGTH = 60
NATIONALITY_LENGTH = 100
_ADDRESS = ("street_address", "postal_code", "locality", "country")

_Value = TypeVar("_Value")


@dataclass(frozen=True, slots=True)
class Typed:
    """What a form sent: text by field, and the further addresses with their `label`."""

    fields: Mapping[str, str]
    further_addresses: tuple[Mapping[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Refused:
    """What is wrong with one field; `row` counts the further addresses from 0."""

    field: str
    problem: Problem
    row: int | None = None


@dataclass(frozen=True, slots=True)
class Judged:
    """The profile that was typed, with what is stored in place of what is refused."""

    profile: Profile
    refused: tuple[Refused, ...]


def judge(typed: Typed, stored: Profile, *, locked: frozenset[str], today: date) -> Judged:
    """Return the profile that was typed, and everything that is wrong with it.

    A field that was not sent keeps what is stored, and so does one whose text is what is stored:
    imported values may be older than our rules. A locked field sent with another value is refused.
    """
    form = _Form(typed, stored, locked, today)
    profile = replace(
        stored,
        details=_details(form),
        language=form.text("language", stored.language, choice(LANGUAGES, is_required=True)) or stored.language,
        social=_social(form),
        further_addresses=_further_addresses(form),
    )
    return Judged(profile, tuple(form.refused))


class _Form:
    """One form that is read, and what is found to be wrong with it."""

    def __init__(self, typed: Typed, stored: Profile, locked: frozenset[str], today: date) -> None:
        self.typed, self.stored, self.locked, self.today = typed, stored, locked, today
        self.refused: list[Refused] = []

    def text(self, name: str, stored: str | None, read: Callable[[str], str | None]) -> str | None:
        return self.value(name, stored, stored or "", read)

    def value(self, name: str, stored: _Value, shown: str, read: Callable[[str], _Value]) -> _Value:
        """Return what a field holds now; `shown` is how what is stored stands in the form."""
        sent = self.typed.fields.get(name)
        if sent is None or sent == shown:
            return stored
        try:
            found = read(sent)
        except InvalidDetail as error:
            self.refuse(name, Problem.LOCKED if name in self.locked else error.problem)
            return stored
        if name in self.locked and found != stored:
            self.refuse(name, Problem.LOCKED)
            return stored
        return found

    def refuse(self, name: str, problem: Problem, row: int | None = None) -> None:
        self.refused.append(Refused(name, problem, row))


def _details(form: _Form) -> PersonalDetails:
    stored, name = form.stored.details, line(LINE_LENGTH, is_required=True)
    day = "" if stored.birthdate is None else stored.birthdate.isoformat()
    number = form.text("phone_number", stored.phone_number, optional(require_phone_number))
    found = replace(
        stored,
        given_name=form.text("given_name", stored.given_name, name),
        family_name=form.text("family_name", stored.family_name, name),
        middle_name=form.text("middle_name", stored.middle_name, line(LINE_LENGTH)),
        nickname=form.text("nickname", stored.nickname, line(LINE_LENGTH)),
        gender=form.text("gender", stored.gender, choice(GENDERS)),
        birthdate=form.value("birthdate", stored.birthdate, day, partial(require_birthdate, today=form.today)),
        place_of_birth=form.text("place_of_birth", stored.place_of_birth, line(LINE_LENGTH)),
        nationality=form.text("nationality", stored.nationality, line(NATIONALITY_LENGTH)),
        zoneinfo=form.text("zoneinfo", stored.zoneinfo, choice(zones())),
        locale=form.text("locale", stored.locale, choice(LOCALES)),
        # Written in another way it is still the number that may have been verified.
        phone_number=stored.phone_number if same_number(stored.phone_number, number) else number,
        website=form.text("website", stored.website, optional(require_web_address)),
        profile_url=form.text("profile_url", stored.profile_url, optional(require_web_address)),
    )
    return _with_address(form, found)


def _with_address(form: _Form, details: PersonalDetails) -> PersonalDetails:
    shown = {name: getattr(details, name) or "" for name in _ADDRESS}
    sent = {name: form.typed.fields.get(name, text) for name, text in shown.items()}
    if sent == shown:
        return details
    address = read_address(sent, form.refuse)
    return replace(
        details,
        street_address=address.street_address,
        postal_code=address.postal_code,
        locality=address.locality,
        country=address.country,
    )


def _social(form: _Form) -> dict[Network, str]:
    found = {}
    for network in Network:
        read = optional(partial(require_network_address, network))
        address = form.text(network.value, form.stored.social.get(network), read)
        if address is not None:
            found[network] = address
    return found


def _further_addresses(form: _Form) -> tuple[FurtherAddress, ...]:
    rows = enumerate(form.typed.further_addresses)
    return tuple(
        _further_address(form, typed, row) for row, typed in rows if any(text.strip() for text in typed.values())
    )


def _further_address(form: _Form, typed: Mapping[str, str], row: int) -> FurtherAddress:
    refuse = partial(form.refuse, row=row)
    label = None
    try:
        label = line(LABEL_LENGTH, is_required=True)(typed.get("label", ""))
    except InvalidDetail as error:
        refuse("label", error.problem)
    address = read_address(typed, refuse)
    if not has_place(typed):
        refuse("locality", Problem.LOCALITY_MISSING)
    return FurtherAddress(label or "", address)
