"""Certificates of programs, who issues them, and the proxy's word for them (RFC 8705)."""

from base64 import urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from hashlib import sha256
from urllib.parse import quote

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, ObjectIdentifier
from joserfc.jwk import ECKey, Key, RSAKey

from core.infra.client_tls_settings import ClientTls
from core.infra.secret import Secret
from core.infra.settings import Settings
from tests.support.eid_pki import PrivateKey

MTLS_HOST = "mtls.immo.test"
PROXY_SECRET = "between the proxy for programs and us"
DAY = timedelta(days=1)
CLIENT_AUTH, SERVER_AUTH = ExtendedKeyUsageOID.CLIENT_AUTH, ExtendedKeyUsageOID.SERVER_AUTH


@dataclass(frozen=True)
class Holder:
    """A certificate, and its private key."""

    certificate: x509.Certificate
    key: PrivateKey = field(repr=False)

    @property
    def headers(self) -> dict[str, str]:
        """Return what the proxy makes of a request that came with this certificate."""
        return behind_proxy(self)

    @property
    def pem(self) -> bytes:
        """Return the certificate as a file holds it."""
        return self.certificate.public_bytes(Encoding.PEM)

    @property
    def key_pem(self) -> bytes:
        """Return the private key as a file holds it."""
        return self.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())

    @property
    def x5t_s256(self) -> str:
        """Return how `cnf` names the certificate (RFC 8705 section 3.1)."""
        der = self.certificate.public_bytes(Encoding.DER)
        return urlsafe_b64encode(sha256(der).digest()).rstrip(b"=").decode()

    @property
    def jwk(self) -> Key:
        """Return the public key as a client registers it."""
        pem = self.key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        kind = ECKey if isinstance(self.key, ec.EllipticCurvePrivateKey) else RSAKey
        return kind.import_key(pem, {"kid": "certificate"})


@dataclass(frozen=True)
class Wanted:
    """What a certificate is made like: a program's own, valid now, unless changed."""

    subject: str = "CN=tool,O=Immo Tools,C=BE"
    alternatives: Sequence[x509.GeneralName] = ()
    purposes: Sequence[ObjectIdentifier] | None = (CLIENT_AUTH,)
    is_authority: bool = False
    issues: bool = True
    path_length: int | None = None
    begins: timedelta = -DAY
    ends: timedelta = DAY


def issue(now: datetime, issuer: Holder | None = None, *, key: PrivateKey | None = None, **changed: object) -> Holder:
    """Return a certificate from an issuer, or signed by itself; `changed` are members of `Wanted`."""
    wanted = replace(Wanted(), **changed)  # type: ignore[arg-type]
    own = key or ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name.from_rfc4514_string(wanted.subject)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.certificate.subject if issuer else subject)
        .public_key(own.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now + wanted.begins)
        .not_valid_after(now + wanted.ends)
    )
    for extension, is_critical in _extensions(wanted):
        builder = builder.add_extension(extension, critical=is_critical)
    return Holder(builder.sign(issuer.key if issuer else own, hashes.SHA256()), own)


def an_authority(now: datetime, issuer: Holder | None = None, *, name: str = "Root", **changed: object) -> Holder:
    """Return an authority for programs, a root where nobody issued it."""
    return issue(now, issuer, **{"subject": f"CN={name}", "is_authority": True, "purposes": None, **changed})  # type: ignore[arg-type]


def behind_proxy(holder: Holder | None, *, secret: str = PROXY_SECRET, host: str = MTLS_HOST) -> dict[str, str]:
    """Return the headers of a request at the host for certificates, as nginx writes them."""
    escaped = "" if holder is None else quote(holder.pem.decode())
    return {"Host": host, "Immo-Client-Certificate": escaped, "Immo-Proxy-Secret": secret}


def with_mtls_host(settings: Settings, *authorities: Holder) -> Settings:
    """Return the settings of an installation where a proxy asks programs for certificates."""
    trusted = tuple(holder.certificate for holder in authorities)
    return replace(settings, client_tls=ClientTls(f"https://{MTLS_HOST}", Secret(PROXY_SECRET), trusted))


def _extensions(wanted: Wanted) -> list[tuple[x509.ExtensionType, bool]]:
    length = wanted.path_length
    made: list[tuple[x509.ExtensionType, bool]] = [(x509.BasicConstraints(wanted.is_authority, length), True)]
    if wanted.is_authority:
        made.append((_usage(is_issuing=wanted.issues), True))
    if wanted.alternatives:
        made.append((x509.SubjectAlternativeName(wanted.alternatives), False))
    if wanted.purposes is not None:
        made.append((x509.ExtendedKeyUsage(wanted.purposes), False))
    return made


def _usage(*, is_issuing: bool) -> x509.KeyUsage:
    unused = dict.fromkeys(
        (
            "content_commitment", "key_encipherment", "data_encipherment", "key_agreement", "crl_sign",
            "encipher_only", "decipher_only",
        ),
        False,
    )  # fmt: skip
    return x509.KeyUsage(digital_signature=True, key_cert_sign=is_issuing, **unused)
