"""What somebody typed who registers: read, kept for the page, and judged field by field.

The rules are the slices' own; here is only what a page says where one refuses.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from flask_babel import gettext as _

from core.infra.forms import Reading, Wrong
from core.infra.messages import N_
from core.people.rules import TERMS_VERSION, address_key, is_role_address, require_email, require_username
from idp.web.page import FieldError

GIVEN_NAME, FAMILY_NAME, USERNAME, EMAIL = "given-name", "family-name", "username", "email"
PASSWORD, PASSWORD_AGAIN, TERMS, SEEN_WARNING = "password", "password-again", "accept-terms", "seen-warning"
_LONGEST_NAME = 200

_GIVEN_NAME_MISSING = N_("Fill in your first name.")
_FAMILY_NAME_MISSING = N_("Fill in your last name.")
_USERNAME_WRONG = N_(
    "A username has 6 to 100 letters and digits, and between them dots, dashes or underscores. Change it."
)
_EMAIL_MISSING = N_("Fill in your e-mail address.")
_EMAIL_WRONG = N_("This is not an e-mail address. Check it: it looks like name@example.be.")
_TERMS_MISSING = N_("Read the terms of use and accept them to go on.")
_TERMS_OTHER = N_("The terms of use have changed since this page was opened. Read them and accept them again.")
_ROLE_ADDRESS = N_(
    "This looks like the address of an office. Give your own address, or send it again as it is if only you read it."
)


@dataclass(frozen=True, slots=True)
class Typed:
    """The fields as they were typed, to be shown again; never a password."""

    given_name: str = ""
    family_name: str = ""
    username: str = ""
    email: str = ""
    seen_warning: str = ""
    accepts_terms: bool = False


@dataclass(frozen=True, slots=True)
class Names:
    """A first and a last name that may stand in an account."""

    given_name: str
    family_name: str


@dataclass(frozen=True, slots=True)
class Passwords:
    """What was typed as password, twice."""

    password: str = field(repr=False)
    again: str = field(repr=False)


def typed(sent: Mapping[str, str]) -> Typed:
    """Return what a form brought, cut to what a page shows again."""
    longest = 2 * _LONGEST_NAME
    return Typed(
        given_name=sent.get(GIVEN_NAME, "")[:longest],
        family_name=sent.get(FAMILY_NAME, "")[:longest],
        username=sent.get(USERNAME, "")[:longest],
        email=sent.get(EMAIL, "")[:longest],
        seen_warning=sent.get(SEEN_WARNING, "")[:longest],
        accepts_terms=sent.get(TERMS) == "yes",
    )


def read_names(sent: Mapping[str, str]) -> tuple[Names | None, tuple[FieldError, ...]]:
    """Return the names, or what is wrong with them."""
    reading = Reading(sent)
    given = reading.text(GIVEN_NAME, longest=_LONGEST_NAME, required=_GIVEN_NAME_MISSING)
    family = reading.text(FAMILY_NAME, longest=_LONGEST_NAME, required=_FAMILY_NAME_MISSING)
    form = reading.form(lambda: Names(given or "", family or ""))
    return form.value, _errors(form.wrong)


def read_username(sent: Mapping[str, str]) -> tuple[str | None, tuple[FieldError, ...]]:
    """Return the user name, None where the field is empty, or what is wrong with it."""
    reading = Reading(sent)
    username = reading.checked(USERNAME, require_username, wrong=_USERNAME_WRONG)
    return username, _errors(reading.form(lambda: None).wrong)


def read_email(sent: Mapping[str, str]) -> tuple[str | None, tuple[FieldError, ...]]:
    """Return the e-mail address, or what is wrong with it.

    An office's address is refused once: sent again as it is, it is taken (A2).
    """
    reading = Reading(sent)
    email = reading.checked(EMAIL, require_email, wrong=_EMAIL_WRONG, required=_EMAIL_MISSING)
    if email is None:
        return None, _errors(reading.form(lambda: None).wrong)
    if is_role_address(email) and address_key(sent.get(SEEN_WARNING, "")) != address_key(email):
        return email, (FieldError(EMAIL, _(_ROLE_ADDRESS)),)
    return email, ()


def read_terms(sent: Mapping[str, str]) -> tuple[FieldError, ...]:
    """Return what is missing where the terms in force were not accepted (A4)."""
    if sent.get(TERMS) != "yes":
        return (FieldError(TERMS, _(_TERMS_MISSING)),)
    # What was read is what is accepted: a page that was open while the terms changed accepts nothing.
    return () if sent.get("terms-version") == TERMS_VERSION else (FieldError(TERMS, _(_TERMS_OTHER)),)


def read_passwords(sent: Mapping[str, str]) -> Passwords:
    """Return what was typed as password."""
    return Passwords(sent.get(PASSWORD, ""), sent.get(PASSWORD_AGAIN, ""))


def _errors(wrong: tuple[Wrong, ...]) -> tuple[FieldError, ...]:
    return tuple(FieldError(each.field, _(each.message)) for each in wrong)
