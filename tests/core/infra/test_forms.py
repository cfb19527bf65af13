from enum import StrEnum

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.infra.errors import RuleError
from core.infra.forms import NOT_OFFERED, TOO_LONG, UNPRINTABLE, Reading, Wrong


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


def upper(text: str) -> str:
    if text != "yes":
        raise RuleError
    return text.upper()


def test_a_line_of_text_loses_surplus_space_and_keeps_what_was_typed() -> None:
    reading = Reading({"name": "  Immo \n Noord\t BV "})

    assert reading.text("name", longest=20) == "Immo Noord BV"
    form = reading.form(lambda: "value")
    assert (form.typed, form.wrong, form.value) == ({"name": "  Immo \n Noord\t BV "}, (), "value")


@pytest.mark.parametrize(
    ("typed", "message"),
    [("", "Enter it."), ("   ", "Enter it."), ("x" * 21, TOO_LONG), ("a\x00b", UNPRINTABLE), ("a\u202eb", UNPRINTABLE)],
)
def test_text_that_is_missing_too_long_or_not_to_be_shown_is_said_at_the_field(typed: str, message: str) -> None:
    reading = Reading({"name": typed})

    assert reading.text("name", longest=20, required="Enter it.") is None
    form = reading.form(lambda: pytest.fail("there is no value where something is wrong"))
    assert form.wrong == (Wrong("name", message),)
    assert form.value is None
    assert form.typed == {"name": typed}


def test_a_field_that_may_be_empty_may_be_missing() -> None:
    reading = Reading({})

    assert reading.text("name", longest=20) is None
    assert reading.checked("other", upper, wrong="No.") is None
    assert reading.choice("colour", Colour) is None
    assert reading.tick("box") is False
    assert reading.form(lambda: "value").wrong == ()


def test_a_rule_decides_what_a_field_means() -> None:
    reading = Reading({"good": "yes", "bad": "no"})

    assert reading.checked("good", upper, wrong="No.") == "YES"
    assert reading.checked("bad", upper, wrong="No.") is None
    assert reading.checked("empty", upper, wrong="No.", required="Enter it.") is None
    assert reading.form(lambda: None).wrong == (Wrong("bad", "No."), Wrong("empty", "Enter it."))


def test_an_error_that_is_no_refusal_is_not_swallowed() -> None:
    def broken(_text: str) -> str:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        Reading({"field": "x"}).checked("field", broken, wrong="No.")


@pytest.mark.parametrize(
    ("typed", "required", "message"),
    [("green", None, NOT_OFFERED), ("RED", None, NOT_OFFERED), ("", "Choose.", "Choose.")],
)
def test_a_choice_is_one_of_those_offered(typed: str, required: str | None, message: str) -> None:
    reading = Reading({"colour": typed})

    assert reading.choice("colour", Colour, required=required) is None
    assert reading.form(lambda: None).wrong == (Wrong("colour", message),)
    assert Reading({"colour": "red"}).choice("colour", Colour) is Colour.RED


@pytest.mark.parametrize(("typed", "is_ticked"), [("yes", True), ("no", False), ("on", False), ("", False)])
def test_a_box_is_ticked_by_its_own_value(typed: str, *, is_ticked: bool) -> None:
    reading = Reading({"box": typed})

    assert reading.tick("box", required="Tick it.") is is_ticked
    assert bool(reading.form(lambda: None).wrong) is not is_ticked


@given(st.text(max_size=60))
def test_whatever_is_typed_is_a_printable_line_or_refused(typed: str) -> None:
    reading = Reading({"name": typed})

    text = reading.text("name", longest=40, required="Enter it.")

    assert (text is None) is bool(reading.form(lambda: None).wrong)
    assert text is None or (text.isprintable() and 0 < len(text) <= 40 and text == text.strip())


def test_lines_are_read_one_by_one_each_once() -> None:
    reading = Reading({"addresses": " https://a.example/x \n\nhttps://b.example\r\nhttps://a.example/x\n"})

    assert reading.lines("addresses") == ("https://a.example/x", "https://b.example")
    assert Reading({}).lines("addresses") == ()


def test_lines_that_are_required_may_not_be_empty() -> None:
    reading = Reading({"addresses": " \n "})

    reading.lines("addresses", required="Enter one.")

    assert reading.form(lambda: None).wrong == (Wrong("addresses", "Enter one."),)
