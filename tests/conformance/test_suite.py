"""The client of the suite's API, against a small server that speaks it."""

import pytest

from tests.conformance.plans import PlanChoice
from tests.conformance.provider import Provider
from tests.conformance.run import ADDRESS, NOT_RUN, main, run_plan
from tests.conformance.small_suite import Behaviour, Instance, small_suite
from tests.conformance.suite import Suite, SuiteError
from tests.conformance.verdict import Expectations, Expected, Skip, Verdict

_NOWHERE = Provider("https://login.immo.test", {})
_PLAN = PlanChoice(2, "oidcc-basic-certification-test-plan", {"server_metadata": "discovery"})
_WARNED = {"src": "CheckAcr", "result": "WARNING", "msg": "no acr"}
_FINE = {"src": "CheckNonce", "result": "SUCCESS", "msg": "good"}


def module(*statuses: str, result: str = "PASSED", log: list[dict[str, str]] | None = None) -> Behaviour:
    return lambda _configuration: Instance(list(statuses or ("FINISHED",)), result, list(log or [_FINE]))


def verdict(behaviour: Behaviour, *expected: Expected, skips: tuple[Skip, ...] = ()) -> tuple[Verdict, str]:
    with small_suite({"oidcc-server": behaviour}) as small:
        told = run_plan(Suite(small.address), _NOWHERE, _PLAN, Expectations(expected, skips), seconds=0.05, pause=0.01)
        [outcome] = list(told)
    return outcome.verdict, " ".join(outcome.reasons)


def test_a_plan_is_made_with_its_variant_and_configuration_and_its_modules_run() -> None:
    names = ("oidcc-server", "oidcc-codereuse")
    with small_suite({name: module("CREATED", "RUNNING", "WAITING", "FINISHED") for name in names}) as small:
        outcomes = list(run_plan(Suite(small.address), _NOWHERE, _PLAN, Expectations(), pause=0.01))

    [(name, variant, configuration)] = small.plans
    assert (name, variant) == (_PLAN.name, _PLAN.variant)
    assert configuration["server"]["discoveryUrl"] == "https://login.immo.test/.well-known/openid-configuration"
    assert [outcome.module.words for outcome in outcomes] == [f"{name}[response_mode=default]" for name in names]
    assert {outcome.verdict for outcome in outcomes} == {Verdict.PASSED}


@pytest.mark.parametrize(
    ("behaviour", "reason"),
    [
        (module(result="FAILED", log=[{"src": "CheckIss", "result": "FAILURE", "msg": "wrong"}]), "CheckIss: wrong"),
        (module(result="WARNING", log=[_FINE, _WARNED]), "WARNING CheckAcr: no acr"),
        (module(result="FAILED"), "its result is FAILED"),
        (module(result="ODD"), "its result is ODD"),
        (module(result="SKIPPED"), "it was skipped"),
        (module("RUNNING", "INTERRUPTED"), "it is INTERRUPTED"),
        (module("WAITING"), "it is WAITING"),
        (module("CONFIGURED"), "it is CONFIGURED"),
    ],
)
def test_whatever_is_not_good_fails_and_says_why_and_where(behaviour: Behaviour, reason: str) -> None:
    told, reasons = verdict(behaviour)

    assert told is Verdict.FAILED
    assert reason in reasons
    assert "/log-detail.html?log=0" in reasons


def test_what_the_suite_leaves_to_a_person_is_not_counted_as_passed() -> None:
    assert verdict(module(result="REVIEW")) == (Verdict.REVIEW, "")


def test_a_failure_that_is_listed_passes_and_one_that_does_not_come_fails() -> None:
    known = Expected("oidcc-basic-*", "oidcc-server", "CheckAcr", "WARNING", "a reason")

    assert verdict(module(result="WARNING", log=[_WARNED]), known) == (Verdict.PASSED, "")
    told, reasons = verdict(module(), known)
    assert (told, "CheckAcr: expected WARNING, and did not come" in reasons) == (Verdict.FAILED, True)


def test_a_skip_that_is_listed_is_told_as_such() -> None:
    listed = Skip("oidcc-*basic-certification-test-plan", "oidcc-server", "a reason")

    assert verdict(module(result="SKIPPED"), skips=(listed,))[0] is Verdict.SKIPPED


def test_the_api_token_is_sent() -> None:
    with small_suite({"oidcc-server": module()}, token="token-of-the-api") as small:
        assert list(run_plan(Suite(small.address, token=small.token), _NOWHERE, _PLAN, Expectations()))
        with pytest.raises(SuiteError, match="401"):
            list(run_plan(Suite(small.address, token="another"), _NOWHERE, _PLAN, Expectations()))


def test_a_restart_of_the_suite_is_waited_for_and_a_suite_that_is_not_there_is_told() -> None:
    with small_suite({"oidcc-server": module()}) as small:
        suite = Suite(small.address)
        plan = suite.create_plan("a-plan", {}, {"server": {"discoveryUrl": "x"}})
        module_id = suite.create_module(plan, plan.modules[0])
        small.fails = 1
        assert suite.progress(module_id).status == "FINISHED"

    with pytest.raises(SuiteError, match="/api/info/0"):
        suite.progress(module_id)


def test_a_plan_without_the_wanted_module_is_an_error() -> None:
    wanted = PlanChoice(11, "oidcc-dynamic-certification-test-plan", only="oidcc-server-rotate-keys")

    with small_suite({"oidcc-server": module()}) as small, pytest.raises(SuiteError, match="no module"):
        list(run_plan(Suite(small.address), _NOWHERE, wanted, Expectations()))


def test_without_a_suite_nothing_runs_and_that_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([], {}) == 2
    assert main([], {ADDRESS: ""}) == 2

    assert capsys.readouterr().out.splitlines() == [NOT_RUN, NOT_RUN]
    assert "NOT RUN" in NOT_RUN


def test_nothing_is_expected_to_fail() -> None:
    """oidc.md, its aim: no failure and no warning in every plan."""
    lists = Expectations.read()

    assert lists.failures == ()
    assert all(skip.reason for skip in lists.skips)
