"""The history of a person with the names that its identifiers stand for, for the person's own page (A19)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.infra.audit_trail import Deed, trail_of
from core.infra.localised import Localised
from core.organisations.tables import OrganisationRow
from core.people.identifiers import PersonId
from core.tools.tables import RegistrationRow, ToolRow


class Doer(StrEnum):
    """Who did something, as the person concerned is told."""

    OWN = "own"
    MANAGER = "manager"
    HELPDESK = "helpdesk"
    PRODUCT = "product"


@dataclass(frozen=True, slots=True)
class NamedDeed:
    """A deed with the names of its organisation and its tool, None where there is none or it is gone.

    `client_id` is the OAuth client it was about, which only the provider can name.
    """

    deed: Deed
    doer: Doer
    organisation: str | None
    tool: Localised | None
    client_id: str | None


@dataclass(frozen=True, slots=True)
class History:
    """A stretch of a person's history, newest first; `older_from` leads to the next one."""

    deeds: tuple[NamedDeed, ...]
    older_from: str | None


def history_of(session: Session, person_id: PersonId, *, before: str | None = None, limit: int) -> History:
    """Return up to `limit` deeds of or about a person; see `audit_trail.trail_of`."""
    stretch = trail_of(session, person_id, before=before, limit=limit)
    organisations = _organisations(session, {deed.organisation_id for deed in stretch.deeds})
    tools = _tools(session, stretch.deeds)
    named = (
        NamedDeed(
            deed=deed,
            doer=_doer(deed, person_id),
            organisation=organisations.get(deed.organisation_id or ""),
            tool=tools.get(_thing(deed) or ""),
            client_id=_text(deed, "client_id"),
        )
        for deed in stretch.deeds
    )
    return History(tuple(named), stretch.older_from)


def _doer(deed: Deed, person_id: PersonId) -> Doer:
    if deed.actor_id == person_id:
        return Doer.OWN
    if _text(deed, "reference"):
        # Staff say for each act where its reason is on file.
        return Doer.HELPDESK
    if deed.actor_id is None:
        # The helpdesk acts at a terminal that knows no person, and always says why.
        return Doer.HELPDESK if _text(deed, "cause") else Doer.PRODUCT
    return Doer.HELPDESK if deed.organisation_id is None else Doer.MANAGER


def _organisations(session: Session, wanted: Iterable[str | None]) -> Mapping[str, str]:
    ids = sorted(found for found in wanted if found)
    rows = session.execute(select(OrganisationRow.id, OrganisationRow.name).where(OrganisationRow.id.in_(ids)))
    return {row.id: row.name for row in rows}


def _tools(session: Session, deeds: Iterable[Deed]) -> Mapping[str, Localised]:
    """Return the names of the tools by the identifier of a tool or of a registration, as a deed has it."""
    things = sorted({found for deed in deeds if (found := _thing(deed))})
    named = select(ToolRow.name_nl, ToolRow.name_fr, ToolRow.name_en)
    tools = session.execute(named.add_columns(ToolRow.id.label("thing")).where(ToolRow.id.in_(things)))
    registered = session.execute(
        named.add_columns(RegistrationRow.id.label("thing"))
        .join(RegistrationRow, RegistrationRow.tool_id == ToolRow.id)
        .where(RegistrationRow.id.in_(things))
    )
    return {row.thing: Localised(row.name_nl, row.name_fr, row.name_en) for row in (*tools, *registered)}


def _thing(deed: Deed) -> str | None:
    return _text(deed, "tool") or _text(deed, "registration")


def _text(deed: Deed, name: str) -> str | None:
    found = deed.details.get(name)
    return found if isinstance(found, str) else None
