"""The answer of the authorization endpoint as an address (RFC 6749 4.1.2, RFC 9207)."""

from urllib.parse import parse_qsl, urlsplit

from hypothesis import given
from hypothesis import strategies as st

from idp.oidc.errors import AccessDenied, ProtocolError
from idp.oidc.request import ResponseMode
from idp.oidc.response import ReturnAddress, failure, success

ISSUER = "https://login.immo.test"
texts = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=200)


@given(texts, texts)
def test_every_value_returns_byte_for_byte_behind_the_registered_query(code: str, state: str) -> None:
    to = ReturnAddress("https://tool.example/cb?a=b%20c", ResponseMode.QUERY, state)

    location = success(to, code=code, issuer=ISSUER).location()

    assert location.startswith("https://tool.example/cb?a=b%20c&code=")
    assert parse_qsl(urlsplit(location).query, keep_blank_values=True)[1:] == [
        ("code", code), ("state", state), ("iss", ISSUER),
    ]  # fmt: skip


def test_state_that_was_not_sent_is_not_returned() -> None:
    to = ReturnAddress("https://tool.example/cb", ResponseMode.QUERY, None)

    answer = failure(to, error=AccessDenied(), issuer=ISSUER)

    assert [name for name, _ in answer.parameters] == ["error", "error_description", "iss"]


@given(texts)
def test_description_keeps_to_the_allowed_characters(text: str) -> None:
    to = ReturnAddress("https://tool.example/cb", ResponseMode.QUERY, None)

    described = dict(failure(to, error=ProtocolError(text), issuer=ISSUER).parameters)["error_description"]

    assert all(" " <= character <= "~" and character not in '"\\' for character in described)
