"""Accepting a newer version of a tool's terms for the organisation."""

from dataclasses import dataclass
from typing import ClassVar

from flask import Blueprint, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from core.infra.errors import NotFound, RuleError
from core.infra.forms import Wrong
from core.organisations.rights import Right
from core.tools import terms
from core.tools.forms import ACCEPT_TERMS, NOT_ACCEPTED, OTHER_VERSION, TERMS_VERSION
from portal import pages
from portal.frame import OrganisationFrame, Section, frame
from portal.notices import done
from portal.tools.details import TermsLines, new_terms
from portal.tools.scene import Scene, open_tool
from portal.visit import check_form

bp = Blueprint("tool_terms", __name__, url_prefix="/organisations/<organisation_id>/tools/<code>/<usage>/terms")


@dataclass(frozen=True, slots=True)
class TermsPage:
    """The terms that wait to be accepted; `terms` None: there are none any more."""

    template: ClassVar[str] = "tools/terms.html"

    frame: OrganisationFrame
    tool_name: str
    usage_name: str
    url: str
    terms: TermsLines | None
    errors: tuple[Wrong, ...] = ()


@bp.get("")
def show(organisation_id: str, code: str, usage: str) -> str:
    """Show which terms there are to accept."""
    return _page(open_tool(organisation_id, code, usage, Right.MANAGE_ACCESS))


@bp.post("")
def accept(organisation_id: str, code: str, usage: str) -> AnyResponse | tuple[str, int]:
    """Accept them for the organisation."""
    check_form()
    scene = open_tool(organisation_id, code, usage, Right.MANAGE_ACCESS)
    if ACCEPT_TERMS not in request.form:
        return _page(scene, Wrong(ACCEPT_TERMS, _(NOT_ACCEPTED))), 422
    visit, version = scene.visit, request.form.get(TERMS_VERSION, "")
    try:
        with visit.services.database.transaction() as session:
            terms.accept(session, scene.registered.id, version, by=visit.actor.person_id, now=visit.now)
    except RuleError:
        return _page(scene, Wrong(ACCEPT_TERMS, _(OTHER_VERSION))), 422
    return done(scene.url(), "terms-accepted")


def _page(scene: Scene, *errors: Wrong) -> str:
    if scene.registration is None:
        raise NotFound(usage=scene.choice.usage.code)
    page = TermsPage(
        frame(scene.visit, Section.TOOLS), scene.tool_name, scene.usage_name, scene.url(), new_terms(scene), errors
    )
    return pages.render(page, menu=page.frame.menu)
