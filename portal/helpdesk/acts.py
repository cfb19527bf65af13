"""`/helpdesk/acts`: who of the staff did what, and why; newest first."""

from dataclasses import dataclass
from typing import ClassVar
from urllib.parse import urlencode

from flask import Blueprint, request
from flask_babel import gettext as _

from core.closing import staff_acts
from core.closing.staff_acts import Wanted
from core.staff.reasons import StaffReason
from portal import pages
from portal.helpdesk.opening import ACTS, HelpdeskFrame, Part, around, open_helpdesk, options
from portal.helpdesk.trails import TrailLine, lines
from portal.staff_words import REASONS

bp = Blueprint("helpdesk_acts", __name__)

_LONGEST = 100


@dataclass(frozen=True, slots=True)
class ActsPage:
    """A stretch of what staff did, and what it is narrowed down to."""

    template: ClassVar[str] = "helpdesk/acts.html"

    frame: HelpdeskFrame
    by: str
    reason: str
    reference: str
    reasons: tuple[tuple[str, str], ...]
    trail: tuple[TrailLine, ...]
    older_url: str | None
    newest_url: str | None
    is_narrowed: bool
    url: str


@bp.get(ACTS)
def show() -> str:
    """Show a stretch of what staff did."""
    desk, before = open_helpdesk(), request.args.get("before")
    wanted = Wanted(by=_said("by"), reason=_reason(), reference=_said("reference"))
    with desk.services.database.reading() as session:
        trail = staff_acts.of_staff(session, wanted, before=before)
    narrowed = {"by": wanted.by, "reason": wanted.reason or "", "reference": wanted.reference}
    kept = {name: value for name, value in narrowed.items() if value}
    older = None if trail.older_from is None else {**kept, "before": trail.older_from}
    page = ActsPage(
        frame=around(desk, Part.ACTS),
        by=wanted.by,
        reason=wanted.reason or "",
        reference=wanted.reference,
        reasons=options(REASONS, empty=_("Every reason")),
        trail=lines(trail),
        older_url=None if older is None else f"{ACTS}?{urlencode(older)}",
        newest_url=None if not before else f"{ACTS}?{urlencode(kept)}" if kept else ACTS,
        is_narrowed=bool(kept),
        url=ACTS,
    )
    return pages.render(page, menu=page.frame.menu)


def _said(name: str) -> str:
    value = request.args.get(name, "").strip()[:_LONGEST]
    return value if value.isprintable() else ""


def _reason() -> StaffReason | None:
    return next((word for word in StaffReason if word.value == request.args.get("reason")), None)
