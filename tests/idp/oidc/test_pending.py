"""A parked request comes back as it was, for one browser, for half an hour."""

from dataclasses import fields, replace
from datetime import timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.infra.clock import FixedClock
from core.infra.ids import digest
from core.infra.store.interface import EphemeralStore, Kind
from core.organisations.identifiers import OrganisationId
from core.people.assurance import Acr, Authentication
from core.people.identifiers import PersonId
from core.tools.context import ChosenContext
from core.tools.identifiers import RegistrationId
from idp.oidc import pending
from idp.oidc.checks.claims_parameter import ClaimsRequest, RequestedClaim
from idp.oidc.pending import PENDING_LIFE, REPEAT_GRACE, PendingAuthorization
from idp.oidc.request import (
    AuthorizationRequest,
    FirstFactor,
    LocalRequest,
    Progress,
    Prompt,
    Registering,
    ResponseMode,
    Wanted,
    Wish,
)
from tests.support.ground import START

texts = st.none() | st.text(max_size=20)
words = st.lists(st.text(max_size=10), max_size=3).map(tuple)
claims = st.lists(st.builds(RequestedClaim, st.text(max_size=10), essential=st.booleans(), values=words), max_size=2)
contexts = st.builds(ChosenContext, st.text().map(OrganisationId), st.text().map(RegistrationId), st.text(), st.text())
authentications = st.builds(Authentication, st.just(START), words, st.sampled_from(Acr))
requests = st.builds(
    AuthorizationRequest,
    client_id=st.text(max_size=20),
    redirect_uri=st.text(max_size=20),
    response_mode=st.sampled_from(ResponseMode),
    scope=words,
    state=texts,
    nonce=texts,
    code_challenge=texts,
    prompt=st.frozensets(st.sampled_from(Prompt)),
    max_age_seconds=st.none() | st.integers(0, 10**10),
    acr_values=words,
    essential_acr=words,
    claims=st.builds(ClaimsRequest, claims.map(tuple), claims.map(tuple)),
    hinted_person=st.none() | st.text().map(PersonId),
    login_hint=texts,
    ui_locales=words,
    resource=words,
    organization=texts,
    usage=texts,
)
local_requests = st.builds(
    LocalRequest,
    return_to=st.sampled_from(["/account", "/account/devices?done=saved"]),
    wants_proof=st.booleans(),
    login_hint=texts,
    ui_locales=words,
)
people = st.text().map(PersonId)
PROGRESS = {
    "person_id": st.none() | people,
    "authentication": st.none() | authentications,
    "sid": texts,
    "signed_in_at": st.none() | st.just(START),
    "context": st.none() | contexts,
    "consented_scope": st.none() | words,
    "denied": st.booleans(),
    "first_factor": st.none() | st.builds(FirstFactor, people, st.just(START)),
    "registering": st.none() | st.builds(Registering, people, st.text(max_size=20)),
    "skipped": st.frozensets(st.text(max_size=10), max_size=2),
    "wish": st.none() | st.sampled_from(Wish),
    "wished_organisation_id": texts,
    "wished_usage": texts,
    "stepped_up": st.booleans(),
}
progresses = st.builds(Progress, **PROGRESS)


def parked(store: EphemeralStore, clock: FixedClock) -> tuple[PendingAuthorization, str]:
    request = AuthorizationRequest("tool", "https://tool.example/cb", ResponseMode.QUERY, ("openid",))
    return pending.park(store, request, clock.now())


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(wanted=requests | local_requests, progress=progresses)
def test_request_and_progress_return_unchanged(store: EphemeralStore, wanted: Wanted, progress: Progress) -> None:
    record = PendingAuthorization("itx_1", wanted, progress, "digest", START, "fr", START)

    pending.save(store, record)

    assert pending.find(store, "itx_1") == record


def test_no_part_of_the_progress_is_left_out_above() -> None:
    assert {field.name for field in fields(Progress)} == PROGRESS.keys()


def test_record_is_bound_to_its_cookie(store: EphemeralStore, clock: FixedClock) -> None:
    record, cookie = parked(store, clock)
    _, other = parked(store, clock)

    assert record.is_bound_to(cookie)
    assert not any(record.is_bound_to(wrong) for wrong in (None, "", other, digest(cookie)))


def test_store_holds_neither_the_address_nor_the_cookie(store: EphemeralStore, clock: FixedClock) -> None:
    record, cookie = parked(store, clock)

    assert store.get(Kind.PENDING, record.uid) is None
    held = store.get(Kind.PENDING, digest(record.uid))
    assert held is not None
    assert cookie.encode() not in held


def test_record_is_over_after_its_life_or_soon_after_its_answer(store: EphemeralStore, clock: FixedClock) -> None:
    record, _ = parked(store, clock)
    finished = replace(record, finished_at=clock.now())

    assert not record.is_over(clock.now() + PENDING_LIFE - timedelta(seconds=1))
    assert record.is_over(clock.now() + PENDING_LIFE)
    assert not finished.is_over(clock.now() + REPEAT_GRACE)
    assert finished.is_over(clock.now() + REPEAT_GRACE + timedelta(seconds=1))


def test_record_of_another_release_counts_as_unknown(store: EphemeralStore, clock: FixedClock) -> None:
    for version in (0, 1, 999):
        store.put(Kind.PENDING, digest("itx_old"), b'{"version": %d}' % version, timedelta(minutes=1))

        assert pending.find(store, "itx_old") is None
    assert pending.find(store, "itx_none") is None
