"""The policy: properties that hold for every request, person and order of events. Pure."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from core.people.assurance import Acr, Authentication
from core.tools.context import ChosenContext
from core.tools.identifiers import RegistrationId
from idp.interaction.policy import (
    Address,
    Done,
    EidLink,
    Facts,
    Refusal,
    context_candidates,
    next_step,
)
from idp.interaction.steps import Step
from idp.oidc.request import (
    AuthorizationRequest,
    FirstFactor,
    LocalRequest,
    Progress,
    Prompt,
    Registering,
    Wanted,
)
from tests.support.policy_worlds import ANNA, CONTEXTS, NOW, authentications, local_requests, requests, wishes, worlds


@given(local_requests, worlds())
def test_proof_is_never_given_by_an_earlier_sign_in(wanted: LocalRequest, facts: Facts) -> None:
    outcome = next_step(replace(wanted, wants_proof=True), Progress(), facts)

    assert outcome is Step.LOGIN


@given(wishes, worlds())
def test_session_begins_only_with_the_second_factor(wanted: Wanted, facts: Facts) -> None:
    """Nothing else is due meanwhile, and nothing is answered."""
    halfway = Progress(first_factor=FirstFactor(ANNA, NOW))

    outcome = next_step(wanted, halfway, facts)

    assert outcome is Step.SECOND_FACTOR or (wanted.is_silent and isinstance(outcome, Refusal))


@given(wishes, worlds())
def test_new_account_is_entered_by_its_code_alone(wanted: Wanted, facts: Facts) -> None:
    """Also where somebody else is signed in in this browser: the account is not theirs."""
    new = Progress(registering=Registering(ANNA, "anna@people.example"))

    outcome = next_step(wanted, new, facts)

    assert outcome is Step.ACTIVATE or (wanted.is_silent and isinstance(outcome, Refusal))


@given(requests, worlds(), st.none() | st.sampled_from(CONTEXTS))
def test_no_code_is_given_while_the_account_lacks_something(
    request: AuthorizationRequest, facts: Facts, settled: ChosenContext | None
) -> None:
    lacking = replace(facts, settled=settled, address=Address.PENDING)
    older = replace(facts, settled=settled, address=Address.CURRENT, is_complete=False)
    demanded = replace(facts, settled=settled, eid_link=EidLink.DEMANDED)

    for without in (lacking, older, demanded):
        assert not isinstance(next_step(request, Progress(), without), Done)


@given(requests, worlds(), st.none() | st.sampled_from(CONTEXTS))
def test_prompt_none_never_yields_a_page(
    request: AuthorizationRequest, facts: Facts, settled: ChosenContext | None
) -> None:
    silent = replace(request, prompt=frozenset({Prompt.NONE}))

    assert not isinstance(next_step(silent, Progress(), replace(facts, settled=settled)), Step)


@given(requests, worlds())
def test_silence_never_guesses_among_several_contexts(request: AuthorizationRequest, facts: Facts) -> None:
    silent = replace(request, prompt=frozenset({Prompt.NONE}), scope=("openid", "organization"))
    several = replace(facts, usable=CONTEXTS, settled=None)

    assert isinstance(next_step(silent, Progress(), several), Refusal)


@given(requests, worlds(), st.none() | st.sampled_from(CONTEXTS))
def test_nobody_is_answered_with_a_code_without_everything_that_was_asked(
    request: AuthorizationRequest, facts: Facts, settled: ChosenContext | None
) -> None:
    outcome = next_step(request, Progress(), replace(facts, settled=settled))

    if isinstance(outcome, Done):
        assert facts.authentication is not None
        assert facts.is_hinted
        assert facts.address is Address.CURRENT and facts.is_complete
        assert facts.eid_link is not EidLink.DEMANDED
        assert outcome.context is None or outcome.context.registration_id not in facts.too_weak
        assert not facts.consent_is_due
        assert not request.prompt & {Prompt.LOGIN, Prompt.CONSENT}
        assert (outcome.context is not None) == request.wants_context
        assert outcome.context is None or outcome.context in (settled, *facts.usable)
        assert not request.essential_acr or any(
            facts.authentication.acr.at_least(Acr(level)) for level in request.essential_acr if level != "unknown"
        )


@given(requests, worlds())
def test_filter_without_a_usable_context_never_ends_in_a_page_of_others(
    request: AuthorizationRequest, facts: Facts
) -> None:
    filtered = replace(request, organization="org_9", scope=("openid", "organization"))

    assert next_step(filtered, Progress(), replace(facts, usable=(), settled=None)) is not Step.CONSENT


@given(requests, worlds())
def test_who_said_no_gets_no_code(request: AuthorizationRequest, facts: Facts) -> None:
    outcome = next_step(request, Progress(denied=True), facts)

    assert isinstance(outcome, Refusal) and outcome.error.error == "access_denied"


@given(requests)
def test_select_account_takes_nothing_for_granted(request: AuthorizationRequest) -> None:
    chosen, other = RegistrationId("reg_0"), RegistrationId("reg_1")
    picking = replace(request, prompt=frozenset({Prompt.SELECT_ACCOUNT}))

    assert context_candidates(picking, Progress(), of_session=chosen, of_tool=other) == ()


@given(requests, worlds(), authentications)
def test_stronger_sign_in_never_makes_a_silent_request_fail(
    request: AuthorizationRequest, facts: Facts, authentication: Authentication
) -> None:
    silent = replace(request, prompt=frozenset({Prompt.NONE}))
    weak = replace(facts, person_id=ANNA, authentication=authentication)
    strong = replace(weak, authentication=replace(authentication, acr=Acr.HIGH))

    if isinstance(next_step(silent, Progress(), weak), Done):
        assert isinstance(next_step(silent, Progress(), strong), Done)
