"""`/organisations/<id>/wallet/recharge/transfer`: where to transfer money to, and with which message (W7)."""

from dataclasses import dataclass
from typing import ClassVar

from flask import Blueprint
from markupsafe import Markup

from core.infra.settings import Settings
from core.organisations.rights import Right
from core.wallet.bank import rules
from core.wallet.bank.references import known_reference, reference_of
from core.web.qr_code import qr_code
from portal import pages
from portal.frame import OrganisationFrame
from portal.wallet.opening import Part, PartLink, WalletVisit, around, open_wallet, parts, wallet_url

bp = Blueprint("wallet_bank_transfer", __name__)


@dataclass(frozen=True, slots=True)
class BankTransferPage:
    """Our account, the wallet's own message, and both as a picture for the bank's app."""

    template: ClassVar[str] = "wallet/bank_transfer.html"

    frame: OrganisationFrame
    parts: tuple[PartLink, ...]
    holder: str
    iban: str
    bic: str
    message: str
    picture: Markup
    back_url: str


@bp.get("/organisations/<organisation_id>/wallet/recharge/transfer")
def show(organisation_id: str) -> str:
    """Show how to transfer; the message is made when it is asked for the first time."""
    opened = open_wallet(organisation_id, Right.RECHARGE_WALLET)
    page = _page(opened, _reference(opened), opened.visit.services.settings)
    return pages.render(page, menu=page.frame.menu)


def _reference(opened: WalletVisit) -> str:
    database, wallet_id = opened.visit.services.database, opened.wallet.id
    with database.reading() as session:
        known = known_reference(session, wallet_id)
    if known is not None:
        return known
    with database.transaction() as session:
        return reference_of(session, wallet_id, now=opened.visit.now)


def _page(opened: WalletVisit, reference: str, settings: Settings) -> BankTransferPage:
    bank = settings.wallet.bank
    code = rules.transfer_code(iban=bank.iban, bic=bank.bic, holder=bank.holder, reference=reference)
    return BankTransferPage(
        frame=around(opened),
        parts=parts(opened, Part.RECHARGE),
        holder=bank.holder,
        iban=" ".join(bank.iban[place : place + 4] for place in range(0, len(bank.iban), 4)),
        bic=bank.bic,
        message=rules.shown(reference),
        picture=qr_code(code),
        back_url=wallet_url(opened.visit.organisation.id, Part.RECHARGE),
    )
