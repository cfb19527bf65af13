from dataclasses import replace

import pytest

from idp.eid.card.cards import Request, Want
from idp.eid.card.consents import Consents
from tests.support.card_agent import NONCE, ORIGIN

ASKED = Request(ORIGIN, NONCE, "en", wants=frozenset({Want.IDENTITY, Want.ADDRESS}))


def after(request: Request) -> Consents:
    consents = Consents()
    consents.remember(request)
    return consents


def test_what_was_allowed_is_read_once() -> None:
    consents = after(ASKED)

    assert consents.covers(ASKED)
    assert not consents.covers(ASKED)


def test_less_than_was_allowed_is_allowed() -> None:
    assert after(ASKED).covers(replace(ASKED, wants=frozenset({Want.IDENTITY})))


@pytest.mark.parametrize(
    "other",
    [
        replace(ASKED, wants=frozenset(Want)),
        replace(ASKED, origin="https://tool.immo.test"),
        replace(ASKED, nonce="B" * 44),
    ],
    ids=["more", "another site", "another challenge"],
)
def test_nothing_else_is_allowed_by_it(other: Request) -> None:
    assert not after(ASKED).covers(other)


def test_it_is_forgotten_after_a_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [1000.0]
    monkeypatch.setattr("time.monotonic", lambda: now[0])
    first, second = after(ASKED), after(ASKED)

    now[0] += 59
    assert first.covers(ASKED)
    now[0] += 2
    assert not second.covers(ASKED)
