from datetime import UTC, datetime, timedelta

import pytest

from idp.signing import keyring
from idp.signing.states import (
    JWKS_LIFE,
    SHOWN_AFTER_SIGNING,
    SHOWN_BEFORE_SIGNING,
    TOKEN_LIFE_MAX,
    KeyState,
    TooEarly,
    WrongKeyState,
    activated,
    retired,
)

SINCE = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
LATER = SINCE + timedelta(hours=1)


def test_published_key_signs_once_every_cached_jwks_has_it() -> None:
    assert (
        activated(KeyState.PUBLISHED, since=SINCE, now=SINCE + SHOWN_BEFORE_SIGNING, at_once=False) is KeyState.ACTIVE
    )


def test_published_key_does_not_sign_while_a_cached_jwks_may_lack_it() -> None:
    with pytest.raises(TooEarly) as refusal:
        activated(
            KeyState.PUBLISHED, since=SINCE, now=SINCE + SHOWN_BEFORE_SIGNING - timedelta(seconds=1), at_once=False
        )

    assert refusal.value.ready_at == SINCE + SHOWN_BEFORE_SIGNING


def test_emergency_waits_for_no_cache() -> None:
    assert activated(KeyState.PUBLISHED, since=SINCE, now=SINCE, at_once=True) is KeyState.ACTIVE
    assert retired(KeyState.RETIRING, since=SINCE, now=SINCE, at_once=True) is KeyState.RETIRED


@pytest.mark.parametrize("state", [KeyState.ACTIVE, KeyState.RETIRING, KeyState.RETIRED])
def test_only_a_published_key_is_activated(state: KeyState) -> None:
    with pytest.raises(WrongKeyState):
        activated(state, since=SINCE, now=LATER, at_once=True)


def test_retiring_key_stays_while_what_it_signed_may_live() -> None:
    with pytest.raises(TooEarly):
        retired(KeyState.RETIRING, since=SINCE, now=SINCE + SHOWN_AFTER_SIGNING - timedelta(seconds=1), at_once=False)

    assert retired(KeyState.RETIRING, since=SINCE, now=SINCE + SHOWN_AFTER_SIGNING, at_once=False) is KeyState.RETIRED


def test_published_key_that_never_signed_may_go_at_any_time() -> None:
    assert retired(KeyState.PUBLISHED, since=SINCE, now=SINCE, at_once=False) is KeyState.RETIRED


@pytest.mark.parametrize("state", [KeyState.ACTIVE, KeyState.RETIRED])
def test_active_key_needs_a_successor_before_it_retires(state: KeyState) -> None:
    with pytest.raises(WrongKeyState):
        retired(state, since=SINCE, now=LATER, at_once=True)


def test_waits_cover_the_caches_of_others_and_the_refresh_of_our_own_processes() -> None:
    assert SHOWN_BEFORE_SIGNING > JWKS_LIFE + keyring.REFRESH_AFTER
    assert SHOWN_AFTER_SIGNING > TOKEN_LIFE_MAX + keyring.REFRESH_AFTER
