"""The page of acts that wait for a second person: approve, refuse, or take one's own back."""

from datetime import date

from flask import Blueprint, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from core.closing.open_approvals import NamedApproval, waiting
from core.closing.staff_deeds import DEEDS
from core.infra.dates import date_in_words
from core.infra.errors import Conflict, NotFound, RuleError
from core.infra.money import euros
from core.staff import approvals
from core.staff.rules import Decision
from core.web.locale import current_language
from portal import notices, pages
from portal.admin_client import AdminRefused
from portal.staff.pages import ApprovalsPage, ShownApproval
from portal.staff_area import Desk, frame, open_desk
from portal.staff_words import ACTS, AMOUNTS, DAYS, PARAMETERS, REASONS, UNSAID, VALUES
from portal.visit import check_form

bp = Blueprint("approvals", __name__)

URL = "/staff/approvals"
_DONE = {
    Decision.APPROVE: "approval-given",
    Decision.REFUSE: "approval-refused",
    Decision.WITHDRAW: "approval-withdrawn",
}


@bp.get(URL)
def overview() -> str:
    """Show what is open for the roles of whoever looks."""
    return _page(open_desk())


@bp.post(f"{URL}/<approval_id>")
def decide(approval_id: str) -> AnyResponse | tuple[str, int]:
    """Approve, refuse or withdraw; who approves has proved within minutes that it is them."""
    check_form()
    desk = open_desk()
    decision = _decision(request.form.get("decision", ""))
    if decision is Decision.APPROVE:
        desk.require_fresh()
    try:
        _decide(desk, approval_id, decision)
    except (RuleError, Conflict, AdminRefused, NotFound) as error:
        return _page(desk, problem=error.code), 409
    return notices.done(URL, _DONE[decision])


def _decide(desk: Desk, approval_id: str, decision: Decision) -> None:
    with desk.services.database.transaction() as session:
        approval = approvals.find(session, approval_id, now=desk.now)
        is_of_core = approval.act in DEEDS or decision is not Decision.APPROVE
        if is_of_core:
            approvals.decide(session, approval_id, decision, by=desk.actor.person_id, deeds=DEEDS, now=desk.now)
    if not is_of_core:
        # What lies with the provider is carried out there, in the transaction of the approval all the same.
        desk.admin.act("approvals", approval_id, decision=decision.value)


def _decision(value: str) -> Decision:
    try:
        return Decision(value)
    except ValueError:
        raise NotFound(decision=value) from None


def _page(desk: Desk, problem: str | None = None) -> str:
    with desk.services.database.reading() as session:
        found = waiting(session, desk.actor.person_id, desk.roles, now=desk.now)
    around = frame(desk, URL)
    return pages.render(ApprovalsPage(around, tuple(map(_shown, found)), problem), menu=around.menu)


def _shown(found: NamedApproval) -> ShownApproval:
    approval = found.approval
    return ShownApproval(
        id=approval.id,
        title=_(ACTS[approval.act]) if approval.act in ACTS else approval.act,
        facts=tuple(_fact(name, value) for name, value in found.facts if name not in UNSAID),
        reason=_(REASONS[approval.why.word]),
        reference=approval.why.reference,
        asked_by=found.asked_by or _("somebody whose account is gone"),
        asked_at=approval.asked_at,
        expires_at=approval.expires_at,
        is_own=found.is_own,
    )


def _fact(name: str, value: str) -> tuple[str, str]:
    label = _(PARAMETERS[name]) if name in PARAMETERS else name
    if name in AMOUNTS:
        return label, euros(int(value), current_language())
    if name in DAYS:
        return label, date_in_words(date.fromisoformat(value), current_language())
    return label, _(VALUES[value]) if value in VALUES else value
