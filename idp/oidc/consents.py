"""What a person agreed that a client receives, and the context they want it to start with.

Recorded as it was shown; asked again only for something new (C3). The participants of a session
are read in the same statement, because an authorization request always needs both.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, bindparam, func, literal, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from core.infra.kept_query import KeptQuery, Row, rows_of
from core.infra.statements import Queryable, Statements
from core.people.assurance import Acr
from core.people.identifiers import PersonId
from core.tools.access import NamedContext
from core.tools.context import ChosenContext, OfferedContext
from core.tools.identifiers import RegistrationId
from idp.oidc.participants import chosen_context
from idp.oidc.tables import ConsentRow, ParticipantRow


@dataclass(frozen=True, slots=True)
class Consent:
    """What was agreed: scopes, single claims, the version of the tool's terms.

    `registration_id` is the context to start with at each sign-in, where the person wished so.
    """

    scope: frozenset[str]
    claims: frozenset[str]
    terms_version: str | None
    registration_id: RegistrationId | None

    def covers(self, *, scope: Iterable[str], claims: Iterable[str], terms_version: str | None) -> bool:
        """Tell whether nothing of this is new to the person."""
        return (
            self.scope.issuperset(scope)
            and self.claims.issuperset(claims)
            and terms_version in {None, self.terms_version}
        )


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a person stands with a client: consent, and part in the running session.

    `context` is what was chosen for the client in this session.
    """

    consent: Consent | None = None
    is_participant: bool = False
    context: ChosenContext | None = None

    @property
    def registration_id(self) -> RegistrationId | None:
        """Return the context chosen in this session, else the one to start with at each sign-in."""
        if self.context is not None:
            return self.context.registration_id
        return None if self.consent is None else self.consent.registration_id


def find_standing(connection: Queryable, *, person_id: PersonId, client_id: str, sid: str) -> Standing:
    """Return where the person stands with the client, in one statement."""
    wanted = {"person": person_id, "client": client_id, "session": sid}
    (row,) = _STANDING.rows(connection, wanted)
    return _standing(row)


def find_standing_with_context(
    connection: Statements, *, person_id: PersonId, client_id: str, sid: str, reachable: Acr, now: datetime
) -> tuple[Standing, OfferedContext | None]:
    """Return the standing, and the context that it leads to as `offered_context` does: with one wait for both.

    That is what `Standing.registration_id` names.
    """
    wanted = {"person": person_id, "client": client_id, "session": sid, "person_id": person_id, "now": now}
    (row,), of_context = rows_of(connection, (_STANDING, _CONTEXT.query), wanted)
    return _standing(row), _CONTEXT.offered(of_context, reachable=reachable, now=now)


def _standing(row: Row) -> Standing:
    return Standing(
        consent=_consent(row),
        is_participant=row["joined_at"] is not None,
        context=chosen_context(row),
    )


_ONE = select(literal(1).label("one")).subquery()
_agreed = ConsentRow.__table__
_joined_in = ParticipantRow.__table__
_is_agreed = and_(_agreed.c.person_id == bindparam("person"), _agreed.c.client_id == bindparam("client"))
_is_joined_in = and_(
    _joined_in.c.sid == bindparam("session"),
    _joined_in.c.client_id == bindparam("client"),
    _joined_in.c.person_id == bindparam("person"),
)
_BOTH = _ONE.outerjoin(_agreed, _is_agreed).outerjoin(_joined_in, _is_joined_in)
_STANDING = KeptQuery(
    select(
        *(_agreed.c.scope, _agreed.c.claims, _agreed.c.terms_version, _agreed.c.remembered_registration_id),
        *(_joined_in.c.joined_at, _joined_in.c.organisation_id, _joined_in.c.registration_id),
        *(_joined_in.c.usage, _joined_in.c.role),
    ).select_from(_BOTH)
)
_CONTEXT = NamedContext(
    select(func.coalesce(_joined_in.c.registration_id, _agreed.c.remembered_registration_id))
    .select_from(_BOTH)
    .correlate(None)
    .scalar_subquery()
)


def _consent(row: Row) -> Consent | None:
    if row["scope"] is None:
        return None
    return Consent(
        scope=frozenset(row["scope"].split()),
        claims=frozenset(row["claims"].split()),
        terms_version=row["terms_version"],
        registration_id=row["remembered_registration_id"],
    )


@dataclass(frozen=True, slots=True)
class Agreement:
    """What a person has just agreed to on the consent screen.

    `registration_id` is the context to start with from now on, None to be asked each time.
    """

    person_id: PersonId
    client_id: str
    scope: tuple[str, ...]
    claims: tuple[str, ...]
    terms_version: str | None
    registration_id: RegistrationId | None


def remember(session: Session, agreement: Agreement, *, now: datetime) -> None:
    """Record an agreement beside what was agreed to before; the wish for a context replaces."""
    try:
        with session.begin_nested():
            _write(session, agreement, now)
    except IntegrityError:
        # Two tabs agreed at once and the other was first: what it wrote is added to.
        _write(session, agreement, now)


def _write(session: Session, agreement: Agreement, now: datetime) -> None:
    key = (agreement.person_id, agreement.client_id)
    row = session.get(ConsentRow, key, with_for_update=True, populate_existing=True)
    if row is None:
        row = ConsentRow(person_id=key[0], client_id=key[1], scope="", claims="", granted_at=now)
        session.add(row)
    agreed = _joined(row.scope, agreement.scope), _joined(row.claims, agreement.claims), agreement.terms_version
    if agreed != (row.scope, row.claims, row.terms_version):
        # Choosing a context for the hundredth time agrees to nothing.
        row.granted_at = now
    row.scope, row.claims, row.terms_version = agreed
    row.remembered_registration_id = agreement.registration_id
    session.flush()


def _joined(before: str, added: Iterable[str]) -> str:
    return " ".join(sorted({*before.split(), *added}))
