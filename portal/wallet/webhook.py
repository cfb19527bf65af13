"""`/payments/webhook`: the payment provider says that something happened to a payment.

It names the payment and nothing else, and is believed by nobody: what it names is asked about within
seconds (`idp/jobs.py`), so that whoever calls this makes us do no more than that. The answer is the
same for what is ours and what is not.
"""

import re

from flask import Blueprint, request
from werkzeug.wrappers import Response

from core.closing.recharging import ANNOUNCED_AT
from core.wallet.payments import topups
from portal.wiring import services

bp = Blueprint("payment_webhook", __name__)

_PAYMENT_ID = re.compile(r"[A-Za-z0-9_]{1,100}")


@bp.post(ANNOUNCED_AT)
def announce() -> Response:
    """Note that a payment is to be asked about; where that cannot be kept the provider hears so, and repeats it."""
    payment_id, found = request.form.get("id", ""), services()
    if _PAYMENT_ID.fullmatch(payment_id):
        with found.database.transaction() as session:
            topups.announce(session, found.payments.provider.name, payment_id, now=found.clock.now())
    return Response(status=200)
