"""Charging a wallet, giving back, and finding again what was charged (W8)."""

from http import HTTPStatus

from core.closing import spending
from core.closing.spending import Purchase
from core.infra.messages import N_
from core.wallet import charging, tool_charges
from core.wallet.identifiers import TransactionId
from core.wallet.states import TransactionStatus
from core.wallet.tool_charges import ToolCharge
from core.web.json_shapes import Kind, Member
from portal.api import shapes
from portal.api.operation import CHARGE, READ, Call, Json, Operation


def charge(call: Call) -> Json:
    """Take the price of something from the organisation's wallet."""
    bought = purchase(call)
    done = spending.charge(call.session, call.caller.buyer(), bought, now=call.now)
    return shapes.told(
        ToolCharge(
            id=done.id,
            status=TransactionStatus.SUCCEEDED,
            amount_cents=bought.amount_cents,
            refunded_cents=0,
            description=bought.description,
            reference=bought.reference,
            at=call.now,
        )
    )


def note_refusal(call: Call, reason: str) -> None:
    """Let the wallet's page show what was refused."""
    spending.note_refusal(call.session, call.caller.buyer(), purchase(call), reason, now=call.now)


def refund(call: Call) -> Json:
    """Give back a charge, or a part of it."""
    charged = tool_charges.find_charge(call.session, TransactionId(call.id), owner=call.caller.owner)
    amount_cents = call.body.values.get("amount_cents")
    done = charging.refund(call.session, charged.id, amount_cents, client_id=call.caller.client_id, now=call.now)
    return {
        "id": done.id,
        "charge": charged.id,
        "amount_cents": done.amount_cents,
        "currency": shapes.CURRENCY,
        "at": shapes.moment(call.now),
    }


def show(call: Call) -> Json:
    """Tell of one charge."""
    return shapes.told(tool_charges.find_charge(call.session, TransactionId(call.id), owner=call.caller.owner))


def find(call: Call) -> Json:
    """Tell what carries a reference."""
    found = tool_charges.charges_named(call.session, call.query.text("reference"), owner=call.caller.owner)
    return {"charges": [shapes.told(charged) for charged in found]}


def purchase(call: Call) -> Purchase:
    """Return what somebody wants to buy."""
    body = call.body
    return Purchase(body.integer("amount_cents"), body.text("description"), body.optional("reference"))


OPERATIONS = (
    Operation(
        name="charge",
        method="POST",
        path="/charges",
        scope=(CHARGE,),
        summary=N_("Charge the wallet of the organisation for which the user acts."),
        view=charge,
        takes=shapes.PURCHASE,
        gives=shapes.CHARGE,
        status=HTTPStatus.CREATED,
        note_refusal=note_refusal,
    ),
    Operation(
        name="find-charges",
        method="GET",
        path="/charges",
        scope=(CHARGE, READ),
        summary=N_("Find a charge or hold of yours by your reference; one that was refused is not among them."),
        view=find,
        query=(shapes.reference_needed,),
        gives=(Member("charges", Kind.OBJECTS, members=shapes.CHARGE),),
        is_for_client=True,
    ),
    Operation(
        name="show-charge",
        method="GET",
        path="/charges/{id}",
        scope=(CHARGE, READ),
        summary=N_("Read one charge of yours."),
        view=show,
        gives=shapes.CHARGE,
        is_for_client=True,
    ),
    Operation(
        name="refund",
        method="POST",
        path="/charges/{id}/refund",
        scope=(CHARGE,),
        summary=N_("Give back a charge of yours, or a part of it."),
        view=refund,
        takes=(shapes.part,),
        gives=shapes.REFUND,
        status=HTTPStatus.CREATED,
        is_for_client=True,
    ),
)
