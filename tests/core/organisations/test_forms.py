import pytest

from core.organisations import forms
from core.organisations.enrolment import Company
from core.organisations.rules import MemberDetails
from core.organisations.states import MembershipType, OrganisationKind

GOOD = {
    "organisation-name": "Immo Noord BV",
    "organisation-street": "Frankrijklei 68",
    "organisation-postal-code": "B-2000",
    "organisation-locality": "Antwerpen",
}
ME = {"function": "Bediende", "work-email": "bram@noord.example"}


@pytest.mark.parametrize("typed", ["BE 0403.019.261", "0403019261", "403.019.261"])
def test_a_company_number_is_read_however_it_is_written(typed: str) -> None:
    assert forms.company_number({"company-number": typed}).value == "0403019261"


@pytest.mark.parametrize("typed", ["", "   ", "0403019262", "BE", "a" * 300])
def test_a_wrong_company_number_is_said_and_kept_as_typed(typed: str) -> None:
    form = forms.company_number({"company-number": typed})

    assert form.value is None
    assert [wrong.field for wrong in form.wrong] == ["company-number"]
    assert form.typed["company-number"] == typed


def test_a_missing_number_and_a_wrong_one_are_not_the_same() -> None:
    missing, mistyped = (forms.company_number({"company-number": typed}).wrong[0].message for typed in ("", "12"))

    assert missing != mistyped


def test_a_company_needs_name_and_address_and_nothing_else() -> None:
    assert forms.company(GOOD, "0403019261").value == Company(
        company_number="0403019261",
        name="Immo Noord BV",
        street_address="Frankrijklei 68",
        postal_code="2000",
        locality="Antwerpen",
    )
    assert {wrong.field for wrong in forms.company({}, "0403019261").wrong} == set(GOOD)


def test_a_company_with_all_it_can_have() -> None:
    more = {
        "organisation-kind": "natural_person",
        "organisation-email": " info@noord.example ",
        "organisation-phone": "03 555 01 00",
        "organisation-website": "www.noord.example",
    }
    company = forms.company({**GOOD, **more}, "0403019261").value

    assert company is not None
    assert company.kind is OrganisationKind.NATURAL_PERSON
    assert (company.email, company.phone_number) == ("info@noord.example", "+3235550100")
    assert company.website == "https://www.noord.example"


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("organisation-name", "x" * 201),
        ("organisation-kind", "club"),
        ("organisation-postal-code", "20000"),
        ("organisation-email", "info@"),
        ("organisation-phone", "call me"),
        ("organisation-website", "javascript:alert(1)"),
    ],
)
def test_each_wrong_field_of_a_company_is_named(field: str, typed: str) -> None:
    form = forms.company({**GOOD, field: typed}, "0403019261")

    assert form.value is None
    assert [wrong.field for wrong in form.wrong] == [field]


def test_the_number_of_a_company_cannot_be_sent_along() -> None:
    company = forms.company({**GOOD, "company-number": "0866381630"}, "0403019261").value

    assert company is not None and company.company_number == "0403019261"


def test_an_employee_says_what_they_do_and_where_they_are_reached() -> None:
    more = {"employee-type": "trainee", "work-phone": "0470 55 01 22"}

    assert forms.employee({**ME, **more}).value == MemberDetails(
        MembershipType.TRAINEE, "Bediende", "bram@noord.example", "+32470550122"
    )
    assert forms.employee(ME).value == MemberDetails(None, "Bediende", "bram@noord.example")
    assert {wrong.field for wrong in forms.employee({}).wrong} == set(ME)


@pytest.mark.parametrize(
    ("field", "typed"),
    [("work-email", "bram"), ("work-phone", "12"), ("employee-type", "owner"), ("function", "x" * 201)],
)
def test_each_wrong_field_of_an_employee_is_named(field: str, typed: str) -> None:
    assert [wrong.field for wrong in forms.employee({**ME, field: typed}).wrong] == [field]
