"""`/organisations/<id>/wallet/export.csv`: the transactions that fit the filter, as a file for Excel (W4)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from flask import Blueprint, Response, request
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.exceptions import BadRequest

from core.infra import sheets
from core.infra.clock import BRUSSELS, belgian_date
from core.infra.db import Database
from core.infra.sheets import Cell, Separator
from core.tools.catalogue import listed_tools
from core.wallet.identifiers import WalletId
from core.wallet.statement_forms import Asked, asked
from core.wallet.statements import Filter, Order, StatementLine, lines_of
from core.wallet.states import TransactionKind, TransactionStatus
from core.web.locale import current_language
from portal.wallet import words
from portal.wallet.opening import open_wallet
from portal.wallet.pages import ExportShown
from portal.wallet.table import query

bp = Blueprint("wallet_export", __name__)

# Whether semicolons or commas are wanted, where it is not what the language of the page suggests.
_SEPARATOR = "separator"
_AT_ONCE = 1_000


@dataclass(frozen=True, slots=True)
class _Words:
    """What the file says, in the language of the page: put together before the request is over."""

    header: tuple[str, ...]
    kinds: Mapping[TransactionKind, str]
    statuses: Mapping[TransactionStatus, str]
    tools: words.Tools
    language: str

    @classmethod
    def of_this_request(cls, tools: words.Tools) -> "_Words":
        """Translate all that a line can say."""
        header = (
            *(_("Number"), _("Date"), _("Tool"), _("Type"), _("Description"), _("Reference")),
            *(_("Amount (EUR)"), _("State"), _("Balance before (EUR)"), _("Balance after (EUR)")),
        )
        kinds = {kind: words.kind_text(kind) for kind in TransactionKind}
        statuses = {status: words.status_text(status) for status in TransactionStatus}
        return cls(header, kinds, statuses, tools, current_language())


@bp.get("/organisations/<organisation_id>/wallet/export.csv")
def download(organisation_id: str) -> Response:
    """Send all transactions that fit the filter, the newest first, while they are read."""
    opened, found = open_wallet(organisation_id), asked(request.args)
    wanted = found.form.value
    if wanted is None:
        # The page shows what is wrong with a filter, and no link to here.
        raise BadRequest
    visit = opened.visit
    with visit.services.database.reading() as session:
        tools = dict(listed_tools(session))
    stretches = _stretches(visit.services.database, opened.wallet.id, wanted)
    body = _file(stretches, _Words.of_this_request(tools), _wanted_separator())
    response = Response(body, content_type="text/csv; charset=utf-8")
    name = f"wallet-{visit.organisation.company_number}-{belgian_date(visit.now).isoformat()}.csv"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def export_shown(found: Asked, count: int | None, *, url: str) -> ExportShown | None:
    """Return the links to the file; `count` is None where there are too many to say, and without any there is none."""
    if count == 0:
        return None
    other = Separator.COMMA if _usual_separator() is Separator.SEMICOLON else Separator.SEMICOLON
    return ExportShown(
        label=_("Export these transactions")
        if count is None
        else ngettext("Export %(num)s transaction", "Export %(num)s transactions", count),
        url=f"{url}/export.csv{query(found)}",
        other_label=_("Does Excel show everything in one column? Take the file with commas.")
        if other is Separator.COMMA
        else _("Does Excel show everything in one column? Take the file with semicolons."),
        other_url=f"{url}/export.csv{query(found, **{_SEPARATOR: other.name.lower()})}",
    )


def _usual_separator() -> Separator:
    """Return what Excel expects: semicolons where Dutch or French is its language, commas in English."""
    return Separator.COMMA if current_language() == "en" else Separator.SEMICOLON


def _wanted_separator() -> Separator:
    named = {separator.name.lower(): separator for separator in Separator}
    return named.get(request.args.get(_SEPARATOR, ""), _usual_separator())


def _stretches(database: Database, wallet_id: WalletId, wanted: Filter) -> Iterator[tuple[StatementLine, ...]]:
    """Yield all lines, by their number: it never changes, so none is missed or told twice while others change.

    No connection is kept while a slow reader takes what was read.
    """
    place = None
    while True:
        with database.reading() as session:
            stretch = lines_of(session, wallet_id, wanted, Order(), place=place, limit=_AT_ONCE)
        yield stretch.lines
        if stretch.later is None:
            return
        place = stretch.later


def _file(stretches: Iterator[tuple[StatementLine, ...]], said: _Words, separator: Separator) -> Iterator[bytes]:
    yield sheets.BEGIN + sheets.lines([said.header], separator)
    for lines in stretches:
        yield sheets.lines((_row(line, said) for line in lines), separator)


def _row(line: StatementLine, said: _Words) -> tuple[Cell, ...]:
    return (
        line.number,
        # So that no spreadsheet takes the month for the day.
        line.at.astimezone(BRUSSELS).strftime("%Y-%m-%d %H:%M"),
        words.tool_text(line.tool_code, said.tools, said.language),
        said.kinds[line.kind],
        line.description,
        line.reference or "",
        _euros(line.amount_cents),
        said.statuses[line.status],
        _euros(line.balance_before_cents),
        _euros(line.balance_after_cents),
    )


def _euros(cents: int) -> Decimal:
    return Decimal(cents).scaleb(-2)
