"""Redirect URIs are compared as text; only a native client's loopback port is free."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idp.oidc.checks.redirect_uri import is_registered, require_registered
from idp.oidc.errors import ForeignRedirectUri

REGISTERED = ("https://tool.example/cb", "http://127.0.0.1/cb?x=1")


@given(st.text())
def test_nothing_but_the_registered_text_is_registered_for_a_web_client(uri: str) -> None:
    assert is_registered(uri, REGISTERED, is_native=False) == (uri in REGISTERED)


@given(st.integers(0, 65535))
def test_any_port_of_loopback_is_registered_for_a_native_client(port: int) -> None:
    assert is_registered(f"http://127.0.0.1:{port}/cb?x=1", REGISTERED, is_native=True)
    assert not is_registered(f"http://127.0.0.1:{port}/cb?x=1", REGISTERED, is_native=False)


@pytest.mark.parametrize(
    "uri",
    [
        "http://127.0.0.1:1/cb",
        "http://127.0.0.1:1/cb?x=1&y=2",
        "http://127.0.0.1:1/cb?x=1#",
        "http://localhost:1/cb?x=1",
        "http://127.1:1/cb?x=1",
        "http://127.0.0.1:1@evil.example/cb?x=1",
        "http://127.0.0.1:01x/cb?x=1",
        "http://[::1:1/cb?x=1",
        "HTTP://127.0.0.1:1/cb?x=1#x",
        "https://tool.example:444/cb",
        "//127.0.0.1:1/cb?x=1",
    ],
)
def test_nothing_else_is_free_for_a_native_client(uri: str) -> None:
    assert not is_registered(uri, REGISTERED, is_native=True)


@pytest.mark.parametrize("uri", [None, "", "https://evil.example/cb"])
def test_missing_or_foreign_address_is_unanswerable(uri: str | None) -> None:
    with pytest.raises(ForeignRedirectUri):
        require_registered(uri, REGISTERED, is_native=True)
