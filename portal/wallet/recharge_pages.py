"""What the pages of recharging show, one frozen value per template."""

from dataclasses import dataclass
from typing import ClassVar

from core.infra.forms import Wrong
from core.wallet.states import TopUpStatus
from portal.frame import OrganisationFrame
from portal.wallet.opening import PartLink


@dataclass(frozen=True, slots=True)
class RechargePage:
    """Both ways to recharge; `press` makes one payment of a button that is pressed twice.

    `balance_cents` is None for whoever does not see the wallet.
    """

    template: ClassVar[str] = "wallet/recharge.html"

    frame: OrganisationFrame
    parts: tuple[PartLink, ...]
    balance_cents: int | None
    url: str
    transfer_url: str
    typed: str
    errors: tuple[Wrong, ...]
    hint: str
    press: str


@dataclass(frozen=True, slots=True)
class TopUpPage:
    """How one payment stands; `checkout_url` is where it can still be paid."""

    template: ClassVar[str] = "wallet/top_up.html"

    frame: OrganisationFrame
    parts: tuple[PartLink, ...]
    status: TopUpStatus
    amount_cents: int
    is_on_its_way: bool
    reference: str
    here: str
    checkout_url: str | None
    again_url: str
    # None for who recharges and does not see the wallet.
    wallet_url: str | None
    organisation_url: str
