"""JSON Schemas (2020-12) of the claims' values. New members may appear: tools must ignore them."""

from collections.abc import Mapping

from idp.claims.values import Json

Schema = Mapping[str, Json]

TEXT: Schema = {"type": "string", "minLength": 1}
FLAG: Schema = {"type": "boolean"}
URL: Schema = {"type": "string", "format": "uri", "minLength": 1}
DATE: Schema = {"type": "string", "format": "date", "pattern": r"^\d{4}-\d{2}-\d{2}$"}
MOMENT: Schema = {"type": "string", "format": "date-time"}
SECONDS: Schema = {"type": "integer", "minimum": 0}
CENTS: Schema = {"type": "integer", "minimum": 0}
TEXTS: Schema = {"type": "array", "items": TEXT}
SUBJECT: Schema = {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[ -~]+$"}
AUDIENCE: Schema = {"anyOf": [TEXT, {"type": "array", "items": TEXT, "minItems": 1}]}


def one_of(*values: str) -> Schema:
    """Return the schema of a text with known values."""
    return {"type": "string", "enum": list(values)}


def record(members: Mapping[str, Json], *required: str) -> Schema:
    """Return the schema of an object; members beyond those named are allowed."""
    return {"type": "object", "properties": members, "required": list(required)}


def prefixed(prefix: str) -> Schema:
    """Return the schema of an opaque identifier of ours."""
    return {"type": "string", "pattern": f"^{prefix}_[0-9a-z]+$"}


# RFC 7800 with the members of RFC 9449 section 6.1 and RFC 8705 section 3.1.
CONFIRMATION = record({"jkt": TEXT, "x5t#S256": TEXT})
# RFC 8693 section 4.1: who acted before is within.
ACTOR = record({"sub": TEXT, "act": {"type": "object"}}, "sub")
ADDRESS = record(
    {
        "formatted": TEXT,
        "street_address": TEXT,
        "locality": TEXT,
        "postal_code": TEXT,
        "country": TEXT,
    }
)
ORGANIZATION = record(
    {
        "id": prefixed("org"),
        "company_number": {"type": "string", "pattern": r"^\d{10}$"},
        "country": {"type": "string", "pattern": "^[A-Z]{2}$"},
        "kind": TEXT,
        "status": TEXT,
        "verified": record({"source": TEXT, "at": DATE}, "source", "at"),
    },
    "id",
    "company_number",
    "country",
    "kind",
    "status",
)
MEMBERSHIP = record(
    {
        "id": prefixed("mem"),
        "status": TEXT,
        "manager": FLAG,
        "type": TEXT,
        "function": TEXT,
        "since": DATE,
        "email": TEXT,
        "phone_number": TEXT,
    },
    "id",
    "status",
    "manager",
)
USAGE = record({"code": TEXT, "registration": prefixed("reg")}, "code", "registration")
WALLET = record(
    {
        "id": prefixed("wal"),
        "currency": one_of("EUR"),
        "can": {"type": "array", "items": one_of("charge", "read")},
        "max_charge": CENTS,
    },
    "id",
    "currency",
    "can",
)
ACCREDITATION = record(
    {
        "type": TEXT,
        "number": TEXT,
        "list": TEXT,
        "column": TEXT,
        "status": TEXT,
        "basis": one_of("own", "mandated"),
        "holder": record({"name": TEXT, "ref": prefixed("acr")}, "ref"),
        "mandate": prefixed("mnd"),
        "valid_until": DATE,
        "checked_at": MOMENT,
    },
    "type",
    "number",
    "status",
    "basis",
    "checked_at",
)
ACCREDITATIONS: Schema = {"type": "array", "items": ACCREDITATION}
