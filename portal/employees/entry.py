"""The two steps in which somebody becomes an employee, for all ways in: what they are here, then what they may use.

Nothing is stored between them: what was entered in the first step goes along in hidden fields and is
judged again with the second.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from flask import request
from flask_babel import gettext as _
from flask_babel import ngettext

from core.accreditations.queries import kinds
from core.infra.errors import RateLimited
from core.infra.forms import Wrong
from core.infra.messages import N_
from core.organisations.identifiers import MembershipId
from core.people.identifiers import PersonId
from core.tools.candidates import RolesWished, tools_of
from core.tools.identifiers import RegistrationId
from portal import pages
from portal.employees import words
from portal.employees.lines import candidate_lines
from portal.employees.pages import AccessStepPage, Act, DetailsStepPage, Difference, Hidden
from portal.frame import Section, frame
from portal.visit import Visit

STEP = "step"
DETAILS, ACCESS, BACK = "details", "access", "back"
_ROLE = "role-"
_DESCRIBED = ("function", "employee-type", "work-email", "work-phone", "is-manager")
DISPUTED = N_(
    "Somebody claims this organisation: until our helpdesk has decided, nobody becomes a manager. Go on without it."
)
TOOLS_CHANGED = N_("What this person may use has changed meanwhile. Check the roles once more.")


@dataclass(frozen=True, slots=True)
class Steps:
    """How the two steps of one way in read, and whom they are about; None: somebody not known yet.

    `hidden` are the fields that go along besides the employee data, by name.
    """

    visit: Visit
    title: str
    lead: str
    action: str
    back_url: str
    submit_id: str
    submit: str
    person_id: PersonId | None
    membership_id: MembershipId | None = None
    hidden: Hidden = ()
    carried: tuple[str, ...] = _DESCRIBED
    acts: tuple[Act, ...] = ()
    wants_address: bool = False


def current_step() -> str:
    """Return which step was sent."""
    return request.form.get(STEP, DETAILS)


def wished_roles() -> RolesWished:
    """Return the roles that were chosen, by registration; no user is left out."""
    return {
        RegistrationId(name.removeprefix(_ROLE)): role
        for name, role in request.form.items()
        if name.startswith(_ROLE) and role
    }


def details_page(
    steps: Steps,
    typed: Mapping[str, str],
    *,
    errors: Iterable[Wrong] = (),
    differences: tuple[Difference, ...] = (),
) -> str:
    """Return the first step."""
    page = DetailsStepPage(
        frame=frame(steps.visit, Section.EMPLOYEES),
        title=steps.title,
        lead=steps.lead,
        action=steps.action,
        back_url=steps.back_url,
        typed=typed,
        types=words.type_options(with_none=False),
        # What was chosen in the second step is there again after going back.
        hidden=(*steps.hidden, *((f"{_ROLE}{name}", role) for name, role in wished_roles().items())),
        wants_address=steps.wants_address,
        acts=steps.acts,
        errors=_translated(errors),
        differences=differences,
    )
    return pages.render(page, menu=page.frame.menu)


def access_page(steps: Steps, typed: Mapping[str, str], *, errors: Iterable[Wrong] = ()) -> str:
    """Return the second step: the registered tools, each with its roles or with why there is none to choose."""
    visit = steps.visit
    with visit.services.database.reading() as session:
        tools = tools_of(
            session,
            visit.organisation.id,
            person_id=steps.person_id,
            membership_id=steps.membership_id,
            now=visit.now,
        )
        names = kinds(session) if any(tool.reason for tool in tools) else {}
    carried = tuple((name, typed[name]) for name in steps.carried if typed.get(name))
    page = AccessStepPage(
        frame=frame(visit, Section.EMPLOYEES),
        title=steps.title,
        lead=steps.lead,
        action=steps.action,
        hidden=(*steps.hidden, *carried),
        tools=candidate_lines(tools, names, wished_roles()),
        submit_id=steps.submit_id,
        submit=steps.submit,
        is_judged=steps.person_id is not None,
        acts=steps.acts,
        errors=_translated(errors),
    )
    return pages.render(page, menu=page.frame.menu)


def too_many(error: RateLimited) -> str:
    """Return what to say to somebody who did something too often."""
    minutes = max(1, -(-error.retry_after_seconds // 60))
    return ngettext(
        "This was done too often. Try again in %(num)s minute.",
        "This was done too often. Try again in %(num)s minutes.",
        minutes,
    )


def _translated(errors: Iterable[Wrong]) -> tuple[Wrong, ...]:
    return tuple(Wrong(one.field, _(one.message)) for one in errors)
