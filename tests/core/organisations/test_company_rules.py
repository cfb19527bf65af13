"""What is a difference between an organisation and the company register, and what is only written otherwise."""

from dataclasses import replace

import pytest

from core.companies.facts import Address, CompanyFacts
from core.companies.states import CompanyKind, CompanyStatus
from core.organisations.company_rules import OwnData, differences, is_same_name, is_same_place, status_after
from core.organisations.states import OrganisationStatus, SuggestedField

SEAT = Address("Veldstraat 12", "9000", "Gent")
COMPANY = CompanyFacts(
    *("0403019261", CompanyStatus.ACTIVE, CompanyKind.LEGAL_PERSON, "Immo Bakker", "Besloten Vennootschap", None),
    *("Veldstraat 12", "9000", "Gent", None),
    names=("Immo Bakker", "Immo Boulanger"),
    addresses=(SEAT, Address("Rue des Champs 12", "9000", "Gand")),
)
OURS = OwnData("Immo Bakker", "Veldstraat 12", "9000", "Gent")


@pytest.mark.parametrize(
    "name", ["IMMO BAKKER", "Immo Bakker BV", "immo-bakker b.v.", "SRL Immo Boulanger", "Immo  Bàkker B.V.B.A."]
)
def test_a_name_written_otherwise_is_no_difference(name: str) -> None:
    assert differences(replace(OURS, name=name), COMPANY) == ()


@pytest.mark.parametrize("name", ["Immo Bakkers", "Immo", "Bakker Immo", "BV"])
def test_another_name_is_one(name: str) -> None:
    (found,) = differences(replace(OURS, name=name), COMPANY)

    assert (found.field, found.ours, found.theirs) == (SuggestedField.NAME, {"name": name}, {"name": "Immo Bakker"})


def test_a_name_of_legal_forms_only_is_a_name() -> None:
    assert not is_same_name("SA", "NV")
    assert is_same_name("S.A.", "sa")


@pytest.mark.parametrize(
    ("street", "postal_code", "locality"),
    [
        ("veldstraat  12", "9000", "Gent"),
        ("Veldstraat 12", "9000", "Gentbrugge"),
        ("rue des Champs, 12", "9000", "Gand"),
    ],
)
def test_an_address_written_otherwise_is_no_difference(street: str, postal_code: str, locality: str) -> None:
    assert differences(OwnData("Immo Bakker", street, postal_code, locality), COMPANY) == ()


@pytest.mark.parametrize(
    ("street", "postal_code"), [("Veldstraat 14", "9000"), ("Veldstraat 12 bus 3", "9000"), ("Veldstraat 12", "9050")]
)
def test_another_address_is_suggested_whole(street: str, postal_code: str) -> None:
    (found,) = differences(OwnData("Immo Bakker", street, postal_code, "Gent"), COMPANY)

    assert found.field is SuggestedField.ADDRESS
    assert found.theirs == {"street_address": "Veldstraat 12", "postal_code": "9000", "locality": "Gent"}


def test_boxes_are_the_same_however_they_are_called() -> None:
    here = Address("Veldstraat 12A bus 3", "9000", "Gent")

    assert is_same_place(here, Address("Veldstraat 12 A bte 3", "9000", "Gent"))
    assert not is_same_place(here, Address("Veldstraat 12A bus 4", "9000", "Gent"))


def test_an_organisation_without_an_address_is_offered_the_registers() -> None:
    (found,) = differences(OwnData("Immo Bakker", None, None, None), COMPANY)

    assert found.ours == {"street_address": None, "postal_code": None, "locality": None}


def test_what_the_register_does_not_say_or_nobody_could_store_is_no_difference() -> None:
    silent = replace(COMPANY, name=None, names=(), addresses=())
    long = replace(COMPANY, name="x" * 201, names=("x" * 201,), addresses=(Address("y" * 201, "9000", "Gent"),))

    assert differences(replace(OURS, name="Other"), silent) == ()
    assert differences(OURS, long) == ()


@pytest.mark.parametrize(
    ("before", "has_stopped", "after"),
    [
        (OrganisationStatus.ACTIVE, True, OrganisationStatus.CLOSING),
        (OrganisationStatus.ACTIVE, False, OrganisationStatus.ACTIVE),
        (OrganisationStatus.CLOSING, True, OrganisationStatus.CLOSING),
        (OrganisationStatus.CLOSING, False, OrganisationStatus.ACTIVE),
        (OrganisationStatus.OWNERLESS, True, OrganisationStatus.OWNERLESS),
        (OrganisationStatus.OWNERLESS, False, OrganisationStatus.OWNERLESS),
        (OrganisationStatus.CLOSED, True, OrganisationStatus.CLOSED),
        (OrganisationStatus.CLOSED, False, OrganisationStatus.CLOSED),
    ],
)
def test_status_follows_the_company(
    before: OrganisationStatus, after: OrganisationStatus, *, has_stopped: bool
) -> None:
    assert status_after(before, has_stopped=has_stopped) is after
