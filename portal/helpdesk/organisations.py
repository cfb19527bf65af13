"""`/helpdesk/organisations`: those that need help, and the page of each."""

from dataclasses import dataclass
from typing import ClassVar
from urllib.parse import urlencode

from flask import Blueprint, request
from flask_babel import gettext as _
from flask_babel import ngettext

from core.closing import helpdesk_lists, helpdesk_organisation, staff_acts
from core.closing.helpdesk_lists import Concern
from core.closing.helpdesk_organisation import Dispute, Member, Office, OfficeDossier
from core.infra.dates import moment_in_words
from core.organisations.dispute_rules import Evidence
from core.organisations.identifiers import MembershipId, OrganisationId
from core.organisations.states import DisputeState, MembershipStatus, OrganisationStatus
from core.web.locale import current_language
from portal import pages
from portal.helpdesk import words
from portal.helpdesk.opening import (
    LISTS,
    HelpdeskFrame,
    Part,
    PartLink,
    around,
    open_helpdesk,
    organisation_url,
    person_url,
)
from portal.helpdesk.people import Marked, TrailPage
from portal.helpdesk.trails import TrailLine, lines

bp = Blueprint("helpdesk_organisations", __name__)


@dataclass(frozen=True, slots=True)
class ListLine:
    """An organisation of a list."""

    id: str
    name: str
    company_number: str
    since: str
    days_left: str
    url: str


@dataclass(frozen=True, slots=True)
class ListsPage:
    """The organisations that need help for one reason."""

    template: ClassVar[str] = "helpdesk/lists.html"

    frame: HelpdeskFrame
    concerns: tuple[PartLink, ...]
    concern: Concern
    lines: tuple[ListLine, ...]
    more_url: str | None
    first_url: str | None


@dataclass(frozen=True, slots=True)
class MemberLine:
    """A person of the organisation; `make_manager_url` where nobody manages it."""

    id: str
    name: str
    username: str
    is_manager: bool
    state: str
    state_text: str
    url: str
    make_manager_url: str | None


@dataclass(frozen=True, slots=True)
class DisputeLine:
    """A dispute with what both sides have shown."""

    id: str
    claimant: str
    claimant_url: str | None
    state: str
    state_text: str
    opened: str
    claimant_evidence: str
    holder_evidence: str
    url: str | None


@dataclass(frozen=True, slots=True)
class OrganisationPage:
    """An organisation with all that belongs to it."""

    template: ClassVar[str] = "helpdesk/organisation.html"

    frame: HelpdeskFrame
    office: Office
    state_text: str
    days_left: str
    level: str
    source: str
    members: tuple[MemberLine, ...]
    members_count: int
    more_members_url: str | None
    tools: tuple[Marked, ...]
    suggestions: tuple[tuple[str, str, str], ...]
    disputes: tuple[DisputeLine, ...]
    trail: tuple[TrailLine, ...]
    url: str


@bp.get(LISTS)
def overview() -> str:
    """Show a page of the organisations that need help for one reason."""
    desk, after = open_helpdesk(), request.args.get("after")
    concern = _concern(request.args.get("concern", ""))
    with desk.services.database.reading() as session:
        found = helpdesk_lists.listing(session, concern, after=after, now=desk.now)
    base = f"{LISTS}?{urlencode({'concern': concern.value})}"
    page = ListsPage(
        frame=around(desk, Part.LISTS),
        concerns=tuple(
            PartLink(_(label), f"{LISTS}?{urlencode({'concern': known.value})}", known is concern)
            for known, label in words.CONCERNS.items()
        ),
        concern=concern,
        lines=tuple(
            ListLine(
                id=line.id,
                name=line.name,
                company_number=line.company_number,
                since="" if line.since is None else moment_in_words(line.since, current_language()),
                days_left=_days(line.days_left),
                url=organisation_url(line.id),
            )
            for line in found.shown
        ),
        more_url=None if found.after is None else f"{base}&{urlencode({'after': found.after})}",
        first_url=base if after else None,
    )
    return pages.render(page, menu=page.frame.menu)


@bp.get(f"{LISTS}/<organisation_id>")
def show(organisation_id: str) -> str:
    """Show an organisation."""
    desk, after = open_helpdesk(), request.args.get("members")
    with desk.services.database.reading() as session:
        members_after = None if not after else MembershipId(after)
        found = helpdesk_organisation.dossier(session, OrganisationId(organisation_id), members_after=members_after)
        trail = staff_acts.of_organisation(session, found.office.id)
    office = found.office
    more = found.members.after
    url = organisation_url(office.id)
    page = OrganisationPage(
        frame=around(desk, Part.SEARCH),
        office=office,
        state_text=_(words.ORGANISATION_STATES[office.status]),
        days_left=_days(office.days_left(desk.now)),
        level=_(words.LEVELS[office.evidence_level]),
        source=_source(office),
        members=tuple(_member(member, office) for member in found.members.shown),
        members_count=found.members.count,
        more_members_url=None if more is None else f"{url}?{urlencode({'members': more})}#members",
        tools=_tools(found),
        suggestions=tuple((_(words.SUGGESTED[told.field]), told.ours, told.theirs) for told in found.suggestions),
        disputes=tuple(_dispute(dispute) for dispute in found.disputes),
        trail=lines(trail),
        url=url,
    )
    return pages.render(page, menu=page.frame.menu)


@bp.get(f"{LISTS}/<organisation_id>/history")
def history(organisation_id: str) -> str:
    """Show a stretch of an organisation's history."""
    desk, before = open_helpdesk(), request.args.get("before")
    with desk.services.database.reading() as session:
        office = helpdesk_organisation.office(session, OrganisationId(organisation_id))
        trail = staff_acts.of_organisation(session, office.id, before=before)
    url = organisation_url(office.id, "history")
    page = TrailPage(
        frame=around(desk, Part.SEARCH),
        name=office.name,
        back_url=organisation_url(office.id),
        trail=lines(trail),
        older_url=None if trail.older_from is None else f"{url}?{urlencode({'before': trail.older_from})}",
        newest_url=url if before else None,
    )
    return pages.render(page, menu=page.frame.menu)


def evidence_words(shown: Evidence | None) -> str:
    """Return in words what one side of a dispute has shown."""
    return _("nothing yet") if shown is None else f"{_(words.SOURCES[shown.source])} ({shown.reference})"


def _concern(value: str) -> Concern:
    return next((known for known in Concern if known.value == value), Concern.DISPUTED)


def _days(left: int | None) -> str:
    if left is None:
        return ""
    if left == 0:
        return _("the tools rest")
    return ngettext("%(num)s day left", "%(num)s days left", left)


def _source(office: Office) -> str:
    if office.verified_source is None:
        return ""
    label = words.SOURCES.get(office.verified_source)
    return office.verified_source if label is None else _(label)


def _member(member: Member, office: Office) -> MemberLine:
    may_manage = office.status is OrganisationStatus.OWNERLESS and member.status is MembershipStatus.ACTIVE
    return MemberLine(
        id=member.membership_id,
        name=member.name,
        username=member.username,
        is_manager=member.is_manager,
        state=member.status.value,
        state_text=_(words.MEMBERSHIP_STATES[member.status]),
        url=person_url(member.person_id),
        make_manager_url=organisation_url(office.id, "managers", member.membership_id) if may_manage else None,
    )


def _tools(found: OfficeDossier) -> tuple[Marked, ...]:
    return tuple(
        Marked(
            id="",
            text=f"{tool.tool.text(current_language())} ({tool.usage})",
            facts=(_(words.SUSPENSIONS[tool.reason]),) if tool.reason and tool.reason in words.SUSPENSIONS else (),
            state=tool.status.value,
            state_text=_(words.REGISTRATION_STATES[tool.status]),
        )
        for tool in found.tools
    )


def _dispute(dispute: Dispute) -> DisputeLine:
    is_open = dispute.case.state is DisputeState.OPEN
    return DisputeLine(
        id=dispute.id,
        claimant=dispute.claimant_name or _("an account that is gone"),
        claimant_url=None if dispute.claimant_id is None else person_url(dispute.claimant_id),
        state=dispute.case.state.value,
        state_text=_(words.DISPUTE_STATES[dispute.case.state]),
        opened=moment_in_words(dispute.opened_at, current_language()),
        claimant_evidence=evidence_words(dispute.case.claimant),
        holder_evidence=evidence_words(dispute.case.holder),
        url=f"/helpdesk/disputes/{dispute.id}" if is_open else None,
    )
