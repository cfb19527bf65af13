"""The policy, walked from the first page to the answer by people who do as they like. Pure."""

from dataclasses import dataclass, replace

from hypothesis import given
from hypothesis import strategies as st

from core.people.assurance import Acr
from idp.interaction.policy import (
    Address,
    Done,
    EidLink,
    Facts,
    Outcome,
    Refusal,
    next_step,
)
from idp.interaction.steps import Step
from idp.oidc.request import (
    AuthorizationRequest,
    FirstFactor,
    LocalRequest,
    Progress,
    Registering,
    Wanted,
)
from tests.support.policy_worlds import (
    ANNA,
    CONTEXTS,
    NOW,
    local_requests,
    requests,
    signed_in,
    wishes,
    worlds,
)


@dataclass
class Person:
    """Somebody at the pages of one interaction: does each step as its page would, or gives up."""

    wanted: Wanted
    facts: Facts
    data: st.DataObject
    progress: Progress = Progress()

    def do(self, step: Step) -> None:
        """Do what the page of a step asks; what is due afterwards is the policy's to say."""
        if self.data.draw(st.integers(0, 9)) == 0:
            self.progress = replace(self.progress, denied=True)
        else:
            getattr(self, f"_{step.name.lower()}")()

    def _login(self) -> None:
        match self.data.draw(st.sampled_from(["in", "halfway", "new"])):
            case "in":
                self._enter(self.data.draw(st.sampled_from([Acr.PASSWORD, self.facts.reachable])))
            case "halfway":
                self.progress = replace(self.progress, first_factor=FirstFactor(ANNA, NOW))
            case "new":
                self.progress = replace(self.progress, registering=Registering(ANNA, "anna@people.example"))
                self.facts = replace(self.facts, address=Address.PENDING)

    def _second_factor(self) -> None:
        self._enter(max(Acr.MFA, self.facts.reachable, key=list(Acr).index))

    def _activate(self) -> None:
        self.facts = replace(self.facts, address=Address.CURRENT)
        if self.progress.registering is not None:
            self._enter(Acr.PASSWORD)

    def _complete(self) -> None:
        has_none = self.facts.address is Address.NONE
        self.facts = replace(self.facts, is_complete=True, address=Address.PENDING if has_none else self.facts.address)

    def _link_eid(self) -> None:
        if self.facts.eid_link is EidLink.PROPOSED and self.data.draw(st.booleans()):
            self.progress = replace(self.progress, skipped=frozenset({Step.LINK_EID.value}))
        else:
            self.facts = replace(self.facts, eid_link=EidLink.NOT_OFFERED)

    def _organisation(self) -> None:
        self.facts = replace(self.facts, is_member=True)
        self.progress = replace(self.progress, wish=None)

    def _tool(self) -> None:
        usable = self.facts.usable or CONTEXTS[:1]
        self.facts = replace(self.facts, usable=usable, is_offered=True)
        self.progress = replace(self.progress, wish=None)

    def _consent(self) -> None:
        self.facts = replace(self.facts, consent_is_due=False)
        self.progress = replace(self.progress, consented_scope=("openid",))
        if self.wanted.wants_context:
            if not self.facts.usable:
                self.progress = replace(self.progress, denied=True)
                return
            chosen = self.data.draw(st.sampled_from(self.facts.usable))
            self.progress = replace(self.progress, context=chosen)
            self.facts = replace(self.facts, settled=chosen)

    def _stronger(self) -> None:
        # Beyond this page it is the person who goes round, each time by a choice of theirs.
        self.progress = replace(self.progress, denied=True)

    def _enter(self, reached: Acr) -> None:
        authentication = signed_in(reached)
        hinted = self.data.draw(st.booleans())
        strong = self.facts.reachable if reached.at_least(self.facts.reachable) else None
        self.facts = replace(
            self.facts,
            person_id=ANNA,
            authentication=authentication,
            is_hinted=hinted,
            too_weak=frozenset() if strong else self.facts.too_weak,
        )
        kept = self.progress.context
        self.progress = Progress(
            person_id=ANNA, sid="ses_1", signed_in_at=NOW, context=kept, stepped_up=kept is not None
        )


def way_of(person: Person) -> tuple[list[Step], Outcome]:
    """Walk until there is an answer; return the steps on the way, and the answer."""
    asked = list[Step]()
    for _ in range(3 * len(Step)):
        outcome = next_step(person.wanted, person.progress, person.facts)
        if not isinstance(outcome, Step):
            return asked, outcome
        asked.append(outcome)
        person.do(outcome)
    raise AssertionError(f"no answer after {asked}")


@given(wishes, worlds(), st.data())
def test_nobody_is_led_round_in_a_circle(wanted: Wanted, facts: Facts, data: st.DataObject) -> None:
    """Each step that was done is not due again; signing in once more is, for a choice that needs it."""
    asked, _ = way_of(Person(wanted, facts, data))

    once_more = (Step.LOGIN, Step.SECOND_FACTOR, Step.ACTIVATE)
    for step in Step:
        assert asked.count(step) <= (2 if step in once_more else 1), asked
    if Step.CONSENT not in asked:
        assert asked.count(Step.LOGIN) <= 1


@given(wishes, worlds(), st.data())
def test_steps_come_in_the_order_of_the_product(wanted: Wanted, facts: Facts, data: st.DataObject) -> None:
    asked, _ = way_of(Person(wanted, facts, data))

    order = [Step.COMPLETE, Step.LINK_EID, Step.ORGANISATION, Step.TOOL, Step.CONSENT]
    places = [order.index(step) for step in asked if step in order]
    assert places == sorted(places), asked
    if Step.LOGIN not in asked:
        assert Step.SECOND_FACTOR not in asked or asked[0] is Step.SECOND_FACTOR


@given(requests, worlds(), st.data())
def test_plain_openid_client_sees_neither_organisation_nor_tool(
    request: AuthorizationRequest, facts: Facts, data: st.DataObject
) -> None:
    plain = replace(request, scope=("openid",), organization=None)

    asked, _ = way_of(Person(plain, facts, data))

    assert not {Step.ORGANISATION, Step.TOOL} & set(asked)


@given(local_requests, worlds(), st.data())
def test_page_of_ours_asks_for_the_person_and_nothing_else(
    wanted: LocalRequest, facts: Facts, data: st.DataObject
) -> None:
    asked, outcome = way_of(Person(wanted, facts, data))

    assert set(asked) <= {Step.LOGIN, Step.SECOND_FACTOR, Step.ACTIVATE, Step.COMPLETE}
    assert isinstance(outcome, Done | Refusal)
    if isinstance(outcome, Done):
        assert outcome.context is None
