import re

import jsonschema
import pytest

from idp.claims.catalogue import BY_NAME, CLAIMS
from idp.claims.claim import Claim, Target
from idp.claims.contextual import CONTEXT, NAMESPACE
from idp.claims.protocol import PROTOCOL_CLAIMS, PROTOCOL_NAMES, ProtocolClaim
from idp.claims.scopes import SCOPE_NAMES, SCOPES

BARE = {"org_id", "org_name", "roles", "entitlements"}


def test_every_claim_stands_once_in_the_table() -> None:
    assert len(BY_NAME) == len(CLAIMS)
    assert not PROTOCOL_NAMES & set(BY_NAME)


def test_every_claim_belongs_to_a_known_scope() -> None:
    assert {claim.scope for claim in CLAIMS} <= set(SCOPE_NAMES)


def test_every_scope_of_claims_md_that_is_built_is_there() -> None:
    assert len(SCOPES) == len(set(SCOPE_NAMES))
    assert set(SCOPE_NAMES) == {
        "openid", "profile", "email", "address", "phone", "organization", "roles", "accreditations", "wallet",
        "wallet:charge", "wallet:read", "offline_access", "identity",
    }  # fmt: skip


def test_names_are_standard_or_in_our_namespace() -> None:
    assert NAMESPACE == "urn:immo-connect:claims:"
    assert all(claim.name in BARE or claim.name.startswith(NAMESPACE) for claim in CONTEXT)


@pytest.mark.parametrize("claim", [*CLAIMS, *PROTOCOL_CLAIMS], ids=lambda claim: claim.name)
def test_example_is_valid_by_the_schema(claim: Claim | ProtocolClaim) -> None:
    jsonschema.Draft202012Validator.check_schema(dict(claim.schema))

    jsonschema.validate(claim.example, dict(claim.schema), jsonschema.Draft202012Validator)


@pytest.mark.parametrize(
    ("name", "targets"),
    [
        ("org_id", {"id_token", "access_token", "userinfo"}),
        ("org_name", {"id_token", "access_token", "userinfo"}),
        (NAMESPACE + "organization", {"id_token", "userinfo"}),
        (NAMESPACE + "membership", {"id_token", "userinfo"}),
        (NAMESPACE + "usage", {"id_token", "access_token"}),
        ("roles", {"id_token", "access_token"}),
        ("entitlements", {"access_token"}),
        (NAMESPACE + "accreditations", {"id_token", "userinfo"}),
        (NAMESPACE + "wallet", {"access_token"}),
    ],
)
def test_claims_of_the_context_stand_where_claims_md_says(name: str, targets: set[str]) -> None:
    assert {target.value for target in BY_NAME[name].targets} == targets


def test_nothing_of_the_national_number_or_the_balance_is_in_the_table() -> None:
    """claims.md, principle 6."""
    said = " ".join(f"{claim.name} {claim.example}" for claim in CLAIMS).lower()

    # A nationality is no number, and tells of none.
    assert "national" not in said.replace("nationalities", "")
    assert not re.search(r"(?<!\d)\d{11}(?!\d)", said)
    assert "balance" not in said


def test_protocol_claims_are_required_only_where_they_stand() -> None:
    assert all(claim.required <= claim.targets for claim in PROTOCOL_CLAIMS)
    assert {claim.name for claim in PROTOCOL_CLAIMS if Target.ID_TOKEN in claim.required} == {
        "iss", "sub", "aud", "exp", "iat", "auth_time", "acr", "amr", "sid",
    }  # fmt: skip
