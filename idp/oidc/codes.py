"""Authorization codes: issued once, redeemed once (RFC 6749 section 4.1.2).

The store holds them for a minute under their digest. Beside each lies the family it stands for,
written in the same step and for longer: whoever presents a code that is gone is recognised by it,
without a moment in which a second presentation could pass for an unknown code.
"""

from dataclasses import dataclass, field
from datetime import timedelta

import orjson

from core.infra.ids import digest, new_secret
from core.infra.store.interface import EphemeralStore, Kind
from core.proof.confirmation import Confirmation
from idp.oidc.checks.claims_parameter import ClaimsRequest, RequestedClaim
from idp.oidc.errors import CodeReplayed, InvalidGrant
from idp.oidc.subject import Subject

CODE_LIFE = timedelta(seconds=60)
# As long as an access token that the code gave could still be alive, and a little more.
_REPLAY_WATCH = timedelta(minutes=15)
_FORMAT = 2
# Refresh tokens given before there were bound ones still hold grants of the first format.
_READABLE = frozenset({1, _FORMAT})


@dataclass(frozen=True, slots=True)
class CodeGrant:
    """What a code stands for: the answer to one authorization request.

    `family_id` (`grt_…`) names everything that will descend from it: access tokens carry it at
    the front of their `jti`, refresh tokens belong to the family of that name. `dpop_jkt` is the key
    that whoever presents the code, or a refresh token that came of it, must prove to hold;
    `x5t_s256` the certificate that a refresh token of a public client is worth nothing without.
    """

    client_id: str
    redirect_uri: str
    scope: tuple[str, ...]
    subject: Subject
    family_id: str
    nonce: str | None = None
    code_challenge: str | None = None
    resource: tuple[str, ...] = ()
    claims: ClaimsRequest = field(default_factory=ClaimsRequest)
    dpop_jkt: str | None = None
    x5t_s256: str | None = None

    @property
    def confirmation(self) -> Confirmation:
        """Return what it is bound to."""
        return Confirmation(self.dpop_jkt, self.x5t_s256)

    def to_json(self) -> dict[str, object]:
        """Return the grant as JSON values, with the version of the format."""
        return {
            "version": _FORMAT,
            "client_id": self.client_id,
            "redirect_uri": self.redirect_uri,
            "scope": list(self.scope),
            "subject": self.subject.to_json(),
            "family_id": self.family_id,
            "nonce": self.nonce,
            "code_challenge": self.code_challenge,
            "resource": list(self.resource),
            "claims": {
                "id_token": [_claim_to_json(claim) for claim in self.claims.id_token],
                "userinfo": [_claim_to_json(claim) for claim in self.claims.userinfo],
            },
            "dpop_jkt": self.dpop_jkt,
            "x5t_s256": self.x5t_s256,
        }

    @classmethod
    def from_json(cls, value: object) -> "CodeGrant":
        """Read what `to_json` wrote; raise ValueError, TypeError or KeyError for others."""
        if not isinstance(value, dict) or value.get("version") not in _READABLE:
            raise ValueError("not a grant in a format we know")
        claims = value["claims"]
        return cls(
            client_id=str(value["client_id"]),
            redirect_uri=str(value["redirect_uri"]),
            scope=tuple(map(str, value["scope"])),
            subject=Subject.from_json(value["subject"]),
            family_id=str(value["family_id"]),
            nonce=_optional_text(value["nonce"]),
            code_challenge=_optional_text(value["code_challenge"]),
            resource=tuple(map(str, value["resource"])),
            claims=ClaimsRequest(
                id_token=tuple(map(_claim_from_json, claims["id_token"])),
                userinfo=tuple(map(_claim_from_json, claims["userinfo"])),
            ),
            dpop_jkt=_optional_text(value.get("dpop_jkt")),
            x5t_s256=_optional_text(value.get("x5t_s256")),
        )


def issue(store: EphemeralStore, grant: CodeGrant) -> str:
    """Return a new code for the grant; it works once and for `CODE_LIFE`."""
    code = new_secret()
    key = digest(code)
    with store.pipeline() as pipeline:
        pipeline.put(Kind.CODE, key, orjson.dumps(grant.to_json()), CODE_LIFE)
        pipeline.put(Kind.CODE_FAMILY, key, grant.family_id.encode(), _REPLAY_WATCH)
    return code


def redeem(store: EphemeralStore, code: str, client_id: str) -> CodeGrant:
    """Spend an authorization code and return what was granted.

    A code works once, for the client it was issued to (RFC 6749 section 4.1.2): presented by
    another client it is spent all the same. A second presentation raises `CodeReplayed`, so that
    the caller can revoke what the first one produced; everything else `InvalidGrant`.
    """
    key = digest(code)
    found = store.take(Kind.CODE, key)
    if found is None:
        family = store.get(Kind.CODE_FAMILY, key)
        if family is not None:
            raise CodeReplayed(family.decode())
        raise InvalidGrant("The code is unknown or has expired.")
    grant = CodeGrant.from_json(orjson.loads(found))
    if grant.client_id != client_id:
        raise InvalidGrant("The code was issued to another client.", client_id=client_id)
    return grant


def _claim_to_json(claim: RequestedClaim) -> dict[str, object]:
    return {"name": claim.name, "essential": claim.essential, "values": list(claim.values)}


def _claim_from_json(value: dict[str, object]) -> RequestedClaim:
    values = value["values"]
    if not isinstance(values, list):
        raise TypeError("values must be a list")
    return RequestedClaim(
        name=str(value["name"]),
        essential=value["essential"] is True,
        values=tuple(str(wanted) for wanted in values),
    )


def _optional_text(value: object) -> str | None:
    return None if value is None else str(value)
