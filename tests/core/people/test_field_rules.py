"""Single things that people type: lines, days, postal codes, addresses."""

import unicodedata
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.people.detail_errors import InvalidDetail, Problem
from core.people.facts import Address
from core.people.field_rules import choice, line, optional, read_address, require_birthdate, zones
from core.people.postal import COUNTRIES, require_postal_code

TODAY = date(2026, 11, 2)
NOWHERE = Address(None, None, None, None)


def problem_of(read: object, text: str) -> Problem:
    with pytest.raises(InvalidDetail) as refused:
        read(text)  # type: ignore[operator]
    return refused.value.problem


@given(st.text(max_size=40))
def test_line_is_one_line_that_can_be_shown(typed: str) -> None:
    try:
        found = line(20)(typed)
    except InvalidDetail:
        return
    if found is None:
        assert not typed.split()
    else:
        assert found.isprintable() and found == " ".join(found.split()) and len(found) <= 20
        assert unicodedata.is_normalized("NFC", found)
        assert line(20)(found) == found


def test_line_that_is_needed_is_asked_for() -> None:
    assert problem_of(line(20, is_required=True), " \u00a0 ") is Problem.MISSING
    assert line(20)("  ") is None


@pytest.mark.parametrize("character", ["\x00", "\x07", "\u200b", "\u202e", "\ud800", "\ue000", "\U000e0041"])
def test_characters_that_cannot_be_seen_are_refused(character: str) -> None:
    assert problem_of(line(20), f"An{character}na") is Problem.UNPRINTABLE


def test_line_has_an_end() -> None:
    assert line(20)("é" * 20) == "é" * 20
    assert problem_of(line(20), "é" * 21) is Problem.TOO_LONG


@pytest.mark.parametrize("typed", ["1979-04-16", "16/04/1979", "16.4.1979", "16-04-1979", " 16 4 1979 "])
def test_day_is_read_as_people_write_it(typed: str) -> None:
    assert require_birthdate(typed, today=TODAY) == date(1979, 4, 16)


@pytest.mark.parametrize(
    "typed", ["1979", "31/02/1979", "1979-13-01", "04/16/1979", "yesterday", "16/04/79", "0/1/1979"]
)
def test_what_is_no_day_is_refused(typed: str) -> None:
    assert problem_of(lambda text: require_birthdate(text, today=TODAY), typed) is Problem.DATE


@pytest.mark.parametrize("day", ["2026-11-03", "2026-11-02", "2012-11-03", "1905-11-02", "0001-01-01"])
def test_day_on_which_nobody_here_is_born_is_refused(day: str) -> None:
    assert problem_of(lambda text: require_birthdate(text, today=TODAY), day) is Problem.BIRTHDATE


@pytest.mark.parametrize("day", [date(2012, 11, 2), date(1905, 11, 3)])
def test_youngest_and_oldest_are_taken(day: date) -> None:
    assert require_birthdate(day.isoformat(), today=TODAY) == day


def test_somebody_born_on_a_leap_day_has_a_birthday_every_year() -> None:
    assert require_birthdate("2012-02-29", today=date(2026, 3, 1)) == date(2012, 2, 29)
    assert problem_of(lambda text: require_birthdate(text, today=date(2026, 2, 28)), "2012-02-29") is Problem.BIRTHDATE


@pytest.mark.parametrize(
    ("country", "typed", "kept"),
    [
        ("BE", "2018", "2018"), ("BE", " b-2018 ", "2018"), ("NL", "1012ab", "1012 AB"),
        ("NL", "NL-1012 AB", "1012 AB"),
        ("LU", "L-1234", "1234"), ("FR", "75001", "75001"), ("DE", "D-10115", "10115"), ("GB", "sw1a  1aa", "SW1A 1AA"),
        ("US", "12345-6789", "12345-6789"), (None, "2018", "2018"),
    ],
)  # fmt: skip
def test_postal_code_takes_its_countrys_form(country: str | None, typed: str, kept: str) -> None:
    assert require_postal_code(country, typed) == kept


@pytest.mark.parametrize(
    ("country", "typed"),
    [
        ("BE", "201"), ("BE", "20180"), ("BE", "0201"), ("BE", "2O18"), ("BE", "٢٠١٨"), ("NL", "0012 AB"),
        ("NL", "1012"), ("FR", "7500"), ("GB", "SW1A<1AA"), ("US", "x" * 21), ("GB", "-"),
    ],
)  # fmt: skip
def test_postal_code_of_another_form_is_refused(country: str, typed: str) -> None:
    assert problem_of(lambda text: require_postal_code(country, text), typed) is Problem.POSTAL_CODE


@given(st.sampled_from(sorted(COUNTRIES)), st.text(max_size=25))
def test_postal_code_that_is_kept_fits_its_column_and_stays(country: str, typed: str) -> None:
    try:
        found = require_postal_code(country, typed)
    except InvalidDetail:
        return
    assert 0 < len(found) <= 20
    assert require_postal_code(country, found) == found


def read(**typed: str) -> tuple[Address, dict[str, Problem]]:
    refused: dict[str, Problem] = {}
    return read_address(typed, refused.__setitem__), refused


def test_address_is_read_as_a_whole() -> None:
    found = read(street_address="Lange  Leemstraat 112", postal_code="B-2018", locality="Antwerpen", country="BE")

    assert found == (Address("Lange Leemstraat 112", "Antwerpen", "2018", "BE"), {})


def test_no_address_is_right_and_so_is_a_country_alone() -> None:
    assert read() == (NOWHERE, {})
    assert read(country="BE") == (Address(None, None, None, "BE"), {})


def test_place_needs_its_town_and_its_country() -> None:
    _, refused = read(street_address="Lange Leemstraat 112")

    assert refused == {"country": Problem.COUNTRY_MISSING, "locality": Problem.LOCALITY_MISSING}


def test_everything_that_is_wrong_is_told_at_once() -> None:
    _, refused = read(street_address="x" * 201, postal_code="20", locality="An\x00", country="BE")

    assert refused == {
        "street_address": Problem.TOO_LONG,
        "postal_code": Problem.POSTAL_CODE,
        "locality": Problem.UNPRINTABLE,
    }
    assert read(locality="Gent", country="Belgium")[1] == {"country": Problem.UNKNOWN_CHOICE}


def test_choice_is_one_of_the_known() -> None:
    assert choice(("a", "b"))("a") == "a"
    assert choice(("a", "b"))("") is None
    assert problem_of(choice(("a", "b")), "c") is Problem.UNKNOWN_CHOICE
    assert problem_of(choice(("a", "b"), is_required=True), "") is Problem.UNKNOWN_CHOICE


def test_nothing_is_not_asked_to_fit() -> None:
    assert optional(lambda text: require_postal_code("BE", text))("  ") is None


def test_time_zones_are_places() -> None:
    assert {"Europe/Brussels", "Africa/Kinshasa", "America/New_York"} <= set(zones())
    assert not {"UTC", "Etc/GMT+1", "posixrules", "Belgium"} & set(zones())
    assert all(len(zone) <= 64 for zone in zones())
