"""The scope parameter as a pure rule: RFC 6749 section 3.3."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idp.claims.scopes import SCOPE_NAMES
from idp.oidc.checks import scope
from idp.oidc.errors import InvalidScope
from idp.oidc.registered_client import ClientPolicy
from tests.support.claims import a_client

TOOL = a_client(policy=ClientPolicy(scope=("openid", "profile", "organization", "catalogue:read")))


def test_every_scope_of_the_claim_table_is_personal() -> None:
    """A scope that the table gains must not become one of client_credentials by omission."""
    assert set(SCOPE_NAMES) <= scope.PERSONAL


def test_what_is_asked_is_granted_once_in_the_order_asked() -> None:
    assert scope.grant("profile openid profile", TOOL) == ("profile", "openid")


def test_values_that_nobody_knows_are_ignored() -> None:
    """Core section 3.1.2.1."""
    assert scope.grant("openid made-up", TOOL) == ("openid",)


@pytest.mark.parametrize("requested", ["openid email", "wallet:charge", "openid offline_access"])
def test_what_exists_and_is_not_the_clients_is_refused(requested: str) -> None:
    with pytest.raises(InvalidScope):
        scope.grant(requested, TOOL)


@pytest.mark.parametrize(
    "requested", [None, "", " ", "openid ", " openid", "openid  profile", 'a"b', "a\\b", "é", "a\nb", "made-up"]
)
def test_missing_malformed_and_empty_ones_are_refused(requested: str | None) -> None:
    with pytest.raises(InvalidScope):
        scope.grant(requested, TOOL)


@given(st.lists(st.sampled_from(["openid", "profile", "email"]), min_size=1))
def test_narrowing_never_widens(asked: list[str]) -> None:
    granted = ("openid", "profile")
    try:
        narrowed = scope.narrow(" ".join(asked), granted)
    except InvalidScope:
        assert "email" in asked
    else:
        assert set(narrowed) == set(asked) <= set(granted)


def test_asking_for_nothing_gives_all_that_was_granted() -> None:
    assert scope.narrow(None, ("openid", "profile")) == ("openid", "profile")


def test_a_client_by_itself_gets_only_what_is_not_personal() -> None:
    assert scope.for_client("catalogue:read", TOOL) == ("catalogue:read",)
    for personal in ("openid", "organization"):
        with pytest.raises(InvalidScope):
            scope.for_client(personal, TOOL)
