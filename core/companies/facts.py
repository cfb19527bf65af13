"""A company as the register tells it, in the words of one language: values only."""

from dataclasses import dataclass
from datetime import date

from core.companies.states import CompanyKind, CompanyStatus


@dataclass(frozen=True, slots=True)
class Address:
    """A seat in Belgium, street and town in one language."""

    street_address: str
    postal_code: str
    locality: str


@dataclass(frozen=True, slots=True)
class CompanyFacts:
    """A company in the words of one language, as far as the register has them.

    Natural persons, and companies whose address was struck off, have no address here. `names` are
    all it goes by, `addresses` its seat in each language.
    """

    number: str
    status: CompanyStatus
    kind: CompanyKind | None
    name: str | None
    legal_form: str | None
    started_on: date | None
    street_address: str | None
    postal_code: str | None
    locality: str | None
    email: str | None
    names: tuple[str, ...] = ()
    addresses: tuple[Address, ...] = ()

    @property
    def is_active(self) -> bool:
        """Tell whether the newest extract names it as active."""
        return self.status is CompanyStatus.ACTIVE
