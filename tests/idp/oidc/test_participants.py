"""Who took part in sessions that nobody ended."""

from datetime import timedelta

from sqlalchemy import select

from core.infra.clock import FixedClock
from idp import jobs
from idp.oidc import participants
from idp.oidc.tables import ParticipantRow
from idp.session import SESSION_LIFE
from idp.wiring import Services
from tests.support.tools import an_office


def test_the_worker_drops_participants_of_sessions_long_over(services: Services, clock: FixedClock) -> None:
    office = an_office(services)
    ages = {"ses_old": participants.KEPT + timedelta(seconds=1), "ses_running": 2 * SESSION_LIFE}
    with services.database.transaction() as session:
        for sid, age in ages.items():
            joined_at = clock.now() - age
            participants.join(session, sid=sid, client_id="plain", person_id=office.anna, context=None, now=joined_at)

    for job in jobs.periodic(services):
        job.function(clock.now())

    with services.database.reading() as session:
        assert session.scalars(select(ParticipantRow.sid)).all() == ["ses_running"]
