"""What an invoice or credit note says, as it is kept: its page, its file and the electronic invoice are made of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Self

import orjson

from core.wallet.documents.rules import Totals, next_month
from core.wallet.states import InvoiceKind


@dataclass(frozen=True, slots=True)
class Party:
    """Who sells or buys, a company of Belgium: its number is also its VAT number and its address on Peppol."""

    number: str
    name: str
    street_address: str | None
    postal_code: str | None
    locality: str | None

    @property
    def vat_number(self) -> str:
        """Return its VAT number."""
        return f"BE{self.number}"


@dataclass(frozen=True, slots=True)
class Line:
    """What one tool delivered; `paid_cents` with VAT, `net_cents` its share of the net total."""

    name: str
    description: str
    paid_cents: int
    net_cents: int


@dataclass(frozen=True, slots=True)
class Preceding:
    """The invoice that a credit note takes back from."""

    number: str
    issued_on: date


@dataclass(frozen=True, slots=True)
class InvoiceContent:
    """A document; `month` is its first day, `note` the one sentence to its reader, texts are in its language."""

    kind: InvoiceKind
    number: str
    issued_on: date
    month: date
    language: str
    vat_basis_points: int
    seller: Party
    buyer: Party
    note: str
    lines: tuple[Line, ...]
    totals: Totals
    about: Preceding | None = None

    @property
    def last_day(self) -> date:
        """Return the last day of the month."""
        return next_month(self.month) - timedelta(days=1)

    def to_json(self) -> dict[str, Any]:
        """Return the form that is stored."""
        stored: dict[str, Any] = orjson.loads(orjson.dumps(self))
        return stored

    @classmethod
    def from_json(cls, body: Mapping[str, Any]) -> Self:
        """Return what was stored."""
        about = body["about"]
        return cls(
            kind=InvoiceKind(body["kind"]),
            number=body["number"],
            issued_on=date.fromisoformat(body["issued_on"]),
            month=date.fromisoformat(body["month"]),
            language=body["language"],
            vat_basis_points=body["vat_basis_points"],
            seller=Party(**body["seller"]),
            buyer=Party(**body["buyer"]),
            note=body["note"],
            lines=tuple(Line(**line) for line in body["lines"]),
            totals=Totals(**body["totals"]),
            about=about and Preceding(about["number"], date.fromisoformat(about["issued_on"])),
        )
