"""Who may use a tool under which organisation: the one decision of `claims.md`, Evaluation.

Pure. The picker, the token endpoint on every refresh, the employees' access table and the
developers' try-out page all ask `evaluate`; nothing else in the product decides this.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime, timedelta
from functools import reduce
from typing import NamedTuple, assert_never

from core.accreditations.rules import HeldAccreditation, end_of_day, ends_at, is_in_force
from core.infra.clock import belgian_date
from core.organisations.states import MembershipStatus, OrganisationStatus
from core.people.assurance import Acr
from core.tools.context import Reason, ReasonCode
from core.tools.requirements import (
    AccreditationNeeded,
    AllOf,
    AnyOf,
    MandateNeeded,
    Need,
    Requirement,
)
from core.tools.situation import (
    AccountStanding,
    LentAccreditation,
    OrganisationStanding,
    Situation,
)
from core.tools.states import AccessStatus, RegistrationStatus

# Tools keep working this long for an organisation that lost its last manager.
OWNERLESS_GRACE = timedelta(days=30)


class Basis(NamedTuple):
    """What a met requirement rests on, and the earliest end among it."""

    accreditations: tuple[HeldAccreditation, ...] = ()
    mandate: LentAccreditation | None = None
    expires_at: datetime | None = None

    def until(self, moment: datetime | None) -> "Basis":
        """Return the same, ended by a moment at the latest if there is one."""
        return self if moment is None else self.joined(Basis(expires_at=moment))

    def joined(self, other: "Basis") -> "Basis":
        """Return both together: they end when the first of them ends."""
        return Basis(
            self.accreditations + other.accreditations,
            self.mandate or other.mandate,
            _earliest((self.expires_at, other.expires_at)),
        )


class Decision(NamedTuple):
    """Usable with its basis (`reason` is None), or closed with the reason and no basis."""

    reason: Reason | None
    basis: Basis = Basis()

    @property
    def expires_at(self) -> datetime | None:
        """Return the moment after which the decision no longer stands; None: no such moment."""
        return self.basis.expires_at


def evaluate(situation: Situation, *, reachable: Acr, now: datetime) -> Decision:
    """Decide whether a context is usable now; if not, say everything that is missing.

    `reachable` is the highest level of sign-in the person can be stepped up to. While the
    membership is not active nothing is said about what lies behind it.
    """
    requirement = situation.requirement
    causes = _account_causes(situation.account)
    if (membership := _membership_cause(situation.membership)) is not None:
        return _closed((*causes, membership))
    needs = evaluate_needs(situation, now=now)
    causes += _organisation_causes(situation.organisation, now)
    causes += _registration_causes(situation.registration)
    causes += _terms_causes(situation)
    causes += _access_causes(situation.access, situation.role)
    causes += () if needs.reason is None else _parts_of(needs.reason)
    causes += _level_causes(requirement.min_acr(situation.role), reachable)
    if causes:
        return _closed(causes)
    return Decision(None, needs.basis.until(_ownerless_until(situation.organisation)))


def evaluate_needs(situation: Situation, *, now: datetime) -> Decision:
    """Decide whether the person brings what the usage needs: eID, accreditation, mandate.

    Asked before a manager gives a role; `evaluate` asks it as one part of all.
    """
    causes = _eid_causes(situation.requirement, situation.account)
    met = _meet(situation.requirement.use, situation.own, now, lent=lambda: _lent(situation, now))
    if isinstance(met, Reason):
        return _closed([*causes, met])
    return _closed(causes) if causes else Decision(None, met)


def evaluate_registering(
    requirement: Requirement,
    *,
    account: AccountStanding,
    own: tuple[HeldAccreditation, ...],
    now: datetime,
) -> Decision:
    """Decide whether a person's own accreditations suffice to register a usage (T1)."""
    causes = (*_account_causes(account), *_eid_causes(requirement, account))
    met = _meet(requirement.register, own, now)
    if isinstance(met, Reason):
        return _closed([*causes, met])
    return _closed(causes) if causes else Decision(None, met)


def qualifies(requirement: Requirement, accreditation: HeldAccreditation, now: datetime) -> bool:
    """Tell whether a registration of the usage can rest on this accreditation alone (T4)."""
    return isinstance(_meet(requirement.register, (accreditation,), now), Basis)


def meets(need: Need, own: tuple[HeldAccreditation, ...], now: datetime) -> bool:
    """Tell whether these accreditations alone bring what is needed."""
    return isinstance(_meet(need, own, now), Basis)


def last_day_of_mandate(first_day: date) -> date:
    """Return the last day a mandate from that day on may cover: twelve months at most (T4)."""
    february_29 = first_day.month == 2 and first_day.day == 29
    anniversary = first_day.replace(year=first_day.year + 1, day=28 if february_29 else first_day.day)
    return anniversary if february_29 else anniversary - timedelta(days=1)


def _closed(causes: Sequence[Reason]) -> Decision:
    return Decision(_combined(ReasonCode.ALL_NEEDED, causes))


def _combined(code: ReasonCode, causes: Sequence[Reason]) -> Reason:
    return causes[0] if len(causes) == 1 else Reason(code, causes=tuple(causes))


def _parts_of(reason: Reason) -> tuple[Reason, ...]:
    return reason.causes if reason.code is ReasonCode.ALL_NEEDED else (reason,)


def _earliest(moments: Iterable[datetime | None]) -> datetime | None:
    return min((moment for moment in moments if moment is not None), default=None)


def _account_causes(account: AccountStanding) -> tuple[Reason, ...]:
    activated = () if account.address_activated else (Reason(ReasonCode.ADDRESS_NOT_ACTIVATED),)
    accepted = () if account.terms_accepted else (Reason(ReasonCode.TERMS_NOT_ACCEPTED),)
    return activated + accepted


def _membership_cause(status: MembershipStatus) -> Reason | None:
    match status:
        case MembershipStatus.ACTIVE:
            return None
        case MembershipStatus.INVITED | MembershipStatus.REQUESTED:
            return Reason(ReasonCode.MEMBERSHIP_REQUESTED)
        case MembershipStatus.BLOCKED:
            return Reason(ReasonCode.MEMBERSHIP_BLOCKED)
        case MembershipStatus.REFUSED | MembershipStatus.LEFT:
            return Reason(ReasonCode.MEMBERSHIP_ENDED)
        case unreachable:
            assert_never(unreachable)


def _ownerless_until(organisation: OrganisationStanding) -> datetime | None:
    if organisation.status is not OrganisationStatus.OWNERLESS or organisation.ownerless_since is None:
        return None
    return organisation.ownerless_since + OWNERLESS_GRACE


def _organisation_causes(organisation: OrganisationStanding, now: datetime) -> tuple[Reason, ...]:
    match organisation.status:
        case OrganisationStatus.ACTIVE | OrganisationStatus.CLOSING:
            # A company that has stopped brings to its end what it began: nothing new begins there.
            works = True
        case OrganisationStatus.OWNERLESS:
            until = _ownerless_until(organisation)
            works = until is not None and now < until
        case OrganisationStatus.CLOSED:
            works = False
        case unreachable:
            assert_never(unreachable)
    return () if works else (Reason(ReasonCode.ORGANISATION_INACTIVE),)


def _registration_causes(status: RegistrationStatus) -> tuple[Reason, ...]:
    match status:
        case RegistrationStatus.ACTIVE:
            return ()
        case RegistrationStatus.SUSPENDED:
            return (Reason(ReasonCode.REGISTRATION_SUSPENDED),)
        case RegistrationStatus.ENDED:
            return (Reason(ReasonCode.REGISTRATION_ENDED),)
        case unreachable:
            assert_never(unreachable)


def _terms_causes(situation: Situation) -> tuple[Reason, ...]:
    needed = situation.requirement.terms
    return () if needed is None or needed in situation.terms else (Reason(ReasonCode.TOOL_TERMS_OUTDATED, needed),)


def _access_causes(access: AccessStatus | None, role: str | None) -> tuple[Reason, ...]:
    match access:
        case AccessStatus.GRANTED if role is not None:
            return ()
        case AccessStatus.BLOCKED:
            return (Reason(ReasonCode.ACCESS_BLOCKED),)
        case AccessStatus.GRANTED | None:
            return (Reason(ReasonCode.NO_ACCESS),)
        case unreachable:
            assert_never(unreachable)


def _eid_causes(requirement: Requirement, account: AccountStanding) -> tuple[Reason, ...]:
    return (Reason(ReasonCode.EID_NOT_LINKED),) if requirement.eid and not account.eid_linked else ()


def _level_causes(needed: Acr | None, reachable: Acr) -> tuple[Reason, ...]:
    return () if needed is None or reachable.at_least(needed) else (Reason(ReasonCode.LOGIN_TOO_WEAK, needed.value),)


_NOT_LENT = Reason(ReasonCode.MANDATE_MISSING)


def _lent(situation: Situation, now: datetime) -> Basis | Reason:
    """Return what the mandate gives, or why it gives nothing.

    Its accreditation must be in force, and one that the registration could be made with today: a
    holder who moved to the list of trainees lends nothing where the tableau is asked for.
    """
    mandate = situation.mandate
    if mandate is None or not mandate.accepted or not mandate.covers:
        return _NOT_LENT
    until = end_of_day(mandate.valid_until)
    runs = mandate.valid_from <= belgian_date(now) and now < until
    accreditation = mandate.accreditation
    # Said apart: where registering asks for nothing, a lapsed one would qualify.
    stands = is_in_force(accreditation, now) and qualifies(situation.requirement, accreditation, now)
    if mandate.ended or not runs or not mandate.holder_active or not stands:
        return Reason(ReasonCode.MANDATE_ENDED)
    return Basis((), mandate, _earliest((until, ends_at(accreditation))))


def _nothing_lent() -> Basis | Reason:
    return _NOT_LENT


def _meet(
    need: Need,
    own: tuple[HeldAccreditation, ...],
    now: datetime,
    *,
    lent: Callable[[], Basis | Reason] = _nothing_lent,
) -> Basis | Reason:
    match need:
        case AccreditationNeeded():
            return _meet_by_own(need, own, now)
        case MandateNeeded():
            return lent()
        case AllOf(parts):
            results = [_meet(part, own, now, lent=lent) for part in parts]
            missing = [found for found in results if isinstance(found, Reason)]
            if missing:
                return _combined(ReasonCode.ALL_NEEDED, missing)
            met = [found for found in results if isinstance(found, Basis)]
            return reduce(Basis.joined, met, Basis())
        case AnyOf(parts):
            missing = []
            for part in parts:
                found = _meet(part, own, now, lent=lent)
                if isinstance(found, Basis):
                    return found
                missing.append(found)
            return _combined(ReasonCode.ANY_NEEDED, missing)
        case unreachable:
            assert_never(unreachable)


def _meet_by_own(need: AccreditationNeeded, own: tuple[HeldAccreditation, ...], now: datetime) -> Basis | Reason:
    of_kind = [held for held in own if held.kind == need.kind]
    fitting = [
        held
        for held in of_kind
        if (not need.lists or held.list in need.lists) and (not need.columns or held.column in need.columns)
    ]
    in_force = [(held, ends_at(held)) for held in fitting if is_in_force(held, now)]
    if not in_force:
        lapsed = ReasonCode.ACCREDITATION_LAPSED
        return Reason(lapsed if fitting else ReasonCode.ACCREDITATION_MISSING, need.kind)
    # Two that fit are alternatives: the context rests on the one that holds longest.
    best, end = max(in_force, key=lambda found: (found[1] is None, found[1] or now))
    return Basis((best,), None, end)
