"""What MyRent Pro manages for each organisation: invented buildings, units and tenants.

The organisation comes from the token, never from the address bar, so nobody sees the rents of another.
"""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Unit:
    """One rented, or empty, unit."""

    building: str
    unit: str
    tenant: str | None
    rent_eur: int
    owed_eur: int
    lease_until: date | None


@dataclass(frozen=True, slots=True)
class Portfolio:
    """Everything an organisation manages here."""

    units: tuple[Unit, ...]

    @property
    def let(self) -> int:
        """Return how many units have a tenant."""
        return sum(unit.tenant is not None for unit in self.units)

    @property
    def rent_eur(self) -> int:
        """Return the rent of a month, of the units that are let."""
        return sum(unit.rent_eur for unit in self.units if unit.tenant)

    @property
    def owed_eur(self) -> int:
        """Return what tenants still owe."""
        return sum(unit.owed_eur for unit in self.units)

    @property
    def buildings(self) -> int:
        """Return how many buildings there are."""
        return len({unit.building for unit in self.units})


NOORD = Portfolio(
    (
        Unit("Residentie Ter Linde, Gent", "A1", "L. Wouters", 845, 0, date(2028, 5, 31)),
        Unit("Residentie Ter Linde, Gent", "A2", "F. El Amrani", 860, 860, date(2027, 1, 31)),
        Unit("Residentie Ter Linde, Gent", "B1", None, 890, 0, None),
        Unit("Residentie Ter Linde, Gent", "B2", "H. Claes", 875, 0, date(2029, 8, 31)),
        Unit("Molenweg 27, Mariakerke", "1", "Familie Demir", 1150, 0, date(2030, 3, 31)),
        Unit("Handelspand Kerkstraat 16, Gent", "0", "Bakkerij Het Zuurdeeg", 1980, 1980, date(2033, 12, 31)),
    )
)
ZUID = Portfolio(
    (
        Unit("Résidence Les Tilleuls, Namur", "1.1", "M. Lambert", 720, 0, date(2027, 6, 30)),
        Unit("Résidence Les Tilleuls, Namur", "1.2", "S. Petit", 735, 0, date(2028, 9, 30)),
        Unit("Résidence Les Tilleuls, Namur", "2.1", "Époux Renard", 790, 395, date(2027, 2, 28)),
        Unit("Résidence Les Tilleuls, Namur", "2.2", None, 790, 0, None),
        Unit("Le Clos du Moulin, Dinant", "3", "A. Dubois", 680, 0, date(2031, 4, 30)),
    )
)
OTHERS = Portfolio(
    (
        Unit("Vaartkaai 10, Mechelen", "1", "P. Jacobs", 810, 0, date(2028, 1, 31)),
        Unit("Vaartkaai 10, Mechelen", "2", None, 795, 0, None),
    )
)
_BY_COMPANY_NUMBER = {"0100001060": NOORD, "0100002050": ZUID}


def portfolio(company_number: str | None) -> Portfolio:
    """Return what this organisation manages; one that is new here starts with a small example."""
    return _BY_COMPANY_NUMBER.get(company_number or "", OTHERS)
