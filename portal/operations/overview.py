"""`/operations`: what needs attention now, with the way there."""

from dataclasses import dataclass
from typing import ClassVar

from flask import Blueprint
from flask_babel import ngettext

from core.staff import approvals
from portal import pages
from portal.operations import bank, imports, keys, money, work
from portal.operations.opening import URL, OperationsFrame, Part, around, open_operations
from portal.staff_area import Desk

bp = Blueprint("operations", __name__)


@dataclass(frozen=True, slots=True)
class Attention:
    """Something that needs an operator; `code` is stable."""

    code: str
    text: str
    url: str


@dataclass(frozen=True, slots=True)
class OverviewPage:
    """All of it."""

    template: ClassVar[str] = "operations/overview.html"

    frame: OperationsFrame
    attention: tuple[Attention, ...]


@bp.get(URL)
def show() -> str:
    """Show what needs attention."""
    desk = open_operations()
    page = OverviewPage(
        around(desk, Part.OVERVIEW),
        (*_approvals(desk), *_work(desk), *_money(desk), *_bank(desk), *_imports(desk), *_keys(desk)),
    )
    return pages.render(page, menu=page.frame.menu)


def _approvals(desk: Desk) -> list[Attention]:
    with desk.services.database.reading() as session:
        waiting = approvals.count_to_decide(session, desk.actor.person_id, desk.roles, now=desk.now)
    text = ngettext("%(num)s act waits for your word.", "%(num)s acts wait for your word.", waiting)
    return [Attention("approvals", text, "/staff/approvals")] if waiting else []


def _work(desk: Desk) -> list[Attention]:
    dead = len(desk.admin.read("dead-letters")["dead_letters"])
    jobs = work.jobs(desk)
    failed, late = sum(job.failures > 0 for job in jobs), sum(job.is_late for job in jobs)
    found = (
        (
            "dead-letters",
            dead,
            ngettext("%(num)s message could not be delivered.", "%(num)s messages could not be delivered.", dead),
        ),
        ("jobs-failed", failed, ngettext("%(num)s regular job failed.", "%(num)s regular jobs failed.", failed)),
        ("jobs-late", late, ngettext("%(num)s regular job is late.", "%(num)s regular jobs are late.", late)),
    )
    return [Attention(code, text, Part.WORK.value) for code, count, text in found if count]


def _bank(desk: Desk) -> list[Attention]:
    return [Attention(code, text, Part.BANK.value) for code, text in bank.attention(desk)]


def _money(desk: Desk) -> list[Attention]:
    return [Attention(code, text, Part.MONEY.value) for code, text in money.attention(desk)]


def _imports(desk: Desk) -> list[Attention]:
    return [Attention(code, text, Part.IMPORTS.value) for code, text in imports.attention(desk)]


def _keys(desk: Desk) -> list[Attention]:
    old = sum(key.state == "active" and key.changed_at + keys.ROTATE_AFTER < desk.now for key in keys.keys(desk))
    left = sum(key.state == "retiring" and any(step.ready_at is None for step in key.steps) for key in keys.keys(desk))
    found = []
    if old:
        text = ngettext(
            "%(num)s key has signed for more than ninety days.",
            "%(num)s keys have signed for more than ninety days.",
            old,
        )
        found.append(Attention("keys-old", text, Part.KEYS.value))
    if left:
        text = ngettext("%(num)s key can be retired.", "%(num)s keys can be retired.", left)
        found.append(Attention("keys-to-retire", text, Part.KEYS.value))
    return found
