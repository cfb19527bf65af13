"""The people of the test organisation, and how each stands there: for those who build tools (C6).

The demo world makes them (`test.…`); what is said of them is read anew, because whoever tests changes it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from sqlalchemy import Row, and_, select
from sqlalchemy.orm import Session

from core.accreditations.tables import AccreditationRow
from core.organisations.states import MembershipStatus
from core.organisations.tables import MembershipRow, OrganisationRow
from core.people.receivers import full_name
from core.people.tables import EidLinkRow, PersonRow

COMPANY_NUMBER = "0100003040"


@dataclass(frozen=True, slots=True)
class TrialAccreditation:
    """An accreditation of somebody to test with: its list, and how it stands by the register."""

    kind: str
    number: str
    list: str | None
    status: str


@dataclass(frozen=True, slots=True)
class TrialPerson:
    """Somebody to test with."""

    username: str
    name: str
    membership: MembershipStatus
    is_manager: bool
    has_card: bool
    accreditations: tuple[TrialAccreditation, ...]


@dataclass(frozen=True, slots=True)
class TrialOrganisation:
    """The organisation to test with, and everybody who has to do with it."""

    name: str
    people: tuple[TrialPerson, ...]


def trial_organisation(session: Session) -> TrialOrganisation | None:
    """Return the organisation to test with; None where the demo world is not loaded."""
    rows = session.execute(
        select(
            *(OrganisationRow.name.label("organisation"), PersonRow.id, PersonRow.username),
            *(PersonRow.given_name, PersonRow.family_name, MembershipRow.status, MembershipRow.is_manager),
            *(EidLinkRow.person_id.label("card"), AccreditationRow.kind, AccreditationRow.number),
            *(AccreditationRow.list, AccreditationRow.status.label("standing")),
        )
        .join(MembershipRow, MembershipRow.organisation_id == OrganisationRow.id)
        .join(PersonRow, PersonRow.id == MembershipRow.person_id)
        .outerjoin(EidLinkRow, EidLinkRow.person_id == PersonRow.id)
        .outerjoin(AccreditationRow, AccreditationRow.person_id == PersonRow.id)
        .where(
            and_(
                OrganisationRow.company_number == COMPANY_NUMBER,
                PersonRow.username_key.startswith("test.", autoescape=True),
            )
        )
        .order_by(PersonRow.username_key, AccreditationRow.number)
    ).all()
    if not rows:
        return None
    people = tuple(_person(list(group)) for _, group in groupby(rows, key=lambda row: row.id))
    return TrialOrganisation(rows[0].organisation, people)


def _person(rows: Sequence[Row[*tuple[object, ...]]]) -> TrialPerson:
    row = rows[0]
    return TrialPerson(
        username=row.username,
        name=full_name(row.given_name, row.family_name),
        membership=MembershipStatus(row.status),
        is_manager=row.is_manager,
        has_card=row.card is not None,
        accreditations=tuple(
            TrialAccreditation(found.kind, found.number, found.list, found.standing)
            for found in rows
            if found.kind is not None
        ),
    )
