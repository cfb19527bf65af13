"""What a manager lets an employee do with the organisation's wallet (O12); a manager may all of it."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

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


def join(into: MembershipRow, ended: MembershipRow) -> None:
    """Let a membership that takes the place of two do what both may: what was taken away once stays so."""
    one, other = rights_of(into), rights_of(ended)
    write(
        into,
        WalletRights(one.sees and other.sees, one.recharges and other.recharges, one.pays and other.pays),
    )


def carry_on(session: Session, new: MembershipRow) -> None:
    """Let whoever comes back do what they could when they left: leaving gives nothing back that was taken away."""
    before = session.scalars(
        select(MembershipRow)
        .where(
            MembershipRow.person_id == new.person_id,
            MembershipRow.organisation_id == new.organisation_id,
            MembershipRow.id != new.id,
        )
        .order_by(MembershipRow.created_at.desc(), MembershipRow.id.desc())
        .limit(1)
    ).first()
    if before is not None:
        write(new, rights_of(before))
