"""Where an organisation's data and the company register say different things (O9). Pure.

What people write otherwise without meaning anything else is no difference: capitals, accents, the
legal form beside the name, another language of Brussels, a district for its municipality.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from core.companies.facts import Address, CompanyFacts
from core.organisations.states import OrganisationStatus, SuggestedField
from core.people.folding import search_text

# Wider than this no column of an organisation is.
_LONGEST = 200
_LEGAL_FORMS = frozenset(
    {
        *("bv", "srl", "bvba", "sprl", "ebvba", "nv", "sa", "vzw", "asbl", "ivzw", "aisbl", "cv", "sc", "cvba", "scrl"),
        *("vof", "snc", "commv", "scomm", "gcv", "scs", "commva", "sca", "gmbh", "ag", "se"),
    }
)
_BOXES = frozenset({"bus", "bte", "boite", "box"})
_NUMBERS_AND_WORDS = re.compile(r"\d+|[^\W\d]+")


@dataclass(frozen=True, slots=True)
class OwnData:
    """What an organisation says of itself, as far as the register has a say on it."""

    name: str
    street_address: str | None
    postal_code: str | None
    locality: str | None


@dataclass(frozen=True, slots=True)
class Difference:
    """A field in which both differ: the values by the name of their column."""

    field: SuggestedField
    ours: Mapping[str, str | None]
    theirs: Mapping[str, str | None]


def differences(ours: OwnData, company: CompanyFacts) -> tuple[Difference, ...]:
    """Return in what a company that is active differs from the organisation, where that can be taken over."""
    return tuple(found for found in (_of_name(ours, company), _of_address(ours, company)) if found is not None)


def is_same_name(one: str, other: str) -> bool:
    """Tell whether two names differ in spelling and legal form at most."""
    return _bare_name(one) == _bare_name(other)


def is_same_place(one: Address, other: Address) -> bool:
    """Tell whether two addresses are one: the postal code says which town, however it is called."""
    is_one_town = search_text(one.postal_code) == search_text(other.postal_code)
    return is_one_town and _bare_street(one.street_address) == _bare_street(other.street_address)


def status_after(status: OrganisationStatus, *, has_stopped: bool) -> OrganisationStatus:
    """Return the status of an organisation whose company has stopped, or is active again after it had.

    One without a manager stays that: its thirty days run, and it closes once somebody manages it.
    """
    match status:
        case OrganisationStatus.ACTIVE if has_stopped:
            return OrganisationStatus.CLOSING
        case OrganisationStatus.CLOSING if not has_stopped:
            return OrganisationStatus.ACTIVE
        case _:
            return status


def _of_name(ours: OwnData, company: CompanyFacts) -> Difference | None:
    if company.name is None or len(company.name) > _LONGEST:
        return None
    if any(is_same_name(ours.name, known) for known in company.names):
        return None
    return Difference(SuggestedField.NAME, {"name": ours.name}, {"name": company.name})


def _of_address(ours: OwnData, company: CompanyFacts) -> Difference | None:
    if not company.addresses:
        return None
    here = Address(ours.street_address or "", ours.postal_code or "", ours.locality or "")
    if any(is_same_place(here, known) for known in company.addresses):
        return None
    wanted = next(
        (known for known in company.addresses if known.street_address == company.street_address), company.addresses[0]
    )
    if max(map(len, (wanted.street_address, wanted.locality))) > _LONGEST:
        return None
    return Difference(
        SuggestedField.ADDRESS,
        {"street_address": ours.street_address, "postal_code": ours.postal_code, "locality": ours.locality},
        {
            "street_address": wanted.street_address,
            "postal_code": wanted.postal_code,
            "locality": wanted.locality,
        },
    )


def _bare_name(name: str) -> tuple[str, ...]:
    words = _joined_letters(search_text(name).split())
    bare = tuple(word for word in words if word not in _LEGAL_FORMS)
    return bare or tuple(words)


def _joined_letters(words: list[str]) -> list[str]:
    """Return words where letters that stand alone are one: B.V. is BV."""
    joined: list[str] = []
    is_open = False
    for word in words:
        is_letter = len(word) == 1 and word.isalpha()
        if is_letter and is_open:
            joined[-1] += word
        else:
            joined.append(word)
        is_open = is_letter
    return joined


def _bare_street(street: str) -> tuple[str, ...]:
    words = _NUMBERS_AND_WORDS.findall(search_text(street))
    return tuple(word for word in words if word not in _BOXES)
