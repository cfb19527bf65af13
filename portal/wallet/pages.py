"""What the pages of a wallet's transactions show, one frozen value per template."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from core.infra.forms import Wrong
from core.wallet.queries import WalletFacts
from core.wallet.states import TransactionStatus
from portal.frame import OrganisationFrame
from portal.wallet.opening import PartLink

Options = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class LineShown:
    """A transaction in the language of the page."""

    number: int
    at: datetime
    moment: str
    tool: str
    description: str
    reason: str
    status: TransactionStatus
    amount_cents: int
    before_cents: int
    after_cents: int
    receipt_url: str | None


@dataclass(frozen=True, slots=True)
class ColumnHead:
    """The head of a column by which the table is sorted; `sorted` is how it is now, as ARIA says it."""

    label: str
    sort_url: str
    sorted: str | None


@dataclass(frozen=True, slots=True)
class TableShown:
    """A page of the transactions; `heads` are by column, empty where a column does not sort."""

    lines: tuple[LineShown, ...]
    heads: Mapping[str, ColumnHead]
    status_texts: Mapping[TransactionStatus, str]
    earlier_url: str | None
    later_url: str | None


@dataclass(frozen=True, slots=True)
class FilterShown:
    """The form by which transactions are narrowed down; `types` are groups of options, each with its name.

    `summary` says how many filters are set, nothing where none is; `sort` goes along.
    """

    typed: Mapping[str, str]
    errors: tuple[Wrong, ...]
    statuses: Options
    types: tuple[tuple[str, Options], ...]
    summary: str
    sort: str


@dataclass(frozen=True, slots=True)
class ExportShown:
    """The link to the transactions as a file, and the one for an Excel that wants other separators."""

    label: str
    url: str
    other_label: str
    other_url: str


@dataclass(frozen=True, slots=True)
class OverviewPage:
    """The balance, and the transactions below it; `table` is None where the filter is wrong."""

    template: ClassVar[str] = "wallet/overview.html"

    frame: OrganisationFrame
    parts: tuple[PartLink, ...]
    wallet: WalletFacts
    recharge_url: str | None
    filter: FilterShown
    table: TableShown | None
    export: ExportShown | None
    url: str
