"""Our plans against a conformance suite that runs already: `python -m tests.conformance.run [ROW ...]`.

`IMMO_CONFORMANCE_SUITE` is the suite's address; where it is not set nothing runs, and that is said. See
`docs/conformance.md` for the other variables.
"""

import os
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack

from tests.conformance.configuration import configuration, static_clients
from tests.conformance.plans import ROTATION, PlanChoice, plans
from tests.conformance.provider import Provider, our_own, running
from tests.conformance.suite import MODULE_SECONDS, Module, Suite, SuiteError
from tests.conformance.verdict import Expectations, Outcome, Verdict, judge

ADDRESS = "IMMO_CONFORMANCE_SUITE"
NOT_RUN = f"conformance suite: NOT RUN, {ADDRESS} names none (docs/conformance.md)"

Say = Callable[[str], None]


def main(arguments: Sequence[str], environment: Mapping[str, str]) -> int:
    """Run the plans of the rows that are named, or all, and return the exit status: 2 where nothing ran."""
    address = environment.get(ADDRESS, "")
    if not address:
        print(NOT_RUN)
        return 2
    rows = {int(argument) for argument in arguments}
    chosen = [plan for plan in plans() if not rows or plan.row in rows]
    insecure = environment.get("IMMO_CONFORMANCE_INSECURE", "") == "1"
    suite = Suite(address, token=environment.get("IMMO_CONFORMANCE_TOKEN"), verify=not insecure)
    with ExitStack() as stack:
        issuer = environment.get("IMMO_CONFORMANCE_PROVIDER", "")
        provider = running(issuer, environment) if issuer else stack.enter_context(our_own(environment))
        counted = run_all(suite, provider, chosen, print)
    told = ", ".join(f"{counted[verdict]} {verdict}" for verdict in Verdict)
    print(f"conformance suite: {told}, {counted['left out']} plans left out")
    return 1 if counted[Verdict.FAILED] or not counted[Verdict.PASSED] else 0


def run_all(suite: Suite, provider: Provider, chosen: Sequence[PlanChoice], say: Say) -> Counter[str]:
    """Run plans one after the other, tell each outcome, and count the verdicts and the plans left out."""
    expectations, counted = Expectations.read(), Counter[str]()
    aliases = provider.metadata().get("mtls_endpoint_aliases")
    for plan in chosen:
        say(f"== {plan.row}: {plan.words}")
        if plan.needs_mutual_tls and not aliases:
            say("   LEFT OUT: the provider offers no mutual TLS (IMMO_MTLS_URL)")
            counted["left out"] += 1
            continue
        try:
            outcomes = list(run_plan(suite, provider, plan, expectations))
        except (SuiteError, RuntimeError) as error:
            outcomes = [Outcome(Module(plan.name, {}), Verdict.FAILED, (str(error),))]
        for outcome in outcomes:
            counted[outcome.verdict] += 1
            say(f"   {outcome.verdict:<20} {outcome.module.words}")
            for reason in outcome.reasons:
                say(f"      {reason}")
    return counted


def run_plan(
    suite: Suite,
    provider: Provider,
    plan: PlanChoice,
    expectations: Expectations,
    *,
    seconds: float = MODULE_SECONDS,
    pause: float = 1,
) -> Iterator[Outcome]:
    """Create a plan, run its modules one after the other, and yield what each came to."""
    clients = static_clients(plan, suite.address)
    for client in clients:
        provider.register(plan, client)
    told = configuration(plan, provider.issuer, suite.address, clients, resource=_resource(provider, plan))
    made = suite.create_plan(plan.name, plan.variant, told)
    modules = [module for module in made.modules if plan.only in {None, module.name}]
    if not modules:
        raise SuiteError(f"the plan holds no module {plan.only or 'at all'}")
    for module in modules:
        module_id = suite.create_module(made, module)
        progress = suite.wait(module_id, "CONFIGURED", "WAITING", seconds=seconds, pause=pause)
        if progress.status == "CONFIGURED" and module.name == ROTATION:
            provider.rotate()
            suite.start(module_id)
        progress = suite.wait(module_id, seconds=seconds, pause=pause)
        outcome = judge(plan.name, module, progress, suite.log(module_id), expectations)
        if outcome.reasons:
            outcome = Outcome(module, outcome.verdict, (suite.page_of(module_id), *outcome.reasons))
        yield outcome


def _resource(provider: Provider, plan: PlanChoice) -> str | None:
    """Return where the suite presents its tokens; None for userinfo where it always is."""
    if plan.variant.get("sender_constrain") == "mtls":
        return str(provider.metadata()["mtls_endpoint_aliases"]["userinfo_endpoint"])
    return provider.resource if plan.variant.get("openid") == "plain_oauth" else None


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], os.environ))
