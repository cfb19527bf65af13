"""What the operator says about clients that prove themselves by a certificate (RFC 8705)."""

from dataclasses import dataclass, field
from pathlib import Path

from cryptography import x509

from core.infra import setting_parsers as parsers
from core.infra.secret import Secret
from core.infra.setting_reader import Reader


@dataclass(frozen=True, slots=True)
class ClientTls:
    """The host name where the proxy asks programs for a certificate, and what proves the proxy to us.

    `authorities` issue the certificates of tls_client_auth: roots, and whoever stands between them
    and a client. Without any that method is not offered.
    """

    url: str
    secret: Secret = field(repr=False)
    authorities: tuple[x509.Certificate, ...] = field(repr=False, default=())


def read_client_tls(reader: Reader) -> ClientTls | None:
    """Read the settings of mutual TLS; None where no proxy asks programs for certificates."""
    url = reader.read_optional(
        "IMMO_MTLS_URL",
        "https address at which the proxy asks programs for a certificate; empty: no mutual TLS",
        parsers.https_url,
    )
    secret = reader.read_optional(
        "IMMO_MTLS_PROXY_SECRET", "what the proxy proves itself with at that address", parsers.long_secret, secret=True
    )
    authorities = reader.read_optional(
        "IMMO_MTLS_AUTHORITIES",
        "PEM file of the authorities behind tls_client_auth; empty: self-signed certificates alone",
        bundle,
    )
    if (url is None) != (secret is None):
        reader.refuse("IMMO_MTLS_PROXY_SECRET", "goes together with IMMO_MTLS_URL")
    if url is None and authorities is not None:
        reader.refuse("IMMO_MTLS_AUTHORITIES", "goes together with IMMO_MTLS_URL")
    return None if url is None or secret is None else ClientTls(url, secret, authorities or ())


def bundle(value: str) -> tuple[x509.Certificate, ...]:
    """Accept the path of a file of certificates in PEM form, each of them an authority's."""
    try:
        found = tuple(x509.load_pem_x509_certificates(Path(value).read_bytes()))
        are_authorities = [_is_authority(certificate) for certificate in found]
    except (OSError, ValueError) as error:
        raise ValueError(f"must name a PEM file of certificates that can be read ({type(error).__name__})") from None
    if not all(are_authorities):
        raise ValueError("must hold certificates of authorities alone")
    if not any(certificate.subject == certificate.issuer for certificate in found):
        raise ValueError("must hold a root")
    return found


def _is_authority(certificate: x509.Certificate) -> bool:
    try:
        return certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except x509.ExtensionNotFound:
        return False
