"""What kinds there are and what a person holds, for pages and for rules."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection, select
from sqlalchemy.orm import Session

from core.accreditations.rules import AccreditationStatus, HeldAccreditation, StatusReason
from core.accreditations.tables import AccreditationKindRow, AccreditationRow, RegisterInquiryRow
from core.infra.localised import Localised
from core.people.identifiers import PersonId


@dataclass(frozen=True, slots=True)
class MyAccreditation:
    """An accreditation on its holder's page (A14)."""

    id: str
    kind: str
    number: str
    list: str | None
    column: str | None
    status: AccreditationStatus
    source: str
    valid_from: date | None
    valid_until: date | None
    checked_at: datetime
    status_reason: StatusReason | None = None

    def held(self) -> HeldAccreditation:
        """Return it as rules need it."""
        return HeldAccreditation(
            id=self.id,
            kind=self.kind,
            list=self.list,
            column=self.column,
            status=self.status,
            valid_from=self.valid_from,
            valid_until=self.valid_until,
            checked_at=self.checked_at,
        )


@dataclass(frozen=True, slots=True)
class KindFacts:
    """What pages say about a kind of accreditation."""

    code: str
    name: Localised
    issuer: str


def kinds(session: Session | Connection) -> Mapping[str, Localised]:
    """Return the names of the kinds by code, in the order of their codes; aliases are left out."""
    kind = AccreditationKindRow.__table__.c
    statement = select(kind.code, kind.name_nl, kind.name_fr, kind.name_en)
    rows = session.execute(statement.where(kind.alias_of.is_(None)).order_by(kind.code))
    return {code: Localised(nl, fr, en) for code, nl, fr, en in rows}


def kinds_in_words(session: Session) -> tuple[KindFacts, ...]:
    """Return the kinds, in the order of their codes; aliases are left out."""
    rows = session.scalars(
        select(AccreditationKindRow).where(AccreditationKindRow.alias_of.is_(None)).order_by(AccreditationKindRow.code)
    )
    return tuple(KindFacts(row.code, Localised(row.name_nl, row.name_fr, row.name_en), row.issuer) for row in rows)


def accreditations_of(session: Session, person_id: PersonId) -> tuple[MyAccreditation, ...]:
    """Return what a person holds or held, by kind and number; not what was taken away from them."""
    is_theirs = AccreditationRow.number != AccreditationRow.id
    statement = select(AccreditationRow).where(AccreditationRow.person_id == person_id, is_theirs)
    rows = session.scalars(statement.order_by(AccreditationRow.kind, AccreditationRow.number, AccreditationRow.id))
    return tuple(
        MyAccreditation(
            id=row.id,
            kind=row.kind,
            number=row.number,
            list=row.list,
            column=row.column,
            status=AccreditationStatus(row.status),
            source=row.source,
            valid_from=row.valid_from,
            valid_until=row.valid_until,
            checked_at=row.checked_at,
            status_reason=None if row.status_reason is None else StatusReason(row.status_reason),
        )
        for row in rows
    )


@dataclass(frozen=True, slots=True)
class LastInquiry:
    """When the registers were last asked about a person, and when each that was asked answered."""

    asked_at: datetime
    answered_at: datetime | None


def last_inquiry(session: Session, person_id: PersonId) -> LastInquiry | None:
    """Return when the registers were last asked about a person; None: never."""
    row = session.get(RegisterInquiryRow, person_id)
    return None if row is None else LastInquiry(row.asked_at, row.answered_at)


def held_by(session: Session, person_id: PersonId) -> tuple[HeldAccreditation, ...]:
    """Return what a person holds, as rules need it, in a fixed order."""
    statement = select(AccreditationRow).where(AccreditationRow.person_id == person_id)
    return tuple(held(row) for row in session.scalars(statement.order_by(AccreditationRow.id)))


def held(row: AccreditationRow) -> HeldAccreditation:
    """Return the value of a row."""
    return HeldAccreditation(
        id=row.id,
        kind=row.kind,
        list=row.list,
        column=row.column,
        status=AccreditationStatus(row.status),
        valid_from=row.valid_from,
        valid_until=row.valid_until,
        checked_at=row.checked_at,
    )
