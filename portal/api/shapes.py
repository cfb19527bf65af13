"""The members that the operations of the wallet's interface share, and how charges are told in them."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime

from core.wallet.rules import LARGEST_CENTS
from core.wallet.states import HoldStatus, TransactionStatus
from core.wallet.tool_charges import ToolCharge
from core.web.json_shapes import Kind, Member

CURRENCY = "EUR"
# What can be printed of Latin script: a description stands on pages, in receipts and in files for accountants.
_PRINTED = "!-~\u00a1-\u00ac\u00ae-\u02af\u2010-\u2027\u2030-\u205e\u20ac"
_CHARGE_ID = "txn_01kbq3v9m2e8rj4t6w0x5y7zah"
_TIME = "2026-11-02T09:00:00Z"

amount = Member(
    "amount_cents",
    Kind.INTEGER,
    meaning="The price with VAT, in whole cents.",
    least=1,
    most=LARGEST_CENTS,
    example=250,
)
part = replace(
    amount, is_required=False, meaning="How much of it, in whole cents; all that is left where it is not said."
)
currency = Member("currency", meaning="Euro is all there is.", choices=(CURRENCY,), example=CURRENCY)
description = Member(
    "description",
    meaning="What was bought, as the wallet's page and the receipt say it.",
    pattern=f"[{_PRINTED}][ {_PRINTED}]{{0,199}}",
    example="Search of a parcel",
)
reference = Member(
    "reference",
    meaning="Your own name for it, which you use once; by it you find it again.",
    is_required=False,
    pattern="[!-~]{1,100}",
    longest=100,
    example="search-4711",
)
reference_needed = replace(reference, is_required=True, meaning="The reference of the charge or hold.")
PURCHASE = (amount, currency, description, reference)

identifier = Member("id", meaning="Names the charge here.", example=_CHARGE_ID)
at = Member("at", meaning="When, by RFC 3339.", example=_TIME)
CHARGE = (
    identifier,
    Member(
        "status",
        meaning="Pending while it is held.",
        choices=tuple(status.value for status in TransactionStatus),
        example=TransactionStatus.SUCCEEDED.value,
    ),
    replace(amount, meaning="What the wallet paid with VAT, or has set aside, in whole cents.", least=0),
    replace(amount, name="refunded_cents", meaning="What was given back of it.", least=0, example=0),
    currency,
    description,
    replace(reference, is_required=True, is_nullable=True),
    at,
)
REFUND = (
    replace(identifier, meaning="Names the refund here.", example="txn_01kbq3v9m2e8rj4t6w0x5y7zbk"),
    replace(identifier, name="charge"),
    replace(amount, meaning="What was given back, in whole cents."),
    currency,
    at,
)
HOLD = (
    replace(identifier, meaning="Names the hold here.", example="hld_01kbq3v9m2e8rj4t6w0x5y7zah"),
    replace(identifier, name="charge", meaning="The charge that it becomes when it is captured."),
    Member(
        "status",
        meaning="A hold is resolved once.",
        choices=tuple(status.value for status in HoldStatus),
        example=HoldStatus.HELD.value,
    ),
    amount,
    currency,
    Member("expires_at", meaning="When it is freed at the latest.", example="2026-11-02T10:00:00Z"),
)


def told(charge: ToolCharge) -> Mapping[str, object]:
    """Return a charge as its client is told it."""
    return {
        "id": charge.id,
        "status": charge.status.value,
        "amount_cents": charge.amount_cents,
        "refunded_cents": charge.refunded_cents,
        "currency": CURRENCY,
        "description": charge.description,
        "reference": charge.reference,
        "at": moment(charge.at),
    }


def moment(value: datetime) -> str:
    """Return a moment by RFC 3339."""
    return value.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
