"""`/organisations/<id>/wallet`: the balance, and the transactions below it (W1 to W3)."""

from flask import Blueprint, request

from core.organisations.rights import Right
from core.tools.catalogue import listed_tools
from core.wallet.statement_forms import asked
from core.wallet.statements import Stretch, count_of, lines_of
from core.web.locale import current_language
from portal import pages
from portal.wallet.export import export_shown
from portal.wallet.filtering import filter_shown
from portal.wallet.opening import Part, around, open_wallet, parts, wallet_url
from portal.wallet.pages import OverviewPage
from portal.wallet.table import table

bp = Blueprint("wallet", __name__)


@bp.get("/organisations/<organisation_id>/wallet")
def show(organisation_id: str) -> tuple[str, int]:
    """Show what is on the wallet and what was done with it, the newest first."""
    opened, found = open_wallet(organisation_id), asked(request.args)
    visit, wallet, wanted = opened.visit, opened.wallet, found.form.value
    url, language = wallet_url(organisation_id), current_language()
    stretch: Stretch | None = None
    count: int | None = 0
    with visit.services.database.reading() as session:
        tools = dict(listed_tools(session))
        if wanted is not None:
            stretch = lines_of(session, wallet.id, wanted, found.order, place=found.place)
            count = count_of(session, wallet.id, wanted) if wanted.count else wallet.transactions
    page = OverviewPage(
        frame=around(opened),
        parts=parts(opened, Part.TRANSACTIONS),
        wallet=wallet,
        recharge_url=wallet_url(organisation_id, Part.RECHARGE) if visit.may(Right.RECHARGE_WALLET) else None,
        filter=filter_shown(found, tools, language=language),
        table=None if stretch is None else table(found, stretch, tools, language=language, url=url),
        export=export_shown(found, count, url=url),
        url=url,
    )
    return pages.render(page, menu=page.frame.menu), 422 if found.form.wrong else 200
