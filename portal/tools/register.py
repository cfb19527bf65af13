"""Registering a tool: organisation, usage, what it needs, terms, complete (T1). Or asking for access to it."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from flask import Blueprint, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from core.infra.dates import moment_in_words
from core.infra.errors import Conflict, NotFound, RateLimited, RuleError
from core.infra.forms import Wrong
from core.organisations.queries import MyOrganisation, my_organisations
from core.organisations.rights import Right
from core.organisations.states import MembershipStatus
from core.tools import access_requests, assignments, forms, registration
from core.tools.choices import Doable
from core.tools.context import ReasonCode
from core.tools.explanations import Cause
from core.tools.wording import NeedText
from core.web.locale import current_language
from portal import pages
from portal.frame import OrganisationFrame, Section, frame
from portal.notices import done
from portal.tools.details import Link, ToolHead, tool_head, usage_links
from portal.tools.scene import Scene, open_tool, tool_url
from portal.visit import check_form

bp = Blueprint("tool_register", __name__, url_prefix="/organisations/<organisation_id>/tools/<code>/<usage>/register")

# What linking a card may resolve, since the registers are asked then.
_OPENED_BY_CARD = (ReasonCode.EID_NOT_LINKED, ReasonCode.ACCREDITATION_MISSING, ReasonCode.ACCREDITATION_LAPSED)


class Act(StrEnum):
    """What a button of the page says in the field `decision`; each has its notice."""

    REGISTER = "register"
    TAKE = "take"
    ASK = "ask"
    REMIND = "remind"


_DONE = {
    Act.REGISTER: "tool-registered",
    Act.TAKE: "access-taken",
    Act.ASK: "access-asked",
    Act.REMIND: "access-reminded",
}


@dataclass(frozen=True, slots=True)
class RegisterPage:
    """Register a usage, or ask for access to one that is registered; `choose` leads to other organisations."""

    template: ClassVar[str] = "tools/register.html"

    frame: OrganisationFrame
    tool: ToolHead
    action: str
    url: str
    usage_name: str
    usages: tuple[Link, ...]
    organisations: tuple[Link, ...]
    doable: Doable
    is_registered: bool
    is_retired: bool
    start_url: str | None
    to_register: tuple[tuple[NeedText, ...], ...]
    to_use: tuple[tuple[NeedText, ...], ...]
    missing: tuple[tuple[Cause, ...], ...]
    terms_version: str | None
    terms_url: str | None
    waits_days: int
    remind_from: str | None
    eid_url: str | None
    errors: tuple[Wrong, ...] = ()


@bp.get("")
def show(organisation_id: str, code: str, usage: str) -> str:
    """Show what can be done about the usage."""
    return _page(open_tool(organisation_id, code, usage, Right.REGISTER_TOOL))


@bp.post("")
def submit(organisation_id: str, code: str, usage: str) -> AnyResponse | tuple[str, int]:
    """Register it, ask the managers, remind them, or, as a manager, take a role."""
    check_form()
    scene = open_tool(organisation_id, code, usage, Right.REGISTER_TOOL)
    act = next((act for act in Act if act == request.form.get("decision")), None)
    form = forms.accepted_terms(request.form, scene.choice.usage)
    if act is Act.REGISTER and form.value is None:
        return _page(scene, errors=form.wrong), 422
    try:
        if act is Act.REGISTER:
            _register(scene, form.value.version if form.value else None)
        elif act is not None:
            _access(scene, act)
    except (RuleError, Conflict, NotFound, RateLimited):
        # A colleague was first, an accreditation lapsed: the page says how it stands.
        return done(scene.url("register"), "changed-meanwhile")
    if act is None:
        return done(scene.url("register"), "changed-meanwhile")
    ends_here = act in {Act.REGISTER, Act.TAKE}
    return done(scene.url() if ends_here else scene.url("register"), _DONE[act])


def _register(scene: Scene, accepted_terms: str | None) -> None:
    visit = scene.visit
    with visit.services.database.transaction() as session:
        registration.register(
            session,
            visit.organisation.id,
            scene.tool.id,
            scene.choice.usage.code,
            by=visit.actor.person_id,
            acr=visit.actor.acr,
            accepted_terms=accepted_terms,
            now=visit.now,
        )


def _access(scene: Scene, act: Act) -> None:
    visit, registration_id, by = scene.visit, scene.registered.id, scene.visit.actor.person_id
    with visit.services.database.transaction() as session:
        if act is Act.ASK:
            access_requests.ask(session, registration_id, by=by, now=visit.now)
        elif act is Act.REMIND:
            access_requests.remind(session, registration_id, by=by, now=visit.now)
        elif visit.membership_id is not None:
            role = scene.choice.usage.default_role
            assignments.assign_role(session, registration_id, visit.membership_id, role, by=by, now=visit.now)


def _page(scene: Scene, errors: tuple[Wrong, ...] = ()) -> str:
    choice, visit = scene.choice, scene.visit
    wait = choice.wait
    is_late = wait is not None and visit.now < wait.may_be_reminded_from
    may_link = choice.reason is not None and any(choice.reason.names(code) for code in _OPENED_BY_CARD)
    page = RegisterPage(
        frame=frame(visit, Section.TOOLS),
        tool=tool_head(scene),
        action=scene.url("register"),
        url=scene.url(),
        usage_name=scene.usage_name,
        usages=usage_links(scene, "register"),
        organisations=_organisations(scene),
        doable=choice.doable,
        is_registered=choice.is_registered,
        is_retired=scene.tool.is_retired,
        start_url=scene.start_url,
        to_register=scene.wording.needs(choice.to_register),
        to_use=scene.wording.needs(choice.to_use),
        missing=scene.wording.causes(choice.reason),
        terms_version=choice.usage.terms_version,
        terms_url=choice.usage.terms_url or None,
        waits_days=0 if wait is None else wait.days(visit.now),
        remind_from=moment_in_words(wait.may_be_reminded_from, current_language()) if wait and is_late else None,
        eid_url=f"{visit.services.settings.issuer}/account/accreditations" if may_link else None,
        errors=tuple(Wrong(one.field, _(one.message)) for one in errors),
    )
    return pages.render(page, menu=page.frame.menu)


def _organisations(scene: Scene) -> tuple[Link, ...]:
    """Return the organisations for which the person could do the same, for the blue arrow (T1)."""
    visit, usage = scene.visit, scene.choice.usage.code
    with visit.services.database.reading() as reading:
        mine: Sequence[MyOrganisation] = my_organisations(reading, visit.actor.person_id)
    return tuple(
        Link(
            one.name,
            f"{tool_url(one.id, scene.tool.code)}/{usage}/register",
            is_current=False,
            number=one.company_number,
        )
        for one in mine
        if one.membership_status is MembershipStatus.ACTIVE and one.id != visit.organisation.id
    )
