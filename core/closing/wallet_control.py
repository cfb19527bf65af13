"""What managers decide about their organisation's wallet: limits, the warning, what employees may do (W11, O12).

A page shows all that is decided for everybody, or for one employee, and saves it as a whole: `mark` of
what it showed tells whether somebody else decided something meanwhile.
"""

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from core.infra import audit
from core.organisations import letters, records
from core.organisations.errors import ChangedMeanwhile, NotManager, WrongState
from core.organisations.identifiers import MembershipId, OrganisationId
from core.organisations.states import MembershipStatus
from core.organisations.tables import MembershipRow, OrganisationRow
from core.organisations.wallet_rights import WalletRights, rights_of, write
from core.people.identifiers import PersonId
from core.people.receivers import full_name
from core.people.tables import PersonRow
from core.wallet import ledger
from core.wallet.control import choices
from core.wallet.control.limits import Limit
from core.wallet.identifiers import WalletId

_WORKS_HERE = (MembershipStatus.ACTIVE, MembershipStatus.BLOCKED)


@dataclass(frozen=True, slots=True)
class ForAll:
    """What is decided for everybody: the warning, None for none, and the limits that name nobody."""

    warn_below_cents: int | None
    limits: frozenset[Limit]

    @property
    def mark(self) -> str:
        """Return a short word that is another one for any other decision."""
        return _mark(self.warn_below_cents, self.limits)


@dataclass(frozen=True, slots=True)
class ForOne:
    """What is decided for one employee; the rights say nothing while they are a manager."""

    rights: WalletRights
    limits: frozenset[Limit]

    @property
    def mark(self) -> str:
        """Return a short word that is another one for any other decision."""
        return _mark(self.rights, self.limits)


@dataclass(frozen=True, slots=True)
class Restricted:
    """Somebody for whom something is decided that is not so for everybody."""

    membership_id: MembershipId
    name: str
    is_manager: bool
    rights: WalletRights
    has_limits: bool


def for_all(session: Session, wallet_id: WalletId) -> ForAll:
    """Return what is decided for everybody."""
    limits = frozenset(choices.limits_of(session, wallet_id, None))
    return ForAll(choices.threshold_of(session, wallet_id), limits)


def for_one(session: Session, wallet_id: WalletId, membership_id: MembershipId) -> ForOne:
    """Return what is decided for one employee."""
    row = session.get_one(MembershipRow, membership_id)
    return ForOne(rights_of(row), frozenset(choices.limits_of(session, wallet_id, row.person_id)))


def restricted(session: Session, organisation_id: OrganisationId, wallet_id: WalletId) -> tuple[Restricted, ...]:
    """Return those who work here and have a limit of their own, or may less than others; in the order of names."""
    limited = choices.limited_people(session, wallet_id)
    has_all = MembershipRow.sees_wallet & MembershipRow.recharges_wallet & MembershipRow.pays_from_wallet
    rows = session.execute(
        select(MembershipRow, PersonRow.given_name, PersonRow.family_name, PersonRow.username)
        .join(PersonRow, PersonRow.id == MembershipRow.person_id)
        .where(
            MembershipRow.organisation_id == organisation_id,
            MembershipRow.status.in_([status.value for status in _WORKS_HERE]),
            or_(MembershipRow.person_id.in_(limited), ~has_all & ~MembershipRow.is_manager),
        )
        .order_by(PersonRow.search_name, PersonRow.id)
    )
    return tuple(
        Restricted(
            membership_id=MembershipId(row.id),
            name=full_name(given, family) or username,
            is_manager=row.is_manager,
            rights=rights_of(row),
            has_limits=row.person_id in limited,
        )
        for row, given, family, username in rows
    )


def decide_for_all(
    session: Session, organisation_id: OrganisationId, wanted: ForAll, *, seen: str, by: PersonId, now: datetime
) -> bool:
    """Decide for everybody, and tell whether that changed anything; raises `NotManager`, `ChangedMeanwhile`."""
    manager = records.live_of(session, by, organisation_id)
    if manager is None or not manager.is_manager_of(organisation_id):
        raise NotManager(organisation=organisation_id)
    wallet_id = _locked_wallet(session, organisation_id)
    before = for_all(session, wallet_id)
    if before == wanted:
        return False
    if before.mark != seen:
        raise ChangedMeanwhile(organisation=organisation_id)
    choices.set_threshold(session, wallet_id, wanted.warn_below_cents)
    choices.replace_limits(session, wallet_id, None, wanted.limits, now=now)
    audit.record(
        session,
        action="wallet-control-changed",
        actor_id=by,
        subject_id=None,
        organisation_id=organisation_id,
        details={
            "warning": before.warn_below_cents != wanted.warn_below_cents,
            "limits": before.limits != wanted.limits,
        },
        now=now,
    )
    return True


def decide_for_one(
    session: Session, membership_id: MembershipId, wanted: ForOne, *, seen: str, by: PersonId, now: datetime
) -> bool:
    """Decide for one employee, tell them, and return whether that changed anything.

    From a manager nothing is taken, so of `wanted` only the limits count then. Raises `NotFound`,
    `NotManager`, `ChangedMeanwhile`, and `WrongState` for whoever does not work here.
    """
    row, actor = records.locked(session, membership_id, by=by)
    organisation_id, person_id = OrganisationId(row.organisation_id), PersonId(row.person_id)
    if actor is None or not records.membership(actor).is_manager_of(organisation_id):
        raise NotManager(organisation=organisation_id)
    if row.status not in _WORKS_HERE:
        raise WrongState(status=row.status)
    wallet_id = _locked_wallet(session, organisation_id)
    before = for_one(session, wallet_id, membership_id)
    if row.is_manager:
        wanted = replace(wanted, rights=before.rights)
    if before == wanted:
        return False
    if before.mark != seen:
        raise ChangedMeanwhile(membership=membership_id)
    write(row, wanted.rights)
    choices.replace_limits(session, wallet_id, person_id, wanted.limits, now=now)
    audit.record(
        session,
        action="wallet-rights-changed",
        actor_id=by,
        subject_id=person_id,
        organisation_id=organisation_id,
        details={
            "membership": membership_id,
            "rights": before.rights != wanted.rights,
            "limits": before.limits != wanted.limits,
        },
        now=now,
    )
    if person_id != by:
        letters.tell_person(session, person_id, organisation_id, "wallet-rights-changed", now=now)
    return True


def _locked_wallet(session: Session, organisation_id: OrganisationId) -> WalletId:
    """Return the wallet, locked: of two managers who decide at once the second sees what the first did."""
    owned = select(OrganisationRow.wallet_id).where(OrganisationRow.id == organisation_id)
    wallet_id = WalletId(session.scalars(owned).one())
    ledger.lock(session, [wallet_id])
    return wallet_id


def _mark(decided: object, limits: frozenset[Limit]) -> str:
    told = repr((decided, sorted(repr(limit) for limit in limits)))
    return hashlib.sha256(told.encode()).hexdigest()[:32]
