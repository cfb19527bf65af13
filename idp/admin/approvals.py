"""The second person's word about acts that lie with the provider."""

from core.staff import approvals
from core.staff.rules import Decision
from core.staff.states import StaffRole
from core.web.json_shapes import Member
from idp.admin.deeds import deeds
from idp.admin.operation import Call, Json, Operation


def decide(call: Call) -> Json:
    """Approve and carry out in one transaction, refuse, or withdraw."""
    decision = Decision(call.body.text("decision"))
    approvals.decide(call.session, call.names["approval_id"], decision, by=call.by, deeds=deeds(call), now=call.now)
    return {"decision": decision.value}


_DECISION = (Member("decision", choices=tuple(Decision)),)

OPERATIONS = (
    Operation(
        *("decideApproval", "POST", "/approvals/{approval_id}", tuple(StaffRole)),
        *("Decide an act that waits for a second person", decide),
        takes=_DECISION,
        gives=_DECISION,
        is_fresh=True,
        asks_reason=False,
    ),
)
