"""Ending a registration, after a question that says who loses what."""

from dataclasses import dataclass
from typing import ClassVar

from flask import Blueprint
from werkzeug.wrappers import Response as AnyResponse

from core.organisations.rights import Right
from core.tools import registration
from core.tools.access_table import users_of
from portal import pages
from portal.frame import OrganisationFrame, Section, frame
from portal.notices import done
from portal.tools.registered import open_registered
from portal.visit import check_form

bp = Blueprint("tool_end", __name__, url_prefix="/organisations/<organisation_id>/tools/<code>/<usage>/end")


@dataclass(frozen=True, slots=True)
class EndPage:
    """The question; `users` lose the tool with the registration."""

    template: ClassVar[str] = "tools/end.html"

    frame: OrganisationFrame
    tool_name: str
    usage_name: str
    url: str
    users: int


@bp.get("")
def ask(organisation_id: str, code: str, usage: str) -> str:
    """Ask whether the registration shall end."""
    found = open_registered(organisation_id, code, usage, Right.MANAGE_ACCESS)
    with found.visit.services.database.reading() as reading:
        users = users_of(reading, found.usage.id)
    page = EndPage(frame(found.visit, Section.TOOLS), found.tool_name, found.usage_name, found.url(), users)
    return pages.render(page, menu=page.frame.menu)


@bp.post("")
def end(organisation_id: str, code: str, usage: str) -> AnyResponse:
    """End it; everybody's access closes at once."""
    check_form()
    found = open_registered(organisation_id, code, usage, Right.MANAGE_ACCESS)
    with found.visit.services.database.transaction() as session:
        registration.end(session, found.usage.id, by=found.visit.actor.person_id, now=found.visit.now)
    return done(found.url(), "registration-ended")
