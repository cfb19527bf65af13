"""An organisation's data as facts to read, and what two managers typed side by side (O5)."""

from collections.abc import Iterable, Mapping

from flask_babel import gettext as _

from core.organisations.company_data import FIELD_NAMES, CompanyData
from core.organisations.company_editing import DescribedOrganisation
from core.organisations.forms import DATA_FIELDS
from core.organisations.numbers import shown
from core.organisations.states import OrganisationKind
from core.people.phone_numbers import phone_for_reading
from portal.organisations.pages import Difference, Fact, Group


def groups(found: DescribedOrganisation) -> tuple[Group, ...]:
    """Return what an organisation says of itself, in the order of the form; of networks only those with a page."""
    company = found.company
    social = tuple(
        Fact(network.value, FIELD_NAMES[network.value], (url,), url) for network, url in company.social.items()
    )
    general = (
        Fact("name", _named("name"), (company.name,)),
        Fact("kind", _named("kind"), (_kind(company.kind),)),
        Fact("number", _("Company number"), (shown(found.company_number),)),
    )
    contact = (
        Fact("email", _named("email"), _lines(company.email), company.email and f"mailto:{company.email}"),
        Fact("phone", _named("phone_number"), _lines(phone_for_reading(company.phone_number or ""))),
        Fact("website", _named("website"), _lines(company.website), company.website),
    )
    return (
        Group("general", _("General data"), general),
        Group("contact", _("Contact"), contact),
        Group("social", _("Social media"), social, _("No pages on social media were added.")),
        Group("addresses", _("Addresses"), _addresses(company)),
    )


def differences(fields: Iterable[str], stored: CompanyData, typed: Mapping[str, str]) -> tuple[Difference, ...]:
    """Return these fields with what is saved now beside what was typed."""
    saved = stored.values()
    return tuple(
        Difference(
            DATA_FIELDS[name],
            _(FIELD_NAMES[name]),
            _in_words(name, saved[name] or ""),
            _in_words(name, typed.get(DATA_FIELDS[name], "")),
        )
        for name in fields
    )


def _in_words(name: str, value: str) -> str:
    if name == "kind" and value in {kind.value for kind in OrganisationKind}:
        return _kind(OrganisationKind(value))
    return value


def _kind(kind: OrganisationKind) -> str:
    match kind:
        case OrganisationKind.LEGAL_PERSON:
            return _("Company or other legal person")
        case OrganisationKind.NATURAL_PERSON:
            return _("One-person business")


def _addresses(company: CompanyData) -> tuple[Fact, ...]:
    seat = _address(company.street_address, company.postal_code, company.locality)
    letters = _address(company.post_street_address, company.post_postal_code, company.post_locality)
    found = (Fact("seat", _("Registered office"), seat),)
    return (*found, Fact("post", _("Address for letters"), letters)) if letters else found


def _address(street: str | None, code: str | None, town: str | None) -> tuple[str, ...]:
    place = " ".join(part for part in (code, town) if part)
    return tuple(line for line in (street, place) if line)


def _lines(text: str | None) -> tuple[str, ...]:
    return (text,) if text else ()


def _named(field: str) -> str:
    return _(FIELD_NAMES[field])
