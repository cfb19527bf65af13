"""`/operations/work`: messages that could not be delivered, and how the worker's regular jobs fare."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from flask import Blueprint
from flask_babel import gettext as _

from portal import pages
from portal.operations.asking import Answer, Question, ask, carry_out, not_found, nothing
from portal.operations.opening import OperationsFrame, Part, around, open_operations
from portal.operations.words import TOPICS
from portal.staff_area import Desk
from portal.visit import check_form

bp = Blueprint("operations_work", __name__)

URL = Part.WORK.value


@dataclass(frozen=True, slots=True)
class Letter:
    """A message that was given up; what it holds is not shown."""

    id: str
    topic: str
    attempts: int
    created_at: datetime
    dead_at: datetime
    error: str


@dataclass(frozen=True, slots=True)
class Job:
    """A regular job: when it ran last, for how long, and how it ended."""

    name: str
    every_minutes: str
    started_at: datetime
    milliseconds: int
    error: str
    failures: int
    failed_at: datetime | None
    is_late: bool


@dataclass(frozen=True, slots=True)
class WorkPage:
    """Messages and jobs."""

    template: ClassVar[str] = "operations/work.html"

    frame: OperationsFrame
    waiting: int
    letters: tuple[Letter, ...]
    jobs: tuple[Job, ...]


@bp.get(URL)
def show() -> str:
    """Show messages given up and the jobs."""
    desk = open_operations()
    found = desk.admin.read("dead-letters")
    page = WorkPage(
        frame=around(desk, Part.WORK),
        waiting=found["waiting"],
        letters=tuple(map(_letter, found["dead_letters"])),
        jobs=jobs(desk),
    )
    return pages.render(page, menu=page.frame.menu)


@bp.get(f"{URL}/<message_id>/revive")
def show_reviving(message_id: str) -> str:
    """Ask before a message goes on its way again."""
    desk = open_operations()
    return ask(desk, _reviving(desk, message_id))


@bp.post(f"{URL}/<message_id>/revive")
def revive(message_id: str) -> Answer:
    """Send a message on its way again."""
    check_form()
    desk = open_operations()
    return carry_out(
        desk,
        _reviving(desk, message_id),
        nothing,
        lambda _value, why: desk.admin.act("dead-letters", message_id, "revive", why=why),
        to=URL,
        done="operations-revived",
    )


def jobs(desk: Desk) -> tuple[Job, ...]:
    """Return how each job fared last, those that need attention first."""
    found = [_job(job) for job in desk.admin.read("jobs")["jobs"]]
    return tuple(sorted(found, key=lambda job: (not (job.failures or job.is_late), job.name)))


def _reviving(desk: Desk, message_id: str) -> Question:
    letters = desk.admin.read("dead-letters")["dead_letters"]
    letter = next((_letter(one) for one in letters if one["id"] == message_id), None)
    if letter is None:
        raise not_found(message=message_id)
    return Question(
        code="revive",
        part=Part.WORK,
        title=_("Send this message on its way again?"),
        lead=f"{letter.topic} · {letter.error}",
        back_url=URL,
        back=_("Messages and jobs"),
        url=f"{URL}/{message_id}/revive",
        consequences=(_("It is tried again at once, and as often as a new one."),),
        yes=_("Yes, send it again"),
    )


def _letter(one: dict[str, Any]) -> Letter:
    topic = one["topic"]
    return Letter(
        id=one["id"],
        topic=_(TOPICS[topic]) if topic in TOPICS else topic,
        attempts=one["attempts"],
        created_at=datetime.fromisoformat(one["created_at"]),
        dead_at=datetime.fromisoformat(one["dead_at"]),
        error=one["last_error"] or "-",
    )


def _job(one: dict[str, Any]) -> Job:
    seconds, failed_at = one["every_seconds"], one["failed_at"]
    return Job(
        name=one["name"],
        every_minutes=_("%(seconds)s seconds", seconds=seconds)
        if seconds < 60
        else _("%(minutes)s minutes", minutes=seconds // 60),
        started_at=datetime.fromisoformat(one["started_at"]),
        milliseconds=one["milliseconds"],
        error=one["error"] or "",
        failures=one["failures_in_a_row"],
        failed_at=None if failed_at is None else datetime.fromisoformat(failed_at),
        is_late=one["is_late"],
    )
