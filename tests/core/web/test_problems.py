"""Refusals of interfaces for programs (RFC 9457), and how JSON is read before there is one."""

from http import HTTPStatus

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from werkzeug.exceptions import BadRequest, RequestEntityTooLarge

from core.infra.errors import Conflict, ImmoError, NotFound, RateLimited, RuleError, Unavailable
from core.web.json_shapes import InvalidInput, Kind, Member, read_json, read_query, schema
from core.web.problems import MEDIA_TYPE, refuse, wrong_method
from core.web.programs import Answer

MEMBERS = (
    Member("word", choices=("one", "two")),
    Member("text", is_required=False, is_nullable=True),
    Member("code", pattern=r"[a-z]{3}", is_required=False),
    Member("count", Kind.INTEGER, least=1, most=9, is_required=False),
    Member("flag", Kind.FLAG, is_required=False),
    Member("texts", Kind.TEXTS, is_required=False),
    Member("object", Kind.OBJECT, is_required=False),
)


class TooDear(RuleError):
    """A refusal that only one interface knows."""

    code = "too-dear"


def members_of(answer: Answer) -> dict[str, object]:
    assert answer.headers["Content-Type"] == MEDIA_TYPE
    assert answer.headers["Cache-Control"] == "no-store"
    found: dict[str, object] = orjson.loads(answer.body)
    assert found["status"] == answer.status
    assert found["type"] == f"urn:immo-connect:problem:{found['code']}"
    return found


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (NotFound(person="usr_anna"), 404, "not-found"),
        (Conflict(), 409, "conflict"),
        (RuleError("last-operator"), 409, "last-operator"),
        (Unavailable("database-unavailable"), 503, "database-unavailable"),
        (BadRequest(), 400, "invalid-request"),
        (RequestEntityTooLarge(), 413, "request-too-large"),
        (RuntimeError("anna@people.example"), 500, "server-error"),
        (ImmoError("internal", hidden="anna"), 500, "server-error"),
    ],
)
def test_each_kind_of_refusal_has_its_status_and_tells_no_more_than_its_code(
    error: Exception, status: int, code: str
) -> None:
    answer = refuse(error)

    found = members_of(answer)
    assert (answer.status, found["code"]) == (status, code)
    assert b"anna" not in answer.body


def test_an_interface_may_know_better() -> None:
    assert refuse(TooDear()).status == 409
    assert refuse(TooDear(), {TooDear: HTTPStatus.PAYMENT_REQUIRED}).status == 402


def test_when_to_try_again_is_told() -> None:
    assert refuse(RateLimited(17)).headers["Retry-After"] == "17"
    assert int(refuse(Unavailable()).headers["Retry-After"]) > 0
    assert members_of(wrong_method())["code"] == "method-not-allowed"


def test_everything_that_is_wrong_is_told_at_once_by_where_it_stands() -> None:
    with pytest.raises(InvalidInput) as refused:
        read_json(b'{"count": true, "texts": [1], "flag": "true", "a/b~c": 1, "code": "abcd"}', MEMBERS)

    found = members_of(refuse(refused.value))
    assert found["errors"] == [
        {"pointer": "/a~1b~0c", "code": "unknown"},
        {"pointer": "/word", "code": "missing"},
        {"pointer": "/code", "code": "not-accepted"},
        {"pointer": "/count", "code": "wrong-type"},
        {"pointer": "/flag", "code": "wrong-type"},
        {"pointer": "/texts", "code": "wrong-type"},
    ]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"{", "not-json"),
        (b"[]", "wrong-type"),
        (b'"x"', "wrong-type"),
        (b'{"word": "three"}', "not-accepted"),
        (b'{"word": "one", "text": "' + b"a" * 201 + b'"}', "too-long"),
        (b'{"word": "one", "text": "a\\u0000b"}', "unprintable"),
        (b'{"word": "one", "count": 0}', "out-of-range"),
        (b'{"word": "one", "count": 10}', "out-of-range"),
        (b'{"word": "one", "count": 1.5}', "wrong-type"),
        (b'{"word": null}', "wrong-type"),
        (b'{"word": "one", "texts": ' + orjson.dumps(["a"] * 51) + b"}", "too-long"),
        (b'{"word": "one", "object": []}', "wrong-type"),
    ],
)
def test_what_is_not_described_is_refused(body: bytes, code: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        read_json(body, MEMBERS)

    assert [wrong.code for wrong in refused.value.wrong] == [code]


def test_what_is_described_is_read() -> None:
    found = read_json(b'{"word": "two", "text": null, "count": 9, "flag": true, "texts": ["a"]}', MEMBERS)

    assert (found.text("word"), found.optional("text"), found.integer("count")) == ("two", None, 9)
    assert (found.flag("flag"), found.texts("texts"), found.has("object")) == (True, ("a",), False)


def test_a_query_has_numbers_and_flags() -> None:
    found = read_query({"word": "one", "count": "3", "flag": "false"}, MEMBERS)

    assert (found.integer("count"), found.flag("flag")) == (3, False)
    for name, value in (("count", "x"), ("count", "³"), ("flag", "yes"), ("count", "1" * 20)):
        with pytest.raises(InvalidInput):
            read_query({"word": "one", name: value}, MEMBERS)


_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 20) | st.sampled_from(["one", "two", "abc", "x", "a" * 201]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["a", "b"]), inner, max_size=2),
    max_leaves=4,
)


@given(st.dictionaries(st.sampled_from([member.name for member in MEMBERS] + ["other"]), _VALUES, max_size=5))
def test_the_reader_and_the_schema_say_the_same(sent: dict[str, object]) -> None:
    """One description serves both: whatever one accepts the other does."""
    is_valid = Draft202012Validator(schema(MEMBERS)).is_valid(sent)

    try:
        read_json(orjson.dumps(sent), MEMBERS)
    except InvalidInput:
        assert not is_valid, sent
    else:
        assert is_valid, sent
