"""The forms about organisations that both applications show; the page parts are in `core/web/brand/forms`.

The names of the fields are the ids of their inputs.
"""

from collections.abc import Mapping

from core.infra.forms import Form, Reading
from core.infra.messages import N_
from core.organisations.enrolment import Company
from core.organisations.numbers import normalise
from core.organisations.rules import MemberDetails
from core.organisations.states import MembershipType, OrganisationKind
from core.people.phone_numbers import require_phone_number
from core.people.postal import require_postal_code
from core.people.rules import require_email
from core.people.web_addresses import require_web_address

COMPANY_NUMBER = "company-number"

_NAME_LONGEST = 200
_BELGIUM = "BE"
_WRONG_NUMBER = N_(
    "This is not a Belgian company number: check the ten digits, of which the first is 0 or 1. "
    "They stand on every invoice of the organisation."
)
_WRONG_EMAIL = N_("This is not an e-mail address. It looks like name@example.be.")
_WRONG_PHONE = N_("This is not a telephone number. Write it like 03 555 01 10 or +32 3 555 01 10.")
_WRONG_WEBSITE = N_("This is not the address of a website. It looks like www.example.be.")
_WRONG_POSTAL_CODE = N_("This is not a Belgian postal code: it has four digits.")


def company_number(sent: Mapping[str, str]) -> Form[str]:
    """Read the number by which an organisation is looked for; the value has ten digits (O1)."""
    reading = Reading(sent)
    number = reading.checked(
        COMPANY_NUMBER,
        normalise,
        wrong=_WRONG_NUMBER,
        required=N_("Enter the company number of the organisation."),
    )
    return reading.form(lambda: number or "")


def company(sent: Mapping[str, str], number: str) -> Form[Company]:
    """Read the data of an organisation that is added under this number (O1, O5)."""
    reading = Reading(sent)
    name = reading.text("organisation-name", longest=_NAME_LONGEST, required=N_("Enter the organisation's name."))
    kind = reading.choice("organisation-kind", OrganisationKind)
    street = reading.text(
        "organisation-street", longest=_NAME_LONGEST, required=N_("Enter the street and number of the organisation.")
    )
    postal_code = reading.checked(
        "organisation-postal-code",
        lambda typed: require_postal_code(_BELGIUM, typed),
        wrong=_WRONG_POSTAL_CODE,
        required=N_("Enter the postal code of the organisation."),
    )
    locality = reading.text(
        "organisation-locality", longest=_NAME_LONGEST, required=N_("Enter the town of the organisation.")
    )
    email = reading.checked("organisation-email", require_email, wrong=_WRONG_EMAIL)
    phone_number = reading.checked("organisation-phone", require_phone_number, wrong=_WRONG_PHONE)
    website = reading.checked("organisation-website", require_web_address, wrong=_WRONG_WEBSITE)
    return reading.form(
        lambda: Company(
            company_number=number,
            name=name or "",
            kind=kind or OrganisationKind.LEGAL_PERSON,
            email=email,
            phone_number=phone_number,
            website=website,
            street_address=street,
            postal_code=postal_code,
            locality=locality,
        )
    )


def employee(sent: Mapping[str, str]) -> Form[MemberDetails]:
    """Read what a person says about their own work in an organisation (O3, O6, O13)."""
    reading = Reading(sent)
    function = reading.text(
        "function", longest=_NAME_LONGEST, required=N_("Enter what you do in the organisation, such as your job title.")
    )
    type_ = reading.choice("employee-type", MembershipType)
    email = reading.checked(
        "work-email",
        require_email,
        wrong=_WRONG_EMAIL,
        required=N_("Enter the e-mail address at which colleagues reach you."),
    )
    phone_number = reading.checked("work-phone", require_phone_number, wrong=_WRONG_PHONE)
    return reading.form(lambda: MemberDetails(type_, function, email, phone_number))
