"""New passwords: long enough and not what others try first; any characters, however many of each (A3)."""

import string
import subprocess
import sys
import unicodedata

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from idp.credentials.password_rules import (
    MINIMUM_LENGTH,
    About,
    Weakness,
    WeakPassword,
    require_same,
    require_strong,
    weakness,
)
from idp.credentials.passwords import MAXIMUM_LENGTH, hash_password, verify

NOBODY = About()
ANNA = About("annapeeters", "Anna", "Peeters", "anna.peeters@kantoornoord.example")


@pytest.mark.parametrize(
    "password",
    [
        "trein-boom-42",
        "fietsenstalling",
        "een zin met spaties",
        "ΔΩφψλπσξ",
        "日本語のパスワード",
        "\U0001f3e0\U0001f511\U0001f333\U0001f682 huis en boom",
        "zwaluwnest",
        "9184736205",
        "x" * 3 + "yzabc",
        "qwmzp" * 25,
    ],
)
def test_whatever_is_long_and_not_obvious_is_accepted(password: str) -> None:
    assert weakness(password, ANNA) is None


@pytest.mark.parametrize(
    ("password", "expected"),
    [
        ("", Weakness.TOO_SHORT),
        ("kort-42", Weakness.TOO_SHORT),
        ("e\u0301" * 7, Weakness.TOO_SHORT),
        ("x" * 129, Weakness.TOO_LONG),
        ("\ufdfa" * 8, Weakness.TOO_LONG),
        ("password", Weakness.COMMON),
        ("PASSWORD", Weakness.COMMON),
        ("Password2026!", Weakness.COMMON),
        ("12345678", Weakness.COMMON),
        ("qwertyuiop", Weakness.COMMON),
        ("azerty123", Weakness.COMMON),
        ("wachtwoord1", Weakness.COMMON),
        ("Welkom2026", Weakness.COMMON),
        ("aaaaaaaaaaaa", Weakness.COMMON),
        ("ababababab", Weakness.COMMON),
        ("annapeeters", Weakness.PERSONAL),
        ("AnnaPeeters12", Weakness.PERSONAL),
        ("peeters.anna!", Weakness.PERSONAL),
        ("Pééters2026", Weakness.PERSONAL),
        ("anna.peeters@kantoornoord.example", Weakness.PERSONAL),
        ("kantoornoord1", Weakness.PERSONAL),
        ("immoconnect", Weakness.PRODUCT),
        ("Immo-Connect2026", Weakness.PRODUCT),
    ],
)
def test_what_others_try_first_is_refused(password: str, expected: Weakness) -> None:
    assert weakness(password, ANNA) is expected
    with pytest.raises(WeakPassword) as refused:
        require_strong(password, ANNA)
    assert refused.value.weakness is expected


def test_a_name_within_a_longer_password_is_no_harm() -> None:
    assert weakness("anna houdt van peren", ANNA) is None


def test_what_is_refused_for_one_person_may_do_for_another() -> None:
    assert weakness("AnnaPeeters12", About("bertjanssens", "Bert", "Janssens", "bert@example.org")) is None


@given(st.text(max_size=MINIMUM_LENGTH - 1))
def test_short_passwords_are_refused_whatever_they_hold(password: str) -> None:
    assume(len(unicodedata.normalize("NFKC", password)) < MINIMUM_LENGTH)

    assert weakness(password, NOBODY) is Weakness.TOO_SHORT


@given(st.text(min_size=MAXIMUM_LENGTH + 1, max_size=MAXIMUM_LENGTH + 200))
def test_long_passwords_are_refused_whatever_they_hold(password: str) -> None:
    assert weakness(password, NOBODY) is Weakness.TOO_LONG


@given(st.text(st.sampled_from(string.ascii_lowercase), min_size=12, max_size=60), st.sampled_from("ABCé1 !"))
def test_no_kind_of_character_is_asked_for(password: str, further: str) -> None:
    """Adding a character of another kind to an accepted password never matters."""
    assume(weakness(password, NOBODY) is None)

    assert weakness(f"{password}{further}x", NOBODY) is None


@given(st.text(max_size=200), st.text(max_size=30), st.text(max_size=30), st.text(max_size=60))
def test_every_password_gets_an_answer(password: str, username: str, family_name: str, email: str) -> None:
    found = weakness(password, About(username, "", family_name, email))

    assert found is None or found in Weakness


@given(st.lists(st.sampled_from(["password", "1234", "immo", "Connect", "anna", "q", "-", "zonneschijn"])).map("".join))
def test_knowing_more_about_the_person_never_makes_a_password_better(password: str) -> None:
    if weakness(password, NOBODY) is not None:
        assert weakness(password, ANNA) is not None


def test_the_longest_password_that_may_be_chosen_can_be_signed_in_with() -> None:
    password = ("zwaluw " * 20)[:MAXIMUM_LENGTH]
    assert weakness(password, NOBODY) is None

    assert verify(hash_password(password), password).is_right


def test_both_times_the_same_however_a_keyboard_composes_it() -> None:
    require_same("caf\u00e9 terrasje", "cafe\u0301 terrasje")
    with pytest.raises(WeakPassword) as refused:
        require_same("trein-boom-42", "trein-boom-43")
    assert refused.value.weakness is Weakness.DIFFERENT


def test_the_list_of_common_passwords_is_long_and_loads_nothing_else() -> None:
    look = (
        "import sys; from idp.credentials.password_rules import common_passwords as found;"
        "print(found().count('\\n') > 20_000, 'zxcvbn' in sys.modules)"
    )

    said = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, check=True)

    assert said.stdout.split() == ["True", "False"]
