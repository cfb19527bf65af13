"""What stands on a wallet, for tools whose user may see it."""

from core.closing import spending
from core.infra.messages import N_
from core.wallet.rules import LARGEST_CENTS
from core.web.json_shapes import Kind, Member
from portal.api import shapes
from portal.api.operation import READ, Call, Json, Operation


def balance(call: Call) -> Json:
    """Tell what can be spent and what is set aside."""
    wallet = spending.visible_wallet(call.session, call.caller.buyer(), now=call.now)
    return {
        "balance_cents": wallet.balance_cents,
        "held_cents": wallet.held_cents,
        "currency": shapes.CURRENCY,
        "frozen": wallet.is_frozen,
    }


OPERATIONS = (
    Operation(
        name="balance",
        method="GET",
        path="/balance",
        scope=(READ,),
        summary=N_("Read what is on the wallet, if the user may see it."),
        view=balance,
        gives=(
            Member(
                "balance_cents",
                Kind.INTEGER,
                meaning="What can be spent, in whole cents; below zero where a payment was taken back.",
                least=-LARGEST_CENTS,
                example=12_000,
            ),
            Member("held_cents", Kind.INTEGER, meaning="What is set aside for holds.", example=0),
            shapes.currency,
            Member("frozen", Kind.FLAG, meaning="Nothing goes out until the balance is made up.", example=False),
        ),
    ),
)
