"""Money moves between the wallets of two organisations that one person manages (W9)."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.infra import audit
from core.infra.errors import NotFound
from core.infra.ids import digest
from core.infra.money import euros
from core.organisations import letters, records
from core.organisations.errors import Disputed, NotManager
from core.organisations.identifiers import OrganisationId
from core.organisations.states import MembershipStatus, OrganisationStatus
from core.organisations.tables import MembershipRow, OrganisationRow
from core.people.identifiers import PersonId
from core.people.receivers import name_of
from core.wallet import idempotency, transfers
from core.wallet.charging import Done
from core.wallet.idempotency import Answer, Call
from core.wallet.identifiers import WalletId

# In whose name a key stands: no client of the wallet's API is called so.
_CLIENT = "portal:transfer"
# Both names stand in what a line says, which has 200 characters.
_LONGEST_NAME = 98


@dataclass(frozen=True, slots=True)
class TransferOrder:
    """What a manager wants to be moved; `key` is that of the form, which moves money once."""

    from_organisation: OrganisationId
    to_organisation: OrganisationId
    amount_cents: int
    key: str

    def call(self, by: PersonId) -> Call:
        """Return the call that the key stands for: a person's own, and whatever a form may send."""
        asked = (by, self.from_organisation, self.to_organisation, str(self.amount_cents))
        return Call.of(_CLIENT, digest(f"{by} {self.key}"), *(text.encode() for text in asked))


def transfer(session: Session, order: TransferOrder, *, by: PersonId, now: datetime) -> None:
    """Move an amount, write it in the history of both, and tell the other managers of whoever pays.

    A key that comes again moves nothing. That the person manages both is asked here, on locked
    memberships. Raises `NotManager`; `Disputed` while it is not settled whose organisation pays;
    `IdempotencyKeyReused`, and what `core.wallet.transfers.transfer` raises.
    """
    call = order.call(by)
    if idempotency.claim(session, call, now=now) is not None:
        return
    _require_manager_of_both(session, order, by)
    if records.is_disputed(session, order.from_organisation):
        raise Disputed(organisation=order.from_organisation)
    payer, receiver = _owner(session, order.from_organisation), _owner(session, order.to_organisation)
    done = transfers.transfer(
        session,
        WalletId(payer.wallet_id),
        WalletId(receiver.wallet_id),
        order.amount_cents,
        by=by,
        description=f"{payer.name[:_LONGEST_NAME]} → {receiver.name[:_LONGEST_NAME]}",
        now=now,
    )
    idempotency.answer(session, call, Answer(200, done.id.encode()))
    _record(session, order, done, "wallet-transfer-sent", order.from_organisation, by=by, now=now)
    _record(session, order, done, "wallet-transfer-received", order.to_organisation, by=by, now=now)
    person = name_of(session, by)
    letters.tell_managers(
        session,
        order.from_organisation,
        "wallet-transferred",
        lambda language: {
            "person": person,
            "amount": euros(order.amount_cents, language),
            "receiver": receiver.name,
        },
        but=by,
        now=now,
    )


def _require_manager_of_both(session: Session, order: TransferOrder, by: PersonId) -> None:
    both = {order.from_organisation, order.to_organisation}
    managed = session.scalars(
        select(MembershipRow.organisation_id)
        .where(
            MembershipRow.person_id == by,
            MembershipRow.organisation_id.in_(both),
            MembershipRow.status == MembershipStatus.ACTIVE.value,
            MembershipRow.is_manager,
        )
        .order_by(MembershipRow.id)
        .with_for_update()
    ).all()
    if set(managed) != both:
        raise NotManager(organisations=" ".join(sorted(both - set(managed))))


def _owner(session: Session, organisation_id: OrganisationId) -> OrganisationRow:
    row = session.get_one(OrganisationRow, organisation_id)
    if row.status == OrganisationStatus.CLOSED:
        raise NotFound(organisation=organisation_id)
    return row


def _record(
    session: Session,
    order: TransferOrder,
    done: Done,
    action: str,
    organisation_id: OrganisationId,
    *,
    by: PersonId,
    now: datetime,
) -> None:
    audit.record(
        session,
        action=action,
        actor_id=by,
        subject_id=None,
        organisation_id=organisation_id,
        details={"transaction": done.id, "amount_cents": order.amount_cents},
        now=now,
    )
