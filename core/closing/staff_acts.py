"""The audit trail as the helpdesk reads it: of a person, of an organisation, and of what staff did and why.

Newest first, a page at a time. Names stand beside identifiers while there is somebody to name.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, select, text, tuple_
from sqlalchemy.orm import Session

from core.infra.audit import BY_STAFF, AuditRow
from core.infra.audit_trail import Deed, Stretch, trail_of, trail_of_organisation
from core.organisations.identifiers import OrganisationId
from core.organisations.tables import OrganisationRow
from core.people.identifiers import PersonId
from core.people.receivers import full_name
from core.people.rules import username_key
from core.people.tables import PersonRow
from core.staff.reasons import StaffReason

PAGE = 30
_PERSON, _ORGANISATION = "usr_", "org_"


@dataclass(frozen=True, slots=True)
class KnownDeed:
    """A deed with the names of who did it and whom it is about, None where there is none or it is gone."""

    deed: Deed
    by: str | None
    whom: str | None
    organisation: str | None

    @property
    def reason(self) -> str | None:
        """Return the word that says why, where staff did it."""
        return _text(self.deed, "reason")

    @property
    def reference(self) -> str | None:
        """Return where the reason is on file, where staff did it."""
        return _text(self.deed, "reference")

    @property
    def act(self) -> str | None:
        """Return which dangerous act a request for a second person was about."""
        return _text(self.deed, "act")


@dataclass(frozen=True, slots=True)
class Trail:
    """A stretch of deeds, newest first; `older_from` leads to the next one."""

    deeds: tuple[KnownDeed, ...]
    older_from: str | None


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which acts of staff are looked for: of whom (username), why, under which reference."""

    by: str = ""
    reason: StaffReason | None = None
    reference: str = ""


def of_person(session: Session, person_id: PersonId, *, before: str | None = None) -> Trail:
    """Return what a person did and what was done to them."""
    return _known(session, trail_of(session, person_id, before=before, limit=PAGE))


def of_organisation(session: Session, organisation_id: OrganisationId, *, before: str | None = None) -> Trail:
    """Return what was done in and to an organisation."""
    return _known(session, trail_of_organisation(session, organisation_id, before=before, limit=PAGE))


def of_staff(session: Session, wanted: Wanted, *, before: str | None = None) -> Trail:
    """Return what staff did, narrowed down; nothing for a username that nobody has. Four statements at most."""
    conditions: list[ColumnElement[bool]] = []
    if wanted.by:
        key = username_key(wanted.by)
        conditions.append(
            AuditRow.actor_id == select(PersonRow.id).where(PersonRow.username_key == key).scalar_subquery()
        )
    if wanted.reason is not None:
        conditions.append(AuditRow.details["reason"].as_string() == wanted.reason.value)
    if wanted.reference:
        conditions.append(AuditRow.details["reference"].as_string() == wanted.reference)
    if before is not None:
        at = AuditRow.__table__.alias("at").c
        begins = select(at.at).where(at.id == before).scalar_subquery()
        conditions.append(tuple_(AuditRow.at, AuditRow.id) < tuple_(begins, before))
    rows = session.scalars(
        select(AuditRow)
        .where(text(BY_STAFF), *conditions)
        .order_by(AuditRow.at.desc(), AuditRow.id.desc())
        .limit(PAGE + 1)
    ).all()
    deeds = tuple(
        Deed(row.id, row.at, row.action, row.actor_id, row.subject_id, row.organisation_id, row.details)
        for row in rows[:PAGE]
    )
    return _known(session, Stretch(deeds, deeds[-1].id if len(rows) > PAGE else None))


def _known(session: Session, stretch: Stretch) -> Trail:
    wanted = {found for deed in stretch.deeds for found in (deed.actor_id, deed.subject_id, deed.organisation_id)}
    names = names_of(session, (found for found in wanted if found is not None))
    return Trail(
        tuple(
            KnownDeed(
                deed=deed,
                by=names.get(deed.actor_id or ""),
                whom=names.get(deed.subject_id or "") if deed.subject_id != deed.organisation_id else None,
                organisation=names.get(deed.organisation_id or ""),
            )
            for deed in stretch.deeds
        ),
        stretch.older_from,
    )


def names_of(session: Session, identifiers: Iterable[str]) -> Mapping[str, str]:
    """Return what people and organisations are called by identifier; two statements."""
    wanted = sorted(identifiers)
    people = session.execute(
        select(PersonRow.id, PersonRow.given_name, PersonRow.family_name, PersonRow.username).where(
            PersonRow.id.in_([found for found in wanted if found.startswith(_PERSON)])
        )
    )
    offices = session.execute(
        select(OrganisationRow.id, OrganisationRow.name).where(
            OrganisationRow.id.in_([found for found in wanted if found.startswith(_ORGANISATION)])
        )
    )
    named: dict[str, Any] = {row.id: full_name(row.given_name, row.family_name) or row.username for row in people}
    return named | {row.id: row.name for row in offices}


def _text(deed: Deed, name: str) -> str | None:
    found = deed.details.get(name)
    return found if isinstance(found, str) else None
