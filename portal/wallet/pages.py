"""What the wallet's overview shows, one frozen value per template."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from core.wallet.states import TransactionKind, TransactionStatus
from portal.frame import OrganisationFrame
from portal.wallet.opening import PartLink


@dataclass(frozen=True, slots=True)
class LineShown:
    """A transaction in the language of the page."""

    id: str
    number: int
    at: datetime
    kind: TransactionKind
    status: TransactionStatus
    tool: str
    description: str
    status_text: str
    amount_cents: int
    before_cents: int
    after_cents: int
    receipt_url: str | None = None


@dataclass(frozen=True, slots=True)
class OverviewPage:
    """The balance, and the transactions below it."""

    template: ClassVar[str] = "wallet/overview.html"

    frame: OrganisationFrame
    parts: tuple[PartLink, ...]
    balance_cents: int
    held_cents: int
    is_frozen: bool
    recharge_url: str | None
    lines: tuple[LineShown, ...]
