"""The one field of the form that recharges a wallet online."""

from collections.abc import Mapping

from core.infra.forms import Form, Wrong
from core.infra.messages import N_
from core.infra.money import parse_euros
from core.infra.wallet_settings import PaymentSettings

AMOUNT = "amount"
TOO_OFTEN = N_("This was done too often. Try again in an hour.")
_UNREADABLE = N_("Type an amount in euros, such as 75 or 75.50.")
_TOO_LITTLE = N_("This is less than can be paid online. The least is %(least)s.")
_TOO_MUCH = N_("This is more than can be paid online at once. The most is %(most)s.")


def empty() -> Form[int]:
    """Return the form as it is first shown."""
    return Form({}, (), None)


def read(sent: Mapping[str, str], bounds: PaymentSettings) -> Form[int]:
    """Read the amount in cents."""
    typed = sent.get(AMOUNT, "")
    cents = parse_euros(typed)
    if cents is None:
        message = _UNREADABLE
    elif cents < bounds.minimum_cents:
        message = _TOO_LITTLE
    elif cents > bounds.maximum_cents:
        message = _TOO_MUCH
    else:
        return Form({AMOUNT: typed}, (), cents)
    return Form({AMOUNT: typed}, (Wrong(AMOUNT, message),), None)
