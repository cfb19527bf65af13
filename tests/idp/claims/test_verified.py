"""What an identity card proved, with its evidence: OpenID Identity Assurance Schema Definition 1.0."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import jsonschema
import orjson
import pytest

from core.people.assurance import Acr, Authentication
from core.people.facts import EidEvidence
from idp.claims.assemble import access_token_claims, id_token_claims, userinfo_claims
from idp.claims.catalogue import BY_NAME
from idp.claims.scopes import SCOPE_NAMES
from idp.claims.verified_wish import narrow
from idp.oidc.checks import claims_parameter
from tests.support.claims import SIGNED_IN, a_claims_context, a_person

CARD = EidEvidence(
    linked_at=datetime(2025, 1, 1, 8, 0, tzinfo=UTC),
    document_valid_until=date(2031, 6, 30),
    verified_at=datetime(2026, 9, 20, 8, 15, tzinfo=UTC),
    document_type=1,
    proven=("birthdate", "family_name", "gender", "given_name", "nationality", "place_of_birth"),
    place_of_birth="Gent",
    nationality="Belg",
)


def said(card: EidEvidence | None, **changes: Any) -> Any:
    context = a_claims_context(person=a_person(eid=card, **changes))
    return userinfo_claims(context, scope=("openid", "identity")).get("verified_claims")


def test_all_that_was_proven_is_said_with_its_evidence() -> None:
    assert said(CARD) == {
        "verification": {
            "trust_framework": "eidas",
            "assurance_level": "high",
            "time": "2026-09-20T08:15:00Z",
            "evidence": [
                {
                    "type": "document",
                    "check_details": [{"check_method": "vcrypt", "time": "2026-09-20T08:15:00Z"}],
                    "document_details": {
                        "type": "idcard",
                        "issuer": {"country_code": "BE"},
                        "date_of_expiry": "2031-06-30",
                    },
                }
            ],
        },
        "claims": {
            "given_name": "Anna",
            "family_name": "Peeters-Van den Broeck",
            "birthdate": "1980-05-17",
            "gender": "female",
            "place_of_birth": {"locality": "Gent"},
            "nationalities": ["BE"],
        },
    }


@pytest.mark.parametrize(
    "card",
    [
        CARD,
        replace(CARD, document_valid_until=None, document_type=None),
        replace(CARD, proven=("family_name",)),
        replace(CARD, document_type=16, nationality="Ned."),
    ],
)
def test_whatever_is_said_is_valid_by_the_schema(card: EidEvidence) -> None:
    schema = dict(BY_NAME["verified_claims"].schema)

    jsonschema.validate(said(card), schema, jsonschema.Draft202012Validator)


def test_nothing_is_said_without_a_card() -> None:
    assert said(None) is None


def test_nothing_is_said_where_nothing_was_proven() -> None:
    """An empty claims member may not be sent."""
    assert said(replace(CARD, proven=())) is None


def test_what_the_person_typed_is_not_among_it() -> None:
    names = said(replace(CARD, proven=("given_name", "family_name")))["claims"]

    assert names == {"given_name": "Anna", "family_name": "Peeters-Van den Broeck"}


@pytest.mark.parametrize("kind", [11, 16, 27, 31, 36, 61])
def test_foreigner_has_a_residence_permit_and_no_guessed_nationality(kind: int) -> None:
    found = said(replace(CARD, document_type=kind, nationality="Ned."))

    assert found["verification"]["evidence"][0]["document_details"]["type"] == "residence_permit"
    assert "nationalities" not in found["claims"]


def test_who_the_person_is_says_nothing_of_how_they_signed_in() -> None:
    """claims.md, principle 4."""
    weak = a_claims_context(person=a_person(eid=CARD), authentication=Authentication(SIGNED_IN, ("pwd",), Acr.PASSWORD))

    assert userinfo_claims(weak, scope=("identity",))["verified_claims"] == said(CARD)


def test_scope_gives_it_in_userinfo_alone_and_the_id_token_only_by_name() -> None:
    context = a_claims_context(person=a_person(eid=CARD))

    by_name = id_token_claims(
        context, scope=("openid",), requested=("verified_claims",), allowed_scope=("openid", "identity")
    )
    assert "verified_claims" in by_name
    assert "verified_claims" not in id_token_claims(context, scope=SCOPE_NAMES)
    assert "verified_claims" not in access_token_claims(context, scope=SCOPE_NAMES)
    assert "verified_claims" not in userinfo_claims(context, scope=set(SCOPE_NAMES) - {"identity"})


def test_client_without_the_scope_cannot_ask_for_it_by_name() -> None:
    context = a_claims_context(person=a_person(eid=CARD))

    found = userinfo_claims(
        context, scope=("openid",), requested=("verified_claims",), allowed_scope=("openid", "profile")
    )

    assert "verified_claims" not in found


def wished(wish: object) -> Any:
    """Return what is said to a client whose claims parameter has this wish, kept as it is between its steps."""
    text = orjson.dumps({"userinfo": {"verified_claims": wish}}).decode()
    asked = claims_parameter.parse(text).only(["verified_claims"])
    full = {"sub": "usr_1", "verified_claims": said(CARD)}
    found = narrow(full, asked.wishes("verified_claims", of_userinfo=True))
    assert found["sub"] == "usr_1"
    return found.get("verified_claims")


ANY = {"verification": {"trust_framework": None}}
FITTING = [
    {"trust_framework": None},
    {"trust_framework": {"value": "eidas"}},
    {"trust_framework": {"values": ["de_aml", "eidas"]}, "assurance_level": {"value": "high"}},
    {"trust_framework": None, "evidence": [{"type": {"value": "document"}}]},
    {"trust_framework": None, "evidence": [{"type": {"value": "vouch"}}, {"type": {"value": "document"}}]},
    {"trust_framework": None, "evidence": [{"document_details": {"type": {"values": ["idcard"]}}}]},
    {"trust_framework": None, "evidence": [{"check_details": [{"check_method": {"value": "vcrypt"}}]}]},
    {"trust_framework": {"essential": True, "purpose": "the law"}, "time": None, "verification_process": None},
]
UNFIT = [
    {"trust_framework": {"value": "de_aml"}},
    {"trust_framework": {"values": ["de_aml"]}},
    {"trust_framework": {"values": "eidas"}},
    {"trust_framework": None, "assurance_level": {"value": "very_high"}},
    {"trust_framework": None, "time": {"max_age": 63113852}},
    {"trust_framework": None, "evidence": [{"type": {"value": "vouch"}}]},
    {"trust_framework": None, "evidence": [{"document_details": {"type": {"value": "passport"}}}]},
    {"trust_framework": None, "evidence": []},
    {"trust_framework": None, "verification_process": {"value": "x"}},
    {"trust_framework": "eidas"},
]


def test_only_the_claims_that_were_asked_for_are_said() -> None:
    """Section 5.1: the claims member of the request."""
    found = wished({**ANY, "claims": {"given_name": None, "birthdate": {"essential": True}, "address": None}})

    assert found["claims"] == {"given_name": "Anna", "birthdate": "1980-05-17"}
    assert found["verification"] == said(CARD)["verification"]


@pytest.mark.parametrize("verification", FITTING)
def test_evidence_that_is_as_wished_is_given(verification: dict[str, object]) -> None:
    found = wished({"verification": verification, "claims": {"given_name": None}})

    assert found["claims"] == {"given_name": "Anna"}


@pytest.mark.parametrize("verification", UNFIT)
def test_evidence_that_is_not_as_wished_gets_nothing_said(verification: dict[str, object]) -> None:
    assert wished({"verification": verification, "claims": {"given_name": None}}) is None


@pytest.mark.parametrize(
    "wish",
    [
        {}, {"claims": None}, {**ANY, "claims": {}}, {**ANY, "claims": {"address": None}},
        {**ANY, "claims": ["given_name"]},
        {**ANY, "claims": {"given_name": {"value": "Bert"}}}, [], [5],
    ],
)  # fmt: skip
def test_wish_that_names_nothing_we_have_gets_nothing(wish: object) -> None:
    assert wished(wish) is None


def test_the_first_of_several_wishes_that_fits_counts() -> None:
    wishes = [
        {"verification": {"trust_framework": {"value": "de_aml"}}, "claims": {"given_name": None}},
        {**ANY, "claims": {"family_name": None}},
    ]

    assert wished(wishes)["claims"] == {"family_name": "Peeters-Van den Broeck"}


def test_null_wishes_for_all() -> None:
    assert wished(None) == said(CARD)
