"""What is due for a tool's request that has just arrived, and the answer where nothing is.

Judged here for the door (`door.py`) and for the pages (`flow.py`) alike.
"""

from dataclasses import dataclass

from idp import session as sso
from idp.interaction.facts import Asking, Gathered, gather, gather_nobody
from idp.interaction.policy import Done, Outcome, Refusal, next_step
from idp.interaction.steps import Step
from idp.oidc import authorize
from idp.oidc.authorize import Asked, Granted, Target
from idp.oidc.registered_client import RegisteredClient
from idp.oidc.request import AuthorizationRequest, Progress
from idp.oidc.response import AuthorizationResponse, return_address
from idp.session import SsoSession
from idp.wiring import Services


@dataclass(frozen=True, slots=True)
class Settled:
    """A request for which nothing is due any more, and what it came to."""

    wanted: AuthorizationRequest
    client: RegisteredClient
    session: SsoSession | None
    gathered: Gathered
    outcome: Done | Refusal


@dataclass(frozen=True, slots=True)
class Judged:
    """What a request asks; `settled` is None where its person is needed."""

    wanted: AuthorizationRequest
    settled: Settled | None = None


def judge(found: Services, asked: Asked, target: Target, *, cookie: str | None, at_once: bool) -> Judged:
    """Return what a request asks and, where it may be answered `at_once`, what it comes to; changes nothing.

    Raises the `ProtocolError` to answer with.
    """
    wanted = authorize.parse(target, asked, keyring=found.keyring, issuer=found.settings.issuer)
    if not at_once:
        return Judged(wanted)
    now = found.clock.now()
    session = sso.find(found.store, cookie, now)
    if session is not None:
        gathered = gather(found, Asking(wanted, target.client, session, now, at_once=True), Progress())
    elif wanted.is_silent:
        gathered = gather_nobody(Progress(), now)
    else:
        return Judged(wanted)
    outcome: Outcome = next_step(wanted, gathered.progress, gathered.facts)
    if isinstance(outcome, Step):
        return Judged(wanted)
    return Judged(wanted, Settled(wanted, target.client, session, gathered, outcome))


def answer(found: Services, settled: Settled, cookie: str | None) -> AuthorizationResponse:
    """Return the answer to the tool; raises `Unanswerable` as `authorize.finish` does."""
    wanted, outcome = settled.wanted, settled.outcome
    if isinstance(outcome, Refusal):
        return authorize.refuse(found, Target(settled.client, return_address(wanted)), outcome.error)
    return authorize.finish(found, wanted, granted(settled, outcome, cookie), now=found.clock.now())


def granted(settled: Settled, outcome: Done, cookie: str | None) -> Granted:
    """Return what the person of a settled request gives to the tool."""
    assert settled.session is not None and cookie is not None  # the policy is done only with somebody
    standing = settled.gathered.standing
    return Granted(
        session=settled.session,
        cookie=cookie,
        context=outcome.context,
        claims=settled.gathered.claims,
        joins=not standing.is_participant or standing.context != outcome.context,
    )
