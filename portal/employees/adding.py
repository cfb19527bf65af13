"""Adding somebody who has an account (manual 2.2.5 c): find, see the profile, employee data, access; member at once."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import Blueprint, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from core.closing.employees import Entry, add
from core.infra.errors import NotFound, RateLimited
from core.infra.forms import Wrong
from core.infra.sealing import Unreadable, seal, unseal
from core.organisations import employee_forms, limits
from core.organisations.employee_forms import IS_MANAGER, WHO, Described
from core.organisations.errors import AlreadyMember, Disputed, NotManager
from core.organisations.lookups import Candidate, look_up
from core.organisations.rights import Right
from core.organisations.states import MembershipStatus
from core.people.identifiers import PersonId
from core.tools.errors import RequirementNotMet, UnknownRole
from portal import notices, pages
from portal.employees import entry
from portal.employees.employee import shown
from portal.employees.entry import Steps
from portal.employees.lines import initials
from portal.employees.opening import employee_url, employees_url
from portal.employees.pages import FindPage, ProfilePage
from portal.frame import Section, frame
from portal.visit import Visit, check_form, open_organisation

bp = Blueprint("employee_adding", __name__)

_PATH = "/organisations/<organisation_id>/employees/add"
_FOUND = "found"
_PURPOSE = "employee-to-add"
_GOOD_FOR = timedelta(hours=1)
_FIND, _PROFILE = "find", "profile"
Answer = AnyResponse | str | tuple[str, int]


@dataclass(frozen=True, slots=True)
class _Found:
    """Whom this manager looked up for this organisation, as the pages that follow carry it, sealed."""

    person_id: PersonId
    name: str


@bp.get(_PATH)
def show(organisation_id: str) -> str:
    """Show the search for an account."""
    visit = open_organisation(organisation_id, Right.MANAGE_EMPLOYEES)
    return _find_page(visit, {})


@bp.post(_PATH)
def submit(organisation_id: str) -> Answer:
    """Find the account, then go through the steps, each of which carries what was found."""
    check_form()
    visit = open_organisation(organisation_id, Right.MANAGE_EMPLOYEES)
    if entry.current_step() == _FIND:
        return _find(visit)
    found = _unsealed(visit)
    if found is None:
        # Too old, or not ours: the search begins anew.
        return notices.done(f"{employees_url(organisation_id)}/add", "changed-meanwhile")
    steps = _steps(visit, found)
    if entry.current_step() == _PROFILE:
        return entry.details_page(steps, {})
    form = employee_forms.described(request.form)
    if entry.current_step() == entry.BACK:
        return entry.details_page(steps, form.typed)
    if form.value is None:
        return entry.details_page(steps, form.typed, errors=form.wrong), 422
    if entry.current_step() == entry.DETAILS:
        return entry.access_page(steps, form.typed)
    return _add(visit, found, steps, form.typed, form.value)


def _find(visit: Visit) -> Answer:
    form = employee_forms.who(request.form)
    if form.value is None:
        return _find_page(visit, form.typed, errors=shown(form.wrong)), 422
    organisation, actor = visit.organisation, visit.actor.person_id
    try:
        limits.count_person_lookup(visit.services.store, actor, organisation.id)
    except RateLimited as error:
        return _find_page(visit, form.typed, errors=(Wrong(WHO, entry.too_many(error)),)), 429
    with visit.services.database.transaction() as session:
        found = look_up(session, organisation.id, form.value, by=actor, now=visit.now)
    if found is None:
        return _find_page(visit, form.typed, nobody=True)
    return _profile_page(visit, found)


def _add(visit: Visit, found: _Found, steps: Steps, typed: Mapping[str, str], wanted: Described) -> Answer:
    organisation_id, url = visit.organisation.id, employees_url(visit.organisation.id)
    decided = Entry(wanted.details, wanted.is_manager, entry.wished_roles())
    try:
        with visit.services.database.transaction() as session:
            member = add(session, organisation_id, found.person_id, decided, by=visit.actor.person_id, now=visit.now)
    except (RequirementNotMet, UnknownRole, NotFound):
        return entry.access_page(steps, typed, errors=(Wrong("tools", entry.TOOLS_CHANGED),)), 409
    except Disputed:
        return entry.details_page(steps, typed, errors=(Wrong(IS_MANAGER, entry.DISPUTED),)), 409
    except AlreadyMember:
        # Pressed twice, or a colleague was first.
        return notices.done(url, "done-already")
    except NotManager:
        return notices.done(url, "changed-meanwhile")
    return notices.done(employee_url(organisation_id, member.id), "employee-add")


def _find_page(visit: Visit, typed: Mapping[str, str], *, errors: tuple[Wrong, ...] = (), nobody: bool = False) -> str:
    url = employees_url(visit.organisation.id)
    page = FindPage(
        frame=frame(visit, Section.EMPLOYEES),
        action=f"{url}/add",
        invite_url=f"{url}/invite",
        import_url=f"{url}/import",
        back_url=url,
        typed=typed,
        errors=errors,
        nobody=nobody,
    )
    return pages.render(page, menu=page.frame.menu)


def _profile_page(visit: Visit, found: Candidate) -> str:
    url = employees_url(visit.organisation.id)
    page = ProfilePage(
        frame=frame(visit, Section.EMPLOYEES),
        action=f"{url}/add",
        back_url=f"{url}/add",
        name=found.name,
        username=found.username,
        initials=initials(found.name),
        hidden=((_FOUND, _sealed(visit, found)),),
        membership_text=None if found.membership is None else _standing(found.membership),
        membership_url=None
        if found.membership_id is None
        else employee_url(visit.organisation.id, found.membership_id),
    )
    return pages.render(page, menu=page.frame.menu)


def _standing(status: MembershipStatus) -> str:
    match status:
        case MembershipStatus.ACTIVE:
            return _("This person works here already.")
        case MembershipStatus.REQUESTED:
            return _("This person asked to join and waits for you to confirm it.")
        case MembershipStatus.BLOCKED:
            return _("This person is blocked here. You can activate them again.")
        case _:
            return _("This person is invited already.")


def _steps(visit: Visit, found: _Found) -> Steps:
    url = employees_url(visit.organisation.id)
    return Steps(
        visit=visit,
        title=_("Add %(person)s", person=found.name),
        lead=_("This person becomes an employee at once, is told so by mail, and can leave again."),
        action=f"{url}/add",
        back_url=f"{url}/add",
        submit_id="add-employee",
        submit=_("Add to the organisation"),
        person_id=found.person_id,
        hidden=((_FOUND, request.form.get(_FOUND, "")),),
    )


def _sealed(visit: Visit, found: Candidate) -> str:
    """Return whom was found in a form that only this manager can send back, here, within the hour."""
    until = (visit.now + _GOOD_FOR).isoformat()
    said = [visit.actor.person_id, visit.organisation.id, found.person_id, found.name, until]
    return seal(visit.services.settings.secret, json.dumps(said), purpose=_PURPOSE)


def _unsealed(visit: Visit) -> _Found | None:
    try:
        text = unseal(visit.services.settings.secret, request.form.get(_FOUND, ""), purpose=_PURPOSE)
    except Unreadable:
        return None
    by, organisation_id, person_id, name, until = json.loads(text)
    is_own = by == visit.actor.person_id and organisation_id == visit.organisation.id
    return _Found(PersonId(person_id), name) if is_own and visit.now < datetime.fromisoformat(until) else None
