"""`/organisations/<id>/wallet/spending`: what each tool cost in the last twelve months, drawn and as a table."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import ClassVar
from urllib.parse import urlencode

from flask import Blueprint
from flask_babel import gettext as _

from core.infra.dates import month_in_short, month_in_words
from core.tools.catalogue import listed_tools
from core.wallet.monthly_spending import Spent, months_until, spending_of
from core.wallet.statement_forms import SINCE, UNTIL
from core.web.locale import current_language
from portal import pages
from portal.frame import OrganisationFrame
from portal.wallet import words
from portal.wallet.chart import Chart, chart
from portal.wallet.opening import Part, PartLink, around, open_wallet, parts, wallet_url

bp = Blueprint("wallet_spending", __name__)

_MONTHS = 12
# More colours than these nobody tells apart; what is left is one.
_MOST_SERIES = 5


@dataclass(frozen=True, slots=True)
class MonthShown:
    """A month of the chart and the table: its names, the cents of each series, where its transactions are."""

    name: str
    short: str
    cents: tuple[int, ...]
    url: str

    @property
    def total(self) -> int:
        """Return the cents of all series together."""
        return sum(self.cents)


@dataclass(frozen=True, slots=True)
class SpendingPage:
    """What was spent by tool and month, the oldest first; no series where nothing was."""

    template: ClassVar[str] = "wallet/spending.html"

    frame: OrganisationFrame
    parts: tuple[PartLink, ...]
    series: tuple[str, ...]
    months: tuple[MonthShown, ...]
    chart: Chart

    @property
    def total(self) -> int:
        """Return the cents of all months together."""
        return sum(month.total for month in self.months)


@bp.get("/organisations/<organisation_id>/wallet/spending")
def show(organisation_id: str) -> str:
    """Show what was spent in this month and the eleven before."""
    opened, language = open_wallet(organisation_id), current_language()
    months = months_until(opened.visit.now, _MONTHS)
    with opened.visit.services.database.reading() as session:
        spent = spending_of(session, opened.wallet.id, months)
        tools = dict(listed_tools(session))
    series = _series(spent, tools, language)
    cents = [_by_series(spent, month, series) for month in months]
    url = wallet_url(organisation_id)
    page = SpendingPage(
        frame=around(opened),
        parts=parts(opened, Part.SPENDING),
        series=tuple(name for name, _codes in series),
        months=tuple(_month(month, amounts, language, url) for month, amounts in zip(months, cents, strict=True)),
        chart=chart(cents),
    )
    return pages.render(page, menu=page.frame.menu)


_Series = tuple[str, frozenset[str]]


def _series(spent: Sequence[Spent], tools: words.Tools, language: str) -> tuple[_Series, ...]:
    """Return the names of what is shown and the codes of its tools: what cost most first, the least together."""
    totals: Counter[str] = Counter()
    for one in spent:
        totals[one.tool_code] += one.cents
    codes = [code for code, _cents in totals.most_common()]
    alone = codes if len(codes) <= _MOST_SERIES else codes[: _MOST_SERIES - 1]
    named = tuple((words.tool_text(code, tools, language), frozenset({code})) for code in alone)
    rest = frozenset(codes) - frozenset(alone)
    return (*named, (_("Other tools"), rest)) if rest else named


def _by_series(spent: Sequence[Spent], month: date, series: Sequence[_Series]) -> tuple[int, ...]:
    inside = [one for one in spent if one.month == month]
    return tuple(sum(one.cents for one in inside if one.tool_code in codes) for _name, codes in series)


def _month(month: date, cents: tuple[int, ...], language: str, url: str) -> MonthShown:
    last = (month + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    days: Mapping[str, str] = {SINCE: month.isoformat(), UNTIL: last.isoformat()}
    return MonthShown(
        month_in_words(month, language), month_in_short(month, language), cents, f"{url}?{urlencode(days)}"
    )
