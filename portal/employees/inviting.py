"""Inviting somebody by mail who may have no account (O8), and what can be done about open invitations."""

from collections.abc import Mapping

from flask import Blueprint, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from core.infra.errors import NotFound, RateLimited
from core.infra.forms import Wrong
from core.infra.messages import N_
from core.organisations import employee_forms, invitations, limits
from core.organisations.employee_forms import ADDRESS, LANGUAGE, Invited
from core.organisations.errors import AlreadyInvited, InvitationOver, NotManager
from core.organisations.identifiers import InvitationId
from core.organisations.invitations import Wished, open_invitations
from core.organisations.rights import Right
from core.tools.candidates import require_offered, tools_of
from core.tools.errors import RequirementNotMet, UnknownRole
from core.web.locale import current_language
from portal import notices, pages
from portal.employees import entry
from portal.employees.entry import Steps
from portal.employees.lines import invitation_line
from portal.employees.opening import employees_url
from portal.employees.pages import InvitationsPage
from portal.frame import Section, frame
from portal.visit import Visit, check_form, open_organisation

bp = Blueprint("employee_inviting", __name__)

_PATH = "/organisations/<organisation_id>/employees/invite"
_LIST = "/organisations/<organisation_id>/employees/invitations"
_CARRIED = (ADDRESS, LANGUAGE, "function", "employee-type", "work-phone")
_ALREADY = N_("An invitation to this address is open already. You can send it again from the list of employees.")
Answer = AnyResponse | str | tuple[str, int]


@bp.get(_PATH)
def show(organisation_id: str) -> str:
    """Show the first step; `?address=` is what was looked for in vain."""
    visit = open_organisation(organisation_id, Right.MANAGE_EMPLOYEES)
    looked_for = request.args.get("address", "")
    typed = {LANGUAGE: current_language(), ADDRESS: looked_for if "@" in looked_for else ""}
    return entry.details_page(_steps(visit), typed)


@bp.post(_PATH)
def submit(organisation_id: str) -> Answer:
    """Go on to the second step, back to the first, or send the invitation."""
    check_form()
    visit = open_organisation(organisation_id, Right.MANAGE_EMPLOYEES)
    form, steps = employee_forms.invited(request.form), _steps(visit)
    if entry.current_step() == entry.BACK:
        return entry.details_page(steps, form.typed)
    if form.value is None:
        return entry.details_page(steps, form.typed, errors=form.wrong), 422
    if entry.current_step() == entry.DETAILS:
        return entry.access_page(steps, form.typed)
    return _send(visit, steps, form.typed, form.value)


@bp.get(_LIST)
def show_all(organisation_id: str) -> str:
    """Show all open invitations, the newest first."""
    visit = open_organisation(organisation_id, Right.MANAGE_EMPLOYEES)
    url = employees_url(organisation_id)
    before = request.args.get("before")
    with visit.services.database.reading() as session:
        found = open_invitations(
            session, visit.organisation.id, before=None if before is None else InvitationId(before), now=visit.now
        )
    page = InvitationsPage(
        frame=frame(visit, Section.EMPLOYEES),
        invitations=tuple(invitation_line(visit, one) for one in found.invitations),
        count=found.total,
        older_url=None if found.older_from is None else f"{url}/invitations?before={found.older_from}",
        url=url,
    )
    return pages.render(page, menu=page.frame.menu)


@bp.post(f"{_LIST}/<invitation_id>/again")
def send_again(organisation_id: str, invitation_id: str) -> AnyResponse:
    """Send an open invitation once more."""
    check_form()
    visit = open_organisation(organisation_id, Right.MANAGE_EMPLOYEES)
    actor, url = visit.actor.person_id, employees_url(organisation_id)
    try:
        limits.count_invitation(visit.services.store, actor, visit.organisation.id)
        with visit.services.database.transaction() as session:
            invitations.send_again(
                session,
                visit.organisation.id,
                InvitationId(invitation_id),
                by=actor,
                secret=visit.services.settings.secret,
                now=visit.now,
            )
    except RateLimited as error:
        is_too_soon = error.details.get("limit") == invitations.SENT_AGAIN
        return notices.done(url, "invitation-too-soon" if is_too_soon else "invitations-too-many")
    except (InvitationOver, NotManager):
        return notices.done(url, "changed-meanwhile")
    return notices.done(url, "invitation-again")


@bp.post(f"{_LIST}/<invitation_id>/withdraw")
def withdraw(organisation_id: str, invitation_id: str) -> AnyResponse:
    """Take an open invitation back."""
    check_form()
    visit = open_organisation(organisation_id, Right.MANAGE_EMPLOYEES)
    url = employees_url(organisation_id)
    try:
        with visit.services.database.transaction() as session:
            invitations.withdraw(
                session, visit.organisation.id, InvitationId(invitation_id), by=visit.actor.person_id, now=visit.now
            )
    except (InvitationOver, NotManager):
        return notices.done(url, "changed-meanwhile")
    return notices.done(url, "invitation-withdraw")


def _send(visit: Visit, steps: Steps, typed: Mapping[str, str], wanted: Invited) -> Answer:
    organisation_id, actor = visit.organisation.id, visit.actor.person_id
    roles = entry.wished_roles()
    try:
        limits.count_invitation(visit.services.store, actor, organisation_id)
        with visit.services.database.transaction() as session:
            require_offered(tools_of(session, organisation_id, person_id=None, now=visit.now), roles)
            wished = Wished(
                wanted.address, wanted.language, wanted.details, {str(name): role for name, role in roles.items()}
            )
            invitations.invite(
                session, organisation_id, wished, by=actor, secret=visit.services.settings.secret, now=visit.now
            )
    except RateLimited as error:
        return entry.details_page(steps, typed, errors=(Wrong(ADDRESS, entry.too_many(error)),)), 429
    except AlreadyInvited:
        return entry.details_page(steps, typed, errors=(Wrong(ADDRESS, _ALREADY),)), 422
    except (RequirementNotMet, UnknownRole):
        return entry.access_page(steps, typed, errors=(Wrong("tools", entry.TOOLS_CHANGED),)), 409
    except (NotManager, NotFound):
        return notices.done(employees_url(organisation_id), "changed-meanwhile")
    return notices.done(employees_url(organisation_id), "invitation-sent")


def _steps(visit: Visit) -> Steps:
    url = employees_url(visit.organisation.id)
    return Steps(
        visit=visit,
        title=_("Invite somebody by mail"),
        lead=_("The person gets a mail with a link, makes an account if they have none, and accepts or turns it down."),
        action=f"{url}/invite",
        back_url=url,
        submit_id="invite-employee",
        submit=_("Send the invitation"),
        person_id=None,
        carried=_CARRIED,
        wants_address=True,
    )
