"""The forms about organisations that both applications show; the page parts are in `core/web/brand/forms`.

The names of the fields are the ids of their inputs.
"""

from collections.abc import Callable, Mapping
from functools import partial

from core.infra.forms import Form, Reading
from core.infra.messages import N_
from core.organisations.company_data import CompanyData
from core.organisations.enrolment import Company
from core.organisations.numbers import normalise
from core.organisations.rules import MemberDetails
from core.organisations.states import MembershipType, OrganisationKind
from core.people.phone_numbers import require_phone_number
from core.people.postal import require_postal_code
from core.people.rules import require_email
from core.people.web_addresses import Network, require_network_address, require_web_address

COMPANY_NUMBER = "company-number"
# The fields of an organisation's data by the name of what they hold, in the order of pages.
DATA_FIELDS: Mapping[str, str] = {
    "name": "organisation-name",
    "kind": "organisation-kind",
    "email": "organisation-email",
    "phone_number": "organisation-phone",
    "website": "organisation-website",
    **{network.value: f"organisation-{network.value}" for network in Network},
    "street_address": "organisation-street",
    "postal_code": "organisation-postal-code",
    "locality": "organisation-locality",
    "post_street_address": "post-street",
    "post_postal_code": "post-postal-code",
    "post_locality": "post-locality",
}

_NAME_LONGEST = 200
_POST = ("post_street_address", "post_postal_code", "post_locality")
_BELGIUM = "BE"
_WRONG_NUMBER = N_(
    "This is not a Belgian company number: check the ten digits, of which the first is 0 or 1. "
    "They stand on every invoice of the organisation."
)
_WRONG_EMAIL = N_("This is not an e-mail address. It looks like name@example.be.")
_WRONG_PHONE = N_("This is not a telephone number. Write it like 03 555 01 10 or +32 3 555 01 10.")
_WRONG_WEBSITE = N_("This is not the address of a website. It looks like www.example.be.")
_WRONG_POSTAL_CODE = N_("This is not a Belgian postal code: it has four digits.")
_OTHER_NETWORK = N_("This is not a page of this network. Copy the address from your page there.")
_NO_NAME = N_("Enter the organisation's name.")
_NO_STREET = N_("Enter the street and number of the organisation.")
_NO_POSTAL_CODE = N_("Enter the postal code of the organisation.")
_NO_TOWN = N_("Enter the town of the organisation.")
_INCOMPLETE = N_("Fill in the whole address for letters, or none of it.")


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
    name = reading.text("organisation-name", longest=_NAME_LONGEST, required=_NO_NAME)
    kind = reading.choice("organisation-kind", OrganisationKind)
    street = reading.text("organisation-street", longest=_NAME_LONGEST, required=_NO_STREET)
    postal_code = reading.checked(
        "organisation-postal-code",
        lambda typed: require_postal_code(_BELGIUM, typed),
        wrong=_WRONG_POSTAL_CODE,
        required=_NO_POSTAL_CODE,
    )
    locality = reading.text("organisation-locality", longest=_NAME_LONGEST, required=_NO_TOWN)
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


def company_data(sent: Mapping[str, str], stored: CompanyData) -> Form[CompanyData]:
    """Read an organisation's data as a manager edited them (O5).

    A field whose text is what is stored keeps it: imported values may be older than our rules.
    """
    reading, present = Reading(sent), stored.values()

    def line(field: str, required: str | None = None) -> str | None:
        return reading.text(DATA_FIELDS[field], longest=_NAME_LONGEST, required=required)

    def checked(field: str, check: Callable[[str], str], wrong: str, required: str | None = None) -> str | None:
        def read(typed: str) -> str:
            return typed if typed == present[field] else check(typed)

        return reading.checked(DATA_FIELDS[field], read, wrong=wrong, required=required)

    postal_code = partial(require_postal_code, _BELGIUM)
    name, kind = line("name", _NO_NAME), reading.choice(DATA_FIELDS["kind"], OrganisationKind)
    email = checked("email", require_email, _WRONG_EMAIL)
    phone_number = checked("phone_number", require_phone_number, _WRONG_PHONE)
    website = checked("website", require_web_address, _WRONG_WEBSITE)
    social = {
        network: checked(network.value, partial(require_network_address, network), _OTHER_NETWORK)
        for network in Network
    }
    street = line("street_address", _NO_STREET)
    code = checked("postal_code", postal_code, _WRONG_POSTAL_CODE, _NO_POSTAL_CODE)
    town = line("locality", _NO_TOWN)
    has_post = any(sent.get(DATA_FIELDS[field], "").strip() for field in _POST)
    incomplete = _INCOMPLETE if has_post else None
    post_street = line("post_street_address", incomplete)
    post_code = checked("post_postal_code", postal_code, _WRONG_POSTAL_CODE, incomplete)
    post_town = line("post_locality", incomplete)
    return reading.form(
        lambda: CompanyData(
            *(name or "", kind or stored.kind, email, phone_number, website, street, code, town),
            *(post_street, post_code, post_town),
            social={network: url for network, url in social.items() if url is not None},
        )
    )


def stored_texts(stored: CompanyData) -> dict[str, str]:
    """Return how an organisation's data stand in the form."""
    return {DATA_FIELDS[name]: value or "" for name, value in stored.values().items()}


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
