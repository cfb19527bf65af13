import jsonschema
import pytest

from idp.claims.claim import Target
from idp.claims.protocol import PROTOCOL_NAMES
from idp.docs.markdown import example
from idp.docs.schemas import token_schema

ISSUER = "https://login.immo.test"


@pytest.mark.parametrize("target", Target)
def test_schema_is_a_schema_and_knows_its_address(target: Target) -> None:
    schema = dict(token_schema(target, ISSUER))

    jsonschema.Draft202012Validator.check_schema(schema)
    assert schema["$id"] == f"{ISSUER}/docs/claims/schema/{target.value}.json"


@pytest.mark.parametrize("target", Target)
def test_example_is_valid_and_shows_every_claim_of_its_kind(target: Target) -> None:
    schema = dict(token_schema(target, ISSUER))
    shown = example(target)

    jsonschema.validate(shown, schema, jsonschema.Draft202012Validator)
    assert PROTOCOL_NAMES & set(shown) >= set(schema["required"])  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("target", "name", "value"),
    [
        (Target.ID_TOKEN, "sub", "é"),
        (Target.ID_TOKEN, "auth_time", "yesterday"),
        (Target.ID_TOKEN, "acr", "strong"),
        (Target.ID_TOKEN, "org_id", "usr_01"),
        (Target.ID_TOKEN, "roles", "user"),
        (Target.ID_TOKEN, "urn:immo-connect:claims:organization", {"id": "org_1"}),
        (Target.ID_TOKEN, "urn:immo-connect:claims:accreditations", [{"basis": "borrowed"}]),
        (Target.USERINFO, "name", None),
        (Target.USERINFO, "name", ""),
        (Target.USERINFO, "email_verified", "true"),
        (Target.USERINFO, "birthdate", "17/05/1980"),
        (Target.USERINFO, "updated_at", "2026-01-01"),
        (Target.ACCESS_TOKEN, "urn:immo-connect:claims:wallet", {"id": "wal_1"}),
    ],
)
def test_token_that_breaks_the_contract_is_not_valid(target: Target, name: str, value: object) -> None:
    """A schema that accepts everything would prove nothing."""
    schema = dict(token_schema(target, ISSUER))

    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**example(target), name: value}, schema, jsonschema.Draft202012Validator)


@pytest.mark.parametrize("target", Target)
def test_required_claims_are_required(target: Target) -> None:
    schema = dict(token_schema(target, ISSUER))
    shown = example(target)

    for name in schema["required"]:  # type: ignore[union-attr]
        lacking = {key: value for key, value in shown.items() if key != name}
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(lacking, schema, jsonschema.Draft202012Validator)


def test_claims_to_come_do_not_break_a_tool_that_validates() -> None:
    shown = {**example(Target.ID_TOKEN), "urn:immo-connect:claims:later": {"new": True}}

    jsonschema.validate(shown, dict(token_schema(Target.ID_TOKEN, ISSUER)), jsonschema.Draft202012Validator)
