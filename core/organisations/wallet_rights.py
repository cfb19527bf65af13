"""What a manager lets an employee do with the organisation's wallet (O12); a manager may all of it."""

from dataclasses import dataclass

from core.organisations.tables import MembershipRow


@dataclass(frozen=True, slots=True)
class WalletRights:
    """Whether an employee sees the wallet, recharges it, and pays from it by using tools."""

    sees: bool = True
    recharges: bool = True
    pays: bool = True


def rights_of(row: MembershipRow) -> WalletRights:
    """Return what a membership lets its person do as an employee."""
    return WalletRights(row.sees_wallet, row.recharges_wallet, row.pays_from_wallet)


def write(row: MembershipRow, rights: WalletRights) -> None:
    """Bring a membership to what a manager decided."""
    row.sees_wallet, row.recharges_wallet, row.pays_from_wallet = rights.sees, rights.recharges, rights.pays
