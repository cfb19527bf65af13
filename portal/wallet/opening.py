"""What every page of a wallet begins with, and the parts that it consists of."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from flask_babel import gettext as _

from core.infra.errors import NotFound
from core.infra.messages import N_
from core.organisations.rights import Right
from core.wallet.queries import WalletFacts, wallet_of
from portal.frame import OrganisationFrame, Section, frame, organisation_url
from portal.visit import Visit, open_organisation


class Part(StrEnum):
    """A part of the wallet's pages; the value is the end of its path."""

    TRANSACTIONS = ""
    SPENDING = "spending"
    RECHARGE = "recharge"
    TRANSFER = "transfer"
    INVOICES = "invoices"
    CONTROL = "control"
    MINE = "mine"


# The label, and what it takes to be shown. A part whose pages do not exist yet has no line.
_PARTS: Mapping[Part, tuple[str, Right]] = {
    Part.TRANSACTIONS: (N_("Transactions"), Right.SEE_WALLET),
    Part.SPENDING: (N_("Spending"), Right.SEE_WALLET),
    Part.RECHARGE: (N_("Recharge"), Right.RECHARGE_WALLET),
    Part.TRANSFER: (N_("Transfer"), Right.MANAGE_WALLET),
    Part.INVOICES: (N_("Invoices"), Right.SEE_WALLET),
    Part.CONTROL: (N_("Limits and rights"), Right.MANAGE_WALLET),
    # Also of whoever does not see the wallet; they come by a mail, or from their own page.
    Part.MINE: (N_("What I may do"), Right.SEE_DATA),
}


@dataclass(frozen=True, slots=True)
class PartLink:
    """A link to a part."""

    label: str
    url: str
    is_current: bool


@dataclass(frozen=True, slots=True)
class WalletVisit:
    """A page of a wallet, opened by somebody who may see it."""

    visit: Visit
    wallet: WalletFacts


def open_wallet(organisation_id: str, right: Right = Right.SEE_WALLET) -> WalletVisit:
    """Return the visit of whoever is signed in to a page of the organisation's wallet that wants this right.

    Raises as `open_organisation`.
    """
    visit = open_organisation(organisation_id, right)
    with visit.services.database.reading() as reading:
        wallet = wallet_of(reading, visit.organisation.id)
    if wallet is None:
        raise NotFound(organisation=organisation_id)
    return WalletVisit(visit, wallet)


def wallet_url(organisation_id: str, part: Part = Part.TRANSACTIONS) -> str:
    """Return the path of a part."""
    return "/".join(filter(None, (organisation_url(organisation_id, Section.WALLET), part.value)))


def around(opened: WalletVisit) -> OrganisationFrame:
    """Return what stands around a page of the wallet."""
    return frame(opened.visit, Section.WALLET)


def parts(opened: WalletVisit, current: Part) -> tuple[PartLink, ...]:
    """Return the links to the parts that this person may open."""
    visit = opened.visit
    return tuple(
        PartLink(_(label), wallet_url(visit.organisation.id, part), part is current)
        for part, (label, right) in _PARTS.items()
        if visit.may(right)
    )
