"""What a person can do about each usage of a tool, for one of their organisations (T1, T2, T5).

Start it, register it, ask for access to it, or neither and why: what the page shows that registers
a tool. Whether it may be done is asked again when it is done.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy.orm import Session

from core.accreditations.queries import held_by
from core.accreditations.rules import HeldAccreditation
from core.organisations.identifiers import OrganisationId
from core.organisations.waiting import Wait
from core.people.assurance import Acr
from core.people.identifiers import PersonId
from core.tools import access_requests
from core.tools.access import offered_contexts
from core.tools.catalogue import ToolFacts, UsageFacts
from core.tools.context import OfferedContext, Reason, ReasonCode
from core.tools.identifiers import RegistrationId
from core.tools.needs import NeedLine, need_lines
from core.tools.registration import account_standing
from core.tools.rules import evaluate_registering
from core.tools.situation import AccountStanding


class Doable(StrEnum):
    """What can be done about a usage now.

    TAKE is a manager's, who needs nobody's leave. SHUT: nothing, for the reason given.
    """

    START = "start"
    REGISTER = "register"
    TAKE = "take"
    ASK = "ask"
    WAIT = "wait"
    SHUT = "shut"


@dataclass(frozen=True, slots=True)
class UsageChoice:
    """One usage with what it needs and what can be done about it.

    `registration_id` and `role` where the organisation has registered it. `reason` says what is
    missing still, also for what can be asked for; `wait` since when the managers know.
    """

    usage: UsageFacts
    doable: Doable
    to_register: tuple[tuple[NeedLine, ...], ...]
    to_use: tuple[tuple[NeedLine, ...], ...]
    registration_id: RegistrationId | None = None
    reason: Reason | None = None
    wait: Wait | None = None

    @property
    def is_registered(self) -> bool:
        """Tell whether the organisation has this usage already."""
        return self.registration_id is not None


@dataclass(frozen=True, slots=True)
class _Known:
    """What is the same for every usage and organisation."""

    own: tuple[HeldAccreditation, ...]
    account: AccountStanding
    requests: dict[RegistrationId, Wait]
    is_retired: bool
    now: datetime


def usage_choices(
    session: Session, tool: ToolFacts, organisation_id: OrganisationId, *, by: PersonId, reachable: Acr, now: datetime
) -> tuple[UsageChoice, ...]:
    """Return every usage of a tool as one active member of an organisation stands to it.

    Raises `NotFound` for an unknown person. The number of statements does not depend on how many
    usages, organisations or registrations there are.
    """
    requests = dict(access_requests.waiting_requests(session, by, tool.id))
    known = _Known(held_by(session, by), account_standing(session, by), requests, tool.is_retired, now)
    contexts = {
        context.usage: context
        for context in offered_contexts(session, person_id=by, tool_id=tool.id, reachable=reachable, now=now)
        if context.organisation.id == organisation_id
    }
    return tuple(_choice(usage, contexts.get(usage.code), known) for usage in tool.usages)


def _choice(usage: UsageFacts, context: OfferedContext | None, known: _Known) -> UsageChoice:
    to_register = need_lines(usage.requirement.register, known.own, known.now)
    to_use = need_lines(usage.requirement.use, known.own, known.now)
    if context is None:
        decision = evaluate_registering(usage.requirement, account=known.account, own=known.own, now=known.now)
        # A tool that is retired goes on for those who have it.
        may_register = decision.reason is None and not known.is_retired
        doable = Doable.REGISTER if may_register else Doable.SHUT
        return UsageChoice(usage, doable, to_register, to_use, reason=decision.reason)
    wait = known.requests.get(context.registration_id)
    return UsageChoice(
        usage,
        _doable(context, wait),
        to_register,
        to_use,
        registration_id=context.registration_id,
        reason=context.reason,
        wait=wait,
    )


def _doable(context: OfferedContext, wait: Wait | None) -> Doable:
    if context.reason is None:
        return Doable.START
    codes = set(_codes(context.reason))
    if ReasonCode.NO_ACCESS not in codes or codes & _BEYOND_A_ROLE:
        return Doable.SHUT
    if context.membership.manager:
        # A manager gives roles to those who bring what is needed, and so to themselves (T5).
        return Doable.TAKE if codes == {ReasonCode.NO_ACCESS} else Doable.SHUT
    return Doable.ASK if wait is None else Doable.WAIT


# Where one of these is missing, no role would help.
_BEYOND_A_ROLE = frozenset(
    {
        ReasonCode.ORGANISATION_INACTIVE,
        ReasonCode.REGISTRATION_SUSPENDED,
        ReasonCode.REGISTRATION_ENDED,
        ReasonCode.TOOL_TERMS_OUTDATED,
        ReasonCode.MEMBERSHIP_REQUESTED,
        ReasonCode.MEMBERSHIP_BLOCKED,
        ReasonCode.MEMBERSHIP_ENDED,
    }
)


def _codes(reason: Reason) -> Iterator[ReasonCode]:
    if reason.causes:
        for cause in reason.causes:
            yield from _codes(cause)
    else:
        yield reason.code
