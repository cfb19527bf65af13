"""The policy: properties that hold for every request, person and order of events. Pure."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from core.organisations.identifiers import OrganisationId
from core.people.assurance import Acr, Authentication
from core.people.identifiers import PersonId
from core.tools.context import ChosenContext
from core.tools.identifiers import RegistrationId
from idp.interaction.policy import Done, Facts, Outcome, Refusal, context_candidates, next_step
from idp.interaction.steps import Step
from idp.oidc.request import AuthorizationRequest, Progress, Prompt, ResponseMode

NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
ANNA = PersonId("usr_anna")
CONTEXTS = tuple(
    ChosenContext(OrganisationId(f"org_{n}"), RegistrationId(f"reg_{n}"), "estate-agent", "user") for n in range(3)
)
_LEVELS = [level.value for level in Acr]


def a_request(**changes: object) -> AuthorizationRequest:
    request = AuthorizationRequest("tool", "https://tool.example/cb", ResponseMode.QUERY, ("openid", "organization"))
    return replace(request, **changes)  # type: ignore[arg-type]


def signed_in(acr: Acr = Acr.PASSWORD, age: timedelta = timedelta(0)) -> Authentication:
    return Authentication(NOW - age, ("pwd",), acr)


prompts = st.one_of(
    st.just(frozenset({Prompt.NONE})),
    st.frozensets(st.sampled_from([Prompt.LOGIN, Prompt.CONSENT, Prompt.SELECT_ACCOUNT])),
)
requests = st.builds(
    a_request,
    scope=st.sampled_from([("openid",), ("openid", "organization")]),
    prompt=prompts,
    max_age_seconds=st.sampled_from([None, 0, 60, 100_000]),
    acr_values=st.lists(st.sampled_from(_LEVELS), max_size=2).map(tuple),
    essential_acr=st.lists(st.sampled_from([*_LEVELS, "unknown"]), max_size=2).map(tuple),
    organization=st.sampled_from([None, "org_1"]),
)
authentications = st.builds(
    signed_in, st.sampled_from(Acr), st.sampled_from([timedelta(0), timedelta(minutes=5), timedelta(hours=5)])
)


@st.composite
def worlds(draw: st.DrawFn) -> Facts:
    """Draw what could be true of a person and a client, before anything was asked."""
    authentication = draw(st.none() | authentications)
    usable = tuple(draw(st.lists(st.sampled_from(CONTEXTS), unique=True, max_size=3)))
    return Facts(
        now=NOW,
        reachable=draw(st.sampled_from(Acr)),
        person_id=None if authentication is None else ANNA,
        authentication=authentication,
        is_hinted=draw(st.booleans()),
        usable=usable,
        consent_is_due=draw(st.booleans()),
        skips_single_context=draw(st.booleans()),
    )


def do(step: Step, progress: Progress, facts: Facts, draw: st.DataObject) -> tuple[Progress, Facts]:
    """Do a step as its page would, with a person who answers somehow."""
    if draw.draw(st.integers(0, 9)) == 0:
        return replace(progress, denied=True), facts
    if step is Step.LOGIN:
        reached = draw.draw(st.sampled_from([level for level in Acr if facts.reachable.at_least(level)]))
        facts = replace(facts, person_id=ANNA, authentication=signed_in(reached), is_hinted=draw.draw(st.booleans()))
        return Progress(person_id=ANNA, sid="ses_1", signed_in_at=NOW), facts
    if not facts.usable:
        return replace(progress, denied=True), facts
    chosen = draw.draw(st.sampled_from(facts.usable))
    progress = replace(progress, context=chosen, consented_scope=("openid",))
    return progress, replace(facts, settled=chosen, consent_is_due=False)


@given(requests, worlds(), st.data())
def test_answer_is_reached_within_the_number_of_steps_and_no_step_is_asked_twice(
    request: AuthorizationRequest, facts: Facts, data: st.DataObject
) -> None:
    progress, asked = Progress(), list[Step]()
    for _ in range(len(Step) + 1):
        outcome: Outcome = next_step(request, progress, facts)
        if not isinstance(outcome, Step):
            return
        assert outcome not in asked
        asked.append(outcome)
        progress, facts = do(outcome, progress, facts, data)
    raise AssertionError(f"no answer after {asked}")


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


def test_whoever_signs_in_anew_chooses_anew_unless_they_ticked_it() -> None:
    of_session, of_tool = RegistrationId("reg_0"), RegistrationId("reg_1")
    fresh = Progress(signed_in_at=NOW)

    assert context_candidates(a_request(), Progress(), of_session=of_session, of_tool=of_tool) == (of_session, of_tool)
    assert context_candidates(a_request(), fresh, of_session=of_session, of_tool=of_tool) == (of_tool,)


def test_essential_level_within_reach_steps_up_once() -> None:
    request = a_request(scope=("openid",), essential_acr=(Acr.HIGH.value,))
    facts = Facts(now=NOW, reachable=Acr.HIGH, person_id=ANNA, authentication=signed_in())

    assert next_step(request, Progress(), facts) is Step.LOGIN
    after = next_step(request, Progress(signed_in_at=NOW), facts)
    assert isinstance(after, Refusal) and after.error.error == "unmet_authentication_requirements"


def test_wished_level_within_reach_steps_up_once_and_then_passes() -> None:
    request = a_request(scope=("openid",), acr_values=(Acr.MFA.value,))
    facts = Facts(now=NOW, reachable=Acr.MFA, person_id=ANNA, authentication=signed_in())

    assert next_step(request, Progress(), facts) is Step.LOGIN
    assert next_step(request, Progress(signed_in_at=NOW), facts) == Done(None)
    silent = replace(request, prompt=frozenset({Prompt.NONE}))
    assert next_step(silent, Progress(), facts) == Done(None)


def test_max_age_counts_to_the_second() -> None:
    request = a_request(scope=("openid",), max_age_seconds=60)
    facts = Facts(now=NOW, reachable=Acr.PASSWORD, person_id=ANNA)

    young = replace(facts, authentication=signed_in(age=timedelta(seconds=60)))
    old = replace(facts, authentication=signed_in(age=timedelta(seconds=60, microseconds=1)))

    assert next_step(request, Progress(), young) == Done(None)
    assert next_step(request, Progress(), old) is Step.LOGIN
