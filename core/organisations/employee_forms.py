"""The forms in which employees are found, described, invited; the names of the fields are the ids of their inputs."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from core.infra.forms import Form, Reading
from core.infra.messages import N_
from core.organisations.employee_lists import Filter
from core.organisations.rules import MemberDetails
from core.organisations.states import MembershipStatus, MembershipType
from core.people.phone_numbers import require_phone_number
from core.people.rules import require_email

WHO = "who"
ADDRESS = "invited-address"
LANGUAGE = "invited-language"
IS_MANAGER = "is-manager"

_LONGEST = 200
_LONGEST_WHO = 254
_WRONG_EMAIL = N_("This is not an e-mail address. It looks like name@example.be.")
_WRONG_PHONE = N_("This is not a telephone number. Write it like 03 555 01 10 or +32 3 555 01 10.")
_NO_FUNCTION = N_("Enter what this person does in the organisation, such as a job title.")
_NO_TYPE = N_("Choose how this person works for the organisation.")
_NO_OWN_FUNCTION = N_("Enter what you do in the organisation, such as your job title.")
_NO_OWN_EMAIL = N_("Enter the e-mail address at which colleagues reach you.")


class Language(StrEnum):
    """The languages in which somebody can be invited."""

    NL = "nl"
    FR = "fr"
    EN = "en"


@dataclass(frozen=True, slots=True)
class Described:
    """An employee as a manager describes them."""

    details: MemberDetails
    is_manager: bool


@dataclass(frozen=True, slots=True)
class Invited:
    """Whom a manager invites by mail, in which language, as what."""

    address: str
    language: str
    details: MemberDetails


def described(sent: Mapping[str, str]) -> Form[Described]:
    """Read the employee data that a manager enters: type, function, contact, manager or not (O6)."""
    reading = Reading(sent)
    details = _details(reading, no_function=_NO_FUNCTION, no_type=_NO_TYPE)
    is_manager = reading.tick(IS_MANAGER)
    return reading.form(lambda: Described(details, is_manager))


def member_data(sent: Mapping[str, str]) -> Form[MemberDetails]:
    """Read the employee data of somebody who is a member already; whether they manage is an act of its own."""
    reading = Reading(sent)
    details = _details(reading, no_function=_NO_FUNCTION, no_type=_NO_TYPE)
    return reading.form(lambda: details)


def own_data(sent: Mapping[str, str]) -> Form[MemberDetails]:
    """Read what an employee says of themselves: function and contact (O6); the type is not theirs."""
    reading = Reading(sent)
    details = _details(reading, no_function=_NO_OWN_FUNCTION, no_email=_NO_OWN_EMAIL, has_type=False)
    return reading.form(lambda: details)


def invited(sent: Mapping[str, str]) -> Form[Invited]:
    """Read whom a manager invites; the address is where colleagues will reach the person as well."""
    reading = Reading(sent)
    address = reading.checked(
        ADDRESS, require_email, wrong=_WRONG_EMAIL, required=N_("Enter the e-mail address of the person.")
    )
    language = reading.choice(LANGUAGE, Language, required=N_("Choose the language of the mail."))
    function = reading.text("function", longest=_LONGEST, required=_NO_FUNCTION)
    type_ = reading.choice("employee-type", MembershipType, required=_NO_TYPE)
    phone = reading.checked("work-phone", require_phone_number, wrong=_WRONG_PHONE)
    return reading.form(
        lambda: Invited(address or "", (language or Language.NL).value, MemberDetails(type_, function, address, phone))
    )


def who(sent: Mapping[str, str]) -> Form[str]:
    """Read the e-mail address or username of somebody who has an account (O6a)."""
    reading = Reading(sent)
    typed = reading.text(
        WHO, longest=_LONGEST_WHO, required=N_("Enter the e-mail address or the username of the person.")
    )
    return reading.form(lambda: typed or "")


def filter_of(sent: Mapping[str, str]) -> Filter:
    """Read by what the list is narrowed down; what is no such word narrows nothing."""
    status, type_ = sent.get("status", ""), sent.get("type", "")
    return Filter(
        search=" ".join(sent.get("search", "").split())[:_LONGEST],
        status=MembershipStatus(status) if status in _STATUSES else None,
        type=MembershipType(type_) if type_ in _TYPES else None,
    )


_STATUSES = frozenset({MembershipStatus.ACTIVE.value, MembershipStatus.BLOCKED.value, MembershipStatus.INVITED.value})
_TYPES = frozenset(member.value for member in MembershipType)


def _details(
    reading: Reading,
    *,
    no_function: str,
    no_type: str | None = None,
    no_email: str | None = None,
    has_type: bool = True,
) -> MemberDetails:
    function = reading.text("function", longest=_LONGEST, required=no_function)
    type_ = reading.choice("employee-type", MembershipType, required=no_type) if has_type else None
    email = reading.checked("work-email", require_email, wrong=_WRONG_EMAIL, required=no_email)
    phone = reading.checked("work-phone", require_phone_number, wrong=_WRONG_PHONE)
    return MemberDetails(type_, function, email, phone)
