"""Receipts with the names that a wallet does not know (W5): its organisation's, the tool's, the seller's."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.infra.company_numbers import company_number
from core.infra.wallet_settings import SellerSettings
from core.organisations.tables import OrganisationRow
from core.tools.catalogue import listed_tools
from core.wallet.documents import receipts
from core.wallet.documents.receipts import Names, Party
from core.wallet.identifiers import WalletId


def freeze(
    session: Session, wallet_id: WalletId, transaction_id: str, seller: SellerSettings, *, language: str, now: datetime
) -> None:
    """Write down what a receipt says, with the names of today; raises as `core.wallet.documents.receipts.kept`."""
    owner = session.execute(
        select(OrganisationRow.name, OrganisationRow.company_number).where(OrganisationRow.wallet_id == wallet_id)
    ).one()
    names = Names(
        seller=selling_party(seller),
        organisation=Party(owner.name, (company_number(owner.company_number),)),
        tools={code: name.text(language) for code, name in listed_tools(session)},
    )
    receipts.freeze(session, wallet_id, transaction_id, names, language=language, now=now)


def selling_party(seller: SellerSettings) -> Party:
    """Return who sells, as documents name them."""
    address = f"{seller.street_address}, {seller.postal_code} {seller.locality}"
    return Party(seller.name, (address, f"BE {company_number(seller.number)}"))
