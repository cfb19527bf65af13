from datetime import date
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.people.facts import Address
from idp.claims.assemble import access_token_claims, id_token_claims, requestable, userinfo_claims
from idp.claims.catalogue import BY_NAME
from idp.claims.claim import Target
from idp.claims.contextual import NAMESPACE
from idp.claims.protocol import PROTOCOL_CLAIMS, PROTOCOL_NAMES
from idp.claims.scopes import SCOPE_NAMES
from idp.docs.schemas import token_schema
from tests.support.claims import (
    EVERY_SCOPE,
    a_claims_context,
    a_mandated_accreditation,
    a_membership,
    a_person,
    an_accreditation,
    an_offered_context,
    an_organisation,
)

some_scope = st.sets(st.sampled_from(SCOPE_NAMES))
some_names = st.sets(st.sampled_from([*BY_NAME, *PROTOCOL_NAMES, "unknown", "national_number"]))
blank = st.sampled_from([None, ""])
maybe_text = blank | st.text(min_size=1)

people = st.builds(
    a_person,
    given_name=maybe_text,
    family_name=maybe_text,
    middle_name=maybe_text,
    nickname=maybe_text,
    profile_url=maybe_text,
    picture_url=maybe_text,
    website=maybe_text,
    gender=maybe_text,
    birthdate=st.none() | st.dates(),
    zoneinfo=maybe_text,
    locale=maybe_text,
    email=maybe_text,
    email_verified=st.booleans(),
    phone_number=maybe_text,
    phone_number_verified=st.booleans(),
    address=st.none() | st.builds(Address, maybe_text, maybe_text, maybe_text, maybe_text),
)
offered = st.builds(
    an_offered_context,
    organisation=st.builds(an_organisation, name=st.text(min_size=1), verified_at=st.none() | st.dates()),
    membership=st.builds(
        a_membership,
        type=maybe_text,
        function=maybe_text,
        since=st.none() | st.dates(),
        may_charge_wallet=st.booleans(),
        may_read_wallet=st.booleans(),
    ),
    accreditations=st.lists(
        st.builds(an_accreditation, list=maybe_text) | st.builds(a_mandated_accreditation, holder_name=maybe_text),
        max_size=3,
    ).map(tuple),
    entitlements=st.lists(st.text(min_size=1), max_size=3).map(tuple),
    wallet_id=st.none() | st.just("wal_1"),
)
_VALIDATORS = {
    target: jsonschema.Draft202012Validator(dict(token_schema(target, "https://login.immo.test"))) for target in Target
}
_PROTOCOL_EXAMPLES = {
    target: {claim.name: claim.example for claim in PROTOCOL_CLAIMS if target in claim.required} for target in Target
}
limits = st.none() | st.integers(min_value=0, max_value=10**9)
contexts = st.builds(a_claims_context, person=people, context=st.none() | offered, max_charge_cents=limits)


@given(context=contexts, fewer=some_scope, more=some_scope, names=some_names)
def test_adding_a_scope_never_removes_or_changes_a_claim(
    context: Any, fewer: set[str], more: set[str], names: set[str]
) -> None:
    for before, after in (
        (
            id_token_claims(context, scope=fewer, requested=names, allowed_scope=EVERY_SCOPE),
            id_token_claims(context, scope=fewer | more, requested=names, allowed_scope=EVERY_SCOPE),
        ),
        (
            userinfo_claims(context, scope=fewer, requested=names, allowed_scope=EVERY_SCOPE),
            userinfo_claims(context, scope=fewer | more, requested=names, allowed_scope=EVERY_SCOPE),
        ),
        (access_token_claims(context, scope=fewer), access_token_claims(context, scope=fewer | more)),
    ):
        assert {name: after.get(name) for name in before} == before


@given(context=contexts, scope=some_scope, names=some_names)
def test_nothing_of_the_table_stands_in_the_place_of_a_protocol_claim(
    context: Any, scope: set[str], names: set[str]
) -> None:
    said = [
        id_token_claims(context, scope=scope, requested=names, allowed_scope=EVERY_SCOPE),
        access_token_claims(context, scope=scope),
    ]

    assert not any(PROTOCOL_NAMES & set(claims) for claims in said)
    assert userinfo_claims(context, scope=scope)["sub"] == context.subject_identifier


@given(context=contexts, scope=some_scope, names=some_names)
def test_no_claim_is_null_or_blank(context: Any, scope: set[str], names: set[str]) -> None:
    """OpenID Connect Core section 5.3.2."""
    for claims in (
        id_token_claims(context, scope=scope, requested=names, allowed_scope=EVERY_SCOPE),
        userinfo_claims(context, scope=scope, requested=names, allowed_scope=EVERY_SCOPE),
        access_token_claims(context, scope=scope),
    ):
        for value in _leaves(claims):
            assert value not in (None, "")


def _leaves(value: Any) -> list[Any]:
    match value:
        case dict():
            return [leaf for member in value.values() for leaf in _leaves(member)]
        case list() | tuple():
            return [leaf for member in value for leaf in _leaves(member)]
        case _:
            return [value]


@given(context=contexts, scope=some_scope, names=some_names)
def test_whatever_is_known_of_a_person_what_is_said_is_valid_by_the_schema(
    context: Any, scope: set[str], names: set[str]
) -> None:
    said: dict[Target, Any] = {
        Target.ID_TOKEN: id_token_claims(context, scope=scope, requested=names, allowed_scope=EVERY_SCOPE),
        Target.USERINFO: userinfo_claims(context, scope=scope, requested=names, allowed_scope=EVERY_SCOPE),
        Target.ACCESS_TOKEN: access_token_claims(context, scope=scope),
    }

    for target, claims in said.items():
        _VALIDATORS[target].validate({**_PROTOCOL_EXAMPLES[target], **claims})


@given(context=contexts, allowed=some_scope, names=some_names)
def test_claims_parameter_gets_nothing_beyond_what_the_client_may_ask_for(
    context: Any, allowed: set[str], names: set[str]
) -> None:
    for claims in (
        id_token_claims(context, scope=(), requested=names, allowed_scope=allowed),
        userinfo_claims(context, scope=(), requested=names, allowed_scope=allowed),
    ):
        assert {BY_NAME[name].scope for name in set(claims) - {"sub"}} <= allowed


@given(scope=some_scope, context=contexts)
def test_no_token_speaks_of_another_organisation(scope: set[str], context: Any) -> None:
    """Principle 1: one context per token."""
    for claims in (
        id_token_claims(context, scope=scope),
        userinfo_claims(context, scope=scope),
        access_token_claims(context, scope=scope),
    ):
        named = {claims.get("org_id"), _member(claims, NAMESPACE + "organization", "id")} - {None}
        assert named <= ({context.context.organisation.id} if context.context else set())


def _member(claims: Any, name: str, member: str) -> Any:
    return claims.get(name, {}).get(member)


@pytest.mark.parametrize("scope", ["profile", "email", "address", "phone"])
def test_scope_claims_go_to_userinfo_and_not_to_the_id_token(scope: str) -> None:
    """OpenID Connect Core section 5.4; oidc.md 2.4."""
    context = a_claims_context()

    assert id_token_claims(context, scope=("openid", scope)) == {}
    assert access_token_claims(context, scope=("openid", scope)) == {}
    assert set(userinfo_claims(context, scope=("openid", scope))) > {"sub"}


def test_every_standard_claim_of_a_full_profile_is_there() -> None:
    """oidc.md 2.5, modules scope-profile, -email, -address, -phone."""
    claims = userinfo_claims(a_claims_context(), scope=EVERY_SCOPE)

    assert {
        "name", "family_name", "given_name", "middle_name", "nickname", "preferred_username", "profile",
        "picture", "website", "gender", "birthdate", "zoneinfo", "locale", "updated_at", "email",
        "email_verified", "phone_number", "phone_number_verified", "address",
    } <= set(claims)  # fmt: skip
    assert claims["name"] == "Anna Peeters-Van den Broeck"
    assert claims["birthdate"] == "1980-05-17"
    assert claims["updated_at"] == 1790856000
    assert claims["email_verified"] is True
    assert claims["phone_number_verified"] is False


def test_person_of_whom_little_is_known_has_few_claims() -> None:
    little = a_person(
        given_name=None, family_name=None, middle_name=None, nickname=None, profile_url=None, picture_url=None,
        website=None, gender=None, birthdate=None, zoneinfo=None, locale=None, email=None, phone_number=None,
        address=None,
    )  # fmt: skip

    claims = userinfo_claims(a_claims_context(person=little, context=None), scope=EVERY_SCOPE)

    assert set(claims) == {"sub", "preferred_username", "updated_at"}


def test_address_is_an_object_with_a_text_to_print() -> None:
    claims = userinfo_claims(a_claims_context(), scope=("openid", "address"))

    assert claims["address"] == {
        "formatted": "Kerkstraat 1\n9000 Gent\nBE",
        "street_address": "Kerkstraat 1",
        "locality": "Gent",
        "postal_code": "9000",
        "country": "BE",
    }


def test_early_birthdate_keeps_four_digits_of_the_year() -> None:
    person = a_person(birthdate=date(999, 1, 2))

    assert userinfo_claims(a_claims_context(person=person), scope=("profile",))["birthdate"] == "0999-01-02"


def test_essential_name_goes_where_it_was_asked_for() -> None:
    """oidc.md 2.5, module claims-essential."""
    context = a_claims_context()

    told = userinfo_claims(context, scope=("openid",), requested={"name"}, allowed_scope=EVERY_SCOPE)

    assert set(told) == {"sub", "name"}
    assert id_token_claims(context, scope=("openid",)) == {}


def test_claim_asked_for_in_the_id_token_is_there() -> None:
    claims = id_token_claims(
        a_claims_context(), scope=("openid",), requested={"email"}, allowed_scope=("openid", "email")
    )

    assert claims == {"email": "anna.peeters@example.com"}


@pytest.mark.parametrize(
    ("may_charge", "may_read", "limit", "said"),
    [
        (True, True, None, {"can": ["charge", "read"]}),
        (True, False, 50_00, {"can": ["charge"], "max_charge": 5000}),
        (False, True, 0, {"can": ["read"], "max_charge": 0}),
        (False, False, None, {"can": []}),
    ],
)
def test_wallet_says_what_the_person_may_do_with_it_and_never_its_balance(
    *, may_charge: bool, may_read: bool, limit: int | None, said: dict[str, object]
) -> None:
    """claims.md, principle 6: an allowance of nothing is said, and is not the same as no limit."""
    place = a_membership(may_charge_wallet=may_charge, may_read_wallet=may_read)
    context = a_claims_context(context=an_offered_context(membership=place), max_charge_cents=limit)

    claims = access_token_claims(context, scope=("wallet",))

    assert claims == {NAMESPACE + "wallet": {"id": "wal_01kbq3v9m2e8rj4t6w0x5y7zah", "currency": "EUR", **said}}


def test_claims_of_access_tokens_alone_cannot_be_asked_for() -> None:
    names = {"entitlements", NAMESPACE + "wallet"}

    claims = id_token_claims(a_claims_context(), scope=(), requested=names, allowed_scope=EVERY_SCOPE)

    assert claims == {}
    assert requestable(tuple(names), EVERY_SCOPE) == ()


def test_consent_learns_only_of_names_that_get_something() -> None:
    names = ("email", "name", "unknown", "iss", "roles")

    assert requestable(names, ("openid", "email", "roles")) == ("email", "roles")


def test_context_of_an_id_token_is_the_one_of_claims_md() -> None:
    claims = id_token_claims(a_claims_context(), scope=EVERY_SCOPE)

    assert claims == {
        "org_id": "org_01kbq3v9m2e8rj4t6w0x5y7zac",
        "org_name": "Immo Voorbeeld BV",
        NAMESPACE + "organization": {
            "id": "org_01kbq3v9m2e8rj4t6w0x5y7zac",
            "company_number": "0123456749",
            "country": "BE",
            "kind": "legal_person",
            "status": "active",
            "verified": {"source": "kbo", "at": "2026-09-01"},
        },
        NAMESPACE + "membership": {
            "id": "mem_01kbq3v9m2e8rj4t6w0x5y7zad",
            "status": "active",
            "manager": False,
            "type": "employee",
            "function": "Bediende",
            "since": "2025-03-01",
        },
        NAMESPACE + "usage": {"code": "estate-agent", "registration": "reg_01kbq3v9m2e8rj4t6w0x5y7zae"},
        "roles": ["user"],
        NAMESPACE + "accreditations": [
            {
                "type": "be.biv",
                "number": "500123",
                "list": "tableau",
                "column": "intermediary",
                "status": "active",
                "basis": "mandated",
                "holder": {"name": "Jan Janssens", "ref": "acr_01kbq3v9m2e8rj4t6w0x5y7zaf"},
                "mandate": "mnd_01kbq3v9m2e8rj4t6w0x5y7zag",
                "valid_until": "2027-12-31",
                "checked_at": "2026-09-20T03:10:00Z",
            }
        ],
    }


def test_contact_data_of_the_membership_are_for_userinfo_which_has_the_room() -> None:
    claims: Any = userinfo_claims(a_claims_context(), scope=("openid", "organization"))

    assert claims[NAMESPACE + "membership"] == {
        "id": "mem_01kbq3v9m2e8rj4t6w0x5y7zad",
        "status": "active",
        "manager": False,
        "type": "employee",
        "function": "Bediende",
        "since": "2025-03-01",
        "email": "anna@immo-voorbeeld.example",
        "phone_number": "+32 9 111 11 11",
    }


def test_own_accreditation_names_no_holder_and_no_mandate() -> None:
    offered = an_offered_context(accreditations=(an_accreditation(),))

    claims: Any = id_token_claims(a_claims_context(context=offered), scope=("accreditations",))

    (accreditation,) = claims[NAMESPACE + "accreditations"]
    assert accreditation["basis"] == "own"
    assert not {"holder", "mandate"} & set(accreditation)


def test_context_of_an_access_token_is_what_a_resource_needs() -> None:
    claims = access_token_claims(a_claims_context(), scope=EVERY_SCOPE)

    assert claims == {
        "org_id": "org_01kbq3v9m2e8rj4t6w0x5y7zac",
        "org_name": "Immo Voorbeeld BV",
        NAMESPACE + "usage": {"code": "estate-agent", "registration": "reg_01kbq3v9m2e8rj4t6w0x5y7zae"},
        "roles": ["user"],
        "entitlements": ["search"],
        NAMESPACE + "wallet": {
            "id": "wal_01kbq3v9m2e8rj4t6w0x5y7zah",
            "currency": "EUR",
            "can": ["charge", "read"],
        },
    }


def test_without_a_context_no_scope_says_anything_about_one() -> None:
    context = a_claims_context(context=None)

    for scope in ("organization", "roles", "accreditations", "wallet"):
        assert id_token_claims(context, scope=(scope,)) == {}
        assert access_token_claims(context, scope=(scope,)) == {}
        assert set(userinfo_claims(context, scope=(scope,))) == {"sub"}


def test_role_without_entitlements_says_so() -> None:
    offered = an_offered_context(entitlements=())

    assert access_token_claims(a_claims_context(context=offered), scope=("roles",))["entitlements"] == []
