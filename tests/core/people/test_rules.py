import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.people.rules import (
    InvalidEmail,
    InvalidUsername,
    address_key,
    is_role_address,
    require_email,
    require_username,
    username_key,
)


@pytest.mark.parametrize(
    "name", ["demo.manager", "an_peeters", "Émile-Zola", "load.1", "123456", "a" * 100, " padded "]
)
def test_user_names_that_may_be(name: str) -> None:
    assert require_username(name) == name.strip()


@pytest.mark.parametrize(
    "name",
    [
        "",
        "short",
        "     six",
        "a" * 101,
        ".peeters",
        "peeters.",
        "an peeters",
        "an@peeters.be",
        "peet\x00ers",
        "peeters\n1",
        "peet\u202eers",
    ],
)
def test_user_names_that_may_not_be(name: str) -> None:
    with pytest.raises(InvalidUsername):
        require_username(name)


def test_width_and_composition_of_letters_do_not_make_another_name() -> None:
    assert username_key("\uff24emo.manager") == username_key("demo.manager")
    assert username_key("rene\u0301.magritte") == username_key("ren\u00e9.magritte")
    assert require_username("rene\u0301.magritte") == "ren\u00e9.magritte"


@given(st.text(max_size=120))
def test_a_user_name_that_may_be_looks_like_no_address(name: str) -> None:
    try:
        allowed = require_username(name)
    except InvalidUsername:
        return
    assert "@" not in allowed
    assert 6 <= len(allowed) <= 100


@pytest.mark.parametrize(
    "address",
    ["an@example.be", "an.peeters+immo@sub.example.be", "rené@exemple.be", "an@bücher.example", " an@example.be "],
)
def test_addresses_that_can_be(address: str) -> None:
    assert require_email(address) == address.strip()


@pytest.mark.parametrize(
    "address",
    [
        "",
        "an",
        "@example.be",
        "an@",
        "an@localhost",
        "an@@example.be",
        "a b@example.be",
        "an@exa mple.be",
        "an@example..be",
        "an@-example.be",
        "an@example.be\nBcc: x@y.be",
        "a" * 65 + "@example.be",
        "an@" + "a" * 250 + ".be",
        "an\x00@example.be",
    ],
)
def test_addresses_that_cannot_be(address: str) -> None:
    with pytest.raises(InvalidEmail):
        require_email(address)


def test_case_does_not_make_another_address_but_letters_do() -> None:
    assert address_key("An.Peeters@Example.BE") == address_key("an.peeters@example.be")
    assert address_key("straße@example.de") != address_key("strasse@example.de")


@pytest.mark.parametrize("address", ["info@immo.be", "Sales@immo.be", "vente@immo.be", "no-reply@immo.be"])
def test_addresses_of_functions_are_recognised(address: str) -> None:
    assert is_role_address(address)


@pytest.mark.parametrize("address", ["an@immo.be", "information@immo.be", "info.peeters@immo.be"])
def test_addresses_of_people_are_not_taken_for_functions(address: str) -> None:
    assert not is_role_address(address)
