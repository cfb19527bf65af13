"""The access table: every active employee and one registration, a page at a time (T3).

One statement for a page of members with all that decides about each, so that nothing is asked per
row; another for those who asked for access.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session

from core.infra.kept_query import Row
from core.infra.localised import Localised
from core.organisations.identifiers import MembershipId, OrganisationId
from core.organisations.states import MembershipStatus
from core.organisations.tables import MembershipRow
from core.organisations.waiting import Wait
from core.people.folding import search_text
from core.people.receivers import full_name
from core.people.tables import PersonRow
from core.tools import situations
from core.tools.access_states import Decided, JudgedAccess, judge
from core.tools.identifiers import RegistrationId
from core.tools.tables import AccessRequestRow, AccessRow, RegistrationRow

PAGE_SIZE = 50
# More are not shown at once: whoever has answered these sees the next.
WAITING_MAX = 50
_WORDS_MAX = 6

_member = MembershipRow.__table__.c
_person = PersonRow.__table__.c
_request = AccessRequestRow.__table__.c
_key = func.coalesce(_person.search_name, "")


@dataclass(frozen=True, slots=True)
class AccessLine:
    """One employee in the table; `wait` where they asked for access and nobody decided yet."""

    membership_id: MembershipId
    name: str
    function: str | None
    is_manager: bool
    decided: Decided
    judged: JudgedAccess
    role_name: Localised | None
    wait: Wait | None


@dataclass(frozen=True, slots=True)
class AccessPage:
    """Some employees in the order of their names; `next_from` leads to those who follow."""

    lines: tuple[AccessLine, ...]
    next_from: str | None


def access_page(
    session: Session,
    registration_id: RegistrationId,
    organisation_id: OrganisationId,
    *,
    search: str = "",
    after: str | None = None,
    only: Sequence[MembershipId] | None = None,
    now: datetime,
    limit: int = PAGE_SIZE,
) -> AccessPage:
    """Return a page of the active employees and their access; one statement.

    Those whose name has every word of `search`, who come after the member `after`, and who are
    among `only`.
    """
    chosen = _members(organisation_id, search, after, only).limit(limit + 1)
    lines = tuple(_lines(session, registration_id, organisation_id, chosen, now))
    following = lines[limit - 1].membership_id if len(lines) > limit else None
    return AccessPage(lines[:limit], following)


def waiting_lines(
    session: Session, registration_id: RegistrationId, organisation_id: OrganisationId, *, now: datetime
) -> tuple[AccessLine, ...]:
    """Return the active employees who asked for access, the longest wait first; one statement."""
    asked = (
        select(_request.membership_id)
        .where(_request.registration_id == registration_id)
        .order_by(_request.asked_at, _request.membership_id)
        .limit(WAITING_MAX)
    )
    lines = _lines(session, registration_id, organisation_id, asked, now)
    return tuple(sorted(lines, key=lambda line: (line.wait.asked_at if line.wait else now, line.name)))


def users_of(session: Session, registration_id: RegistrationId) -> int:
    """Return how many active employees have a role in a registration; one statement."""
    counted = (
        select(func.count())
        .select_from(AccessRow)
        .join(MembershipRow, MembershipRow.id == AccessRow.membership_id)
        .where(
            AccessRow.registration_id == registration_id,
            AccessRow.role.is_not(None),
            MembershipRow.status == MembershipStatus.ACTIVE.value,
        )
    )
    return session.scalars(counted).one()


def _members(
    organisation_id: OrganisationId, search: str, after: str | None, only: Sequence[MembershipId] | None
) -> Select[str]:
    words = [_key.contains(word, autoescape=True) for word in search_text(search).split()[:_WORDS_MAX]]
    statement = (
        select(_member.id)
        .join_from(MembershipRow.__table__, PersonRow.__table__, _person.id == _member.person_id)
        .where(_is_active_in(organisation_id), *words)
        .order_by(_key, _member.id)
    )
    if after is not None:
        statement = statement.where(_follows(organisation_id, after))
    return statement if only is None else statement.where(_member.id.in_(only))


def _follows(organisation_id: OrganisationId, after: str) -> ColumnElement[bool]:
    """Say who comes after a member; whoever is unknown here comes before all."""
    last, whose = MembershipRow.__table__.alias("last"), PersonRow.__table__.alias("whose")
    key = (
        select(func.coalesce(whose.c.search_name, ""))
        .join_from(last, whose, whose.c.id == last.c.person_id)
        .where(last.c.id == after, last.c.organisation_id == organisation_id)
        .scalar_subquery()
    )
    return or_(key.is_(None), _key > key, and_(_key == key, _member.id > after))


def _is_active_in(organisation_id: OrganisationId) -> ColumnElement[bool]:
    return and_(_member.organisation_id == organisation_id, _member.status == MembershipStatus.ACTIVE.value)


def _lines(
    session: Session,
    registration_id: RegistrationId,
    organisation_id: OrganisationId,
    members: Select[str],
    now: datetime,
) -> Iterator[AccessLine]:
    asked = and_(_request.registration_id == registration_id, _request.membership_id == _member.id)
    of_request = [
        select(column).where(asked).scalar_subquery().label(label)
        for column, label in ((_request.asked_at, "asked_at"), (_request.reminded_at, "reminded_at"))
    ]
    statement = (
        situations.situations(_person.given_name, _person.family_name, _person.username, _key.label("key"), *of_request)
        .where(
            RegistrationRow.__table__.c.id == registration_id,
            _is_active_in(organisation_id),
            _member.id.in_(members.subquery().select()),
        )
        .order_by(_key, _member.id, situations.OWN_ID)
    )
    rows: Iterator[Row] = map(dict, session.execute(statement, {"now": now}).mappings())
    for _, found in groupby(rows, key=lambda row: str(row["membership_id"])):
        yield _line(tuple(found), now)


def _line(rows: Sequence[Row], now: datetime) -> AccessLine:
    row = rows[0]
    is_named = row["role"] is not None
    return AccessLine(
        membership_id=MembershipId(row["membership_id"]),
        name=full_name(row["given_name"], row["family_name"]) or row["username"],
        function=row["function"],
        is_manager=row["is_manager"],
        decided=Decided.of(row["access"], row["role"]),
        judged=judge(situations.read(rows), now=now),
        role_name=Localised(row["role_nl"], row["role_fr"], row["role_en"]) if is_named else None,
        wait=None if row["asked_at"] is None else Wait(row["asked_at"], row["reminded_at"]),
    )
