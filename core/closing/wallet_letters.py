"""Writing about wallets to the managers of the organisations that they belong to."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.infra.money import euros
from core.infra.topics import WalletLow
from core.organisations import letters
from core.organisations.identifiers import OrganisationId
from core.organisations.tables import OrganisationRow


def tell_of_low_balance(session: Session, message: WalletLow, *, now: datetime) -> None:
    """Tell the managers, as each of them chose to hear of things, that their wallet ran low."""
    owner = session.scalars(select(OrganisationRow.id).where(OrganisationRow.wallet_id == message.wallet_id)).one()
    letters.tell_managers(
        session,
        OrganisationId(owner),
        "wallet-low",
        lambda language: {
            "balance": euros(message.balance_cents, language),
            "below": euros(message.below_cents, language),
        },
        now=now,
    )
