"""Resource indicators as a pure rule: RFC 8707 section 2."""

import pytest

from idp.oidc.checks import resource
from idp.oidc.errors import InvalidTarget
from idp.oidc.registered_client import ClientPolicy
from tests.support.claims import a_client

WALLET, OTHER, USERINFO = "https://portal.test/api/wallet/v1", "https://other.test/api", "https://login.test/userinfo"
TOOL = a_client(policy=ClientPolicy(resources=(WALLET, OTHER, "relative")))


def test_registered_resources_are_known_each_once() -> None:
    assert resource.require_known([WALLET, OTHER, WALLET], TOOL) == (WALLET, OTHER)
    assert resource.require_known([], TOOL) == ()


@pytest.mark.parametrize(
    "value", [WALLET + "/", WALLET.upper(), WALLET + "#x", WALLET + "?a", "relative", "", "http://["]
)
def test_anything_else_is_refused(value: str) -> None:
    with pytest.raises(InvalidTarget):
        resource.require_known([WALLET, value], TOOL)


@pytest.mark.parametrize(
    ("requested", "granted", "audience"),
    [
        ((), (), (USERINFO,)),
        ((), (WALLET, OTHER), (WALLET, OTHER)),
        ((WALLET,), (WALLET, OTHER), (WALLET,)),
        ((WALLET, WALLET), (WALLET,), (WALLET,)),
        ((USERINFO,), (WALLET,), (USERINFO,)),
        ((USERINFO,), (), (USERINFO,)),
    ],
)
def test_a_token_is_for_what_was_granted_or_a_part_of_it(
    requested: tuple[str, ...], granted: tuple[str, ...], audience: tuple[str, ...]
) -> None:
    assert resource.audience(requested, granted, USERINFO) == audience


@pytest.mark.parametrize("granted", [(), (WALLET,)])
def test_and_for_nothing_beyond(granted: tuple[str, ...]) -> None:
    with pytest.raises(InvalidTarget):
        resource.audience((OTHER,), granted, USERINFO)


def test_too_many_at_once_are_refused() -> None:
    many = tuple(f"https://api{number}.test" for number in range(6))

    with pytest.raises(InvalidTarget):
        resource.audience(many, many, USERINFO)
