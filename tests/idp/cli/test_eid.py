"""`idp people unlink-eid` and `idp people reseal`: cards by the operator's hand."""

from collections.abc import Callable

import pytest
from click.testing import Result

from core.accreditations.tables import RegisterSnapshotRow
from core.infra.ids import new_id
from core.infra.secret import Secret
from core.people import eid
from core.people.identifiers import PersonId
from core.people.national_number import NumberKeys
from idp.wiring import Services
from tests.support.cards import NUMBER, a_proven_card
from tests.support.offices import a_person, kinds

Command = Callable[..., Result]
SECRET = "a-secret-of-the-operator-for-numbers-2026"


@pytest.fixture
def damien(services: Services) -> PersonId:
    """Return Damien, whose card is linked under the key that the command line has."""
    with services.database.transaction() as session:
        person_id = a_person(session, "damien.lambert", now=services.clock.now())
        card = a_proven_card(keys=services.number_keys)
        eid.link(session, person_id, card, now=services.clock.now())
    return person_id


def holder(services: Services, keys: NumberKeys) -> PersonId | None:
    with services.database.reading() as session:
        return eid.holder_of(session, keys.digests(NUMBER))


def test_a_card_is_unlinked(command: Command, services: Services, damien: PersonId) -> None:
    result = command("people", "unlink-eid", "Damien.Lambert", "--reason", "request", "--reference", "T-12", "--yes")

    assert result.exit_code == 0, result.output
    assert "no longer linked" in result.output
    assert holder(services, services.number_keys) is None


def test_nothing_is_unlinked_without_consent(command: Command, services: Services, damien: PersonId) -> None:
    result = command("people", "unlink-eid", "damien.lambert", "--reason", "request")

    assert result.exit_code == 1
    assert "Go on?" in result.output
    assert holder(services, services.number_keys) == damien


@pytest.mark.parametrize(
    ("reason", "said"), [("request", "stays in the profile"), ("wrong-person", "is taken from the profile")]
)
def test_what_becomes_of_the_profile_is_said_before(command: Command, damien: PersonId, reason: str, said: str) -> None:
    assert said in command("people", "unlink-eid", "damien.lambert", "--reason", reason).output


@pytest.mark.parametrize(
    "arguments",
    [
        ("damien.lambert",),
        ("damien.lambert", "--reason", "because he asked"),
        ("damien.lambert", "--reason", "request", "--reference", "Damien Lambert"),
        ("nobody.here", "--reason", "request"),
    ],
)
def test_what_does_not_say_who_and_why_is_refused(
    command: Command, services: Services, damien: PersonId, arguments: tuple[str, ...]
) -> None:
    result = command("people", "unlink-eid", *arguments, "--yes")

    assert result.exit_code != 0
    assert holder(services, services.number_keys) == damien


def test_an_account_without_a_card_is_told_as_such(command: Command, services: Services) -> None:
    with services.database.transaction() as session:
        a_person(session, "other.account", now=services.clock.now())

    result = command("people", "unlink-eid", "other.account", "--reason", "request", "--yes")

    assert result.exit_code == 1
    assert "No identity card is linked to other.account." in result.output


def with_keys(command: Command, keys: str) -> Result:
    """Run `idp people reseal` with these keys."""
    return command("people", "reseal", IMMO_NATIONAL_NUMBER_KEYS=keys)


def test_numbers_move_under_the_new_key(command: Command, services: Services, damien: PersonId) -> None:
    name, secret = services.number_keys.keys[0]

    result = with_keys(command, f"2026:{SECRET},{name}:{secret.reveal()}")

    assert result.exit_code == 0, result.output
    assert "National numbers that moved under the key 2026: 1." in result.output
    assert NUMBER.reveal() not in result.output
    assert holder(services, NumberKeys((("2026", Secret(SECRET)),))) == damien


def test_a_number_whose_key_was_taken_away_too_early_is_told(
    command: Command, services: Services, damien: PersonId
) -> None:
    result = with_keys(command, f"2026:{SECRET}")

    assert result.exit_code == 1
    assert "1 could not be read" in result.output
    assert holder(services, services.number_keys) == damien


def test_registers_under_an_earlier_key_are_named(command: Command, services: Services, damien: PersonId) -> None:
    name, secret = services.number_keys.keys[0]
    with services.database.transaction() as session:
        kinds(session)
        for kind, key in (("be.biv", name), ("be.surveyor", "2026")):
            session.add(
                RegisterSnapshotRow(
                    id=new_id("snp"),
                    kind=kind,
                    number_key=key,
                    published_at=services.clock.now(),
                    next_update=services.clock.now(),
                    imported_at=services.clock.now(),
                    is_current=True,
                )
            )

    result = with_keys(command, f"2026:{SECRET},{name}:{secret.reveal()}")

    assert result.exit_code == 0, result.output
    assert "Import these registers again before you take an earlier key away: be.biv." in result.output
