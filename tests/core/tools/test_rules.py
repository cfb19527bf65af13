"""The one decision about contexts: `claims.md`, Evaluation."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.accreditations.rules import AccreditationStatus, HeldAccreditation, end_of_day, ends_at, is_in_force
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
from core.tools.rules import (
    OWNERLESS_GRACE,
    Decision,
    evaluate,
    evaluate_needs,
    evaluate_registering,
    last_day_of_mandate,
    qualifies,
)
from core.tools.situation import AccountStanding, LentAccreditation, OrganisationStanding, Situation
from core.tools.states import AccessStatus, RegistrationStatus
from tests.support.situations import BY_MANDATE, GOOD, LENT, NOW, OWN, REQUIREMENT, moments, situations

NO_ADDRESS = AccountStanding(address_activated=False, terms_accepted=True, eid_linked=True)
NO_TERMS = AccountStanding(address_activated=True, terms_accepted=False, eid_linked=True)
NO_EID = AccountStanding(address_activated=True, terms_accepted=True, eid_linked=False)


def decide(situation: Situation, reachable: Acr = Acr.PASSWORD, now: datetime = NOW) -> Decision:
    return evaluate(situation, reachable=reachable, now=now)


def codes(reason: Reason | None) -> list[ReasonCode]:
    return [] if reason is None else [reason.code, *(code for cause in reason.causes for code in codes(cause))]


def leaves(reason: Reason) -> Iterator[Reason]:
    if reason.causes:
        for cause in reason.causes:
            yield from leaves(cause)
    else:
        yield reason


def test_context_with_everything_is_usable_until_its_accreditation_ends() -> None:
    decision = decide(GOOD)

    assert decision.reason is None
    assert decision.basis.accreditations == (OWN,)
    assert decision.expires_at == end_of_day(date(2027, 12, 31))


def test_mandate_makes_a_context_usable_until_the_first_of_both_ends() -> None:
    decision = decide(BY_MANDATE)

    assert decision.reason is None
    assert decision.basis.mandate == LENT
    assert decision.expires_at == end_of_day(date(2027, 6, 30))


def test_ones_own_accreditation_goes_before_a_mandate() -> None:
    decision = decide(GOOD._replace(mandate=LENT))

    assert decision.basis.mandate is None
    assert decision.basis.accreditations == (OWN,)


WITHOUT = {
    "address": (GOOD._replace(account=NO_ADDRESS), ReasonCode.ADDRESS_NOT_ACTIVATED),
    "terms of use": (GOOD._replace(account=NO_TERMS), ReasonCode.TERMS_NOT_ACCEPTED),
    "invited only": (GOOD._replace(membership=MembershipStatus.INVITED), ReasonCode.MEMBERSHIP_REQUESTED),
    "waiting": (GOOD._replace(membership=MembershipStatus.REQUESTED), ReasonCode.MEMBERSHIP_REQUESTED),
    "blocked": (GOOD._replace(membership=MembershipStatus.BLOCKED), ReasonCode.MEMBERSHIP_BLOCKED),
    "refused": (GOOD._replace(membership=MembershipStatus.REFUSED), ReasonCode.MEMBERSHIP_ENDED),
    "left": (GOOD._replace(membership=MembershipStatus.LEFT), ReasonCode.MEMBERSHIP_ENDED),
    "organisation closed": (
        GOOD._replace(organisation=OrganisationStanding(OrganisationStatus.CLOSED)),
        ReasonCode.ORGANISATION_INACTIVE,
    ),
    "ownerless for long": (
        GOOD._replace(organisation=OrganisationStanding(OrganisationStatus.OWNERLESS, NOW - OWNERLESS_GRACE)),
        ReasonCode.ORGANISATION_INACTIVE,
    ),
    "ownerless, nobody knows since when": (
        GOOD._replace(organisation=OrganisationStanding(OrganisationStatus.OWNERLESS)),
        ReasonCode.ORGANISATION_INACTIVE,
    ),
    "registration suspended": (
        GOOD._replace(registration=RegistrationStatus.SUSPENDED),
        ReasonCode.REGISTRATION_SUSPENDED,
    ),
    "registration ended": (GOOD._replace(registration=RegistrationStatus.ENDED), ReasonCode.REGISTRATION_ENDED),
    "old terms of the tool": (
        GOOD._replace(requirement=replace(REQUIREMENT, terms="v2")),
        ReasonCode.TOOL_TERMS_OUTDATED,
    ),
    "no user": (GOOD._replace(access=None, role=None), ReasonCode.NO_ACCESS),
    "no role": (GOOD._replace(role=None), ReasonCode.NO_ACCESS),
    "blocked from the tool": (GOOD._replace(access=AccessStatus.BLOCKED), ReasonCode.ACCESS_BLOCKED),
    "eID": (
        GOOD._replace(
            account=NO_EID,
            requirement=replace(GOOD.requirement, eid=True),
        ),
        ReasonCode.EID_NOT_LINKED,
    ),
    "level of sign-in": (GOOD._replace(role="supervisor"), ReasonCode.LOGIN_TOO_WEAK),
    "accreditation": (
        GOOD._replace(own=(), requirement=Requirement(use=AccreditationNeeded("be.biv"))),
        ReasonCode.ACCREDITATION_MISSING,
    ),
    "accreditation in force": (
        GOOD._replace(
            own=(OWN._replace(status=AccreditationStatus.LAPSED),),
            requirement=Requirement(use=AccreditationNeeded("be.biv")),
        ),
        ReasonCode.ACCREDITATION_LAPSED,
    ),
}


@pytest.mark.parametrize(("situation", "code"), WITHOUT.values(), ids=WITHOUT.keys())
def test_without_one_condition_a_context_is_closed_with_that_reason(situation: Situation, code: ReasonCode) -> None:
    decision = decide(situation)

    assert decision.reason is not None
    assert decision.reason.code is code
    assert decision.expires_at is None
    assert decision.basis.accreditations == ()


LENT_ACCREDITATION = LENT.accreditation
MANDATES = {
    "not accepted": (LENT._replace(accepted=False), ReasonCode.MANDATE_MISSING),
    "not for this colleague": (LENT._replace(covers=False), ReasonCode.MANDATE_MISSING),
    "ended": (LENT._replace(ended=True), ReasonCode.MANDATE_ENDED),
    "expired": (LENT._replace(valid_until=date(2026, 11, 1)), ReasonCode.MANDATE_ENDED),
    "not begun": (LENT._replace(valid_from=date(2026, 11, 3)), ReasonCode.MANDATE_ENDED),
    "its holder is gone": (LENT._replace(holder_active=False), ReasonCode.MANDATE_ENDED),
    "its accreditation lapsed": (
        LENT._replace(accreditation=LENT_ACCREDITATION._replace(status=AccreditationStatus.LAPSED)),
        ReasonCode.MANDATE_ENDED,
    ),
    "its accreditation ran out": (
        LENT._replace(accreditation=LENT_ACCREDITATION._replace(valid_until=date(2026, 11, 1))),
        ReasonCode.MANDATE_ENDED,
    ),
    "its holder is a trainee now": (
        LENT._replace(accreditation=LENT_ACCREDITATION._replace(list="trainees")),
        ReasonCode.MANDATE_ENDED,
    ),
}


@pytest.mark.parametrize(("mandate", "code"), MANDATES.values(), ids=MANDATES.keys())
def test_a_mandate_that_does_not_hold_lends_nothing(mandate: LentAccreditation, code: ReasonCode) -> None:
    decision = decide(BY_MANDATE._replace(mandate=mandate))

    assert codes(decision.reason) == [ReasonCode.ANY_NEEDED, ReasonCode.ACCREDITATION_MISSING, code]


def test_a_mandate_on_a_lapsed_accreditation_lends_nothing_where_registering_asks_for_none() -> None:
    ran_out = LENT._replace(accreditation=LENT_ACCREDITATION._replace(valid_until=date(2026, 11, 1)))
    by_mandate_only = Requirement(register=AllOf(()), use=MandateNeeded())

    decision = decide(BY_MANDATE._replace(mandate=ran_out, requirement=by_mandate_only))

    assert decision.reason == Reason(ReasonCode.MANDATE_ENDED)
    assert decide(BY_MANDATE._replace(requirement=by_mandate_only)).reason is None


def test_everything_that_is_missing_is_said_at_once() -> None:
    decision = decide(
        GOOD._replace(registration=RegistrationStatus.SUSPENDED, access=None, role=None, own=()),
    )

    assert codes(decision.reason) == [
        ReasonCode.ALL_NEEDED,
        ReasonCode.REGISTRATION_SUSPENDED,
        ReasonCode.NO_ACCESS,
        ReasonCode.ANY_NEEDED,
        ReasonCode.ACCREDITATION_MISSING,
        ReasonCode.MANDATE_MISSING,
    ]


def test_reason_names_the_kind_and_the_level_concerned() -> None:
    missing = decide(GOOD._replace(own=(), requirement=Requirement(use=AccreditationNeeded("be.biv"))))
    weak = decide(GOOD._replace(role="supervisor"))

    assert missing.reason == Reason(ReasonCode.ACCREDITATION_MISSING, "be.biv")
    assert weak.reason == Reason(ReasonCode.LOGIN_TOO_WEAK, Acr.MFA.value)


def test_level_that_can_be_stepped_up_to_closes_nothing() -> None:
    assert decide(GOOD._replace(role="supervisor"), reachable=Acr.MFA).reason is None


def test_eid_closes_only_where_the_usage_needs_it() -> None:
    assert decide(GOOD._replace(account=NO_EID)).reason is None


def test_ownerless_organisation_works_for_thirty_days_and_no_token_outlives_them() -> None:
    since = NOW - timedelta(days=29)
    ownerless = GOOD._replace(organisation=OrganisationStanding(OrganisationStatus.OWNERLESS, since))

    assert decide(ownerless).reason is None
    assert decide(ownerless).expires_at == since + OWNERLESS_GRACE


def test_organisation_whose_company_has_stopped_keeps_its_tools() -> None:
    closing = GOOD._replace(organisation=OrganisationStanding(OrganisationStatus.CLOSING))

    assert decide(closing) == decide(GOOD)


def test_a_date_left_from_ownerless_days_bounds_nothing() -> None:
    again_managed = OrganisationStanding(OrganisationStatus.ACTIVE, NOW - timedelta(days=29))

    assert decide(GOOD._replace(organisation=again_managed)).expires_at == decide(GOOD).expires_at


def test_usage_that_needs_nothing_never_expires() -> None:
    decision = decide(GOOD._replace(own=(), requirement=Requirement()))

    assert decision.reason is None
    assert decision.expires_at is None


def test_of_two_accreditations_that_fit_the_longer_one_counts() -> None:
    shorter = OWN._replace(id="acr_2", valid_until=date(2026, 12, 31))
    endless = OWN._replace(id="acr_3", valid_until=None)

    assert decide(GOOD._replace(own=(shorter, OWN))).basis.accreditations == (OWN,)
    assert decide(GOOD._replace(own=(shorter, OWN, endless))).expires_at is None


def test_list_and_column_have_to_fit() -> None:
    syndics = Requirement(use=AccreditationNeeded("be.biv", columns=("syndic",)))
    trainees = Requirement(use=AccreditationNeeded("be.biv", lists=("trainees",)))

    for requirement in (syndics, trainees):
        decision = decide(GOOD._replace(requirement=requirement))
        assert decision.reason == Reason(ReasonCode.ACCREDITATION_MISSING, "be.biv")


def test_all_parts_together_end_with_the_first() -> None:
    surveyor = OWN._replace(id="acr_2", kind="be.surveyor", valid_until=date(2027, 1, 31))
    both = Requirement(use=AllOf((AccreditationNeeded("be.biv"), AccreditationNeeded("be.surveyor"))))

    decision = decide(GOOD._replace(own=(OWN, surveyor), requirement=both))

    assert decision.expires_at == end_of_day(date(2027, 1, 31))
    assert set(decision.basis.accreditations) == {OWN, surveyor}


# An independent reading of the same rules, as plainly as possible: true or false, nothing else.


def holds(need: Need, situation: Situation, now: datetime) -> bool:
    match need:
        case AllOf(parts):
            return all(holds(part, situation, now) for part in parts)
        case AnyOf(parts):
            return any(holds(part, situation, now) for part in parts)
        case AccreditationNeeded():
            return any(fits(need, held) and is_in_force(held, now) for held in situation.own)
        case MandateNeeded():
            mandate = situation.mandate
            if mandate is None or mandate.ended:
                return False
            lent = situation._replace(own=(mandate.accreditation,), mandate=None)
            runs = end_of_day(mandate.valid_from - timedelta(days=1)) <= now < end_of_day(mandate.valid_until)
            stands = mandate.holder_active and is_in_force(mandate.accreditation, now)
            everything = mandate.accepted and mandate.covers and stands and runs
            return everything and holds(situation.requirement.register, lent, now)


def fits(need: AccreditationNeeded, held: HeldAccreditation) -> bool:
    if need.kind != held.kind:
        return False
    return (need.lists == () or held.list in need.lists) and (need.columns == () or held.column in need.columns)


def conditions(situation: Situation, reachable: Acr, now: datetime) -> dict[str, bool]:
    needed = situation.requirement.min_acr(situation.role)
    since = situation.organisation.ownerless_since
    return {
        "address": situation.account.address_activated,
        "terms": situation.account.terms_accepted,
        "membership": situation.membership is MembershipStatus.ACTIVE,
        "organisation": situation.organisation.status in (OrganisationStatus.ACTIVE, OrganisationStatus.CLOSING)
        or (
            situation.organisation.status is OrganisationStatus.OWNERLESS
            and since is not None
            and now < since + timedelta(days=30)
        ),
        "registration": situation.registration is RegistrationStatus.ACTIVE,
        "role": situation.access is AccessStatus.GRANTED and situation.role is not None,
        "terms of the tool": situation.requirement.terms in {None, *situation.terms},
        "eid": situation.account.eid_linked or not situation.requirement.eid,
        "need": holds(situation.requirement.use, situation, now),
        "level": needed is None or reachable.at_least(needed),
    }


def test_the_properties_below_meet_usable_contexts_of_every_sort() -> None:
    met: Counter[str] = Counter()

    @settings(max_examples=1000, derandomize=True, database=None)
    @given(situations)
    def count(situation: Situation) -> None:
        decision = decide(situation)
        if decision.reason is None:
            met["by mandate" if decision.basis.mandate else "by own"] += 1
            met[situation.organisation.status.value] += 1

    count()

    assert all(met[sort] >= 10 for sort in ("by mandate", "by own", "ownerless")), met


@given(situations, st.sampled_from(Acr), moments)
def test_usable_exactly_when_every_condition_holds(situation: Situation, reachable: Acr, now: datetime) -> None:
    decision = evaluate(situation, reachable=reachable, now=now)

    assert (decision.reason is None) == all(conditions(situation, reachable, now).values())


@given(situations, st.sampled_from(Acr), moments)
def test_never_usable_after_its_end(situation: Situation, reachable: Acr, now: datetime) -> None:
    """Nothing but time has passed: whatever rested on what ended is closed or rests on something else."""
    decision = evaluate(situation, reachable=reachable, now=now)
    if decision.reason is not None or decision.expires_at is None:
        return
    assert now < decision.expires_at

    later = evaluate(situation, reachable=reachable, now=decision.expires_at)

    assert later.reason is not None or later.basis != decision.basis


@given(situations, st.sampled_from(Acr), moments)
def test_end_is_the_earliest_of_all_it_rests_on(situation: Situation, reachable: Acr, now: datetime) -> None:
    decision = evaluate(situation, reachable=reachable, now=now)
    if decision.reason is not None:
        return

    ends = [ends_at(held) for held in decision.basis.accreditations]
    if decision.basis.mandate is not None:
        ends += [end_of_day(decision.basis.mandate.valid_until), ends_at(decision.basis.mandate.accreditation)]
    if situation.organisation.status is OrganisationStatus.OWNERLESS:
        assert situation.organisation.ownerless_since is not None
        ends.append(situation.organisation.ownerless_since + OWNERLESS_GRACE)

    assert decision.expires_at == min((end for end in ends if end is not None), default=None)


@given(situations, st.sampled_from(Acr), moments)
def test_nothing_is_said_of_what_lies_behind_a_membership(situation: Situation, reachable: Acr, now: datetime) -> None:
    closed = evaluate(situation, reachable=reachable, now=now).reason
    if situation.membership is MembershipStatus.ACTIVE or closed is None:
        return

    assert {reason.code for reason in leaves(closed)} <= {
        ReasonCode.ADDRESS_NOT_ACTIVATED,
        ReasonCode.TERMS_NOT_ACCEPTED,
        ReasonCode.MEMBERSHIP_REQUESTED,
        ReasonCode.MEMBERSHIP_BLOCKED,
        ReasonCode.MEMBERSHIP_ENDED,
    }


@given(situations, moments)
def test_a_stronger_sign_in_never_closes_a_context(situation: Situation, now: datetime) -> None:
    usable = [evaluate(situation, reachable=level, now=now).reason is None for level in Acr]

    assert usable == sorted(usable)


@given(situations, moments)
def test_needs_alone_are_met_whenever_the_context_is_usable(situation: Situation, now: datetime) -> None:
    if evaluate(situation, reachable=Acr.HIGH, now=now).reason is None:
        assert evaluate_needs(situation, now=now).reason is None


def test_registering_takes_ones_own_accreditation() -> None:
    account = AccountStanding(address_activated=True, terms_accepted=True, eid_linked=False)

    allowed = evaluate_registering(GOOD.requirement, account=account, own=(OWN,), now=NOW)
    trainee = evaluate_registering(GOOD.requirement, account=account, own=(OWN._replace(list="trainees"),), now=NOW)
    with_eid = evaluate_registering(replace(GOOD.requirement, eid=True), account=account, own=(), now=NOW)

    assert allowed.reason is None
    assert allowed.basis.accreditations == (OWN,)
    assert trainee.reason == Reason(ReasonCode.ACCREDITATION_MISSING, "be.biv")
    assert codes(with_eid.reason) == [
        ReasonCode.ALL_NEEDED,
        ReasonCode.EID_NOT_LINKED,
        ReasonCode.ACCREDITATION_MISSING,
    ]


def test_an_accreditation_qualifies_that_could_register_today() -> None:
    assert qualifies(GOOD.requirement, OWN, NOW)
    assert not qualifies(GOOD.requirement, OWN._replace(list="trainees"), NOW)
    assert not qualifies(GOOD.requirement, OWN, datetime(2028, 1, 1, 12, 0, tzinfo=UTC))


@pytest.mark.parametrize(
    ("first", "last"),
    [
        (date(2026, 11, 2), date(2027, 11, 1)),
        (date(2027, 1, 1), date(2027, 12, 31)),
        (date(2028, 2, 29), date(2029, 2, 28)),
        (date(2027, 3, 1), date(2028, 2, 29)),
    ],
)
def test_a_mandate_covers_twelve_months_at_most(first: date, last: date) -> None:
    assert last_day_of_mandate(first) == last
