"""Parameters are read from raw bytes and judged one by one (RFC 6749 section 3.1)."""

from urllib.parse import quote_plus, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idp.oidc.checks.parameters import AUTHORIZATION, MAXIMUM_BYTES, of_members, read
from idp.oidc.errors import InvalidRequest

values = st.text(st.characters(min_codepoint=0x20, exclude_characters="\x7f", exclude_categories=["Cs"]), max_size=300)


@given(st.dictionaries(st.sampled_from(sorted(AUTHORIZATION - {"resource"})), values))
def test_what_was_sent_is_what_is_read(sent: dict[str, str]) -> None:
    parameters = read(urlencode(sent).encode(), AUTHORIZATION)

    assert dict(parameters.values) == {name: value for name, value in sent.items() if value}
    assert not parameters.faults


@given(st.binary(max_size=2_000))
def test_any_bytes_can_be_read(raw: bytes) -> None:
    parameters = read(raw, AUTHORIZATION)

    assert not set(parameters.values) & set(parameters.faults)
    assert set(parameters.values) | set(parameters.faults) <= AUTHORIZATION


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


@given(st.dictionaries(st.sampled_from(sorted(AUTHORIZATION)) | st.text(max_size=8), _JSON, max_size=6))
def test_any_members_can_be_read(members: dict[str, object]) -> None:
    """Those of a request object: each known one has a value, a fault, or says nothing (Core section 6.1)."""
    parameters = of_members(members, AUTHORIZATION)

    assert not set(parameters.values) & set(parameters.faults)
    for name in AUTHORIZATION & members.keys():
        is_silent = members[name] == "" or (name == "resource" and not any(parameters.resources))
        assert name in parameters.values or name in parameters.faults or is_silent
    assert set(parameters.values) | set(parameters.faults) <= AUTHORIZATION & members.keys()
    assert all(value.isprintable() or not value.isascii() for value in parameters.values.values())


def test_a_member_that_is_too_deep_has_a_fault() -> None:
    deep: dict[str, object] = {}
    for _ in range(800):
        deep = {"a": deep}

    assert of_members({"claims": deep}, AUTHORIZATION).faults.keys() == {"claims"}


@given(st.dictionaries(st.sampled_from(sorted(AUTHORIZATION - {"resource"})), values))
def test_members_that_are_text_are_read_as_parameters_are(sent: dict[str, str]) -> None:
    assert of_members(sent, AUTHORIZATION) == read(urlencode(sent).encode(), AUTHORIZATION)


@given(st.lists(st.sampled_from(["state", "nonce", "scope"]), max_size=6))
def test_name_sent_more_than_once_has_no_value(names: list[str]) -> None:
    raw = "&".join(f"{name}=x{position}" for position, name in enumerate(names))

    parameters = read(raw.encode(), AUTHORIZATION)

    assert set(parameters.values) == {name for name in names if names.count(name) == 1}
    assert set(parameters.faults) == {name for name in names if names.count(name) > 1}


@pytest.mark.parametrize(
    ("raw", "fault"),
    [
        (b"state=%FF", "is not valid UTF-8"),
        (b"state=\xff", "is not valid UTF-8"),
        (b"state=%ED%A0%80", "is not valid UTF-8"),
        (b"state=a%00b", "contains control characters"),
        (b"state=a%0d%0ab", "contains control characters"),
        (b"state=%7F", "contains control characters"),
        (b"state=" + b"x" * 4_097, "is too long"),
        (b"nonce=" + b"x" * 2_049, "is too long"),
        (b"state=a&state=a", "is repeated"),
        (b"state=a&st%61te=b", "is repeated"),
    ],
)
def test_faults_are_named(raw: bytes, fault: str) -> None:
    parameters = read(raw, AUTHORIZATION)

    assert list(parameters.faults.values()) == [fault]
    with pytest.raises(InvalidRequest):
        parameters.require_faultless()


@pytest.mark.parametrize("raw", [b"", b"&&", b"=x", b"state", b"state=", b"unknown=%FF&unknown=b", b"%FF=x"])
def test_nothing_and_the_unknown_are_no_faults(raw: bytes) -> None:
    parameters = read(raw, AUTHORIZATION)

    assert (dict(parameters.values), dict(parameters.faults)) == ({}, {})


def test_plus_is_a_space_and_a_coded_plus_is_a_plus() -> None:
    assert read(b"scope=openid+profile%2Bx", AUTHORIZATION).get("scope") == "openid profile+x"


def test_resource_may_be_repeated() -> None:
    raw = f"resource={quote_plus('https://a.example')}&resource={quote_plus('https://b.example')}"

    assert read(raw.encode(), AUTHORIZATION).resources == ("https://a.example", "https://b.example")


def test_request_beyond_the_limit_has_no_parameter_at_all() -> None:
    parameters = read(b"client_id=a&state=" + b"x" * MAXIMUM_BYTES, AUTHORIZATION)

    assert parameters.get("client_id") is None
    assert "client_id" in parameters.faults
