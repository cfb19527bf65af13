"""`/organisations/<id>/wallet/transactions/<transaction>/receipt.pdf`: the receipt of a transaction (W5)."""

from flask import Blueprint, Response

from core.closing import receipts as closing
from core.wallet.documents import receipts
from core.web.locale import current_language
from portal.wallet.opening import open_wallet

bp = Blueprint("wallet_receipts", __name__)


@bp.get("/organisations/<organisation_id>/wallet/transactions/<transaction_id>/receipt.pdf")
def show(organisation_id: str, transaction_id: str) -> Response:
    """Send the receipt in the language of the reader; what it says is frozen when it is first asked for."""
    opened, language = open_wallet(organisation_id), current_language()
    services, wallet_id = opened.visit.services, opened.wallet.id
    with services.database.reading() as reading:
        found = receipts.kept(reading, wallet_id, transaction_id, language=language)
    if found is None:
        seller, now = services.settings.wallet.seller, opened.visit.now
        with services.database.transaction() as session:
            closing.freeze(session, wallet_id, transaction_id, seller, language=language, now=now)
            found = receipts.kept(session, wallet_id, transaction_id, language=language)
    assert found is not None
    response = Response(found.pdf, mimetype="application/pdf")
    response.headers["Content-Disposition"] = f'attachment; filename="receipt-{found.number}.pdf"'
    return response
