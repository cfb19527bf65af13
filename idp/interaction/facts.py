"""Gathers what the policy needs to know about person, client, contexts and consent.

On the way of a silent sign-in: one statement for consent and session, and one for the context.
What an account lacks is looked at where somebody signed in or no context is settled: a settled one
is usable, so its person has an address and works somewhere. Everything that only a page needs is
loaded by that page.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from core.infra.statements import Queryable, Statements
from core.organisations.queries import is_active_somewhere
from core.organisations.states import MembershipStatus
from core.people.assurance import Acr
from core.people.facts import PersonFacts
from core.people.profiles import person_facts
from core.tools.access import offered_context, offered_contexts
from core.tools.context import OfferedContext
from core.tools.identifiers import RegistrationId
from idp.claims.assemble import requestable
from idp.credentials.factors import reachable_acr
from idp.interaction.lacking import address, eid_link, is_complete
from idp.interaction.policy import Address, Facts, context_candidates
from idp.oidc.checks import acr, context_filter
from idp.oidc.consents import Standing, find_standing, find_standing_with_context
from idp.oidc.discovery import REACHABLE_ACR
from idp.oidc.registered_client import RegisteredClient
from idp.oidc.request import AuthorizationRequest, Progress
from idp.oidc.subject import subject_identifier
from idp.session import SsoSession
from idp.wiring import Services

ATTAINABLE = REACHABLE_ACR[-1]


@dataclass(frozen=True, slots=True)
class Terms:
    """The terms that come with a usage of a tool, in the version that counts now."""

    usage: str
    version: str


@dataclass(frozen=True, slots=True)
class Gathered:
    """The facts for the policy, and what was found on the way to them.

    `progress` is the given one, or an empty one where it is about somebody else's session.
    `claims` are the names from the claims parameter that the client can really get; `terms` are
    the tool's terms that come with the contexts in question. Where no context is settled,
    `person` and `offered` are what the page that asks for one shows.
    """

    facts: Facts
    progress: Progress
    standing: Standing = Standing()
    terms: Terms | None = None
    claims: tuple[str, ...] = ()
    person: PersonFacts | None = None
    offered: tuple[OfferedContext, ...] | None = None


@dataclass(frozen=True, slots=True)
class Asking:
    """Which client asks what of whom, and when; `at_once` where an answer without any page is likely."""

    request: AuthorizationRequest
    client: RegisteredClient
    session: SsoSession
    now: datetime
    at_once: bool = False


def gather(services: Services, asking: Asking, progress: Progress) -> Gathered:
    """Return everything that decides what is due next for the person of a session, as it is now."""
    client, session = asking.client, asking.session
    progress = _of_this_session(progress, session)
    with services.database.statements() as connection:
        standing, expected = _standing(connection, asking)
        settled = _settled(connection, asking, progress, standing, expected)
        person, offered = None, None
        if settled is None or progress.signed_in_at is not None:
            person = person_facts(connection, session.person_id)
            if person is None:
                return gather_nobody(progress, asking.now)
        if settled is None:
            offered = contexts_to_show(connection, asking)
        in_question = (settled,) if settled is not None else offered or ()
        usable = tuple(context for context in in_question if context.is_usable)
        claims = requestable(asking.request.claims.names, client.policy.scope)
        terms = _terms(usable)
        facts = Facts(
            now=asking.now,
            reachable=_reachable(connection, asking),
            attainable=ATTAINABLE,
            person_id=session.person_id,
            authentication=session.authentication,
            is_hinted=_is_hinted(services, asking),
            address=Address.CURRENT if person is None else address(connection, person),
            is_complete=person is None or is_complete(person),
            eid_link=eid_link(person, asking.request, in_question),
            settled=None if settled is None else settled.chosen(),
            usable=tuple(context.chosen() for context in usable),
            too_weak=frozenset(context.registration_id for context in usable if _is_too_weak(context, session)),
            is_member=offered is None or _is_member(connection, asking, offered),
            is_offered=bool(in_question) or client.tool_id is None,
            consent_is_due=_consent_is_due(asking, standing, terms, claims),
            skips_single_context=client.policy.skip_single_context,
        )
    return Gathered(facts, progress, standing, terms, claims, person, offered)


def gather_for_ourselves(services: Services, session: SsoSession, progress: Progress, now: datetime) -> Gathered:
    """Return what decides about a page of ours that needs somebody signed in."""
    progress = _of_this_session(progress, session)
    with services.database.statements() as connection:
        person = person_facts(connection, session.person_id)
        if person is None:
            return gather_nobody(progress, now)
        facts = Facts(
            now=now,
            reachable=ATTAINABLE,
            attainable=ATTAINABLE,
            person_id=session.person_id,
            authentication=session.authentication,
            address=address(connection, person),
            is_complete=is_complete(person),
        )
    return Gathered(facts, progress, person=person)


def gather_nobody(progress: Progress, now: datetime) -> Gathered:
    """Return the facts where nobody is signed in: a step's result about a session is void."""
    facts = Facts(now=now, reachable=ATTAINABLE, attainable=ATTAINABLE)
    return Gathered(facts, _of_this_session(progress, None))


def contexts_to_show(connection: Queryable, asking: Asking) -> tuple[OfferedContext, ...]:
    """Return the contexts of the person at the client's tool, usable and closed.

    Those that the request filters out are not among them; a request that wants none gets none.
    """
    tool_id = asking.client.tool_id
    if tool_id is None or not asking.request.wants_context:
        return ()

    def offered(reachable: Acr) -> tuple[OfferedContext, ...]:
        found = offered_contexts(
            connection, person_id=asking.session.person_id, tool_id=tool_id, reachable=reachable, now=asking.now
        )
        return tuple(context for context in found if _is_asked_for(asking, context))

    contexts = offered(ATTAINABLE)
    if not any(context.is_usable and _is_too_weak(context, asking.session) for context in contexts):
        return contexts
    reachable = reachable_acr(connection, asking.session.person_id)
    return contexts if reachable is ATTAINABLE else offered(reachable)


def _of_this_session(progress: Progress, session: SsoSession | None) -> Progress:
    """Forget what a step found out about a session that is over, or about another person."""
    if progress.sid is None:
        return progress
    is_same = session is not None and (session.sid, session.person_id) == (progress.sid, progress.person_id)
    return progress if is_same else Progress(denied=progress.denied)


def _standing(
    connection: Statements, asking: Asking
) -> tuple[Standing, Mapping[RegistrationId, OfferedContext | None]]:
    """Return where the person stands with the client, and what context that leads to if it was asked for as well."""
    person_id, client_id, sid = asking.session.person_id, asking.client.client_id, asking.session.sid
    if not (asking.at_once and asking.request.wants_context):
        return find_standing(connection, person_id=person_id, client_id=client_id, sid=sid), {}
    standing, offered = find_standing_with_context(
        connection, person_id=person_id, client_id=client_id, sid=sid, reachable=ATTAINABLE, now=asking.now
    )
    expected = standing.registration_id
    return standing, {} if expected is None else {expected: offered}


def _settled(
    connection: Statements,
    asking: Asking,
    progress: Progress,
    standing: Standing,
    expected: Mapping[RegistrationId, OfferedContext | None],
) -> OfferedContext | None:
    """Return the first context that may stand without asking and can be used now."""
    if not asking.request.wants_context:
        return None
    of_session, consent = standing.context, standing.consent
    candidates = context_candidates(
        asking.request,
        progress,
        of_session=None if of_session is None else of_session.registration_id,
        of_tool=None if consent is None else consent.registration_id,
    )
    for registration_id in candidates:
        if registration_id in expected:
            offered = expected[registration_id]
        else:
            offered = _offered(connection, asking, registration_id)
        if offered is None or not _may_stand(asking, offered):
            continue
        if not _is_too_weak(offered, asking.session) or _leads_to_more(connection, asking, progress, offered):
            return offered
    return None


def _offered(connection: Queryable, asking: Asking, registration_id: RegistrationId) -> OfferedContext | None:
    return offered_context(
        connection,
        person_id=asking.session.person_id,
        registration_id=registration_id,
        reachable=ATTAINABLE,
        now=asking.now,
    )


def _leads_to_more(connection: Queryable, asking: Asking, progress: Progress, offered: OfferedContext) -> bool:
    """Tell whether the person picked just this and can sign in as surely as it needs.

    What was remembered for them is no reason to ask for more: they choose, and see what it needs.
    """
    if progress.context is None or offered.needed_acr is None:
        return False
    return reachable_acr(connection, asking.session.person_id).at_least(offered.needed_acr)


def _is_too_weak(context: OfferedContext, session: SsoSession) -> bool:
    return context.needed_acr is not None and not session.authentication.acr.at_least(context.needed_acr)


def _reachable(connection: Queryable, asking: Asking) -> Acr:
    """Return how surely the person could sign in; looked up only where more is asked than there is."""
    request, reached = asking.request, asking.session.authentication.acr
    asked = [levels for levels in (request.essential_acr, request.acr_values) if not acr.is_met(levels, reached)]
    if not any(acr.is_reachable(levels, ATTAINABLE) for levels in asked):
        return ATTAINABLE
    return max(reachable_acr(connection, asking.session.person_id), reached, key=list(Acr).index)


def _is_member(connection: Queryable, asking: Asking, offered: tuple[OfferedContext, ...]) -> bool:
    if asking.request.is_silent or asking.client.tool_id is None or not asking.request.wants_context:
        return True
    if any(context.membership.status == MembershipStatus.ACTIVE for context in offered):
        return True
    return is_active_somewhere(connection, asking.session.person_id)


def _may_stand(asking: Asking, offered: OfferedContext) -> bool:
    is_of_tool = offered.tool_id == asking.client.tool_id
    return is_of_tool and offered.is_usable and _is_asked_for(asking, offered)


def _is_asked_for(asking: Asking, context: OfferedContext) -> bool:
    return context_filter.matches(context, organization=asking.request.organization, usage=asking.request.usage)


def _is_hinted(services: Services, asking: Asking) -> bool:
    hinted = asking.request.hinted_person
    if hinted is None:
        return True
    return hinted == subject_identifier(asking.session.person_id, asking.client, services.settings.secret)


def _terms(contexts: tuple[OfferedContext, ...]) -> Terms | None:
    """Return the terms of the first usage in question that has some; each usage has its own."""
    for context in contexts:
        if context.terms_version is not None:
            return Terms(context.usage, context.terms_version)
    return None


def _consent_is_due(asking: Asking, standing: Standing, terms: Terms | None, claims: tuple[str, ...]) -> bool:
    if asking.client.policy.first_party:
        return False
    return standing.consent is None or not standing.consent.covers(
        scope=asking.request.scope,
        claims=claims,
        terms_version=None if terms is None else terms.version,
    )
