"""The policy: single cases that the product promises. Pure."""

from dataclasses import replace
from datetime import timedelta

import pytest

from core.people.assurance import Acr
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
from idp.oidc.errors import InteractionRequired
from idp.oidc.request import (
    FirstFactor,
    Progress,
    Prompt,
    Wish,
)
from tests.support.policy_worlds import ANNA, CONTEXTS, NOW, a_request, signed_in


def test_right_password_alone_is_forgotten_after_ten_minutes() -> None:
    facts = Facts(now=NOW, reachable=Acr.MFA)

    young = Progress(first_factor=FirstFactor(ANNA, NOW - timedelta(minutes=10) + timedelta(microseconds=1)))
    old = Progress(first_factor=FirstFactor(ANNA, NOW - timedelta(minutes=10)))

    assert next_step(a_request(), young, facts) is Step.SECOND_FACTOR
    assert next_step(a_request(), old, facts) is Step.LOGIN


def test_identity_card_is_proposed_once_for_each_sign_in() -> None:
    request = a_request(scope=("openid",))
    facts = Facts(now=NOW, reachable=Acr.PASSWORD, person_id=ANNA, authentication=signed_in())
    proposed = replace(facts, eid_link=EidLink.PROPOSED)
    fresh, skipped = Progress(signed_in_at=NOW), Progress(signed_in_at=NOW, skipped=frozenset({"link-eid"}))

    assert next_step(request, fresh, proposed) is Step.LINK_EID
    assert next_step(request, skipped, proposed) == Done(None)
    assert next_step(request, Progress(), proposed) == Done(None)
    assert next_step(request, skipped, replace(facts, eid_link=EidLink.DEMANDED)) is Step.LINK_EID


def test_card_is_linked_only_by_somebody_who_signed_in_right_here() -> None:
    """A stolen session must not get a card of its own."""
    facts = Facts(
        now=NOW,
        reachable=Acr.MFA,
        person_id=ANNA,
        authentication=signed_in(),
        eid_link=EidLink.DEMANDED,
        usable=CONTEXTS,
    )
    here, silent = Progress(signed_in_at=NOW), a_request(prompt=frozenset({Prompt.NONE}))

    assert next_step(a_request(), Progress(), facts) is Step.LOGIN
    assert next_step(a_request(), here, facts) is Step.LINK_EID
    outcome = next_step(silent, Progress(), facts)
    assert isinstance(outcome, Refusal) and isinstance(outcome.error, InteractionRequired)


def test_card_that_was_asked_for_can_be_linked_after_it_was_put_off() -> None:
    facts = Facts(
        now=NOW,
        reachable=Acr.MFA,
        person_id=ANNA,
        authentication=signed_in(),
        eid_link=EidLink.PROPOSED,
        usable=CONTEXTS,
    )
    wished = Progress(signed_in_at=NOW, skipped=frozenset({"link-eid"}), wish=Wish.LINK_EID)

    assert next_step(a_request(), wished, facts) is Step.LINK_EID
    assert next_step(a_request(), replace(wished, signed_in_at=None), facts) is Step.LOGIN
    # Linked meanwhile: the wish is met, and nobody is kept by it.
    assert next_step(a_request(), wished, replace(facts, eid_link=EidLink.NOT_OFFERED)) is Step.CONSENT


@pytest.mark.parametrize("level", [Acr.HIGH, Acr.SUBSTANTIAL])
def test_level_that_only_the_card_reaches_leads_to_linking_it_first(level: Acr) -> None:
    request = a_request(scope=("openid",), essential_acr=(level.value,))
    facts = Facts(
        now=NOW,
        reachable=Acr.PASSWORD,
        attainable=Acr.HIGH,
        person_id=ANNA,
        authentication=signed_in(),
        eid_link=EidLink.DEMANDED,
    )
    here = Progress(signed_in_at=NOW)

    assert next_step(request, Progress(), facts) is Step.LOGIN
    assert next_step(request, here, facts) is Step.LINK_EID
    # With a card linked that was not used, the page says that only the card is enough.
    linked = replace(facts, eid_link=EidLink.NOT_OFFERED, reachable=Acr.HIGH)
    assert next_step(request, here, linked) is Step.STRONGER
    assert next_step(request, here, replace(linked, authentication=signed_in(Acr.HIGH))) == Done(None)


@pytest.mark.parametrize(
    ("is_member", "is_offered", "due"),
    [(False, False, Step.ORGANISATION), (True, False, Step.TOOL), (True, True, Step.CONSENT)],
)
def test_newcomer_is_led_through_exactly_what_is_missing(*, is_member: bool, is_offered: bool, due: Step) -> None:
    facts = Facts(
        now=NOW,
        reachable=Acr.PASSWORD,
        person_id=ANNA,
        authentication=signed_in(),
        is_member=is_member,
        is_offered=is_offered,
    )

    assert next_step(a_request(), Progress(signed_in_at=NOW), facts) is due


def test_wish_opens_its_step_and_a_tool_needs_an_organisation() -> None:
    facts = Facts(now=NOW, reachable=Acr.PASSWORD, person_id=ANNA, authentication=signed_in(), usable=CONTEXTS)
    organisation, tool = Progress(wish=Wish.ADD_ORGANISATION), Progress(wish=Wish.REGISTER_TOOL)

    assert next_step(a_request(), organisation, facts) is Step.ORGANISATION
    assert next_step(a_request(), tool, facts) is Step.TOOL
    assert next_step(a_request(), tool, replace(facts, is_member=False)) is Step.ORGANISATION
    assert next_step(a_request(scope=("openid",)), tool, facts) == Done(None)


def test_choice_that_needs_more_steps_up_once_and_then_says_how() -> None:
    supervisor = CONTEXTS[0]
    weak = Facts(
        now=NOW,
        reachable=Acr.MFA,
        attainable=Acr.MFA,
        person_id=ANNA,
        authentication=signed_in(),
        settled=supervisor,
        usable=(supervisor,),
        too_weak=frozenset({supervisor.registration_id}),
    )
    chosen = Progress(signed_in_at=NOW, context=supervisor)

    assert next_step(a_request(), chosen, weak) is Step.LOGIN
    assert next_step(a_request(), replace(chosen, stepped_up=True), weak) is Step.STRONGER
    strong = replace(weak, authentication=signed_in(Acr.MFA), too_weak=frozenset())
    assert next_step(a_request(), replace(chosen, stepped_up=True), strong) == Done(supervisor)


def test_only_context_is_not_taken_for_somebody_who_must_step_up_for_it() -> None:
    only = CONTEXTS[0]
    facts = Facts(
        now=NOW,
        reachable=Acr.MFA,
        attainable=Acr.MFA,
        person_id=ANNA,
        authentication=signed_in(),
        usable=(only,),
        too_weak=frozenset({only.registration_id}),
        skips_single_context=True,
    )

    assert next_step(a_request(), Progress(), facts) is Step.CONSENT
    assert isinstance(next_step(a_request(prompt=frozenset({Prompt.NONE})), Progress(), facts), Refusal)


def test_whoever_signs_in_anew_chooses_anew_unless_they_ticked_it() -> None:
    of_session, of_tool = RegistrationId("reg_0"), RegistrationId("reg_1")
    fresh = Progress(signed_in_at=NOW)

    assert context_candidates(a_request(), Progress(), of_session=of_session, of_tool=of_tool) == (of_session, of_tool)
    assert context_candidates(a_request(), fresh, of_session=of_session, of_tool=of_tool) == (of_tool,)


def test_essential_level_within_reach_steps_up_once_and_then_says_how() -> None:
    request = a_request(scope=("openid",), essential_acr=(Acr.MFA.value,))
    facts = Facts(now=NOW, reachable=Acr.MFA, attainable=Acr.MFA, person_id=ANNA, authentication=signed_in())

    assert next_step(request, Progress(), facts) is Step.LOGIN
    assert next_step(request, Progress(signed_in_at=NOW), facts) is Step.STRONGER


def test_level_that_the_account_does_not_reach_yet_ends_at_a_page_that_says_how() -> None:
    request = a_request(scope=("openid",), essential_acr=(Acr.MFA.value,))
    facts = Facts(now=NOW, reachable=Acr.PASSWORD, attainable=Acr.MFA, person_id=ANNA, authentication=signed_in())

    assert next_step(request, Progress(), facts) is Step.STRONGER
    silent = next_step(replace(request, prompt=frozenset({Prompt.NONE})), Progress(), facts)
    assert isinstance(silent, Refusal) and silent.error.error == "unmet_authentication_requirements"


@pytest.mark.parametrize("progress", [Progress(), Progress(signed_in_at=NOW)])
def test_level_that_no_account_reaches_is_refused(progress: Progress) -> None:
    request = a_request(scope=("openid",), essential_acr=(Acr.HIGH.value,))
    facts = Facts(now=NOW, reachable=Acr.MFA, attainable=Acr.MFA, person_id=ANNA, authentication=signed_in())

    refused = next_step(request, progress, facts)

    assert isinstance(refused, Refusal) and refused.error.error == "unmet_authentication_requirements"


def test_whoever_is_meant_may_reach_more_than_who_is_signed_in() -> None:
    request = a_request(scope=("openid",), essential_acr=(Acr.MFA.value,))
    facts = Facts(
        now=NOW,
        reachable=Acr.PASSWORD,
        attainable=Acr.MFA,
        person_id=ANNA,
        authentication=signed_in(),
        is_hinted=False,
    )

    assert next_step(request, Progress(), facts) is Step.LOGIN


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


def test_account_without_any_address_is_asked_for_one_and_then_for_its_code() -> None:
    """There is nothing to mail a code to: the step that asks what is missing comes first."""
    facts = Facts(now=NOW, reachable=Acr.PASSWORD, person_id=ANNA, authentication=signed_in())

    assert next_step(a_request(), Progress(), replace(facts, address=Address.NONE)) is Step.COMPLETE
    assert next_step(a_request(), Progress(), replace(facts, address=Address.PENDING)) is Step.ACTIVATE
