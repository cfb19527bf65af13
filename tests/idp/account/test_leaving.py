"""What is due is done by the worker: at its time, once, asking the last-manager rule again (A15)."""

from collections.abc import Callable
from datetime import timedelta
from threading import Barrier, Thread

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from core.infra.clock import FixedClock
from core.infra.outbox import OutboxRow
from core.organisations import employees
from core.organisations.enrolment import request_membership
from core.organisations.rules import MemberDetails
from core.people import leaving as requests
from core.people.identifiers import PersonId
from core.people.profiles import person_facts
from core.people.rules import PersonStatus
from core.people.tables import PersonRow
from idp import jobs
from idp.account import leaving
from idp.cli import erasure as cli
from idp.credentials.security_mail import Place
from idp.wiring import Services
from tests.support.tools import Office

FORTNIGHT = timedelta(days=14)


def ask(services: Services, person_id: PersonId) -> None:
    with services.database.connection() as connection:
        person = person_facts(connection, person_id)
    assert person is not None
    assert leaving.request(services, person, place=Place(), now=services.clock.now())


def status(services: Services, person_id: str) -> str | None:
    with services.database.reading() as session:
        row = session.get(PersonRow, person_id)
        return None if row is None else row.status


def letters(services: Services, template: str) -> list[dict[str, object]]:
    with services.database.reading() as session:
        return [row.body for row in session.scalars(select(OutboxRow)) if row.body.get("template") == template]


def run_jobs(services: Services) -> None:
    for job in jobs.periodic(services):
        job.function(services.clock.now())


def a_colleague(services: Services, office: Office) -> Callable[[], None]:
    """Make Bert a member of Noord, which Anna alone manages; return what makes him its manager as well."""
    now = services.clock.now()
    with services.database.transaction() as session:
        waiting = request_membership(session, office.noord, by=office.bert, details=MemberDetails(), now=now)
        employees.confirm(session, waiting.id, by=office.anna, details=MemberDetails(), now=now)

    def promote() -> None:
        with services.database.transaction() as session:
            employees.promote(session, waiting.id, by=office.anna, now=services.clock.now())

    return promote


def test_account_goes_when_its_time_has_come_and_not_before(
    services: Services, office: Office, clock: FixedClock
) -> None:
    ask(services, office.bert)
    clock.advance(FORTNIGHT - timedelta(seconds=1))
    run_jobs(services)
    assert status(services, office.bert) == PersonStatus.ACTIVE

    clock.advance(timedelta(seconds=1))
    run_jobs(services)

    assert status(services, office.bert) is None
    assert len(letters(services, "account-deleted")) == 1


def test_nobody_goes_who_did_not_ask(services: Services, office: Office, clock: FixedClock) -> None:
    ask(services, office.bert)
    clock.advance(FORTNIGHT)

    assert leaving.carry_out(services, now=clock.now()) == 1

    assert status(services, office.anna) == PersonStatus.ACTIVE


def test_who_undid_it_stays(services: Services, office: Office, clock: FixedClock) -> None:
    ask(services, office.bert)
    clock.advance(FORTNIGHT)
    with services.database.transaction() as session:
        requests.undo(session, office.bert, now=clock.now())

    assert leaving.carry_out(services, now=clock.now()) == 0

    assert status(services, office.bert) == PersonStatus.ACTIVE


def test_account_that_cannot_go_yet_waits_and_its_person_is_told(
    services: Services, office: Office, clock: FixedClock
) -> None:
    """The rule held when they asked; by the time it is due they are the last manager of colleagues."""
    ask(services, office.anna)
    promote = a_colleague(services, office)
    clock.advance(FORTNIGHT)

    for _ in range(3):
        run_jobs(services)

    assert status(services, office.anna) == PersonStatus.ACTIVE
    (mail,) = letters(services, "erasure-waits")
    assert mail["recipient_person_id"] == office.anna
    assert isinstance(mail["values"], dict)
    assert mail["values"]["organisation"] == "Noord BV"

    promote()
    clock.advance(timedelta(days=1))
    run_jobs(services)

    assert status(services, office.anna) == PersonStatus.ANONYMISED


def test_person_who_waits_is_reminded_weekly(services: Services, office: Office, clock: FixedClock) -> None:
    ask(services, office.anna)
    a_colleague(services, office)
    clock.advance(FORTNIGHT)

    for _ in range(15):
        leaving.carry_out(services, now=clock.now())
        clock.advance(timedelta(days=1))

    assert len(letters(services, "erasure-waits")) == 3


def test_account_that_fails_holds_up_no_other(services: Services, office: Office, clock: FixedClock) -> None:
    ask(services, office.anna)
    a_colleague(services, office)
    ask(services, office.bert)
    clock.advance(FORTNIGHT)

    assert leaving.carry_out(services, now=clock.now()) == 1

    assert status(services, office.bert) == PersonStatus.ANONYMISED


def test_two_workers_do_it_once(services: Services, office: Office, clock: FixedClock) -> None:
    ask(services, office.bert)
    clock.advance(FORTNIGHT)
    barrier, done = Barrier(2), []

    def work() -> None:
        barrier.wait()
        done.append(leaving.carry_out(services, now=clock.now()))

    threads = [Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(done) == [0, 1]
    assert len(letters(services, "account-deleted")) == 1


def test_helpdesk_erases_at_once_with_a_reason(
    services: Services, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cli, "connect", lambda: services)

    result = CliRunner().invoke(
        cli.erase, ["bert.janssens", "--reason", "helpdesk-request", "--reference", "T-1", "--yes"]
    )

    assert result.exit_code == 0, result.output
    assert result.output.splitlines()[-1] == "deleted"
    assert status(services, office.bert) is None


@pytest.mark.parametrize("arguments", [[], ["--reason", "because"], ["--reason", "abuse", "--reference", "an@a.be"]])
def test_helpdesk_needs_a_reason_that_may_stay_for_ever(
    services: Services, office: Office, monkeypatch: pytest.MonkeyPatch, arguments: list[str]
) -> None:
    monkeypatch.setattr(cli, "connect", lambda: services)

    result = CliRunner().invoke(cli.erase, ["bert.janssens", "--yes", *arguments])

    assert result.exit_code != 0
    assert status(services, office.bert) == PersonStatus.ACTIVE


def test_helpdesk_is_told_of_colleagues_left_without_a_manager(
    services: Services, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_colleague(services, office)
    monkeypatch.setattr(cli, "connect", lambda: services)
    arguments = ["anna.peeters", "--reason", "deceased", "--yes"]

    refused = CliRunner().invoke(cli.erase, arguments)
    assert refused.exit_code == 1
    assert "Noord BV would be left without a manager" in refused.output
    assert status(services, office.anna) == PersonStatus.ACTIVE

    assert CliRunner().invoke(cli.erase, [*arguments, "--leave-ownerless"]).exit_code == 0
    assert status(services, office.anna) == PersonStatus.ANONYMISED


def test_unanswered_question_erases_nobody(services: Services, office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cli, "connect", lambda: services)

    result = CliRunner().invoke(cli.erase, ["bert.janssens", "--reason", "abuse"], input="n\n")

    assert result.exit_code == 1
    assert status(services, office.bert) == PersonStatus.ACTIVE
