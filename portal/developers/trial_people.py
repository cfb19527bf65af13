"""People in every state to test with, where the demo world is loaded."""

from flask import Blueprint
from flask_babel import gettext as _

from core.closing.trial_people import TrialAccreditation, TrialPerson, trial_organisation
from core.infra.errors import NotFound
from core.infra.messages import N_
from core.infra.settings import Mode
from core.organisations.states import MembershipStatus
from core.staff.states import StaffRole
from portal import pages
from portal.developers import desk as overview
from portal.developers.pages import ShownTrialPerson, TrialPeoplePage
from portal.staff_area import frame, open_desk

bp = Blueprint("trial_people", __name__)

URL = f"{overview.URL}/test-people"
_MEMBERSHIPS = {
    MembershipStatus.INVITED: N_("Invited."),
    MembershipStatus.REQUESTED: N_("Waits for confirmation."),
    MembershipStatus.ACTIVE: N_("Active employee."),
    MembershipStatus.BLOCKED: N_("Blocked by a manager."),
    MembershipStatus.REFUSED: N_("The request was refused."),
    MembershipStatus.LEFT: N_("Has left."),
}


@bp.get(URL)
def show() -> str:
    """Show who there is to test with; nobody in production."""
    desk = open_desk(StaffRole.DEVELOPER)
    if desk.services.settings.mode is Mode.PRODUCTION:
        raise NotFound
    with desk.services.database.reading() as session:
        found = trial_organisation(session)
    if found is None:
        raise NotFound
    page = TrialPeoplePage(frame(desk, overview.URL), found.name, tuple(map(_shown, found.people)))
    return pages.render(page, menu=page.frame.menu)


def _shown(person: TrialPerson) -> ShownTrialPerson:
    states = [_("Manager.") if person.is_manager else _(_MEMBERSHIPS[person.membership])]
    states.append(_("Identity card linked.") if person.has_card else _("No identity card linked."))
    states += [_accreditation(found) for found in person.accreditations] or [_("No accreditation.")]
    return ShownTrialPerson(person.username, person.name, tuple(states))


def _accreditation(found: TrialAccreditation) -> str:
    return _(
        "%(kind)s %(number)s, %(list)s: %(status)s.",
        kind=found.kind,
        number=found.number,
        list=found.list or "-",
        status=found.status,
    )
