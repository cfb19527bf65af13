"""Choosing a password on a page: judged by all the rules, refused in words that say what to do (A3)."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from flask_babel import gettext as _

from core.infra.messages import N_
from core.people.facts import PersonFacts
from idp.credentials import password_rules
from idp.credentials.breached import BreachedPasswords
from idp.credentials.password_rules import MINIMUM_LENGTH, About, Weakness, WeakPassword
from idp.credentials.passwords import MAXIMUM_LENGTH
from idp.web.page import FieldError
from idp.wiring import Services

_WORDS: Mapping[Weakness, str] = {
    Weakness.TOO_SHORT: N_(
        "The password needs at least %(least)s characters. A few words in a row are easy to remember."
    ),
    Weakness.TOO_LONG: N_("The password can have at most %(most)s characters."),
    Weakness.COMMON: N_("Many people use this password, so it is among the first that are tried. Choose another one."),
    Weakness.PERSONAL: N_("This password is made of your name, username or e-mail address. Choose another one."),
    Weakness.PRODUCT: N_("This password is made of the name of this site. Choose another one."),
    Weakness.BREACHED: N_(
        "This password was stolen somewhere before and is on the lists that are tried. Choose another one."
    ),
    Weakness.DIFFERENT: N_("The two passwords are not the same. Type the new password again in both fields."),
}


@dataclass(frozen=True, slots=True)
class TypedTwice:
    """A new password as it was typed, twice; `first` and `second` are the ids of the inputs."""

    password: str = field(repr=False)
    again: str = field(repr=False)
    first: str = "password"
    second: str = "password-again"


def typed_in(form: Mapping[str, str]) -> TypedTwice:
    """Return what was typed into the fields of `new_password_fields` (`secret_fields.html`)."""
    first, second = "new-password", "new-password-again"
    return TypedTwice(form.get(first, ""), form.get(second, ""), first, second)


def about(person: PersonFacts) -> About:
    """Return what a password of this person must not be made of."""
    return About(person.username, person.given_name or "", person.family_name or "", person.email or "")


def judge(services: Services, typed: TypedTwice, known: About) -> tuple[FieldError, ...]:
    """Return what is wrong with a new password, at its field; nothing where it may be chosen.

    May ask the service that knows stolen passwords, and so take a moment.
    """
    try:
        password_rules.require_strong(typed.password, known)
        password_rules.require_same(typed.password, typed.again)
    except WeakPassword as error:
        return (_refused(typed, error.weakness),)
    breached = BreachedPasswords(services.http, services.settings.breached_passwords_url)
    return (_refused(typed, Weakness.BREACHED),) if breached.holds(typed.password) else ()


def _refused(typed: TypedTwice, weakness: Weakness) -> FieldError:
    where = typed.second if weakness is Weakness.DIFFERENT else typed.first
    return FieldError(where, _(_WORDS[weakness], least=MINIMUM_LENGTH, most=MAXIMUM_LENGTH))
