"""`/organisations/<id>/wallet`: the balance, and the transactions below it (W1, W2)."""

from flask import Blueprint

from core.organisations.rights import Right
from core.tools.catalogue import listed_tools
from core.wallet.statements import Filter, Order, StatementLine, lines_of
from core.web.locale import current_language
from portal import pages
from portal.wallet import words
from portal.wallet.opening import Part, around, open_wallet, parts, wallet_url
from portal.wallet.pages import LineShown, OverviewPage

bp = Blueprint("wallet", __name__)


@bp.get("/organisations/<organisation_id>/wallet")
def show(organisation_id: str) -> str:
    """Show what is on the wallet and what was done with it, the newest first."""
    opened = open_wallet(organisation_id)
    visit, wallet, language = opened.visit, opened.wallet, current_language()
    with visit.services.database.reading() as session:
        lines = lines_of(session, wallet.id, Filter(), Order()).lines
        tools = dict(listed_tools(session))
    page = OverviewPage(
        frame=around(opened),
        parts=parts(opened, Part.TRANSACTIONS),
        balance_cents=wallet.balance_cents,
        held_cents=wallet.held_cents,
        is_frozen=wallet.is_frozen,
        recharge_url=wallet_url(organisation_id, Part.RECHARGE) if visit.may(Right.RECHARGE_WALLET) else None,
        lines=tuple(_shown(line, words.tool_text(line.tool_code, tools, language)) for line in lines),
    )
    return pages.render(page, menu=page.frame.menu)


def _shown(line: StatementLine, tool: str) -> LineShown:
    return LineShown(
        id=line.id,
        number=line.number,
        at=line.at,
        kind=line.kind,
        status=line.status,
        tool=tool,
        description=words.description_text(line),
        status_text=words.status_text(line.status),
        amount_cents=line.amount_cents,
        before_cents=line.balance_before_cents,
        after_cents=line.balance_after_cents,
    )
