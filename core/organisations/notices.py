"""How a manager hears of requests, registrations, mandates and company data: at once, daily, or not (O14)."""

from collections.abc import Collection, Mapping
from datetime import datetime, time
from itertools import groupby

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from core.infra import audit, outbox
from core.infra.catalogues import translations
from core.infra.clock import BRUSSELS
from core.infra.mail_templates.letters import LETTERS
from core.infra.topics import MailRequested
from core.infra.withdrawals import mentions
from core.organisations.errors import NotManager
from core.organisations.identifiers import OrganisationId
from core.organisations.presentation_tables import WaitingNoticeRow
from core.organisations.states import MembershipStatus, Notices
from core.organisations.tables import MembershipRow
from core.people.identifiers import PersonId
from core.people.receivers import receivers
from core.people.tables import PersonRow

DIGEST = "daily-notices"
# Before the office opens, in Brussels.
_SENT_AT = time(7)
_PEOPLE_AT_ONCE = 200


def choice_of(session: Session, organisation_id: OrganisationId, person_id: PersonId) -> Notices:
    """Return what a manager chose; raises `NotManager`."""
    return Notices(_managing(session, organisation_id, person_id).notices)


def choose(session: Session, organisation_id: OrganisationId, notices: Notices, *, by: PersonId, now: datetime) -> None:
    """Let a manager hear of things in this way from now on; what waits already still comes. Raises `NotManager`."""
    row = _managing(session, organisation_id, by)
    if row.notices == notices:
        return
    row.notices = notices
    audit.record(
        session,
        action="notices-chosen",
        actor_id=by,
        subject_id=by,
        organisation_id=organisation_id,
        details={"notices": notices.value},
        now=now,
    )


def send_daily(session: Session, *, now: datetime) -> int:
    """Enqueue to each manager, once a day from seven o'clock, one mail with all that waited; return to how many.

    A mail for each language in which lines wait. Several workers may do so at once: each line goes once.
    """
    today = datetime.combine(now.astimezone(BRUSSELS).date(), _SENT_AT, BRUSSELS)
    if now < today:
        return 0
    people = session.scalars(
        select(WaitingNoticeRow.person_id)
        .where(WaitingNoticeRow.created_at < today)
        .distinct()
        .order_by(WaitingNoticeRow.person_id)
        .limit(_PEOPLE_AT_ONCE)
    ).all()
    return sum(_send(session, PersonId(person), now) for person in people)


def withdraw(session: Session, person_id: PersonId, texts: Collection[str]) -> None:
    """Remove what waits for somebody whose account goes, and what names them in its values."""
    session.execute(delete(WaitingNoticeRow).where(WaitingNoticeRow.person_id == person_id))
    sought = {text.casefold() for text in texts}
    for row in session.scalars(select(WaitingNoticeRow)):
        if mentions(row.values, sought):
            session.delete(row)


def _send(session: Session, person_id: PersonId, now: datetime) -> int:
    rows = session.scalars(
        select(WaitingNoticeRow)
        .where(WaitingNoticeRow.person_id == person_id)
        .order_by(WaitingNoticeRow.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
    managed = _managed(session, person_id)
    told = sorted((row for row in rows if row.organisation_id in managed), key=_by_language)
    reachable = receivers(session, select(PersonRow.id).where(PersonRow.id == person_id))
    for receiver in reachable:
        for language, waiting in groupby(told, key=_by_language):
            values = {"lines": "\n".join(_lines(list(waiting), language))}
            mail = MailRequested(DIGEST, receiver.person_id, receiver.address, language, values)
            outbox.enqueue(session, mail, now=now)
    for row in rows:
        session.delete(row)
    session.flush()
    return len(reachable) if told else 0


def _managed(session: Session, person_id: PersonId) -> frozenset[str]:
    """Return the organisations that a person still manages: whoever no longer does hears nothing more of them."""
    managing = select(MembershipRow.organisation_id).where(
        MembershipRow.person_id == person_id,
        MembershipRow.is_manager,
        MembershipRow.status == MembershipStatus.ACTIVE.value,
    )
    return frozenset(session.scalars(managing))


def _by_language(row: WaitingNoticeRow) -> str:
    return row.language


def _lines(rows: list[WaitingNoticeRow], language: str) -> list[str]:
    """Return a line for each thing that happened, in order, by organisation; alike ones become one."""
    say = translations(language).ugettext
    found: dict[tuple[str, str, tuple[tuple[str, str], ...]], list[str]] = {}
    # What an earlier release wrote and this one does not know is let go.
    known = (row for row in rows if row.template in LETTERS)
    for row in sorted(known, key=lambda row: (row.values["organisation"].casefold(), row.created_at, row.id)):
        letter = LETTERS[row.template]
        sentence = letter.line or letter.paragraphs[0]
        gathers = "%(tools)s" in sentence
        values = _told(row.values, sentence)
        tools = found.setdefault((row.organisation_id, sentence, tuple(sorted(values.items()))), [])
        if gathers and row.values["tool"] not in tools:
            tools.append(row.values["tool"])
    return [
        " ".join((say(sentence) % {**dict(values), "tools": ", ".join(tools)}).split())
        for (_organisation, sentence, values), tools in found.items()
    ]


def _told(values: Mapping[str, str], sentence: str) -> dict[str, str]:
    return {name: value for name, value in values.items() if f"%({name})s" in sentence}


def _managing(session: Session, organisation_id: OrganisationId, person_id: PersonId) -> MembershipRow:
    row = session.scalars(
        select(MembershipRow).where(
            MembershipRow.organisation_id == organisation_id,
            MembershipRow.person_id == person_id,
            MembershipRow.is_manager,
            MembershipRow.status == MembershipStatus.ACTIVE.value,
        )
    ).one_or_none()
    if row is None:
        raise NotManager(organisation=organisation_id)
    return row
