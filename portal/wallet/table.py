"""The table of a wallet's transactions: its lines, the heads that sort it, the pages beside it."""

from collections.abc import Iterable
from urllib.parse import urlencode

from flask_babel import gettext as _

from core.infra.dates import moment_in_figures
from core.infra.messages import N_
from core.wallet.statement_forms import SORT, Asked, sort_value
from core.wallet.statements import Column, Order, Place, StatementLine, Stretch
from core.wallet.states import TransactionStatus
from portal.wallet import words
from portal.wallet.pages import ColumnHead, LineShown, TableShown

_HEADS = {
    Column.NUMBER: N_("Number"),
    Column.DATE: N_("Date"),
    Column.TOOL: N_("Tool"),
    Column.AMOUNT: N_("Amount"),
    Column.STATUS: N_("State"),
}
# Where a column is chosen these begin with what is newest; the others with what cost most, or their first word.
_NEWEST_FIRST = frozenset({Column.NUMBER, Column.DATE})


def table(found: Asked, stretch: Stretch, tools: words.Tools, *, language: str, url: str) -> TableShown:
    """Return a page of transactions in the language of the page; `url` is the wallet's own."""
    return TableShown(
        lines=tuple(_lines(stretch.lines, tools, language, url)),
        heads={column.value: ColumnHead(_(label), *_sorting(found, column, url)) for column, label in _HEADS.items()},
        status_texts={status: words.status_text(status) for status in TransactionStatus},
        earlier_url=_page_url(found, stretch.earlier, url),
        later_url=_page_url(found, stretch.later, url),
    )


def query(found: Asked, **more: str) -> str:
    """Return the end of an address that asks for the same again, and for this besides; it may be empty."""
    named = {**found.form.typed, SORT: sort_value(found.order), **more}
    given = {name: value for name, value in named.items() if value}
    return f"?{urlencode(given)}" if given else ""


def _lines(lines: Iterable[StatementLine], tools: words.Tools, language: str, url: str) -> Iterable[LineShown]:
    for line in lines:
        yield LineShown(
            number=line.number,
            at=line.at,
            moment=moment_in_figures(line.at),
            tool=words.tool_text(line.tool_code, tools, language),
            description=words.description_text(line),
            reason=words.reason_text(line.reason),
            status=line.status,
            amount_cents=line.amount_cents,
            before_cents=line.balance_before_cents,
            after_cents=line.balance_after_cents,
            receipt_url=f"{url}/transactions/{line.id}/receipt.pdf" if line.has_receipt else None,
        )


def _sorting(found: Asked, column: Column, url: str) -> tuple[str, str | None]:
    order = found.order
    if column is not order.column:
        wanted, sorted_ = Order(column, is_ascending=column not in _NEWEST_FIRST), None
    else:
        wanted = Order(column, is_ascending=not order.is_ascending)
        sorted_ = "ascending" if order.is_ascending else "descending"
    return f"{url}{query(found, **{SORT: sort_value(wanted)})}#transactions", sorted_


def _page_url(found: Asked, place: Place | None, url: str) -> str | None:
    return None if place is None else f"{url}{query(found, **{place.direction.value: str(place.number)})}#transactions"
