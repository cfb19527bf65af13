"""Authorization codes in both stores: RFC 6749 section 4.1.2."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from threading import Barrier

import orjson
import pytest

from core.infra.ids import digest
from core.infra.store.interface import EphemeralStore, Kind
from core.organisations.identifiers import OrganisationId
from core.people.assurance import Acr, Authentication
from core.people.identifiers import PersonId
from core.tools.context import ChosenContext
from core.tools.identifiers import RegistrationId
from idp.oidc import codes
from idp.oidc.checks.claims_parameter import ClaimsRequest, RequestedClaim
from idp.oidc.codes import CodeGrant
from idp.oidc.errors import CodeReplayed, InvalidGrant
from idp.oidc.subject import Subject

CONTEXT = ChosenContext(OrganisationId("org_1"), RegistrationId("reg_1"), "estate-agent", "user")
SIGNED_IN = Authentication(datetime(2026, 11, 2, 8, 55, 1, 250_000, tzinfo=UTC), ("pwd", "otp"), Acr.MFA)
GRANT = CodeGrant(
    client_id="cli_1",
    redirect_uri="https://tool.test/?a=é",
    scope=("openid", "organization"),
    subject=Subject(PersonId("usr_1"), SIGNED_IN, "ses_1", CONTEXT),
    family_id="grt_1",
    nonce="n",
    code_challenge="c",
    resource=("https://api.test",),
    claims=ClaimsRequest(
        id_token=(RequestedClaim("acr", essential=True, values=("a", "b")),), userinfo=(RequestedClaim("name"),)
    ),
)
BARE = CodeGrant("cli_1", "https://tool.test/", ("openid",), replace(GRANT.subject, context=None), "grt_2")


@pytest.mark.parametrize("grant", [GRANT, BARE])
def test_a_grant_comes_back_as_it_was_given(store: EphemeralStore, grant: CodeGrant) -> None:
    assert codes.redeem(store, codes.issue(store, grant), "cli_1") == grant


def test_a_code_has_256_bits(store: EphemeralStore) -> None:
    """`server`: measured entropy of at least 96 bits needs 32 bytes (`oidc.md` 2.6)."""
    assert len(codes.issue(store, GRANT)) == 43


def test_the_code_itself_is_not_stored(store: EphemeralStore) -> None:
    code = codes.issue(store, GRANT)

    assert store.get(Kind.CODE, code) is None
    assert store.get(Kind.CODE, digest(code)) is not None


def test_of_many_who_redeem_one_wins_and_the_others_name_the_family(store: EphemeralStore) -> None:
    code, barrier = codes.issue(store, GRANT), Barrier(8)

    def redeem(_: int) -> str:
        barrier.wait()
        try:
            return codes.redeem(store, code, "cli_1").client_id
        except CodeReplayed as replay:
            return replay.family_id

    with ThreadPoolExecutor(8) as pool:
        results = sorted(pool.map(redeem, range(8)))

    assert results == ["cli_1"] + ["grt_1"] * 7


def test_a_code_of_another_client_is_spent_by_the_attempt(store: EphemeralStore) -> None:
    code = codes.issue(store, GRANT)

    with pytest.raises(InvalidGrant):
        codes.redeem(store, code, "cli_2")
    with pytest.raises(CodeReplayed):
        codes.redeem(store, code, "cli_1")


def test_an_unknown_code_is_no_replay(store: EphemeralStore) -> None:
    with pytest.raises(InvalidGrant) as caught:
        codes.redeem(store, "unknown", "cli_1")

    assert not isinstance(caught.value, CodeReplayed)


@pytest.mark.parametrize("change", [{"version": 3}, {"scope": None}, {"subject": "usr_1"}])
def test_another_format_is_not_guessed_at(change: dict[str, object]) -> None:
    with pytest.raises((ValueError, TypeError, KeyError)):
        CodeGrant.from_json({**orjson.loads(orjson.dumps(GRANT.to_json())), **change})


def test_a_refresh_token_of_before_there_were_bound_ones_is_still_read() -> None:
    """Families outlive an upgrade: their grants say nothing of keys, and are bound to none."""
    of_before = {name: value for name, value in GRANT.to_json().items() if name != "dpop_jkt"} | {"version": 1}

    assert CodeGrant.from_json(of_before) == GRANT
    assert CodeGrant.from_json(replace(GRANT, dpop_jkt="a-key").to_json()).dpop_jkt == "a-key"
