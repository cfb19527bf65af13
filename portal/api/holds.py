"""Setting money aside before the price is known, and taking or freeing it afterwards (W8)."""

from datetime import timedelta
from http import HTTPStatus

from core.closing import spending
from core.infra.messages import N_
from core.wallet import holds, tool_charges
from core.wallet.holds import LONGEST, Hold
from core.wallet.identifiers import HoldId
from core.web.json_shapes import Kind, Member
from portal.api import charges, shapes
from portal.api.operation import CHARGE, Call, Json, Operation

_LONGEST_SECONDS = int(LONGEST.total_seconds())
_life = Member(
    "expires_in_seconds",
    Kind.INTEGER,
    meaning="After how long it is freed unless it was captured or voided before; a week where it is not said.",
    is_required=False,
    least=60,
    most=_LONGEST_SECONDS,
    example=3_600,
)


def hold(call: Call) -> Json:
    """Set the price of something aside."""
    life = timedelta(seconds=call.body.values.get("expires_in_seconds", _LONGEST_SECONDS))
    bought = charges.purchase(call)
    return _told(spending.reserve(call.session, call.caller.buyer(), bought, life=life, now=call.now))


def capture(call: Call) -> Json:
    """Take what was bought from a hold and free the rest."""
    owner, hold_id = call.caller.owner, HoldId(call.id)
    tool_charges.require_hold(call.session, hold_id, owner=owner)
    amount_cents = call.body.values.get("amount_cents")
    done = holds.capture(call.session, hold_id, amount_cents, client_id=owner.client_id, now=call.now)
    return shapes.told(tool_charges.find_charge(call.session, done.id, owner=owner))


def void(call: Call) -> Json:
    """Free a hold."""
    owner, hold_id = call.caller.owner, HoldId(call.id)
    tool_charges.require_hold(call.session, hold_id, owner=owner)
    return _told(holds.void(call.session, hold_id, client_id=owner.client_id, now=call.now))


def _told(found: Hold) -> Json:
    return {
        "id": found.id,
        "charge": found.transaction_id,
        "status": found.status.value,
        "amount_cents": found.amount_cents,
        "currency": shapes.CURRENCY,
        "expires_at": shapes.moment(found.expires_at),
    }


OPERATIONS = (
    Operation(
        name="hold",
        method="POST",
        path="/holds",
        scope=(CHARGE,),
        summary=N_("Set money aside on the wallet of the organisation for which the user acts."),
        view=hold,
        takes=(*shapes.PURCHASE, _life),
        gives=shapes.HOLD,
        status=HTTPStatus.CREATED,
        note_refusal=charges.note_refusal,
    ),
    Operation(
        name="capture",
        method="POST",
        path="/holds/{id}/capture",
        scope=(CHARGE,),
        summary=N_("Take a hold of yours, or a part of it: the rest is freed."),
        view=capture,
        takes=(shapes.part,),
        gives=shapes.CHARGE,
        is_for_client=True,
    ),
    Operation(
        name="void",
        method="POST",
        path="/holds/{id}/void",
        scope=(CHARGE,),
        summary=N_("Free a hold of yours."),
        view=void,
        gives=shapes.HOLD,
        is_for_client=True,
    ),
)
