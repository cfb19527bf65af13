"""What is due next in an interaction: the product's order of steps, decided in one place. Pure.

    sign in, or more surely → context and consent on one screen → answer

`next_step` reads top to bottom as the product does. Steps never call each other: each writes what
it found out into `Progress`, and this function is asked again.
"""

from dataclasses import dataclass
from datetime import datetime

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
from idp.oidc.request import AuthorizationRequest, Progress, Prompt


@dataclass(frozen=True, slots=True)
class Facts:
    """What the decision rests on, besides request and progress; gathered by `facts.py`.

    `person_id` and `authentication` are those of the running session; `is_hinted` tells whether
    that is the person the client means (true where it means nobody in particular). `reachable`
    is the highest level that signing in again could reach. `settled` is the context that need
    not be asked for, still usable; where there is none, `usable` holds all that can be chosen.
    """

    now: datetime
    reachable: Acr
    person_id: PersonId | None = None
    authentication: Authentication | None = None
    is_hinted: bool = True
    settled: ChosenContext | None = None
    usable: tuple[ChosenContext, ...] = ()
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


def next_step(request: AuthorizationRequest, progress: Progress, facts: Facts) -> Outcome:
    """Return the step that is due, or the answer. Under prompt=none there are only answers."""
    outcome = _outcome(request, progress, facts)
    if request.is_silent and isinstance(outcome, Step):
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


def _outcome(request: AuthorizationRequest, progress: Progress, facts: Facts) -> Outcome:
    if progress.denied:
        return Refusal(AccessDenied())
    if facts.person_id is None or facts.authentication is None:
        return Step.LOGIN
    if (sign_in := _sign_in(request, progress, facts, facts.authentication)) is not None:
        return sign_in
    context = _choose(request, facts)
    if request.wants_context and context is None:
        return _ask_for_context(request, facts)
    if facts.consent_is_due or _consent_is_demanded(request, progress):
        return Step.CONSENT
    return Done(context)


def _sign_in(
    request: AuthorizationRequest,
    progress: Progress,
    facts: Facts,
    authentication: Authentication,
) -> Step | Refusal | None:
    essential, reached = request.essential_acr, authentication.acr
    if _signed_in_here(progress):
        # Asked once and no more: what this sign-in did not bring, another would not either.
        if not facts.is_hinted:
            return Refusal(LoginRequired("The user who signed in is not the one meant."))
        return None if acr.is_met(essential, reached) else _unmet()
    if not acr.is_met(essential, reached) and not acr.is_reachable(essential, facts.reachable):
        return _unmet()
    if (
        Prompt.LOGIN in request.prompt
        or _must_choose_account(request)
        or not facts.is_hinted
        or is_too_old(authentication.auth_time, request.max_age_seconds, facts.now)
        or not acr.is_met(essential, reached)
        or _may_step_up(request, reached, facts.reachable)
    ):
        return Step.LOGIN
    return None


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
    return facts.usable[0] if len(facts.usable) == 1 else None


def _ask_for_context(request: AuthorizationRequest, facts: Facts) -> Step | Refusal:
    is_filtered = request.organization is not None or request.usage is not None
    if request.is_silent:
        return Refusal(AccountSelectionRequired() if facts.usable else InteractionRequired())
    if is_filtered and not facts.usable:
        # A filter, never a hint: no page that offers something else, no token without it.
        return Refusal(AccessDenied("The requested organization or usage is not open to the user."))
    return Step.CONSENT


def _consent_is_demanded(request: AuthorizationRequest, progress: Progress) -> bool:
    return Prompt.CONSENT in request.prompt and progress.consented_scope is None


def _signed_in_here(progress: Progress) -> bool:
    return progress.signed_in_at is not None


def _unmet() -> Refusal:
    return Refusal(UnmetAuthenticationRequirements())
