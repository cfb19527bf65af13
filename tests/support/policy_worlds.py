"""What the policy of the sign-in may be asked: requests, and worlds in which they are made."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st

from core.organisations.identifiers import OrganisationId
from core.people.assurance import Acr, Authentication
from core.people.identifiers import PersonId
from core.tools.context import ChosenContext
from core.tools.identifiers import RegistrationId
from idp.interaction.policy import (
    Address,
    EidLink,
    Facts,
)
from idp.oidc.request import (
    AuthorizationRequest,
    LocalRequest,
    Prompt,
    ResponseMode,
)

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

local_requests = st.builds(LocalRequest, return_to=st.just("/account"), wants_proof=st.booleans())

wishes = st.one_of(requests, local_requests)

authentications = st.builds(
    signed_in, st.sampled_from(Acr), st.sampled_from([timedelta(0), timedelta(minutes=5), timedelta(hours=5)])
)


def _too_weak(
    draw: st.DrawFn,
    usable: tuple[ChosenContext, ...],
    authentication: Authentication | None,
    reachable: Acr,
) -> frozenset[RegistrationId]:
    # A context is only usable where the person can be brought to the level that it needs.
    if authentication is None or authentication.acr.at_least(reachable):
        return frozenset()
    return frozenset(context.registration_id for context in usable if draw(st.booleans()))


@st.composite
def worlds(draw: st.DrawFn) -> Facts:
    """Draw what could be true of a person and a client, before anything was asked."""
    authentication = draw(st.none() | authentications)
    usable = tuple(draw(st.lists(st.sampled_from(CONTEXTS), unique=True, max_size=3)))
    attainable = draw(st.sampled_from(Acr))
    reachable = draw(st.sampled_from([level for level in Acr if attainable.at_least(level)]))
    # Whoever can use something works somewhere, where the tool is registered.
    is_member = bool(usable) or draw(st.booleans())
    return Facts(
        now=NOW,
        reachable=reachable,
        attainable=attainable,
        person_id=None if authentication is None else ANNA,
        authentication=authentication,
        is_hinted=draw(st.booleans()),
        address=draw(st.sampled_from(Address)),
        is_complete=draw(st.booleans()),
        eid_link=draw(st.sampled_from(EidLink)),
        usable=usable,
        too_weak=_too_weak(draw, usable, authentication, reachable),
        is_member=is_member,
        is_offered=bool(usable) or (is_member and draw(st.booleans())),
        consent_is_due=draw(st.booleans()),
        skips_single_context=draw(st.booleans()),
    )
