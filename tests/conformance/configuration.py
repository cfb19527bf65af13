"""What the suite is told about us for one plan: addresses, clients with their keys, scripts.

Plans of OpenID Connect register their clients themselves. Those of FAPI want two that an operator
registered; their keys are made anew for each run and kept nowhere.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from secrets import token_hex
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from joserfc.jwk import ECKey, RSAKey

from core.infra.clock import SystemClock
from tests.conformance.plans import PlanChoice
from tests.conformance.scripts import SPECIAL, Scripts, special

# The suite names its modules by the profile they are about.
_FAPI_PREFIXES = ("fapi2-security-profile-final-", "fapi2-message-signing-final-")
# Members of discovery by OpenID Connect for Identity Assurance 1.0, section 9, which these plans are not about.
IDENTITY_ASSURANCE = (
    "verified_claims_supported", "trust_frameworks_supported", "evidence_supported", "documents_supported",
    "documents_check_methods_supported", "claims_in_verified_claims_supported",
)  # fmt: skip
# The second client's answers come back with a query of its own.
_SECOND_QUERY = "?dummy1=lorem&dummy2=ipsum"


@dataclass(frozen=True, slots=True)
class StaticClient:
    """A client that an operator registers: what the suite holds of it, and what we are told."""

    client_id: str
    key: RSAKey
    certificate: str
    certificate_key: str
    metadata: Mapping[str, object]

    def told_to_the_suite(self, scope: str) -> dict[str, object]:
        """Return the client as the suite's configuration names it, private key included."""
        return {
            "client_id": self.client_id,
            "scope": scope,
            "jwks": {"keys": [self.key.as_dict(private=True)]},
            "dpop_signing_alg": "ES256",
        }

    @property
    def connection(self) -> dict[str, str]:
        """Return what the suite shows when it connects by mutual TLS."""
        return {"cert": self.certificate, "key": self.certificate_key}


def static_clients(plan: PlanChoice, suite: str) -> tuple[StaticClient, ...]:
    """Return the two clients of a FAPI plan, with new keys; none where the suite registers its own."""
    return (_client(plan, suite, 1), _client(plan, suite, 2)) if plan.is_static else ()


def configuration(
    plan: PlanChoice, issuer: str, suite: str, clients: tuple[StaticClient, ...] = (), *, resource: str | None = None
) -> dict[str, object]:
    """Return the configuration of a plan; `resource` is where tokens without `openid` are good."""
    told: dict[str, object] = {
        "alias": plan.alias,
        "description": f"Immo-Connect, {plan.words}",
        "server": {
            "discoveryUrl": f"{issuer}{_well_known(plan)}",
            "login_hint": "demo.manager",
            "allow_unexpected_metadata_fields": list(IDENTITY_ASSURANCE),
        },
        "browser": Scripts(issuer).usual(),
        "override": dict(_overrides(plan, issuer)),
    }
    if not plan.is_static:
        return {**told, "client": {"client_name": "First"}, "client2": {"client_name": "Second"}}
    first, second = clients
    told["resource"] = {"resourceUrl": resource or f"{issuer}/userinfo"}
    told["client"], told["client2"] = (one.told_to_the_suite(_scope(plan)) for one in clients)
    if plan.needs_mutual_tls:
        told["mtls"], told["mtls2"] = first.connection, second.connection
    return told


def _overrides(plan: PlanChoice, issuer: str) -> Iterator[tuple[str, object]]:
    for module in SPECIAL:
        names = [module] if module.startswith("oidcc-") else [prefix + module for prefix in _FAPI_PREFIXES]
        if plan.is_static is not module.startswith("oidcc-"):
            yield from ((name, {"browser": special(issuer, module)}) for name in names)


def _well_known(plan: PlanChoice) -> str:
    is_plain = plan.variant.get("openid") == "plain_oauth"
    return "/.well-known/oauth-authorization-server" if is_plain else "/.well-known/openid-configuration"


def _scope(plan: PlanChoice) -> str:
    if plan.is_client_credentials:
        return ""
    return "profile offline_access" if plan.variant["openid"] == "plain_oauth" else "openid profile offline_access"


def _client(plan: PlanChoice, suite: str, number: int) -> StaticClient:
    client_id = f"{plan.alias}-{number}-{token_hex(4)}"
    key = RSAKey.generate_key(2048, {"kid": client_id, "alg": "PS256", "use": "sig"})
    certificate, pem, private = _certificate(client_id)
    callback = f"{suite.rstrip('/')}/test/a/{plan.alias}/callback"
    uses_tls = plan.variant["client_auth_type"] == "mtls"
    metadata: dict[str, object] = {
        "client_name": f"Conformance suite {number}",
        "redirect_uris": [callback, callback + _SECOND_QUERY],
        "grant_types": ["authorization_code", "refresh_token"],
        "token_endpoint_auth_method": "self_signed_tls_client_auth" if uses_tls else "private_key_jwt",
        "jwks": {"keys": [key.as_dict(private=False), _of_certificate(certificate)]},
        "id_token_signed_response_alg": "PS256",
        "tls_client_certificate_bound_access_tokens": plan.variant["sender_constrain"] == "mtls",
        "dpop_bound_access_tokens": plan.variant["sender_constrain"] == "dpop",
    }
    if plan.is_client_credentials:
        metadata |= {"grant_types": ["client_credentials"], "redirect_uris": []}
    return StaticClient(client_id, key, pem, private, metadata)


def _certificate(name: str) -> tuple[x509.Certificate, str, str]:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = SystemClock().now()
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(minutes=5))
        .not_valid_after(now + timedelta(days=30))
        .sign(key, hashes.SHA256())
    )
    form = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return made, made.public_bytes(serialization.Encoding.PEM).decode(), key.private_bytes(*form).decode()


def _of_certificate(certificate: x509.Certificate) -> dict[str, Any]:
    """Return the key of a self-signed certificate with the certificate, as RFC 8705 section 2.2.2 wants it."""
    pem = certificate.public_bytes(serialization.Encoding.PEM)
    lines = pem.decode().splitlines()
    found = ECKey.import_key(certificate.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    ))  # fmt: skip
    return {**found.as_dict(private=False), "kid": "certificate", "x5c": ["".join(lines[1:-1])]}
