"""One tool in an organisation: what it is, what each usage needs, and how the registration stands (T2)."""

from dataclasses import dataclass, replace
from typing import ClassVar

from flask import Blueprint

from core.accreditations.queries import held_by
from core.infra.clock import belgian_date
from core.infra.dates import date_in_words
from core.organisations.rights import Right
from core.tools.choices import Doable
from core.tools.explanations import Cause
from core.tools.needs import need_lines
from core.tools.registrations import ShownMandate
from core.tools.wording import NeedText
from core.web.locale import current_language
from portal import pages
from portal.frame import OrganisationFrame, Section, frame
from portal.tools.scene import Scene, open_tool, tool_url

bp = Blueprint("tool", __name__, url_prefix="/organisations/<organisation_id>/tools/<code>")


@dataclass(frozen=True, slots=True)
class Link:
    """A choice that is an address."""

    label: str
    url: str
    is_current: bool
    number: str | None = None


@dataclass(frozen=True, slots=True)
class ToolHead:
    """The tool as the top of its pages shows it."""

    name: str
    code: str
    logo_url: str | None
    publisher: str
    support_address: str
    description: str
    url: str


@dataclass(frozen=True, slots=True)
class MandateLines:
    """The accreditation beneath a registration, in words; `is_mine`: that of whoever looks."""

    accreditation: str
    number: str
    holder: str
    since: str
    until: str
    is_mine: bool


@dataclass(frozen=True, slots=True)
class TermsLines:
    """Terms that a manager has to accept, now or before a day (`day` None: now)."""

    version: str
    url: str | None
    day: str | None


@dataclass(frozen=True, slots=True)
class ChangeLines:
    """What the usage will need from a day on, where that is more than other terms."""

    day: str
    to_register: tuple[tuple[NeedText, ...], ...]
    to_use: tuple[tuple[NeedText, ...], ...]


@dataclass(frozen=True, slots=True)
class DetailsPage:
    """The page of a tool; `url` is the address of the usage that is shown, to which acts are added."""

    template: ClassVar[str] = "tools/details.html"

    frame: OrganisationFrame
    tool: ToolHead
    url: str
    usage_name: str
    usages: tuple[Link, ...]
    doable: Doable
    is_registered: bool
    is_retired: bool
    is_manager: bool
    start_url: str | None
    to_register: tuple[tuple[NeedText, ...], ...]
    to_use: tuple[tuple[NeedText, ...], ...]
    missing: tuple[tuple[Cause, ...], ...]
    suspended_for: str | None
    users: int
    accepted_terms: str | None
    new_terms: TermsLines | None
    change: ChangeLines | None
    mandate: MandateLines | None
    proposed: MandateLines | None
    rests_on_accreditation: bool


@bp.get("")
def show(organisation_id: str, code: str) -> str:
    """Show a tool, with the usage that matters most."""
    return _page(open_tool(organisation_id, code, None, Right.SEE_TOOLS))


@bp.get("/<usage>")
def show_usage(organisation_id: str, code: str, usage: str) -> str:
    """Show a tool with one of its usages."""
    return _page(open_tool(organisation_id, code, usage, Right.SEE_TOOLS))


def tool_head(scene: Scene) -> ToolHead:
    """Return the tool for the top of a page."""
    tool, language = scene.tool, current_language()
    return ToolHead(
        name=scene.tool_name,
        code=tool.code,
        logo_url=tool.logo_url,
        publisher=tool.publisher,
        support_address=tool.support_address,
        description=tool.description.text(language),
        url=tool_url(scene.visit.organisation.id, tool.code),
    )


def usage_links(scene: Scene, *end: str) -> tuple[Link, ...]:
    """Return the tabs of the usages, each leading to the same page of another usage."""
    base, language = tool_url(scene.visit.organisation.id, scene.tool.code), current_language()
    return tuple(
        Link(one.usage.name.text(language), "/".join((base, one.usage.code, *end)), one is scene.choice)
        for one in scene.choices
    )


def mandate_lines(scene: Scene, mandate: ShownMandate | None) -> MandateLines | None:
    """Return an accreditation beneath a registration in the words of the page."""
    if mandate is None:
        return None
    language = current_language()
    places = [(found,) if found else () for found in (mandate.list, mandate.column)]
    since = belgian_date(mandate.accepted_at or mandate.proposed_at)
    return MandateLines(
        accreditation=scene.wording.accreditation(mandate.kind, places[0], places[1]),
        number=mandate.number,
        holder=mandate.holder_name,
        since=date_in_words(since, language),
        until=date_in_words(mandate.valid_until, language),
        is_mine=mandate.holder_id == scene.visit.actor.person_id,
    )


def new_terms(scene: Scene) -> TermsLines | None:
    """Return the terms of the usage that wait to be accepted for a registration, what counts now first."""
    found, usage = scene.registration, scene.choice.usage
    if found is None:
        return None
    if usage.terms_version is not None and not found.has_accepted(usage.terms_version):
        return TermsLines(usage.terms_version, usage.terms_url or None, None)
    upcoming = scene.upcoming.get(usage.code)
    if upcoming is None or upcoming.terms is None or found.has_accepted(upcoming.terms):
        return None
    day = date_in_words(belgian_date(upcoming.applies_from), current_language())
    return TermsLines(upcoming.terms, upcoming.terms_url or None, day)


def _page(scene: Scene) -> str:
    choice, found, visit = scene.choice, scene.registration, scene.visit
    page = DetailsPage(
        frame=frame(visit, Section.TOOLS),
        tool=tool_head(scene),
        url=scene.url(),
        usage_name=scene.usage_name,
        usages=usage_links(scene),
        doable=choice.doable,
        is_registered=choice.is_registered,
        is_retired=scene.tool.is_retired,
        is_manager=visit.may(Right.MANAGE_ACCESS),
        start_url=scene.start_url if choice.doable is Doable.START else None,
        to_register=scene.wording.needs(choice.to_register),
        to_use=scene.wording.needs(choice.to_use),
        missing=scene.wording.causes(choice.reason),
        suspended_for=(found.status_reason or "unknown") if found is not None and found.is_suspended else None,
        users=0 if found is None else found.users,
        accepted_terms=None if found is None else next((one for one in found.terms if one), None),
        new_terms=new_terms(scene),
        change=_change(scene),
        mandate=mandate_lines(scene, None if found is None else found.mandate),
        proposed=mandate_lines(scene, None if found is None else found.proposed),
        rests_on_accreditation=bool(choice.to_register),
    )
    return pages.render(page, menu=page.frame.menu)


def _change(scene: Scene) -> ChangeLines | None:
    upcoming, now = scene.upcoming.get(scene.choice.usage.code), scene.visit.now
    if upcoming is None:
        return None
    then, at_present = upcoming.requirement, scene.choice.usage.requirement
    if replace(then, terms=at_present.terms) == at_present:
        return None
    with scene.visit.services.database.reading() as reading:
        own = held_by(reading, scene.visit.actor.person_id)
    return ChangeLines(
        day=date_in_words(belgian_date(upcoming.applies_from), current_language()),
        to_register=scene.wording.needs(need_lines(then.register, own, now)),
        to_use=scene.wording.needs(need_lines(then.use, own, now)),
    )
