"""The desk: a developer's programs, and the ways to documentation and try-out."""

from datetime import datetime

from flask import Blueprint

from core.infra.settings import Mode
from core.staff.states import StaffRole
from portal import pages
from portal.developers.pages import DeskPage, ListedProgram
from portal.staff_area import Desk, frame, open_desk

bp = Blueprint("developers", __name__)

URL = "/developers"


@bp.get(URL)
def show() -> str:
    """Show the programs of whoever looks, by name."""
    desk = open_desk(StaffRole.DEVELOPER)
    settings = desk.services.settings
    page = DeskPage(
        frame=frame(desk, URL),
        programs=tuple(sorted(_programs(desk), key=lambda program: (program.name.casefold(), program.client_id))),
        issuer=settings.issuer,
        has_test_people=settings.mode is not Mode.PRODUCTION,
    )
    return pages.render(page, menu=page.frame.menu)


def _programs(desk: Desk) -> list[ListedProgram]:
    # An operator who is a developer as well sees their own here, as every developer does.
    found = desk.admin.read("clients", owner_id=desk.actor.person_id)["clients"]
    return [
        ListedProgram(
            client_id=client["client_id"],
            name=client["name"],
            is_enabled=client["enabled"],
            is_tool=client["tool_id"] is not None,
            changed_at=datetime.fromisoformat(client["changed_at"]),
        )
        for client in found
    ]
