"""The sign-in session: under the digest of its cookie, renewed with each sign-in, ended once."""

from datetime import datetime, timedelta

from core.infra.clock import FixedClock
from core.infra.ids import digest
from core.infra.store.interface import EphemeralStore, Kind
from core.people.assurance import Acr, Authentication
from core.people.identifiers import PersonId
from idp import session as sso
from idp.session import SESSION_LIFE, SsoSession

ANNA, BERT = PersonId("usr_anna"), PersonId("usr_bert")


def started(
    store: EphemeralStore,
    person: PersonId,
    at: datetime,
    earlier: SsoSession | None = None,
    cookie: str | None = None,
) -> tuple[SsoSession, str]:
    """Sign a person in."""
    authentication = Authentication(at, ("pwd",), Acr.PASSWORD)
    with store.pipeline() as writes:
        return sso.start(
            writes, person_id=person, authentication=authentication, earlier=earlier, earlier_cookie=cookie
        )


def test_session_is_found_by_its_cookie_and_by_nothing_else(store: EphemeralStore, clock: FixedClock) -> None:
    session, cookie = started(store, ANNA, clock.now())

    assert sso.find(store, cookie, clock.now()) == session
    for wrong in (None, "", session.sid, digest(cookie), cookie + "x"):
        assert sso.find(store, wrong, clock.now()) is None


def test_store_holds_the_digest_of_the_cookie_only(store: EphemeralStore, clock: FixedClock) -> None:
    _, cookie = started(store, ANNA, clock.now())

    held = store.get(Kind.SSO_SESSION, digest(cookie))
    assert held is not None and cookie.encode() not in held


def test_same_person_keeps_the_sid_and_gets_a_new_cookie(store: EphemeralStore, clock: FixedClock) -> None:
    first, old = started(store, ANNA, clock.now())
    clock.advance(timedelta(minutes=1))

    second, new = started(store, ANNA, clock.now(), first, old)

    assert second.sid == first.sid
    assert second.authentication.auth_time > first.authentication.auth_time
    assert sso.find(store, old, clock.now()) is None
    assert sso.find(store, new, clock.now()) == second


def test_other_person_gets_another_sid(store: EphemeralStore, clock: FixedClock) -> None:
    first, old = started(store, ANNA, clock.now())

    second, _ = started(store, BERT, clock.now(), first, old)

    assert second.sid != first.sid
    assert sso.find(store, old, clock.now()) is None


def test_session_lives_from_the_sign_in_and_no_request_makes_it_longer(
    store: EphemeralStore, clock: FixedClock
) -> None:
    _, cookie = started(store, ANNA, clock.now())

    clock.advance(SESSION_LIFE - timedelta(seconds=1))
    assert sso.find(store, cookie, clock.now()) is not None
    clock.advance(timedelta(seconds=1))
    assert sso.find(store, cookie, clock.now()) is None


def test_session_that_is_being_ended_is_closed_to_all_but_who_ends_it(store: EphemeralStore, clock: FixedClock) -> None:
    session, cookie = started(store, ANNA, clock.now())

    first, again = sso.begin_to_end(store, cookie), sso.begin_to_end(store, cookie)

    assert sso.find(store, cookie, clock.now()) is None
    assert first is not None and again is not None and first.sid == again.sid == session.sid
    sso.forget(store, cookie)
    assert sso.begin_to_end(store, cookie) is None


def test_session_of_another_release_means_signing_in_again(store: EphemeralStore, clock: FixedClock) -> None:
    store.put(Kind.SSO_SESSION, digest("old"), b'{"version": 0}', timedelta(minutes=1))

    assert sso.find(store, "old", clock.now()) is None
    assert sso.begin_to_end(store, "old") is None
