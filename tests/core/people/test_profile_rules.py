"""A whole profile as it was typed: what is kept, what is refused, what the card locks (A10, A11)."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.people.detail_errors import Problem
from core.people.facts import Address, PersonalDetails
from core.people.own_profile import (
    LOCKED_BY_EID,
    FurtherAddress,
    Profile,
    differing,
    fingerprints_from_text,
    fingerprints_to_text,
    locked_fields,
)
from core.people.profile_rules import Judged, Refused, Typed, judge
from core.people.web_addresses import Network

TODAY = date(2026, 11, 2)
DETAILS = PersonalDetails(
    given_name="An",
    family_name="Peeters",
    gender="female",
    birthdate=date(1979, 4, 16),
    place_of_birth="Antwerpen",
    nationality="Belg",
    zoneinfo="Europe/Brussels",
    locale="nl-BE",
    phone_number="+32 3 555 01 10",
    picture_url="https://elsewhere.example/an.jpg",
    street_address="Lange Leemstraat 112",
    postal_code="2018",
    locality="Antwerpen",
    country="BE",
)
OFFICE = FurtherAddress("Office", Address("Kerkstraat 1", "Gent", "9000", "BE"))
STORED = Profile(DETAILS, "nl", {Network.LINKEDIN: "https://www.linkedin.com/in/an"}, (OFFICE,))
OFFICE_TYPED = {
    "label": "Office", "street_address": "Kerkstraat 1", "postal_code": "9000", "locality": "Gent", "country": "BE",
}  # fmt: skip


def judged_texts(typed: dict[str, str], stored: Profile = STORED, *, locked: frozenset[str] = frozenset()) -> Judged:
    return judge(Typed(typed, (OFFICE_TYPED,)), stored, locked=locked, today=TODAY)


def judged(**typed: str) -> Judged:
    return judged_texts(typed)


def test_form_with_nothing_in_it_changes_nothing_but_the_rows_it_lists() -> None:
    assert judged() == Judged(STORED, ())
    assert judge(Typed({}), STORED, locked=frozenset(), today=TODAY).profile.further_addresses == ()


def test_what_is_typed_is_put_in_order_and_kept() -> None:
    found = judged(
        given_name="  Anna  Maria ", nickname="", phone_number="0470/55.01.22", birthdate="17/05/1980",
        website="www.example.be", facebook="facebook.com/an", language="fr", postal_code="B-2000", gender="",
    )  # fmt: skip

    details = found.profile.details
    assert found.refused == ()
    assert (details.given_name, details.nickname, details.gender) == ("Anna Maria", None, None)
    assert (details.phone_number, details.birthdate) == ("+32470550122", date(1980, 5, 17))
    assert (details.website, details.postal_code, details.locality) == ("https://www.example.be", "2000", "Antwerpen")
    assert found.profile.language == "fr"
    assert found.profile.social == {**STORED.social, Network.FACEBOOK: "https://facebook.com/an"}


def test_each_wrong_field_is_told_and_keeps_what_is_stored() -> None:
    found = judged(
        given_name="", middle_name="x" * 201, phone_number="no", birthdate="31/02/1979", website="javascript:x",
        linkedin="https://evil.example/in/an", zoneinfo="Mars/Base", locale="tlh", gender="x", language="de",
        postal_code="1", nationality="n" * 101,
    )  # fmt: skip

    assert {(refused.field, refused.problem) for refused in found.refused} == {
        ("given_name", Problem.MISSING),
        ("middle_name", Problem.TOO_LONG),
        ("nationality", Problem.TOO_LONG),
        ("phone_number", Problem.PHONE_NUMBER),
        ("birthdate", Problem.DATE),
        ("website", Problem.WEB_ADDRESS),
        ("linkedin", Problem.OTHER_NETWORK),
        ("zoneinfo", Problem.UNKNOWN_CHOICE),
        ("locale", Problem.UNKNOWN_CHOICE),
        ("gender", Problem.UNKNOWN_CHOICE),
        ("language", Problem.UNKNOWN_CHOICE),
        ("postal_code", Problem.POSTAL_CODE),
    }
    assert differing(STORED, found.profile) == ("postal_code",)


def test_verified_number_written_in_another_way_is_still_that_number() -> None:
    assert judged(phone_number="03 555 01 10").profile.details.phone_number == "+32 3 555 01 10"


def test_what_was_imported_before_there_were_rules_may_stay_as_it_is() -> None:
    old = replace(DETAILS, phone_number="ask An", gender="f", locale="vls", postal_code="20180", website="an")
    stored = replace(STORED, details=old)

    typed = {
        "phone_number": "ask An",
        "gender": "f",
        "locale": "vls",
        "website": "an",
        "street_address": "Lange Leemstraat 112",
        "postal_code": "20180",
        "locality": "Antwerpen",
        "country": "BE",
    }
    found = judged_texts(typed, stored)

    assert found == Judged(stored, ())


def test_rows_that_are_empty_fall_away_and_the_others_are_judged_by_their_place() -> None:
    empty = dict.fromkeys(OFFICE_TYPED, "")
    nameless = {**OFFICE_TYPED, "label": " ", "postal_code": "1"}
    nowhere = {**empty, "label": "Sea"}

    typed = Typed({}, (empty, OFFICE_TYPED, nameless, nowhere))
    found = judge(typed, STORED, locked=frozenset(), today=TODAY)

    assert found.profile.further_addresses[0] == OFFICE
    assert set(found.refused) == {
        Refused("label", Problem.MISSING, 2),
        Refused("postal_code", Problem.POSTAL_CODE, 2),
        Refused("locality", Problem.LOCALITY_MISSING, 3),
    }


def test_card_locks_what_stands_on_it() -> None:
    assert locked_fields(()) == frozenset()
    assert locked_fields({*LOCKED_BY_EID, "nickname"}) == LOCKED_BY_EID == {
        "given_name", "family_name", "birthdate", "place_of_birth", "gender", "nationality",
    }  # fmt: skip


@pytest.mark.parametrize("name", sorted(LOCKED_BY_EID))
@pytest.mark.parametrize("typed", ["", "male", "2000-01-01", "Somebody", "\x00", "x" * 500])
def test_locked_field_is_never_changed_and_says_so(name: str, typed: str) -> None:
    found = judged_texts({name: typed}, locked=LOCKED_BY_EID)

    assert found == Judged(STORED, (Refused(name, Problem.LOCKED),))


def test_locked_field_that_is_sent_as_it_stands_is_no_forgery() -> None:
    found = judged_texts({"given_name": "An", "birthdate": "16/04/1979", "nickname": "Ann"}, locked=LOCKED_BY_EID)

    assert found.refused == ()
    assert found.profile.details.nickname == "Ann"


@given(st.dictionaries(st.sampled_from(sorted(LOCKED_BY_EID)), st.text(max_size=20)), st.text(max_size=20))
def test_no_form_at_all_changes_what_the_card_says(typed: dict[str, str], nickname: str) -> None:
    found = judged_texts({**typed, "nickname": nickname}, locked=LOCKED_BY_EID)

    assert differing(STORED, found.profile, LOCKED_BY_EID) == ()


@given(st.dictionaries(st.sampled_from(sorted(STORED.values())), st.text(max_size=30)))
def test_whatever_is_typed_is_kept_right_or_refused(typed: dict[str, str]) -> None:
    found = judged_texts(typed)
    again = judge(Typed({}, (OFFICE_TYPED,)), found.profile, locked=frozenset(), today=TODAY)

    wrong = {refused.field for refused in found.refused}
    assert again == Judged(found.profile, ())
    assert not wrong - set(typed) - {"locality", "country"}


def test_fingerprints_tell_which_fields_changed_and_not_what_they_hold() -> None:
    later = replace(STORED, details=replace(DETAILS, nickname="Ann"), further_addresses=(), language="fr")
    seen = fingerprints_from_text(fingerprints_to_text(STORED.fingerprints()))

    assert STORED.changed_since(seen) == ()
    assert set(later.changed_since(seen)) == {"nickname", "further_addresses"}, "the language is nobody's second edit"
    assert "Peeters" not in fingerprints_to_text(seen) and "1979" not in fingerprints_to_text(seen)


def test_form_that_does_not_say_what_it_was_made_from_was_made_from_nothing() -> None:
    assert len(STORED.changed_since(fingerprints_from_text("rubbish : :: \x00"))) == len(STORED.values()) - 1


def test_picture_is_part_of_what_two_windows_may_change() -> None:
    later = replace(STORED, details=replace(DETAILS, picture_url=None))

    assert later.changed_since(STORED.fingerprints()) == ("picture_url",)
