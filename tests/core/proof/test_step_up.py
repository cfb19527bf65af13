"""RFC 9470: which sign-ins a resource takes, and what it answers to the others."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pytest

from core.proof.access_token import VerifiedAccessToken
from core.proof.challenge import challenge
from core.proof.step_up import Demand, unmet

NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
STRONG = ("urn:level:two", "urn:level:three")


def a_token(**claims: object) -> VerifiedAccessToken:
    signed_in: Mapping[str, object] = {"acr": "urn:level:two", "auth_time": int(NOW.timestamp()) - 60}
    return VerifiedAccessToken(
        "sub", "cli", frozenset(), (), "f.j", NOW + timedelta(minutes=5), {**signed_in, **claims}
    )


@pytest.mark.parametrize(
    ("claims", "demand", "left"),
    [
        ({}, Demand(), None),
        ({}, Demand(STRONG, 60), None),
        ({"acr": "urn:level:three"}, Demand(STRONG, 3600), None),
        ({"acr": "urn:level:one"}, Demand(STRONG, 60), Demand(STRONG)),
        ({"acr": None}, Demand(STRONG), Demand(STRONG)),
        ({"acr": ["urn:level:two"]}, Demand(STRONG), Demand(STRONG)),
        ({}, Demand(STRONG, 59), Demand((), 59)),
        ({}, Demand((), 0), Demand((), 0)),
        ({"acr": "urn:level:one"}, Demand(STRONG, 10), Demand(STRONG, 10)),
        ({"auth_time": None}, Demand((), 3600), Demand((), 3600)),
        ({"auth_time": "yesterday"}, Demand((), 3600), Demand((), 3600)),
        ({"auth_time": True}, Demand((), 10**9), Demand((), 10**9)),
    ],
)
def test_what_a_sign_in_falls_short_of_is_told(claims: dict[str, object], demand: Demand, left: Demand | None) -> None:
    assert unmet(a_token(**claims), demand, now=NOW) == left


def test_a_demand_travels_in_the_words_of_an_authorization_request() -> None:
    """RFC 9470 section 3: the client copies them from the challenge."""
    assert Demand(STRONG, 5).parameters() == {"acr_values": "urn:level:two urn:level:three", "max_age": "5"}
    assert Demand(("a",)).parameters() == {"acr_values": "a"}
    assert Demand((), 0).parameters() == {"max_age": "0"}


def test_a_challenge_quotes_its_parameters() -> None:
    """RFC 9110 section 5.6.4; what would end the header is refused and not sent."""
    assert challenge("DPoP", {"error": 'a "b\\c'}) == 'DPoP realm="Immo-Connect", error="a \\"b\\\\c"'
    for bad in ("a\r\nb", "é"):
        with pytest.raises(ValueError, match="printable"):
            challenge("Bearer", {"error": bad})
