"""The browsers in which people are signed in (A17): what is kept of them, and when a mail says so."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.infra.clock import FixedClock
from core.infra.db import Database
from core.infra.outbox import OutboxRow
from core.infra.store.interface import EphemeralStore
from core.people.identifiers import PersonId
from core.people.profiles import NewPerson, create
from idp.credentials import sign_ins
from idp.credentials.passwords import store_password
from idp.credentials.sign_ins import PasswordChangedMeanwhile, Recorded
from tests.support.statements import counted
from tests.support.tools import a_person

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:133.0) Gecko/20100101 Firefox/133.0"


@pytest.fixture
def anna(database: Database, clock: FixedClock) -> PersonId:
    """Return Anna, whose account was activated two days ago."""
    with database.transaction() as session:
        return a_person(session, "anna.peeters", now=clock.now() - timedelta(days=2))


def recorded(session: Session, person_id: PersonId, sid: str, *, now: datetime, **changes: Any) -> Recorded:
    values: dict[str, Any] = {
        "cookie_digest": f"digest of {sid}", "agent": FIREFOX, "address": "192.0.2.7", "means": ("pwd",), **changes,
    }  # fmt: skip
    return sign_ins.record(session, sid=sid, person_id=person_id, now=now, **values)


def mails(database: Database) -> list[dict[str, Any]]:
    with database.reading() as session:
        return [dict(body) for body in session.scalars(select(OutboxRow.body).order_by(OutboxRow.id))]


def test_sign_in_is_kept_as_its_owner_recognises_it(database: Database, clock: FixedClock, anna: PersonId) -> None:
    with database.transaction() as session:
        recorded(session, anna, "ses_1", means=("pwd", "otp"), now=clock.now())

    with database.reading() as session:
        (found,) = sign_ins.list_for(session, anna)
    assert (found.browser, found.system, found.network) == ("Firefox", "Linux", "192.0.2.7")
    assert found.means == ("pwd", "otp")
    assert found.started_at == found.last_used_at == clock.now()


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("", ""),
    ],
)
def test_half_of_an_ipv6_address_names_the_network(
    database: Database, clock: FixedClock, anna: PersonId, address: str, network: str
) -> None:
    with database.transaction() as session:
        assert recorded(session, anna, "ses_1", address=address, now=clock.now()).sign_in.network == network


def test_signing_in_again_renews_the_same_sign_in(database: Database, clock: FixedClock, anna: PersonId) -> None:
    began = clock.now()
    with database.transaction() as session:
        recorded(session, anna, "ses_1", now=began)
    clock.advance(timedelta(hours=1))

    with database.transaction() as session:
        renewed = recorded(session, anna, "ses_1", cookie_digest="another", means=("hwk",), now=clock.now())

    assert renewed.is_renewal
    with database.reading() as session:
        (found,) = sign_ins.list_for(session, anna)
    assert (found.cookie_digest, found.means) == ("another", ("hwk",))
    assert (found.started_at, found.last_used_at) == (began, clock.now())


def test_new_device_is_told_of_at_the_current_address(database: Database, clock: FixedClock, anna: PersonId) -> None:
    with database.transaction() as session:
        found = recorded(session, anna, "ses_1", now=clock.now())
        assert sign_ins.tell_of_new_device(session, found, is_known_device=False, now=clock.now())

    (mail,) = mails(database)
    assert (mail["template"], mail["address"]) == ("new-device", "anna.peeters@people.example")
    values = mail["values"]
    assert (values["browser"], values["system"], values["network"]) == ("Firefox", "Linux", "192.0.2.7")
    assert "10:00" in values["when"]


def test_unknown_browser_is_called_unknown(database: Database, clock: FixedClock, anna: PersonId) -> None:
    with database.transaction() as session:
        found = recorded(session, anna, "ses_1", agent="curl/8", address="", now=clock.now())
        sign_ins.tell_of_new_device(session, found, is_known_device=False, now=clock.now())

    values = mails(database)[0]["values"]
    assert (values["browser"], values["system"]) == ("an unknown browser", "an unknown system")
    assert values["network"] == "an unknown network"


def test_device_that_proved_itself_is_no_news(database: Database, clock: FixedClock, anna: PersonId) -> None:
    with database.transaction() as session:
        found = recorded(session, anna, "ses_1", now=clock.now())
        assert not sign_ins.tell_of_new_device(session, found, is_known_device=True, now=clock.now())

    assert mails(database) == []


def test_renewed_session_is_no_new_device(database: Database, clock: FixedClock, anna: PersonId) -> None:
    """Whoever signs in again in a running session is there already, whatever the device cookie says."""
    with database.transaction() as session:
        recorded(session, anna, "ses_1", now=clock.now())
        found = recorded(session, anna, "ses_1", now=clock.now())
        assert not sign_ins.tell_of_new_device(session, found, is_known_device=False, now=clock.now())


def test_first_sign_in_after_activation_is_no_news(database: Database, clock: FixedClock) -> None:
    with database.transaction() as session:
        person_id = a_person(session, "just.registered", now=clock.now())
        found = recorded(session, person_id, "ses_1", now=clock.now())
        assert not sign_ins.tell_of_new_device(session, found, is_known_device=False, now=clock.now())


def test_second_device_of_a_fresh_account_is_told_of(database: Database, clock: FixedClock) -> None:
    with database.transaction() as session:
        person_id = a_person(session, "just.registered", now=clock.now())
        recorded(session, person_id, "ses_1", now=clock.now())
        found = recorded(session, person_id, "ses_2", now=clock.now())
        assert sign_ins.tell_of_new_device(session, found, is_known_device=False, now=clock.now())

    assert len(mails(database)) == 1


def test_nobody_is_written_to_at_an_address_that_was_never_activated(database: Database, clock: FixedClock) -> None:
    with database.transaction() as session:
        new = NewPerson("never.active", "never@people.example", "Never", "Active", "en")
        person_id = create(session, new, now=clock.now() - timedelta(days=3))
        found = recorded(session, person_id, "ses_1", now=clock.now())
        sign_ins.tell_of_new_device(session, found, is_known_device=False, now=clock.now())

    assert mails(database) == []


def test_last_use_is_noted_every_few_minutes_at_most(
    database: Database, store: EphemeralStore, clock: FixedClock, anna: PersonId
) -> None:
    with database.transaction() as session:
        recorded(session, anna, "ses_1", now=clock.now())
    clock.advance(timedelta(minutes=10))
    sign_ins.touch(database, store, "ses_1", now=clock.now())
    noted = clock.now()
    clock.advance(timedelta(seconds=10))

    with counted(database) as asked:
        sign_ins.touch(database, store, "ses_1", now=clock.now())

    assert list(asked) == []
    with database.reading() as session:
        assert sign_ins.list_for(session, anna)[0].last_used_at == noted


def test_ended_sign_in_is_listed_no_more_and_comes_back_with_the_session(
    database: Database, clock: FixedClock, anna: PersonId
) -> None:
    with database.transaction() as session:
        recorded(session, anna, "ses_1", now=clock.now())
        sign_ins.mark_ended(session, "ses_1", now=clock.now())
        assert sign_ins.list_for(session, anna) == ()

        recorded(session, anna, "ses_1", now=clock.now())
        assert len(sign_ins.list_for(session, anna)) == 1


def test_list_is_one_persons_and_begins_with_the_last_used(
    database: Database, clock: FixedClock, anna: PersonId
) -> None:
    with database.transaction() as session:
        bert = a_person(session, "bert.janssens", now=clock.now())
        for minutes, (person_id, sid) in enumerate([(anna, "ses_1"), (bert, "ses_2"), (anna, "ses_3")]):
            recorded(session, person_id, sid, now=clock.now() + timedelta(minutes=minutes))

        assert [found.sid for found in sign_ins.list_for(session, anna)] == ["ses_3", "ses_1"]


def test_unused_sign_ins_expire_and_old_ones_go(database: Database, clock: FixedClock, anna: PersonId) -> None:
    with database.transaction() as session:
        recorded(session, anna, "ses_1", now=clock.now())
        recorded(session, anna, "ses_2", now=clock.now() + timedelta(hours=1))
        later = clock.now() + timedelta(hours=12)

        assert sign_ins.mark_expired(session, unused_since=later - timedelta(hours=12), now=later) == 1
        assert [found.sid for found in sign_ins.list_for(session, anna)] == ["ses_2"]
        assert sign_ins.purge(session, later + sign_ins.KEPT) == 0
        assert sign_ins.purge(session, later + sign_ins.KEPT + timedelta(seconds=1)) == 1


def test_password_that_was_changed_since_begins_no_session(
    database: Database, clock: FixedClock, anna: PersonId
) -> None:
    """Between the password and the second factor lie minutes: a new password makes the old proof void."""
    made_at = clock.now() - timedelta(days=2)
    with database.transaction() as session:
        recorded(session, anna, "ses_0", password_made_at=made_at, now=clock.now())
    with database.transaction() as session:
        store_password(session, person_id=anna, hashed="another", now=clock.now())

    with database.transaction() as session:
        with pytest.raises(PasswordChangedMeanwhile):
            recorded(session, anna, "ses_1", password_made_at=made_at, now=clock.now())
        recorded(session, anna, "ses_2", password_made_at=clock.now(), now=clock.now())
