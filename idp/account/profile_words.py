"""What the fields of "my data" are called, and what they hold, in the language of the page."""

import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

from babel import Locale, UnknownLocaleError
from flask_babel import gettext as _

from core.infra.dates import date_in_words
from core.infra.messages import N_
from core.people.facts import Address
from core.people.field_rules import GENDERS, LOCALES, zones
from core.people.phone_numbers import phone_for_reading
from core.people.postal import COUNTRIES
from core.people.web_addresses import Network
from core.web.locale import current_language

LABELS: Mapping[str, str] = {
    "picture_url": N_("Picture"),
    "given_name": N_("First name"),
    "family_name": N_("Last name"),
    "middle_name": N_("Middle names"),
    "nickname": N_("What people call you"),
    "birthdate": N_("Date of birth"),
    "place_of_birth": N_("Place of birth"),
    "gender": N_("Gender"),
    "nationality": N_("Nationality"),
    "phone_number": N_("Telephone number"),
    "website": N_("Website"),
    "profile_url": N_("Page about you"),
    "street_address": N_("Street, number and box"),
    "postal_code": N_("Postal code"),
    "locality": N_("Town"),
    "country": N_("Country"),
    "further_addresses": N_("Further addresses"),
    "language": N_("Language of pages and mails"),
    "locale": N_("Language and region for tools"),
    "zoneinfo": N_("Time zone"),
}
# Names of their own, the same in every language.
_NETWORKS = {
    Network.LINKEDIN: "LinkedIn",
    Network.FACEBOOK: "Facebook",
    Network.INSTAGRAM: "Instagram",
    Network.X: "X",
    Network.YOUTUBE: "YouTube",
}
_GENDERS = {"female": N_("Woman"), "male": N_("Man"), "other": N_("Other")}
_LANGUAGES = (("nl", "Nederlands"), ("fr", "Français"), ("en", "English"))
# Which zones are offered beside those of Europe; any other may be stored (imported) and stays.
_FAR_ZONES = (
    *("Africa/Casablanca", "Africa/Johannesburg", "Africa/Kinshasa", "America/Chicago", "America/Los_Angeles"),
    *("America/New_York", "America/Sao_Paulo", "Asia/Dubai", "Asia/Kolkata", "Asia/Shanghai", "Asia/Singapore"),
    *("Asia/Tokyo", "Australia/Sydney", "Pacific/Auckland"),
)
# Where those who use this live, before the rest of the world.
_NEARBY = ("BE", "NL", "FR", "LU", "DE")


@dataclass(frozen=True, slots=True)
class Option:
    """One entry of a choice."""

    value: str
    text: str


def label(name: str) -> str:
    """Return what a field is called."""
    return _(LABELS[name]) if name in LABELS else _NETWORKS[Network(name)]


def value_text(name: str, value: object) -> str:
    """Return what a field holds, as it is read; an empty text where it holds nothing."""
    if isinstance(value, date):
        return date_in_words(value, current_language())
    if not isinstance(value, str):
        return ""
    return _WORDS[name](value) if name in _WORDS else value


def address_lines(address: Address) -> tuple[str, ...]:
    """Return an address as it is written on an envelope."""
    town = " ".join(part for part in (address.postal_code, address.locality) if part)
    lines = (address.street_address, town, value_text("country", address.country))
    return tuple(line for line in lines if line)


def options(name: str, stored: str) -> tuple[Option, ...]:
    """Return what may be chosen in a field, and what is stored there also where it no longer may."""
    known = _options(name)
    if stored and all(option.value != stored for option in known):
        return (*known, Option(stored, value_text(name, stored)))
    return known


def _options(name: str) -> tuple[Option, ...]:
    match name:
        case "gender":
            return tuple(Option(value, _(_GENDERS[value])) for value in GENDERS)
        case "language":
            return tuple(Option(value, text) for value, text in _LANGUAGES)
        case "locale":
            return tuple(Option(value, _locale_name(value)) for value in LOCALES)
        case "zoneinfo":
            near = (zone for zone in zones() if zone.startswith("Europe/"))
            return tuple(Option(zone, _zone_name(zone)) for zone in (*near, *_FAR_ZONES))
        case _:
            return _countries()


def _countries() -> tuple[Option, ...]:
    names = _territories()
    by_name = sorted(COUNTRIES.difference(_NEARBY), key=lambda code: _sorting(names.get(code, code)))
    return tuple(Option(code, names.get(code, code)) for code in (*_NEARBY, *by_name))


def _territories() -> Mapping[str, str]:
    found: Mapping[str, str] = Locale.parse(current_language()).territories
    return found


def _locale_name(tag: str) -> str:
    try:
        name = Locale.parse(tag, sep="-").get_display_name(current_language())
    except (UnknownLocaleError, ValueError):
        return tag
    return name[:1].upper() + name[1:] if name else tag


def _zone_name(zone: str) -> str:
    return zone.replace("_", " ").replace("/", " / ")


def _gender(value: str) -> str:
    return _(_GENDERS[value]) if value in _GENDERS else value


def _country(code: str) -> str:
    return _territories().get(code, code)


def _language(code: str) -> str:
    return dict(_LANGUAGES).get(code, code)


def _sorting(name: str) -> str:
    """Return a name as dictionaries sort it: Österreich stands with O."""
    return "".join(c for c in unicodedata.normalize("NFKD", name.casefold()) if not unicodedata.combining(c))


_WORDS: Mapping[str, Callable[[str], str]] = {
    "gender": _gender,
    "phone_number": phone_for_reading,
    "country": _country,
    "language": _language,
    "locale": _locale_name,
    "zoneinfo": _zone_name,
}
