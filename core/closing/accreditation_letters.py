"""Writing to the holder of an accreditation, and to the managers whose tools rest on it (T6)."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.accreditations.rules import AccreditationStatus as Status
from core.accreditations.rules import StatusReason
from core.accreditations.tables import AccreditationKindRow, AccreditationRow
from core.closing.replacements import who_can_replace
from core.infra.localised import Localised
from core.organisations.identifiers import OrganisationId
from core.organisations.letters import tell_managers
from core.people.identifiers import PersonId
from core.people.receivers import name_of, write_to
from core.people.tables import PersonRow
from core.tools.tables import RegistrationRow, ToolRow


def tell_holder(session: Session, row: AccreditationRow, *, is_in_force: bool, now: datetime) -> None:
    """Enqueue a mail to the holder: it no longer holds, or holds again."""
    if is_in_force:
        template = "accreditation-restored"
    elif row.status == Status.SUSPENDED:
        template = "accreditation-suspended"
    elif row.status_reason == StatusReason.REGISTER_SILENT:
        template = "accreditation-unconfirmed"
    else:
        template = "accreditation-lapsed"
    _to_holder(session, row, template, now)


def tell_of_found(session: Session, accreditation_id: str, *, now: datetime) -> None:
    """Enqueue a mail to the holder: a register names them."""
    _to_holder(session, session.get_one(AccreditationRow, accreditation_id), "accreditation-found", now)


def tell_of_suspended(
    session: Session, row: AccreditationRow, registrations: Sequence[RegistrationRow], *, now: datetime
) -> None:
    """Enqueue to the managers which tools are suspended, and whose accreditation could replace it."""
    for registration in registrations:
        colleagues = who_can_replace(session, registration, but=row.person_id, now=now)
        template = "registration-suspended-replaceable" if colleagues else "registration-suspended"
        more = {"colleagues": ", ".join(colleagues)} if colleagues else {}
        _to_managers(session, row, registration, template, more, now)


def tell_of_resumed(
    session: Session, row: AccreditationRow, registrations: Sequence[RegistrationRow], *, now: datetime
) -> None:
    """Enqueue to the managers which tools work again."""
    for registration in registrations:
        _to_managers(session, row, registration, "registration-resumed", {}, now)


def _to_holder(session: Session, row: AccreditationRow, template: str, now: datetime) -> None:
    kind = session.get_one(AccreditationKindRow, row.kind)
    name = Localised(kind.name_nl, kind.name_fr, kind.name_en)
    number = row.number

    def values(language: str) -> Mapping[str, str]:
        return {"accreditation": name.text(language), "number": number}

    write_to(session, select(PersonRow.id).where(PersonRow.id == row.person_id), template, values, now=now)


def _to_managers(
    session: Session,
    row: AccreditationRow,
    registration: RegistrationRow,
    template: str,
    more: Mapping[str, str],
    now: datetime,
) -> None:
    tool = session.get_one(ToolRow, registration.tool_id)
    name = Localised(tool.name_nl, tool.name_fr, tool.name_en)
    holder = name_of(session, PersonId(row.person_id))

    def values(language: str) -> Mapping[str, str]:
        return {"tool": name.text(language), "holder": holder, **more}

    tell_managers(session, OrganisationId(registration.organisation_id), template, values, now=now)
