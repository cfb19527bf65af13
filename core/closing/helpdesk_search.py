"""The helpdesk finds people and organisations by whatever somebody tells it on the telephone (S1).

Every way has an index, so that it costs the same among a thousand and a million. A search is recorded
by its kind and never with its words.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Row,
    Select,
    String,
    Subquery,
    exists,
    literal,
    select,
    tuple_,
    union_all,
)
from sqlalchemy.orm import InstrumentedAttribute, Session

from core.accreditations.tables import AccreditationRow
from core.infra import audit, rate_limit
from core.infra.rate_limit import Limit
from core.infra.store.interface import EphemeralStore
from core.organisations.errors import InvalidCompanyNumber
from core.organisations.identifiers import OrganisationId
from core.organisations.numbers import normalise
from core.organisations.states import MembershipStatus, OrganisationStatus
from core.organisations.tables import MembershipRow, OrganisationRow
from core.people.folding import search_text
from core.people.identifiers import PersonId
from core.people.receivers import full_name
from core.people.rules import AddressState, PersonStatus, address_key, username_key
from core.people.tables import EidLinkRow, EmailAddressRow, PersonRow
from core.staff import roles
from core.staff.states import StaffRole

PAGE = 20
LONGEST = 200
SEARCHES = Limit("helpdesk-search", 60, timedelta(minutes=10))
# A name in more parts is looked for as it was typed.
_MOST_PARTS = 5
_MOST_PLACES = 3
# Sorts after whatever follows a prefix, in the order of codes as in that of the Unicode collation.
_HIGHEST = "\uffff"
_MOST_DIRECT = 5
_NO_STATE = literal(None, String).label("address_state")
_LIVE = [status.value for status in MembershipStatus if status.is_live]


class SearchKind(StrEnum):
    """What somebody typed, by its form."""

    EMAIL = "email"
    COMPANY_NUMBER = "company-number"
    WORDS = "words"


@dataclass(frozen=True, slots=True)
class FoundPerson:
    """Just enough to tell people apart; `address_state` is that of the address that was looked for."""

    id: PersonId
    name: str
    username: str
    status: PersonStatus
    has_eid: bool
    organisations: tuple[str, ...]
    address_state: AddressState | None


@dataclass(frozen=True, slots=True)
class FoundOrganisation:
    """Just enough to tell organisations apart."""

    id: OrganisationId
    name: str
    company_number: str
    locality: str | None
    status: OrganisationStatus


@dataclass(frozen=True, slots=True)
class Found:
    """A page of what was found; `people_after` and `organisations_after` begin the next one, None at the end."""

    people: tuple[FoundPerson, ...]
    people_after: PersonId | None
    organisations: tuple[FoundOrganisation, ...]
    organisations_after: OrganisationId | None


def kind_of(words: str) -> SearchKind:
    """Return what was typed, by its form."""
    if "@" in words:
        return SearchKind.EMAIL
    try:
        normalise(words)
    except InvalidCompanyNumber:
        return SearchKind.WORDS
    return SearchKind.COMPANY_NUMBER


def begin(session: Session, store: EphemeralStore, words: str, *, by: PersonId, now: datetime) -> None:
    """Count and record a search; raises `NotStaff`, and `RateLimited` for more than sixty in ten minutes."""
    roles.require(session, by, StaffRole.HELPDESK)
    rate_limit.hit(store, SEARCHES, by)
    audit.record(
        session,
        action="helpdesk-searched",
        actor_id=by,
        subject_id=None,
        details={"kind": kind_of(words).value},
        now=now,
    )


def search(
    session: Session,
    words: str,
    *,
    people_after: PersonId | None = None,
    organisations_after: OrganisationId | None = None,
) -> Found:
    """Return who and what is found, at most three statements; a page of each that begins after one of them.

    An e-mail address is compared as a whole, in whatever state it is. Otherwise names and usernames by
    their beginning, a name of several parts in any turn of them, accreditation numbers as a whole.
    """
    people: Sequence[Row[*tuple[Any, ...]]] = ()
    organisations: Sequence[Row[*tuple[Any, ...]]] = ()
    match kind_of(words):
        case SearchKind.EMAIL:
            people = _people_at(session, words)
        case SearchKind.COMPANY_NUMBER:
            numbered = OrganisationRow.company_number == normalise(words)
            organisations = _organisations(session, numbered, organisations_after)
        case SearchKind.WORDS:
            people = _people_called(session, words, people_after)
            name = search_text(words[:LONGEST])
            if name:
                named = begins_with(OrganisationRow.search_name, name)
                organisations = _organisations(session, named, organisations_after)
    shown, offices = people[:PAGE], organisations[:PAGE]
    places = _places(session, [row.id for row in shown])
    return Found(
        people=tuple(_person(row, places.get(row.id, ())) for row in shown),
        people_after=PersonId(shown[-1].id) if len(people) > PAGE else None,
        organisations=tuple(_organisation(row) for row in offices),
        organisations_after=OrganisationId(offices[-1].id) if len(organisations) > PAGE else None,
    )


def begins_with(column: InstrumentedAttribute[Any], prefix: str) -> ColumnElement[bool]:
    """Return the condition that a text begins so, which an index on the text serves."""
    # The second half because not every collation looks at spaces and dots first.
    is_within = (column >= prefix) & (column < prefix + _HIGHEST)
    return is_within & column.startswith(prefix, autoescape=True)


def _select_people(*more: ColumnElement[Any]) -> Select[*tuple[Any, ...]]:
    has_eid = exists().where(EidLinkRow.person_id == PersonRow.id).label("has_eid")
    person = PersonRow
    return select(person.id, person.username, person.given_name, person.family_name, person.status, has_eid, *more)


def _people_at(session: Session, words: str) -> Sequence[Row[*tuple[Any, ...]]]:
    """Return who has, had or waits for an address; several may wait for one."""
    return session.execute(
        _select_people(EmailAddressRow.state.label("address_state"))
        .join(EmailAddressRow, EmailAddressRow.person_id == PersonRow.id)
        .where(EmailAddressRow.address_key == address_key(words[:LONGEST]))
        .order_by(EmailAddressRow.state, PersonRow.id)
        .limit(PAGE)
    ).all()


def _people_called(session: Session, words: str, after: PersonId | None) -> Sequence[Row[*tuple[Any, ...]]]:
    """Return who is called so, a page by name; before the first page whoever is named by something else."""
    direct = () if after is not None else _people_named_otherwise(session, words)
    known = {row.id for row in direct}
    ways = [_some(name, after) for name in _turns(words)]
    if not ways:
        return direct
    found = select(union_all(*(select(way.c.id) for way in ways)).subquery().c.id)
    called = session.execute(
        _select_people(_NO_STATE)
        .where(PersonRow.id.in_(found))
        .order_by(PersonRow.search_name, PersonRow.id)
        .limit(PAGE + 1)
    ).all()
    # Few come first, so that the last one of a full page, which begins the next, was found by name.
    return (*direct, *(row for row in called if row.id not in known))


def _people_named_otherwise(session: Session, words: str) -> Sequence[Row[*tuple[Any, ...]]]:
    """Return whose username begins so, and who holds an accreditation with this number; a few of each."""
    holders = select(AccreditationRow.person_id).where(AccreditationRow.number == words.strip()[:LONGEST])
    ways = [holders.limit(_MOST_DIRECT).subquery().c.person_id]
    username = username_key(words[:LONGEST])
    if username:
        condition = begins_with(PersonRow.username_key, username)
        named = select(PersonRow.id).where(condition).order_by(PersonRow.username_key).limit(_MOST_DIRECT)
        ways.append(named.subquery().c.id)
    # One list of identifiers: two joined by OR would have the database look at everybody.
    found = select(union_all(*(select(way.label("id")) for way in ways)).subquery().c.id)
    return session.execute(
        _select_people(_NO_STATE).where(PersonRow.id.in_(found)).order_by(PersonRow.username_key, PersonRow.id)
    ).all()


def _turns(words: str) -> Iterator[str]:
    parts = search_text(words[:LONGEST]).split()
    for turn in range(len(parts) if len(parts) <= _MOST_PARTS else 1):
        yield " ".join(parts[turn:] + parts[:turn])


def _some(name: str, after: PersonId | None) -> Subquery:
    """Select a page of those whose name begins so, along the index: nobody has to sort all of them."""
    statement = select(PersonRow.id).where(begins_with(PersonRow.search_name, name))
    if after is not None:
        at = PersonRow.__table__.alias("at").c
        begins = select(at.search_name).where(at.id == after).scalar_subquery()
        statement = statement.where(tuple_(PersonRow.search_name, PersonRow.id) > tuple_(begins, after))
    return statement.order_by(PersonRow.search_name, PersonRow.id).limit(PAGE + 1).subquery()


def _organisations(
    session: Session, condition: ColumnElement[bool], after: OrganisationId | None
) -> Sequence[Row[*tuple[Any, ...]]]:
    office = OrganisationRow
    statement = select(office.id, office.name, office.company_number, office.locality, office.status).where(condition)
    if after is not None:
        at = office.__table__.alias("at").c
        begins = select(at.search_name).where(at.id == after).scalar_subquery()
        statement = statement.where(tuple_(office.search_name, office.id) > tuple_(begins, after))
    return session.execute(statement.order_by(office.search_name, office.id).limit(PAGE + 1)).all()


def _places(session: Session, people: Sequence[str]) -> Mapping[str, tuple[str, ...]]:
    """Return the names of the organisations of each of these people."""
    if not people:
        return {}
    rows = session.execute(
        select(MembershipRow.person_id, OrganisationRow.name)
        .join(OrganisationRow, OrganisationRow.id == MembershipRow.organisation_id)
        .where(MembershipRow.person_id.in_(people), MembershipRow.status.in_(_LIVE))
        .order_by(OrganisationRow.search_name, OrganisationRow.id)
    )
    found: dict[str, list[str]] = {}
    for row in rows:
        found.setdefault(row.person_id, []).append(row.name)
    return {person_id: tuple(names[:_MOST_PLACES]) for person_id, names in found.items()}


def _person(row: Row[*tuple[Any, ...]], places: tuple[str, ...]) -> FoundPerson:
    return FoundPerson(
        id=PersonId(row.id),
        name=full_name(row.given_name, row.family_name) or row.username,
        username=row.username,
        status=PersonStatus(row.status),
        has_eid=row.has_eid,
        organisations=places,
        address_state=None if row.address_state is None else AddressState(row.address_state),
    )


def _organisation(row: Row[*tuple[Any, ...]]) -> FoundOrganisation:
    organisation_id, status = OrganisationId(row.id), OrganisationStatus(row.status)
    return FoundOrganisation(organisation_id, row.name, row.company_number, row.locality, status)
