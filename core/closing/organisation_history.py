"""The history of an organisation with the names that its identifiers stand for, for its members' page (O10).

Who did something is named while their account exists. Staff are the helpdesk, whoever it was.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import ColumnElement, RowMapping, select
from sqlalchemy.orm import Session

from core.accreditations.tables import AccreditationRow
from core.infra.audit_trail import Deed, Stretch, trail_of_organisation
from core.infra.localised import Localised
from core.organisations.identifiers import OrganisationId
from core.organisations.tables import MembershipRow
from core.people.folding import search_text
from core.people.identifiers import PersonId
from core.people.receivers import full_name
from core.people.rules import PersonStatus
from core.people.tables import PersonRow
from core.tools.tables import RegistrationRow, RoleRow, ToolRow, UsageRow

# Whoever types so little that more are called so looks for nobody in particular.
_MOST_CALLED = 200
_PERSON, _REGISTRATION = "usr_", "reg_"


class Doer(StrEnum):
    """Who did something, as a member of the organisation is told."""

    PERSON = "person"
    HELPDESK = "helpdesk"
    PRODUCT = "product"


@dataclass(frozen=True, slots=True)
class Somebody:
    """A person in a deed; `name` is None where the account is gone."""

    id: PersonId
    name: str | None


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which deeds are looked for: among actions; of or about one person, or those called so."""

    only: Collection[str] | None = None
    but: Collection[str] = ()
    person_id: PersonId | None = None
    called: str = ""


@dataclass(frozen=True, slots=True)
class OrganisationDeed:
    """A deed with the names of whom and what it is about, None where there is none or it is gone.

    `by` is who did it, where that was a person; `whom` may be the same one.
    """

    deed: Deed
    doer: Doer
    by: Somebody | None
    whom: Somebody | None
    tool: Localised | None
    usage: Localised | None
    role: Localised | None


@dataclass(frozen=True, slots=True)
class OrganisationHistory:
    """A stretch of an organisation's history, newest first; `older_from` leads to the next one."""

    deeds: tuple[OrganisationDeed, ...]
    older_from: str | None


@dataclass(frozen=True, slots=True)
class _Things:
    """Names of a tool, of one way of using it, and of its roles."""

    tool: Localised
    usage: Localised
    roles: dict[str, Localised]


def organisation_history(
    session: Session, organisation_id: OrganisationId, wanted: Wanted, *, before: str | None = None, limit: int
) -> OrganisationHistory:
    """Return up to `limit` deeds of an organisation; see `audit_trail.trail_of_organisation`.

    At most six statements, however many deeds there are.
    """
    people = _people(session, organisation_id, wanted)
    stretch = trail_of_organisation(
        session, organisation_id, only=wanted.only, but=wanted.but, people=people, before=before, limit=limit
    )
    holders = _holders(session, stretch)
    names = _names(session, stretch, holders.values())
    things = _things(session, stretch)
    named = (_named(deed, holders, names, things) for deed in stretch.deeds)
    return OrganisationHistory(tuple(named), stretch.older_from)


def _people(session: Session, organisation_id: OrganisationId, wanted: Wanted) -> Collection[str] | None:
    """Return whose deeds are looked for; by name among those who belong or belonged to the organisation."""
    if wanted.person_id is not None:
        return {wanted.person_id}
    words = search_text(wanted.called).split()
    if not wanted.called:
        return None
    called = [PersonRow.search_name.contains(word, autoescape=True) for word in words or (wanted.called,)]
    return session.scalars(
        select(MembershipRow.person_id)
        .join(PersonRow, PersonRow.id == MembershipRow.person_id)
        .where(MembershipRow.organisation_id == organisation_id, *called)
        .distinct()
        .limit(_MOST_CALLED)
    ).all()


def _named(
    deed: Deed, holders: Mapping[str, str], people: Mapping[str, str], things: Mapping[str, _Things]
) -> OrganisationDeed:
    whom = deed.subject_id if _is_person(deed.subject_id) else holders.get(_text(deed, "accreditation") or "")
    thing = things.get(_registration(deed) or "")
    doer = _doer(deed)
    return OrganisationDeed(
        deed=deed,
        doer=doer,
        by=_somebody(deed.actor_id, people) if doer is Doer.PERSON else None,
        whom=_somebody(whom, people),
        tool=None if thing is None else thing.tool,
        usage=None if thing is None else thing.usage,
        role=None if thing is None else thing.roles.get(_text(deed, "role") or ""),
    )


def _doer(deed: Deed) -> Doer:
    # Staff always say why, by a ticket or a cause; so does the product for itself, but nobody else.
    if deed.details.get("reference") is not None:
        return Doer.HELPDESK
    return Doer.PRODUCT if deed.actor_id is None else Doer.PERSON


def _somebody(person_id: str | None, people: Mapping[str, str]) -> Somebody | None:
    return None if person_id is None else Somebody(PersonId(person_id), people.get(person_id))


def _holders(session: Session, stretch: Stretch) -> Mapping[str, str]:
    """Return whose the accreditations are that deeds name."""
    wanted = sorted({found for deed in stretch.deeds if (found := _text(deed, "accreditation"))})
    if not wanted:
        return {}
    rows = session.execute(
        select(AccreditationRow.id, AccreditationRow.person_id).where(AccreditationRow.id.in_(wanted))
    )
    return {row.id: row.person_id for row in rows}


def _names(session: Session, stretch: Stretch, holders: Iterable[str]) -> Mapping[str, str]:
    """Return what people are called whose account exists."""
    deeds = stretch.deeds
    wanted = {*holders, *(one for deed in deeds for one in (deed.actor_id, deed.subject_id) if one and _is_person(one))}
    rows = session.execute(
        select(PersonRow.id, PersonRow.given_name, PersonRow.family_name, PersonRow.username).where(
            PersonRow.id.in_(sorted(wanted)), PersonRow.status == PersonStatus.ACTIVE.value
        )
    )
    return {row.id: full_name(row.given_name, row.family_name) or row.username for row in rows}


def _things(session: Session, stretch: Stretch) -> Mapping[str, _Things]:
    """Return the names of tools, usages and roles by the registration that a deed is about."""
    wanted = sorted({found for deed in stretch.deeds if (found := _registration(deed))})
    if not wanted:
        return {}
    rows = session.execute(
        select(
            RegistrationRow.id,
            RoleRow.code.label("role"),
            *_in_three_languages(ToolRow, "tool"),
            *_in_three_languages(UsageRow, "usage"),
            *_in_three_languages(RoleRow, "role"),
        )
        .join(ToolRow, ToolRow.id == RegistrationRow.tool_id)
        .join(UsageRow, (UsageRow.tool_id == ToolRow.id) & (UsageRow.code == RegistrationRow.usage))
        .outerjoin(RoleRow, RoleRow.tool_id == ToolRow.id)
        .where(RegistrationRow.id.in_(wanted))
    ).mappings()
    things: dict[str, _Things] = {}
    # One row for each role of the tool.
    for row in rows:
        thing = things.setdefault(row["id"], _Things(_localised(row, "tool"), _localised(row, "usage"), {}))
        if row["role"] is not None:
            thing.roles[row["role"]] = _localised(row, "role")
    return things


def _in_three_languages(table: type[ToolRow | UsageRow | RoleRow], name: str) -> Iterable[ColumnElement[str]]:
    return (getattr(table, f"name_{language}").label(f"{name}_{language}") for language in ("nl", "fr", "en"))


def _localised(row: RowMapping, name: str) -> Localised:
    return Localised(*(str(row[f"{name}_{language}"]) for language in ("nl", "fr", "en")))


def _registration(deed: Deed) -> str | None:
    is_about_it = deed.subject_id is not None and deed.subject_id.startswith(_REGISTRATION)
    return _text(deed, "registration") or (deed.subject_id if is_about_it else None)


def _is_person(identifier: str | None) -> bool:
    return identifier is not None and identifier.startswith(_PERSON)


def _text(deed: Deed, name: str) -> str | None:
    found = deed.details.get(name)
    return found if isinstance(found, str) else None
