"""The accreditation on which a registration rests: changing it for another that qualifies, ending it (T4)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from flask import Blueprint, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from core.infra.errors import Conflict, NotFound, RuleError
from core.infra.forms import Wrong
from core.infra.messages import N_
from core.organisations.rights import Right
from core.tools import mandates
from core.tools.mandate_choices import Alternative, alternatives
from core.tools.registrations import User, users_of_registration
from portal import pages
from portal.frame import OrganisationFrame, Section, frame
from portal.notices import done
from portal.tools.details import MandateLines, mandate_lines
from portal.tools.scene import Scene, open_tool
from portal.visit import check_form

bp = Blueprint("tool_mandate", __name__, url_prefix="/organisations/<organisation_id>/tools/<code>/<usage>/mandate")

_ACCREDITATION, _COLLEAGUES, _COLLEAGUE = "accreditation", "colleagues", "colleague"
_LIST = "list"
_CHOOSE = N_("Choose the accreditation on which the registration shall rest.")
_NOBODY = N_("Choose at least one colleague, or all of them.")
# Whoever has more users than this lends to all of them.
_LISTED_MAX = 200


@dataclass(frozen=True, slots=True)
class Choice:
    """An accreditation that qualifies; `is_own`: the manager's own, which they then accept themselves."""

    id: str
    holder: str
    accreditation: str
    number: str
    is_current: bool
    is_own: bool


@dataclass(frozen=True, slots=True)
class Colleague:
    """An employee with a role, for the list of those whom a mandate covers."""

    id: str
    name: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class MandatePage:
    """What the registration rests on, and the alternatives; `is_needless` where the usage asks for none."""

    template: ClassVar[str] = "tools/mandate.html"

    frame: OrganisationFrame
    tool_name: str
    usage_name: str
    url: str
    mandate: MandateLines | None
    proposed: MandateLines | None
    choices: tuple[Choice, ...]
    chosen: str
    colleagues: tuple[Colleague, ...]
    is_listed: bool
    is_needless: bool
    users: int
    errors: tuple[Wrong, ...] = ()


@dataclass(frozen=True, slots=True)
class EndMandatePage:
    """The question whether nobody shall work under the accreditation any more."""

    template: ClassVar[str] = "tools/mandate_end.html"

    frame: OrganisationFrame
    tool_name: str
    usage_name: str
    url: str
    holder: str
    users: int


@bp.get("")
def show(organisation_id: str, code: str, usage: str) -> str:
    """Show the present accreditation and the alternatives."""
    return _page(open_tool(organisation_id, code, usage, Right.MANAGE_ACCESS))


@bp.post("")
def propose(organisation_id: str, code: str, usage: str) -> AnyResponse | tuple[str, int]:
    """Ask the holder of another accreditation; until they accept the old one holds."""
    check_form()
    scene = open_tool(organisation_id, code, usage, Right.MANAGE_ACCESS)
    visit, accreditation = scene.visit, request.form.get(_ACCREDITATION, "")
    found = next((one for one in _alternatives(scene) if one.accreditation_id == accreditation), None)
    named = set(request.form.getlist(_COLLEAGUE))
    listed = [one.membership_id for one in _users(scene) if one.membership_id in named]
    is_listed = request.form.get(_COLLEAGUES) == _LIST
    if found is None:
        return _page(scene, Wrong(_ACCREDITATION, _(_CHOOSE))), 422
    if is_listed and not listed:
        return _page(scene, Wrong(_COLLEAGUES, _(_NOBODY)), chosen=accreditation, is_listed=True), 422
    try:
        with visit.services.database.transaction() as session:
            mandates.propose(
                session,
                scene.registered.id,
                accreditation,
                by=visit.actor.person_id,
                colleagues=listed if is_listed else None,
                now=visit.now,
            )
    except (RuleError, Conflict):
        # It lapsed, or its holder left, a moment ago: the page says on what it can rest now.
        return done(scene.url("mandate"), "changed-meanwhile")
    if found.holder_id == visit.actor.person_id:
        return done("/mandates", "mandate-own-proposed")
    return done(scene.url(), "mandate-proposed")


@bp.get("/end")
def ask(organisation_id: str, code: str, usage: str) -> str:
    """Ask whether nobody shall work under the accreditation any more."""
    scene = open_tool(organisation_id, code, usage, Right.MANAGE_ACCESS)
    found = scene.registered
    if found.mandate is None:
        raise NotFound(usage=usage)
    page = EndMandatePage(
        frame=frame(scene.visit, Section.TOOLS),
        tool_name=scene.tool_name,
        usage_name=scene.usage_name,
        url=scene.url(),
        holder=found.mandate.holder_name,
        users=found.users,
    )
    return pages.render(page, menu=page.frame.menu)


@bp.post("/end")
def end(organisation_id: str, code: str, usage: str) -> AnyResponse:
    """End the mandate that holds; the registration rests until another one is accepted."""
    check_form()
    scene = open_tool(organisation_id, code, usage, Right.MANAGE_ACCESS)
    visit, mandate = scene.visit, scene.registered.mandate
    if mandate is None:
        return done(scene.url("mandate"), "changed-meanwhile")
    try:
        with visit.services.database.transaction() as session:
            mandates.withdraw(session, mandate.id, by=visit.actor.person_id, now=visit.now)
    except (RuleError, NotFound):
        return done(scene.url("mandate"), "changed-meanwhile")
    return done(scene.url(), "mandate-ended")


def _alternatives(scene: Scene) -> Sequence[Alternative]:
    visit, requirement = scene.visit, scene.choice.usage.requirement
    with visit.services.database.reading() as reading:
        return alternatives(reading, visit.organisation.id, requirement, now=visit.now)


def _users(scene: Scene) -> tuple[User, ...]:
    """Return those who may be on a list: employees with a role, the holder of the accreditation or not."""
    with scene.visit.services.database.reading() as reading:
        return users_of_registration(reading, scene.registered.id, limit=_LISTED_MAX)


def _page(scene: Scene, *errors: Wrong, chosen: str | None = None, is_listed: bool | None = None) -> str:
    found, words, me = scene.registered, scene.wording, scene.visit.actor.person_id
    present = found.mandate
    covered = None if present is None else present.colleagues
    page = MandatePage(
        frame=frame(scene.visit, Section.TOOLS),
        tool_name=scene.tool_name,
        usage_name=scene.usage_name,
        url=scene.url(),
        mandate=mandate_lines(scene, present),
        proposed=mandate_lines(scene, found.proposed),
        choices=tuple(
            Choice(
                id=one.accreditation_id,
                holder=one.holder_name,
                accreditation=words.accreditation(
                    one.kind, (one.list,) if one.list else (), (one.column,) if one.column else ()
                ),
                number=one.number,
                is_current=present is not None and one.accreditation_id == present.accreditation_id,
                is_own=one.holder_id == me,
            )
            for one in _alternatives(scene)
        ),
        chosen=chosen or "",
        colleagues=tuple(
            Colleague(one.membership_id, one.name, covered is None or one.membership_id in covered)
            for one in _users(scene)
        ),
        is_listed=covered is not None if is_listed is None else is_listed,
        is_needless=not scene.choice.to_register,
        users=found.users,
        errors=errors,
    )
    return pages.render(page, menu=page.frame.menu)
