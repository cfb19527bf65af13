"""What is due next in an interaction: the product's order of steps, decided in one place. Pure.

    sign in, or more surely → second factor → activate the address → what the account lacks →
    identity card → organisation → tool → context and consent on one screen → answer

`next_step` reads top to bottom as the product does. Steps never call each other: each writes what
it found out into `Progress`, and this function is asked again. A page of ours that needs somebody
signed in goes the same way and ends before the identity card: no organisation, no consent.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum, auto
from typing import assert_never

from core.people.assurance import Acr, Authentication
from core.people.identifiers import PersonId
from core.tools.context import ChosenContext
from core.tools.identifiers import RegistrationId
from idp.interaction.steps import Step, silent_error
from idp.oidc.checks import acr
from idp.oidc.checks.prompt import is_too_old
from idp.oidc.errors import (
    AccessDenied,
    AccountSelectionRequired,
    InteractionRequired,
    LoginRequired,
    ProtocolError,
    UnmetAuthenticationRequirements,
)
from idp.oidc.request import AuthorizationRequest, LocalRequest, Progress, Prompt, Wanted, Wish

# Whoever walks away between password and second factor leaves no half-open door behind.
FIRST_FACTOR_LIFE = timedelta(minutes=10)


class Address(Enum):
    """How far the e-mail address of the account is (A5): none given, code not entered, proven."""

    NONE = auto()
    PENDING = auto()
    CURRENT = auto()


class EidLink(Enum):
    """Whether linking the identity card is offered now, and whether that can be put off (A6)."""

    NOT_OFFERED = auto()
    PROPOSED = auto()
    DEMANDED = auto()


@dataclass(frozen=True, slots=True)
class Facts:
    """What the decision rests on, besides request and progress; gathered by `facts.py`.

    `person_id` and `authentication` are those of the running session; `is_hinted` tells whether
    that is the person the client means (true where it means nobody in particular). `reachable`
    is the highest level that signing in again could reach, `attainable` the highest that any
    account of ours can be brought to. `is_complete` is false where a name or the present terms
    of use are missing. `settled` is the context that need not be asked for, still usable; where
    there is none, `usable` holds all that can be chosen, of which `too_weak` need a stronger
    sign-in first. `is_member` and `is_offered` tell whether the person works for an organisation,
    and whether any organisation of theirs has anything to do with the tool.
    """

    now: datetime
    reachable: Acr
    attainable: Acr = Acr.PASSWORD
    person_id: PersonId | None = None
    authentication: Authentication | None = None
    is_hinted: bool = True
    address: Address = Address.CURRENT
    is_complete: bool = True
    eid_link: EidLink = EidLink.NOT_OFFERED
    settled: ChosenContext | None = None
    usable: tuple[ChosenContext, ...] = ()
    too_weak: frozenset[RegistrationId] = frozenset()
    is_member: bool = True
    is_offered: bool = True
    consent_is_due: bool = False
    skips_single_context: bool = False


@dataclass(frozen=True, slots=True)
class Done:
    """Nothing is due: the answer is a code, for this context where the request wants one."""

    context: ChosenContext | None


@dataclass(frozen=True, slots=True)
class Refusal:
    """The answer is an error."""

    error: ProtocolError


Outcome = Step | Done | Refusal


def next_step(wanted: Wanted, progress: Progress, facts: Facts) -> Outcome:
    """Return the step that is due, or the answer. Under prompt=none there are only answers."""
    outcome = _outcome(wanted, progress, facts)
    if wanted.is_silent and isinstance(outcome, Step):
        return Refusal(silent_error(outcome))
    return outcome


def context_candidates(
    request: AuthorizationRequest,
    progress: Progress,
    *,
    of_session: RegistrationId | None,
    of_tool: RegistrationId | None,
) -> tuple[RegistrationId, ...]:
    """Return the contexts that may stand without asking, the best first.

    `of_session` was chosen for this client in this session, `of_tool` is what the person ticked
    to be remembered. Whoever signs in anew chooses anew (C1), unless they ticked it.
    """
    if progress.context is not None:
        return (progress.context.registration_id,)
    if Prompt.SELECT_ACCOUNT in request.prompt:
        return ()
    running = None if _signed_in_here(progress) else of_session
    return tuple(dict.fromkeys(found for found in (running, of_tool) if found is not None))


def _outcome(wanted: Wanted, progress: Progress, facts: Facts) -> Outcome:
    if progress.denied:
        return Refusal(AccessDenied())
    if (entering := _entering(wanted, progress, facts) or _lacking(facts)) is not None:
        return entering
    if isinstance(wanted, LocalRequest):
        return Done(None)
    if _eid_is_due(progress, facts):
        # Who links a card has proved here and now that the account is theirs: a stolen session links none.
        return Step.LINK_EID if wanted.is_silent or _signed_in_here(progress) else Step.LOGIN
    return _for_tool(wanted, progress, facts)


def _entering(wanted: Wanted, progress: Progress, facts: Facts) -> Step | Refusal | None:
    if _has_begun_to_sign_in(progress, facts.now):
        return Step.SECOND_FACTOR
    if progress.registering is not None:
        return Step.ACTIVATE
    if facts.person_id is None or facts.authentication is None:
        return Step.LOGIN
    return _sign_in(wanted, progress, facts, facts.authentication)


def _sign_in(wanted: Wanted, progress: Progress, facts: Facts, authentication: Authentication) -> Step | Refusal | None:
    if isinstance(wanted, LocalRequest):
        return Step.LOGIN if wanted.wants_proof and not _signed_in_here(progress) else None
    if _signed_in_here(progress):
        # Asked once and no more: what this sign-in did not bring, another would not either.
        if not facts.is_hinted:
            return Refusal(LoginRequired("The user who signed in is not the one meant."))
        is_met = acr.is_met(wanted.essential_acr, authentication.acr)
        return None if is_met or _is_card_missing(facts) else _unmet(wanted, facts)
    if _is_out_of_reach(wanted, authentication.acr, facts):
        return Step.LOGIN if _is_card_missing(facts) and not wanted.is_silent else _unmet(wanted, facts)
    return Step.LOGIN if _must_sign_in_again(wanted, facts, authentication) else None


def _must_sign_in_again(request: AuthorizationRequest, facts: Facts, authentication: Authentication) -> bool:
    return (
        Prompt.LOGIN in request.prompt
        or _must_choose_account(request)
        or not facts.is_hinted
        or is_too_old(authentication.auth_time, request.max_age_seconds, facts.now)
        or not acr.is_met(request.essential_acr, authentication.acr)
        or _may_step_up(request, authentication.acr, facts.reachable)
    )


def _is_out_of_reach(request: AuthorizationRequest, reached: Acr, facts: Facts) -> bool:
    if acr.is_met(request.essential_acr, reached):
        return False
    # Somebody else may be meant, who can do more.
    reachable = facts.reachable if facts.is_hinted else facts.attainable
    return not acr.is_reachable(request.essential_acr, reachable)


def _is_card_missing(facts: Facts) -> bool:
    """Tell whether linking the card comes first: nothing is answered before, and it may bring what is needed."""
    return facts.eid_link is EidLink.DEMANDED


def _unmet(request: AuthorizationRequest, facts: Facts) -> Step | Refusal:
    """Say how to get there, where the account could be brought to it; refuse otherwise."""
    if acr.is_reachable(request.essential_acr, facts.attainable):
        return Step.STRONGER
    return Refusal(UnmetAuthenticationRequirements())


def _lacking(facts: Facts) -> Step | None:
    if facts.address is Address.PENDING:
        return Step.ACTIVATE
    # Where there is no address to mail a code to, it is asked for first, with all else.
    if facts.address is Address.NONE or not facts.is_complete:
        return Step.COMPLETE
    return None


def _eid_is_due(progress: Progress, facts: Facts) -> bool:
    match facts.eid_link:
        case EidLink.NOT_OFFERED:
            return False
        case EidLink.DEMANDED:
            return True
        case EidLink.PROPOSED if progress.wish is Wish.LINK_EID:
            return True
        case EidLink.PROPOSED:
            # Once for each sign-in; so never to a silent request, in which nobody signs in.
            return _signed_in_here(progress) and Step.LINK_EID not in progress.skipped
        case unreachable:
            assert_never(unreachable)


def _for_tool(request: AuthorizationRequest, progress: Progress, facts: Facts) -> Outcome:
    context = None
    if request.wants_context:
        if progress.wish is not None and (wished := _wished(progress.wish, facts)) is not None:
            return wished
        context = _choose(request, facts)
        if context is None:
            return _ask_for_context(request, facts)
        if context.registration_id in facts.too_weak:
            return Step.STRONGER if progress.stepped_up else Step.LOGIN
    if facts.consent_is_due or _consent_is_demanded(request, progress):
        return Step.CONSENT
    return Done(context)


def _wished(wish: Wish, facts: Facts) -> Step | None:
    match wish:
        case Wish.ADD_ORGANISATION:
            return Step.ORGANISATION
        case Wish.REGISTER_TOOL:
            return Step.TOOL if facts.is_member else Step.ORGANISATION
        case Wish.LINK_EID:
            return None  # it is linked meanwhile, or was asked for before all else
        case unreachable:
            assert_never(unreachable)


def _must_choose_account(request: AuthorizationRequest) -> bool:
    # Where there is no context to choose, the sign-in page is where people say who they are.
    return Prompt.SELECT_ACCOUNT in request.prompt and not request.wants_context


def _may_step_up(request: AuthorizationRequest, reached: Acr, reachable: Acr) -> bool:
    # A wish is no reason to fail a silent request: the token says what was reached.
    if request.is_silent or acr.is_met(request.acr_values, reached):
        return False
    return acr.is_reachable(request.acr_values, reachable)


def _choose(request: AuthorizationRequest, facts: Facts) -> ChosenContext | None:
    if not request.wants_context:
        return None
    if facts.settled is not None:
        return facts.settled
    may_take_the_only_one = facts.skips_single_context or request.is_silent
    if Prompt.SELECT_ACCOUNT in request.prompt or not may_take_the_only_one:
        return None
    strong_enough = [context for context in facts.usable if context.registration_id not in facts.too_weak]
    return strong_enough[0] if len(facts.usable) == 1 and strong_enough else None


def _ask_for_context(request: AuthorizationRequest, facts: Facts) -> Step | Refusal:
    is_filtered = request.organization is not None or request.usage is not None
    if request.is_silent:
        return Refusal(AccountSelectionRequired() if facts.usable else InteractionRequired())
    if is_filtered and not facts.usable:
        # A filter, never a hint: no page that offers something else, no token without it.
        return Refusal(AccessDenied("The requested organization or usage is not open to the user."))
    if not facts.is_member:
        return Step.ORGANISATION
    return Step.CONSENT if facts.is_offered else Step.TOOL


def _consent_is_demanded(request: AuthorizationRequest, progress: Progress) -> bool:
    return Prompt.CONSENT in request.prompt and progress.consented_scope is None


def _has_begun_to_sign_in(progress: Progress, now: datetime) -> bool:
    first = progress.first_factor
    return first is not None and now < first.proven_at + FIRST_FACTOR_LIFE


def _signed_in_here(progress: Progress) -> bool:
    return progress.signed_in_at is not None
