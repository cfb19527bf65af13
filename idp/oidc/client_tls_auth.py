"""Client authentication by certificate: tls_client_auth, self_signed_tls_client_auth (RFC 8705 section 2).

In both the TLS connection proved the key. The first asks whose certificate it is: an authority of
the operator's vouches for the name that the client registered. The second knows the key from the
client's own JWK set, and no authority counts.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from ipaddress import ip_address

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509 import verification as path
from cryptography.x509.oid import ExtendedKeyUsageOID
from cryptography.x509.verification import VerificationError
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, OKPKey, RSAKey

from core.infra.http import OutboundHttp
from idp.eid.certificates import value_of
from idp.oidc import client_keys
from idp.oidc.client_certificate import Certificate
from idp.oidc.client_protection import TLS_METHODS
from idp.oidc.errors import InvalidClient
from idp.oidc.registered_client import RegisteredClient

_SELF_SIGNED = TLS_METHODS[1]


def verify(
    certificate: Certificate | None,
    client: RegisteredClient,
    *,
    authorities: Sequence[x509.Certificate],
    http: OutboundHttp,
    now: datetime,
) -> None:
    """Raise `InvalidClient` unless the certificate is the client's, by the method it is registered for."""
    if certificate is None:
        raise InvalidClient("The client presented no certificate.", client_id=client.client_id)
    found = certificate.x509
    if not found.not_valid_before_utc <= now <= found.not_valid_after_utc:
        raise InvalidClient("The certificate has expired, or is not valid yet.", client_id=client.client_id)
    if client.token_endpoint_auth_method == _SELF_SIGNED:
        thumbprint = _thumbprint(found)
        is_right = thumbprint is not None and client_keys.holds(client, thumbprint, http=http, now=now)
    else:
        is_right = _has_subject(found, client.tls_client_auth_subject) and _is_issued_by(authorities, found, now)
    if not is_right:
        raise InvalidClient("The certificate is not that of the client.", client_id=client.client_id)


def methods(authorities: Sequence[x509.Certificate]) -> tuple[str, ...]:
    """Return the methods that can be offered: without an authority nobody vouches for a name."""
    return TLS_METHODS if authorities else (_SELF_SIGNED,)


def _thumbprint(certificate: x509.Certificate) -> str | None:
    """Return the RFC 7638 thumbprint of the certificate's key, or None where we take no such keys."""
    public = certificate.public_key()
    kinds: Mapping[type, type[RSAKey | ECKey | OKPKey]] = {
        rsa.RSAPublicKey: RSAKey,
        ec.EllipticCurvePublicKey: ECKey,
        ed25519.Ed25519PublicKey: OKPKey,
    }
    kind = next((jwk for known, jwk in kinds.items() if isinstance(public, known)), None)
    if kind is None:
        return None
    try:
        return kind.import_key(public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)).thumbprint()
    except (JoseError, ValueError):
        return None


def _has_subject(certificate: x509.Certificate, registered: tuple[str, str] | None) -> bool:
    """Tell whether the certificate names what was registered; simple comparison, no wildcards (section 2.1.2)."""
    if registered is None:
        return False
    member, value = registered
    if member == "tls_client_auth_subject_dn":
        return certificate.subject == x509.Name.from_rfc4514_string(value)
    names = value_of(certificate.extensions, x509.SubjectAlternativeName) or x509.SubjectAlternativeName([])
    return _ALTERNATIVES[member](names, value)


def _is_dns(names: x509.SubjectAlternativeName, value: str) -> bool:
    return value.lower() in {name.lower() for name in names.get_values_for_type(x509.DNSName)}


def _is_uri(names: x509.SubjectAlternativeName, value: str) -> bool:
    return value in names.get_values_for_type(x509.UniformResourceIdentifier)


def _is_address(names: x509.SubjectAlternativeName, value: str) -> bool:
    return ip_address(value) in names.get_values_for_type(x509.IPAddress)


def _is_mailbox(names: x509.SubjectAlternativeName, value: str) -> bool:
    return value in names.get_values_for_type(x509.RFC822Name)


_ALTERNATIVES: Mapping[str, Callable[[x509.SubjectAlternativeName, str], bool]] = {
    "tls_client_auth_san_dns": _is_dns,
    "tls_client_auth_san_uri": _is_uri,
    "tls_client_auth_san_ip": _is_address,
    "tls_client_auth_san_email": _is_mailbox,
}


def _is_issued_by(authorities: Sequence[x509.Certificate], certificate: x509.Certificate, now: datetime) -> bool:
    """Tell whether a path leads from the certificate to a root of these, all of it valid now."""
    roots = [authority for authority in authorities if authority.subject == authority.issuer]
    if not roots:
        return False
    between = [authority for authority in authorities if authority.subject != authority.issuer]
    verifier = (
        path.PolicyBuilder()
        .store(path.Store(roots))
        .time(now)
        .extension_policies(ca_policy=_AUTHORITY, ee_policy=_CLIENT)
        .build_client_verifier()
    )
    try:
        verifier.verify(certificate, between)
    except VerificationError:
        return False
    return True


def _require_authority(_: path.Policy, __: x509.Certificate, constraints: x509.BasicConstraints) -> None:
    if not constraints.ca:
        raise ValueError("no authority")


def _require_issuing(_: path.Policy, __: x509.Certificate, usage: x509.KeyUsage | None) -> None:
    if usage is not None and not usage.key_cert_sign:
        raise ValueError("not for issuing")


def _refuse_authority(_: path.Policy, __: x509.Certificate, constraints: x509.BasicConstraints | None) -> None:
    if constraints is not None and constraints.ca:
        raise ValueError("an authority")


def _require_client(_: path.Policy, __: x509.Certificate, purposes: x509.ExtendedKeyUsage | None) -> None:
    if purposes is not None and ExtendedKeyUsageOID.CLIENT_AUTH not in purposes:
        raise ValueError("not for clients")


# The library's own demands are those of the web, which private authorities need not meet. How long a path may be and
# which names it may hold it looks at all the same.
_ANYWHERE = path.Criticality.AGNOSTIC
_AUTHORITY = (
    path.ExtensionPolicy.permit_all()
    .require_present(x509.BasicConstraints, _ANYWHERE, _require_authority)
    .may_be_present(x509.KeyUsage, _ANYWHERE, _require_issuing)
)
_CLIENT = (
    path.ExtensionPolicy.permit_all()
    .may_be_present(x509.BasicConstraints, _ANYWHERE, _refuse_authority)
    .may_be_present(x509.ExtendedKeyUsage, _ANYWHERE, _require_client)
)
