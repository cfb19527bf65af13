"""`/organisations/<id>/wallet/mine`: what the reader may do with the wallet, and up to which amounts (W11)."""

from flask import Blueprint
from flask_babel import gettext as _

from core.closing import wallet_control
from core.organisations.rights import Right, Standing
from core.organisations.wallet_rights import WalletRights
from core.wallet.control.limits import Limit, limits_for, spent_this_month
from portal import pages
from portal.wallet.control_pages import LimitShown, MinePage
from portal.wallet.limit_fields import tools_to_limit
from portal.wallet.opening import Part, around, open_wallet, parts

bp = Blueprint("wallet_mine", __name__)


@bp.get("/organisations/<organisation_id>/wallet/mine")
def show(organisation_id: str) -> str:
    """Show the reader's own rights and the limits that hold for them."""
    opened = open_wallet(organisation_id, Right.SEE_DATA)
    visit = opened.visit
    assert visit.membership_id is not None
    with visit.services.database.reading() as session:
        rights = wallet_control.for_one(session, opened.wallet.id, visit.membership_id).rights
        limits = limits_for(session, opened.wallet.id, visit.actor.person_id)
        tools = tools_to_limit(session, visit.organisation.id, limits)
        spent = spent_this_month(session, opened.wallet.id, limits, now=visit.now)
    page = MinePage(
        frame=around(opened),
        parts=parts(opened, Part.MINE),
        rights=_in_words(WalletRights() if visit.standing is Standing.MANAGER else rights),
        limits=tuple(
            _shown(limit, tools.get(limit.tool_code or "", ""), already, sees=visit.may(Right.SEE_WALLET))
            for limit, already in zip(limits, spent, strict=True)
        ),
    )
    return pages.render(page, menu=page.frame.menu)


def _in_words(rights: WalletRights) -> tuple[tuple[str, bool], ...]:
    return (
        (_("See the balance, the transactions and the receipts"), rights.sees),
        (_("Recharge the wallet"), rights.recharges),
        (_("Use tools that are paid from the wallet"), rights.pays),
    )


def _shown(limit: Limit, tool: str, spent_cents: int, *, sees: bool) -> LimitShown:
    is_own, left = limit.person_id is not None, None
    # What all have spent together is told to those who see the wallet.
    if limit.per_month_cents is not None and (is_own or sees):
        left = max(limit.per_month_cents - spent_cents, 0)
    return LimitShown(tool, is_own, limit.per_charge_cents, limit.per_month_cents, left)
