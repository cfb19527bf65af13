"""What an identity card proves, with the evidence (OpenID Identity Assurance Schema Definition 1.0). Pure.

Who the person is and how they signed in this time are two facts: these claims stand for the link of
the card, whatever the `acr` of the sign-in. The national number is never among them.
"""

from collections.abc import Mapping

from core.infra.messages import N_
from core.people.facts import EidEvidence, PersonFacts
from idp.claims import shapes
from idp.claims.claim import Claim
from idp.claims.context import ClaimsContext
from idp.claims.shapes import record
from idp.claims.values import Json, known, timestamp

TRUST_FRAMEWORK = "eidas"
ASSURANCE_LEVEL = "high"
EVIDENCE = "document"
CHECK_METHOD = "vcrypt"
VERIFIABLE = ("given_name", "family_name", "birthdate", "gender", "place_of_birth", "nationalities")
_ID_CARD, _RESIDENCE_PERMIT = "idcard", "residence_permit"
DOCUMENTS = (_ID_CARD, _RESIDENCE_PERMIT)
# Cards of Belgians, adults and children, and those made before anything was known of their holder.
_OF_BELGIANS = frozenset({1, 6, 7, 8})


def verified_claims(context: ClaimsContext) -> Json:
    """Return what the linked card proved and by which evidence; nothing where it proved nothing."""
    evidence = context.person.eid
    claims = {} if evidence is None else _claims(context.person, evidence)
    if evidence is None or not claims:
        return None
    return {"verification": _verification(evidence), "claims": claims}


def _verification(evidence: EidEvidence) -> Mapping[str, Json]:
    verified_at = timestamp(evidence.verified_at)
    expiry = evidence.document_valid_until
    details = {
        "type": _RESIDENCE_PERMIT if _is_of_foreigner(evidence) else _ID_CARD,
        "issuer": {"country_code": "BE"},
        "date_of_expiry": None if expiry is None else expiry.isoformat(),
    }
    return {
        "trust_framework": TRUST_FRAMEWORK,
        "assurance_level": ASSURANCE_LEVEL,
        "time": verified_at,
        "evidence": [
            {
                "type": EVIDENCE,
                "check_details": [{"check_method": CHECK_METHOD, "time": verified_at}],
                "document_details": known(details),
            }
        ],
    }


def _claims(person: PersonFacts, evidence: EidEvidence) -> Mapping[str, Json]:
    birthdate, place = person.birthdate, evidence.place_of_birth
    values: dict[str, Json] = {
        "given_name": person.given_name,
        "family_name": person.family_name,
        "birthdate": None if birthdate is None else birthdate.isoformat(),
        "gender": person.gender,
        "place_of_birth": {"locality": place} if place else None,
    }
    proven = {name: value for name, value in values.items() if name in evidence.proven}
    # A card names the nationality in words of its holder's language; a code is certain of Belgians only.
    if "nationality" in evidence.proven and evidence.document_type in _OF_BELGIANS:
        proven["nationalities"] = ["BE"]
    return known(proven)


def _is_of_foreigner(evidence: EidEvidence) -> bool:
    return evidence.document_type is not None and evidence.document_type not in _OF_BELGIANS


_DOCUMENT = record(
    {
        "type": shapes.one_of(*DOCUMENTS),
        "issuer": record({"country_code": shapes.one_of("BE")}, "country_code"),
        "date_of_expiry": shapes.DATE,
    },
    "type",
    "issuer",
)
_CHECK = record({"check_method": shapes.one_of(CHECK_METHOD), "time": shapes.MOMENT}, "check_method")
_EVIDENCE = record(
    {
        "type": shapes.one_of(EVIDENCE),
        "check_details": {"type": "array", "items": _CHECK, "minItems": 1},
        "document_details": _DOCUMENT,
    },
    "type",
    "document_details",
)
_SHAPE = record(
    {
        "verification": record(
            {
                "trust_framework": shapes.one_of(TRUST_FRAMEWORK),
                "assurance_level": shapes.one_of(ASSURANCE_LEVEL),
                "time": shapes.MOMENT,
                "evidence": {"type": "array", "items": _EVIDENCE, "minItems": 1},
            },
            "trust_framework",
        ),
        "claims": {
            "type": "object",
            "minProperties": 1,
            "properties": {
                "given_name": shapes.TEXT,
                "family_name": shapes.TEXT,
                "birthdate": shapes.DATE,
                "gender": shapes.TEXT,
                "place_of_birth": record({"locality": shapes.TEXT}),
                "nationalities": shapes.TEXTS,
            },
        },
    },
    "verification",
    "claims",
)

IDENTITY = (
    Claim(
        name="verified_claims",
        scope="identity",
        source=verified_claims,
        description=N_(
            "What the linked identity card proved, when, and by which evidence, as OpenID Connect for Identity "
            "Assurance has it. It says nothing of this sign-in: see acr."
        ),
        example={
            "verification": {
                "trust_framework": TRUST_FRAMEWORK,
                "assurance_level": ASSURANCE_LEVEL,
                "time": "2026-09-20T08:15:00Z",
                "evidence": [
                    {
                        "type": EVIDENCE,
                        "check_details": [{"check_method": CHECK_METHOD, "time": "2026-09-20T08:15:00Z"}],
                        "document_details": {
                            "type": _ID_CARD,
                            "issuer": {"country_code": "BE"},
                            "date_of_expiry": "2032-06-30",
                        },
                    }
                ],
            },
            "claims": {
                "given_name": "Anna Maria",
                "family_name": "Peeters",
                "birthdate": "1980-05-17",
                "gender": "female",
                "place_of_birth": {"locality": "Gent"},
                "nationalities": ["BE"],
            },
        },
        label=N_("what your identity card proves: names, date and place of birth, gender, nationality"),
        schema=_SHAPE,
    ),
)
