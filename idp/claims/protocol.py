"""Claims that the protocol itself sets: documented beside the table, never filled from it. Pure."""

from dataclasses import dataclass

from core.infra.messages import N_
from core.people.assurance import Acr
from idp.claims import shapes
from idp.claims.claim import Target
from idp.claims.shapes import Schema
from idp.claims.values import Json

_ID, _ACCESS, _USERINFO = Target.ID_TOKEN, Target.ACCESS_TOKEN, Target.USERINFO


@dataclass(frozen=True, slots=True, kw_only=True)
class ProtocolClaim:
    """A claim that every token of a kind has, or has where the protocol calls for it."""

    name: str
    targets: frozenset[Target]
    required: frozenset[Target]
    description: str
    example: Json
    schema: Schema


PROTOCOL_CLAIMS = (
    ProtocolClaim(
        name="iss",
        targets=frozenset({_ID, _ACCESS, _USERINFO}),
        required=frozenset({_ID, _ACCESS}),
        description=N_("The issuer; in userinfo only where it is signed."),
        example="https://login.immo-connect.example",
        schema=shapes.URL,
    ),
    ProtocolClaim(
        name="sub",
        targets=frozenset({_ID, _ACCESS, _USERINFO}),
        required=frozenset({_ID, _ACCESS, _USERINFO}),
        description=N_("The person: opaque, never changes, never used again. The key to store."),
        example="usr_01kbq3v9m2e8rj4t6w0x5y7zab",
        schema=shapes.SUBJECT,
    ),
    ProtocolClaim(
        name="aud",
        targets=frozenset({_ID, _ACCESS, _USERINFO}),
        required=frozenset({_ID, _ACCESS}),
        description=N_("Who the token is for: your client_id in an ID token, the API in an access token."),
        example="cadastrefinder",
        schema=shapes.AUDIENCE,
    ),
    ProtocolClaim(
        name="exp",
        targets=frozenset({_ID, _ACCESS}),
        required=frozenset({_ID, _ACCESS}),
        description=N_("When it ends; never later than the accreditation, membership or mandate under it."),
        example=1767000600,
        schema=shapes.SECONDS,
    ),
    ProtocolClaim(
        name="iat",
        targets=frozenset({_ID, _ACCESS}),
        required=frozenset({_ID, _ACCESS}),
        description=N_("When it was made."),
        example=1767000000,
        schema=shapes.SECONDS,
    ),
    ProtocolClaim(
        name="auth_time",
        targets=frozenset({_ID, _ACCESS}),
        required=frozenset({_ID}),
        description=N_("When the person proved who they are."),
        example=1766999900,
        schema=shapes.SECONDS,
    ),
    ProtocolClaim(
        name="acr",
        targets=frozenset({_ID, _ACCESS}),
        required=frozenset({_ID}),
        description=N_("How sure the sign-in is; a password alone is never more than the lowest level."),
        example=Acr.PASSWORD.value,
        schema=shapes.one_of(*(level.value for level in Acr)),
    ),
    ProtocolClaim(
        name="amr",
        targets=frozenset({_ID, _ACCESS}),
        required=frozenset({_ID}),
        description=N_("By what means the person signed in (RFC 8176)."),
        example=["pwd"],
        schema=shapes.TEXTS,
    ),
    ProtocolClaim(
        name="sid",
        targets=frozenset({_ID}),
        required=frozenset({_ID}),
        description=N_("The sign-in session; a logout token names it."),
        example="ses_01kbq3v9m2e8rj4t6w0x5y7zai",
        schema=shapes.TEXT,
    ),
    ProtocolClaim(
        name="nonce",
        targets=frozenset({_ID}),
        required=frozenset(),
        description=N_("What your request sent as nonce; compare it."),
        example="n-0S6",
        schema={"type": "string"},
    ),
    ProtocolClaim(
        name="at_hash",
        targets=frozenset({_ID}),
        required=frozenset(),
        description=N_("Binds the ID token to the access token it came with; only where there is no context."),
        example="MTIzNDU2Nzg5MDEyMzQ1Ng",
        schema=shapes.TEXT,
    ),
    ProtocolClaim(
        name="client_id",
        targets=frozenset({_ACCESS}),
        required=frozenset({_ACCESS}),
        description=N_("The client the token was issued to."),
        example="cadastrefinder",
        schema=shapes.TEXT,
    ),
    ProtocolClaim(
        name="jti",
        targets=frozenset({_ACCESS}),
        required=frozenset({_ACCESS}),
        description=N_("Names this token, to tell it from all others."),
        example="grt_01kbq3v9m2e8rj4t6w0x5y7zaj.4bX0",
        schema=shapes.TEXT,
    ),
    ProtocolClaim(
        name="scope",
        targets=frozenset({_ACCESS}),
        required=frozenset(),
        description=N_("The scopes that were granted, separated by spaces."),
        example="openid organization roles",
        schema={"type": "string"},
    ),
    ProtocolClaim(
        name="act",
        targets=frozenset({_ACCESS}),
        required=frozenset(),
        description=N_(
            "The client that acts for the person, where one API calls another on their behalf; "
            "who acted before stands within it. Without it the client in client_id was let in by the person itself."
        ),
        example={"sub": "reports", "act": {"sub": "ledger"}},
        schema=shapes.ACTOR,
    ),
    ProtocolClaim(
        name="cnf",
        targets=frozenset({_ACCESS}),
        required=frozenset(),
        description=N_("The key that whoever presents the token must prove to hold, where it is bound to one."),
        example={"jkt": "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I"},
        schema=shapes.CONFIRMATION,
    ),
)

PROTOCOL_NAMES = frozenset(claim.name for claim in PROTOCOL_CLAIMS)
