"""Each month, and after each import: what the company register says is compared with the organisations (O9).

Nothing is overwritten. A difference becomes a suggestion to the managers, who are written to once for
all that a round found; a company that has stopped lets its organisation close.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import Row, Select, select, update
from sqlalchemy.orm import Session

from core.companies.facts import CompanyFacts
from core.companies.queries import facts
from core.companies.tables import CompanyRow, CompanySnapshotRow
from core.infra import audit
from core.infra.catalogues import translations
from core.infra.db import Database
from core.infra.errors import ImmoError
from core.infra.ids import new_id
from core.infra.log import ERROR, event
from core.organisations import letters
from core.organisations.company_data import FIELD_NAMES
from core.organisations.company_rules import Difference, OwnData, differences, status_after
from core.organisations.identifiers import OrganisationId
from core.organisations.states import OrganisationStatus, SuggestionState
from core.organisations.tables import OrganisationRow, OrganisationSuggestionRow

COMPARED_EVERY = timedelta(days=28)
_BATCH = 500
# In French from Brabant's south to the end of Wallonia: which name of a place is suggested first.
_FRENCH = (range(1300, 1500), range(4000, 8000))


@dataclass(frozen=True, slots=True)
class Comparison:
    """What a round did; `unknown` are organisations whose company the register never named."""

    compared: int = 0
    differing: int = 0
    closed: int = 0
    reopened: int = 0
    unknown: int = 0


def follow(database: Database, *, now: datetime) -> Comparison | None:
    """Compare where that is due: after an import, and each month; None where it is not."""
    with database.reading() as session:
        snapshot = session.scalars(select(CompanySnapshotRow).where(CompanySnapshotRow.is_current)).one_or_none()
        if snapshot is None:
            return None
        is_due = snapshot.compared_at is None or snapshot.compared_at <= now - COMPARED_EVERY
    return compare_all(database, now=now) if is_due else None


def compare_all(database: Database, *, now: datetime) -> Comparison:
    """Compare every organisation with the register in force, each in its own transaction."""
    total, last = Comparison(), ""
    with database.reading() as session:
        in_force = session.scalar(select(CompanySnapshotRow.id).where(CompanySnapshotRow.is_current))
    if in_force is None:
        return total
    while True:
        with database.reading() as session:
            rows = session.execute(_compared(last).limit(_BATCH)).all()
            known = _suggestions(session, [row.organisation_id for row in rows])
        for row in rows:
            total = _added(total, _judge_if_needed(database, row, known.get(row.organisation_id, ()), now))
        if len(rows) < _BATCH:
            break
        last = rows[-1].organisation_id
    with database.transaction() as session:
        mine = CompanySnapshotRow.id == in_force
        session.execute(update(CompanySnapshotRow).where(mine).values(compared_at=now))
    return total


def judge(session: Session, organisation_id: OrganisationId, *, now: datetime) -> Comparison:
    """Compare one organisation, which is locked, and write down what follows."""
    organisation = session.scalars(
        select(OrganisationRow)
        .where(OrganisationRow.id == organisation_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()
    row = session.execute(_compared("").where(OrganisationRow.id == organisation_id)).one_or_none()
    if row is None:
        return Comparison()
    found = _suggestions(session, [organisation_id]).get(organisation_id, ())
    plan = _plan(row, found)
    _write_suggestions(session, organisation_id, plan, now)
    _write_status(session, organisation, plan, now)
    return plan.outcome


@dataclass(frozen=True, slots=True)
class _Plan:
    """What a comparison asks to be written; empty where nothing."""

    new: tuple[Difference, ...]
    outdated: tuple[OrganisationSuggestionRow, ...]
    status: OrganisationStatus | None
    outcome: Comparison

    @property
    def is_empty(self) -> bool:
        return not (self.new or self.outdated or self.status)


def _plan(row: Row[*tuple[object, ...]], suggestions: Sequence[OrganisationSuggestionRow]) -> _Plan:
    company = _company(row)
    outcome = Comparison(compared=1)
    if company is None:
        return _Plan((), (), None, replace(outcome, unknown=1))
    ours = OwnData(row.name, row.street_address, row.postal_code, row.locality)
    found = differences(ours, company) if company.is_active else ()
    waiting = [one for one in suggestions if one.state == SuggestionState.OPEN]
    outdated = tuple(one for one in waiting if not any(_is_about(one, each) for each in found))
    known = [one for one in suggestions if one not in outdated]
    new = tuple(each for each in found if not any(_is_settled(one, each) for one in known))
    before = OrganisationStatus(row.organisation_status)
    after = before
    if not company.is_active or row.company_stopped_at is not None:
        after = status_after(before, has_stopped=not company.is_active)
    changes = after is not before
    return _Plan(
        new=new,
        outdated=outdated,
        status=after if changes else None,
        outcome=replace(
            outcome,
            differing=int(bool(found)),
            closed=int(changes and not company.is_active),
            reopened=int(changes and company.is_active),
        ),
    )


def _is_about(suggestion: OrganisationSuggestionRow, found: Difference) -> bool:
    """Tell whether a suggestion says what the difference does, on both sides."""
    return (suggestion.field, dict(suggestion.theirs), dict(suggestion.ours)) == (
        found.field.value,
        dict(found.theirs),
        dict(found.ours),
    )


def _is_settled(suggestion: OrganisationSuggestionRow, found: Difference) -> bool:
    """Tell whether the managers were told already, or have declined what the register says still."""
    if suggestion.state == SuggestionState.OPEN:
        return _is_about(suggestion, found)
    is_same = (suggestion.field, dict(suggestion.theirs)) == (found.field.value, dict(found.theirs))
    return is_same and suggestion.state == SuggestionState.DECLINED


def _judge_if_needed(
    database: Database,
    row: Row[*tuple[object, ...]],
    suggestions: Sequence[OrganisationSuggestionRow],
    now: datetime,
) -> Comparison:
    plan = _plan(row, suggestions)
    if plan.is_empty:
        return plan.outcome
    try:
        with database.transaction() as session:
            return judge(session, OrganisationId(row.organisation_id), now=now)
    except ImmoError as error:
        # The trouble of one is no reason to leave out all others.
        event("company_comparison_failed", ERROR, organisation_id=row.organisation_id, reason=error.code)
        return Comparison()


def _write_suggestions(session: Session, organisation_id: OrganisationId, plan: _Plan, now: datetime) -> None:
    for one in plan.outdated:
        # Nobody decided about it, and it is not so any more: what takes its place is told anew.
        session.delete(one)
    session.flush()
    if not plan.new:
        return
    session.add_all(
        OrganisationSuggestionRow(
            id=new_id("sug"),
            organisation_id=organisation_id,
            field=found.field,
            ours=dict(found.ours),
            theirs=dict(found.theirs),
            state=SuggestionState.OPEN,
            since=now,
        )
        for found in plan.new
    )
    fields = tuple(name for found in plan.new for name in found.theirs)
    _record(session, "company-differences-found", organisation_id, now, fields=" ".join(fields))
    letters.tell_managers(
        session,
        organisation_id,
        "company-differs",
        lambda language: {"fields": _in_words(fields, language)},
        now=now,
    )


def _write_status(session: Session, organisation: OrganisationRow, plan: _Plan, now: datetime) -> None:
    if plan.status is None:
        return
    organisation_id = OrganisationId(organisation.id)
    has_stopped = plan.status is OrganisationStatus.CLOSING
    organisation.status, organisation.updated_at = plan.status, now
    organisation.company_stopped_at = now if has_stopped else None
    session.flush()
    _record(session, "organisation-closing" if has_stopped else "organisation-reopened", organisation_id, now)
    letters.tell_managers(
        session,
        organisation_id,
        "company-stopped" if has_stopped else "company-active-again",
        now=now,
    )


def _record(session: Session, action: str, organisation_id: OrganisationId, now: datetime, **details: str) -> None:
    audit.record(
        session,
        action=action,
        actor_id=None,
        subject_id=organisation_id,
        organisation_id=organisation_id,
        details=details,
        now=now,
    )


def _in_words(fields: Sequence[str], language: str) -> str:
    say = translations(language).ugettext
    return ", ".join(say(FIELD_NAMES[name]) for name in fields)


def _compared(after: str) -> Select[*tuple[object, ...]]:
    """Return the selection of organisations, in the order of their identifiers, with what the register says."""
    organisation, company = OrganisationRow, CompanyRow.__table__
    in_force = select(CompanySnapshotRow.id).where(CompanySnapshotRow.is_current).scalar_subquery()
    said = [column.label(f"company_{column.key}") for column in company.columns]
    return (
        select(
            organisation.id.label("organisation_id"),
            organisation.status.label("organisation_status"),
            *(organisation.name, organisation.street_address, organisation.postal_code, organisation.locality),
            organisation.company_stopped_at,
            *said,
        )
        .outerjoin(company, (company.c.snapshot_id == in_force) & (company.c.number == organisation.company_number))
        .where(organisation.status != OrganisationStatus.CLOSED.value, organisation.id > after)
        .order_by(organisation.id)
    )


def _company(row: Row[*tuple[object, ...]]) -> CompanyFacts | None:
    named = {name.removeprefix("company_"): value for name, value in row._mapping.items() if name in _COMPANY}  # noqa: SLF001
    return None if named["number"] is None else facts(named, _language_of(str(named["postal_code"] or "")))


_COMPANY = frozenset(f"company_{name}" for name in CompanyRow.__table__.columns.keys())  # noqa: SIM118


def _language_of(postal_code: str) -> str:
    number = int(postal_code) if postal_code.isascii() and postal_code.isdigit() else 0
    return "fr" if any(number in area for area in _FRENCH) else "nl"


def _suggestions(session: Session, organisations: Sequence[str]) -> Mapping[str, list[OrganisationSuggestionRow]]:
    row = OrganisationSuggestionRow
    told: dict[str, list[OrganisationSuggestionRow]] = {}
    wanted = row.organisation_id.in_(organisations) & (row.state != SuggestionState.TAKEN.value)
    for one in session.scalars(select(row).where(wanted).order_by(row.id)):
        told.setdefault(one.organisation_id, []).append(one)
    return told


def _added(one: Comparison, other: Comparison) -> Comparison:
    return Comparison(
        compared=one.compared + other.compared,
        differing=one.differing + other.differing,
        closed=one.closed + other.closed,
        reopened=one.reopened + other.reopened,
        unknown=one.unknown + other.unknown,
    )
