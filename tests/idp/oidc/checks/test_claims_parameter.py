"""The claims parameter: Core section 5.5."""

import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idp.oidc.checks.claims_parameter import ClaimsRequest, RequestedClaim, parse
from idp.oidc.errors import InvalidRequest

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=10,
)


def test_nothing_asks_for_nothing() -> None:
    assert parse(None) == ClaimsRequest()
    assert parse("{}") == ClaimsRequest()


def test_every_form_of_a_wish_is_read() -> None:
    document = {
        "userinfo": {"name": None, "email": {"essential": True}, "x": {"value": "a"}},
        "id_token": {"acr": {"values": ["b", "c", 1]}, "sub": {"value": "usr_1", "values": ["usr_2"]}},
        "unknown": 1,
    }

    found = parse(json.dumps(document))

    assert found.userinfo == (
        RequestedClaim("name"),
        RequestedClaim("email", essential=True),
        RequestedClaim("x", values=("a",)),
    )
    assert found.id_token == (
        RequestedClaim("acr", values=("b", "c")),
        RequestedClaim("sub", values=("usr_1", "usr_2")),
    )
    assert found.names == ("acr", "email", "name", "sub", "x")
    assert found.subject == "usr_1"


@pytest.mark.parametrize(
    "value",
    [
        "", "x", "[]", "1", "null", '"x"', '{"userinfo": 1}', '{"id_token": []}', '{"id_token": {"a": 1}}',
        '{"id_token": {"a": {"values": "b"}}}', "[" * 5_000, '{"id_token": ' * 3_000, "NaN",
        json.dumps({"userinfo": {str(number): None for number in range(101)}}),
    ],
)  # fmt: skip
def test_what_is_no_such_object_is_refused(value: str) -> None:
    with pytest.raises(InvalidRequest):
        parse(value)


@given(json_values)
def test_any_json_is_read_or_refused(value: object) -> None:
    with suppress(InvalidRequest):
        found = parse(json.dumps({"id_token": value, "userinfo": {"name": value}}))
        assert [claim.name for claim in found.userinfo] == ["name"]


@pytest.mark.parametrize("essential", [1, "true", None, []])
def test_essential_is_only_what_says_true(essential: object) -> None:
    (claim,) = parse(json.dumps({"userinfo": {"name": {"essential": essential}}})).userinfo

    assert not claim.essential
