"""Two accounts wait for one address; whoever enters the code first has it, and the other is told (A5)."""

from collections import Counter
from threading import Barrier, Thread

import pytest
from sqlalchemy import select

from core.infra import rate_limit
from core.infra.clock import FixedClock
from core.infra.db import Database
from core.infra.errors import NotFound
from core.infra.settings import Mode, Settings
from core.infra.store.interface import EphemeralStore
from core.people.activation import holder_of
from core.people.identifiers import PersonId
from core.people.profiles import NewPerson
from core.people.rules import EmailTaken, UsernameTaken
from core.people.tables import EmailAddressRow, PersonRow
from idp.credentials.activation import Activation
from idp.credentials.code_requests import PAUSE
from idp.credentials.mailed_codes import CodeExpired
from idp.credentials.registration import NewAccount, Registration
from idp.credentials.tables import CodePurpose, MailedCodeRow, PasswordRow
from idp.wiring import Services
from tests.support.letters import letters

ADDRESS = "office@people.example"


@pytest.fixture
def activation(database: Database, store: EphemeralStore, settings: Settings) -> Activation:
    """Return what activates."""
    return Activation(database, store, settings.secret)


@pytest.fixture
def registration(database: Database, store: EphemeralStore, settings: Settings) -> Registration:
    """Return what creates accounts."""
    return Registration(database, store, settings.secret, Mode.TEST)


def create(registration: Registration, username: str, clock: FixedClock, email: str = ADDRESS) -> PersonId:
    """Create an account."""
    person = NewPerson(username, email, "Somebody", "Else", "nl")
    return registration.create(NewAccount(person, "trein-boom-42"), address="192.0.2.1", now=clock.now())


def test_of_two_who_wait_for_one_address_one_gets_it(
    registration: Registration, activation: Activation, services: Services, clock: FixedClock
) -> None:
    people = [create(registration, username, clock) for username in ("clara.een", "clara.twee")]
    codes = [letter.code for letter in letters(services)]
    barrier, said = Barrier(2), []

    def enter(person_id: PersonId, code: str) -> None:
        barrier.wait()
        try:
            activation.activate(person_id, code, now=clock.now())
        except EmailTaken as error:
            said.append(error.code)
        else:
            said.append("activated")

    threads = [Thread(target=enter, args=pair) for pair in zip(people, codes, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert Counter(said) == {"activated": 1, "email-taken": 1}
    with services.database.reading() as session:
        states = Counter(row.state for row in session.scalars(select(EmailAddressRow)))
        holder = holder_of(session, ADDRESS)
    assert states == {"current": 1, "pending": 1}
    assert holder is not None and holder.person_id in people


def test_a_code_for_an_address_that_no_longer_waits_gives_nothing(
    registration: Registration, activation: Activation, services: Services, clock: FixedClock
) -> None:
    person_id = create(registration, "clara.een", clock)
    code = letters(services)[-1].code
    with services.database.transaction() as session:
        session.get_one(EmailAddressRow, session.scalars(select(EmailAddressRow.id)).one()).address_key = "x@y.example"

    with pytest.raises(CodeExpired):
        activation.activate(person_id, code, now=clock.now())


def test_nobody_who_waits_for_nothing_is_sent_a_code(
    registration: Registration, activation: Activation, services: Services, clock: FixedClock
) -> None:
    person_id = create(registration, "clara.een", clock)
    activation.activate(person_id, letters(services)[-1].code, now=clock.now())
    rate_limit.forget(activation.store, PAUSE, f"{CodePurpose.ACTIVATION}\n{person_id}")

    assert activation.waiting(person_id) is None
    with pytest.raises(NotFound):
        activation.send_again(person_id, language="nl", now=clock.now())
    assert len(letters(services)) == 1


def test_a_username_that_is_taken_leaves_nothing_behind(
    registration: Registration, services: Services, clock: FixedClock
) -> None:
    create(registration, "clara.een", clock)

    with pytest.raises(UsernameTaken):
        create(registration, "CLARA.een", clock, email="other@people.example")

    with services.database.reading() as session:
        for table in (PersonRow, EmailAddressRow, PasswordRow, MailedCodeRow):
            assert len(session.scalars(select(table)).all()) == 1
    assert len(letters(services)) == 1
