"""Writing to the holder of an accreditation, and to the managers whose tools rest on it (T6)."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.accreditations.queries import held_by
from core.accreditations.rules import AccreditationStatus as Status
from core.accreditations.rules import StatusReason
from core.accreditations.tables import AccreditationKindRow, AccreditationRow
from core.infra.localised import Localised
from core.organisations.identifiers import OrganisationId
from core.organisations.letters import tell_managers
from core.organisations.states import MembershipStatus
from core.organisations.tables import MembershipRow
from core.people.identifiers import PersonId
from core.people.receivers import name_of, write_to
from core.people.tables import PersonRow
from core.tools.catalogue import usage_requirements
from core.tools.identifiers import ToolId
from core.tools.rules import qualifies
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
        colleagues = _who_can_replace(session, registration, but=row.person_id, now=now)
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


def _who_can_replace(session: Session, registration: RegistrationRow, *, but: str, now: datetime) -> tuple[str, ...]:
    """Return the names of the colleagues on whose accreditation the registration could rest."""
    requirement = usage_requirements(session, ToolId(registration.tool_id), registration.usage, now=now)
    if requirement is None:
        return ()
    members = session.scalars(
        select(MembershipRow.person_id)
        .join(AccreditationRow, AccreditationRow.person_id == MembershipRow.person_id)
        .where(
            MembershipRow.organisation_id == registration.organisation_id,
            MembershipRow.status == MembershipStatus.ACTIVE.value,
            MembershipRow.person_id != but,
        )
        .distinct()
        .order_by(MembershipRow.person_id)
    )
    fitting = [
        person
        for person in map(PersonId, members)
        if any(qualifies(requirement, one, now) for one in held_by(session, person))
    ]
    return tuple(name_of(session, person) for person in fitting)
