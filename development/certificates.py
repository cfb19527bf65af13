"""Certificates for localhost, signed by an authority that exists for this demo alone.

One with an elliptic key and one with RSA, so that whoever knows the suites of one kind alone is served.
"""

import ipaddress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import chain
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

_Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey

_LIFE = timedelta(days=90)
_RENEW_BEFORE = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class CertificateFiles:
    """Where the certificates and their keys lie, and the authority that clients are told to trust."""

    authority: Path
    certificate: Path
    key: Path
    rsa_certificate: Path
    rsa_key: Path

    @property
    def pairs(self) -> tuple[tuple[Path, Path], ...]:
        """Each certificate with its key."""
        return (self.certificate, self.key), (self.rsa_certificate, self.rsa_key)


def ensure_certificate(folder: Path) -> CertificateFiles:
    """Return certificates that are valid for days yet, made where there are none."""
    leaves = (folder / name for name in ("localhost.pem", "localhost.key", "localhost-rsa.pem", "localhost-rsa.key"))
    files = CertificateFiles(folder / "authority.pem", *leaves)
    if not _is_good(files):
        folder.mkdir(parents=True, exist_ok=True)
        _make(files)
    return files


def _is_good(files: CertificateFiles) -> bool:
    if not all(path.exists() for path in (files.authority, *chain.from_iterable(files.pairs))):
        return False
    certificate = x509.load_pem_x509_certificate(files.certificate.read_bytes())
    return certificate.not_valid_after_utc - _RENEW_BEFORE > datetime.now(UTC)


def _make(files: CertificateFiles) -> None:
    authority_key, authority = ec.generate_private_key(ec.SECP256R1()), _name("Immo-Connect demo authority")
    root = (
        _builder(authority, authority, authority_key)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs_certificates=True), critical=True)
        .sign(authority_key, hashes.SHA256())
    )
    files.authority.write_bytes(root.public_bytes(serialization.Encoding.PEM))
    keys: tuple[_Key, ...] = (
        ec.generate_private_key(ec.SECP256R1()),
        rsa.generate_private_key(public_exponent=65_537, key_size=2048),
    )
    for key, (certificate_file, key_file) in zip(keys, files.pairs, strict=True):
        leaf = _leaf(key, authority, authority_key)
        certificate_file.write_bytes(leaf.public_bytes(serialization.Encoding.PEM))
        key_file.touch(mode=0o600)
        plain = serialization.NoEncryption()
        key_file.write_bytes(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain))


def _leaf(key: _Key, authority: x509.Name, authority_key: ec.EllipticCurvePrivateKey) -> x509.Certificate:
    names = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    return (
        _builder(_name("localhost"), authority, key)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs_certificates=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(authority_key.public_key()), critical=False)
        .sign(authority_key, hashes.SHA256())
    )


def _builder(subject: x509.Name, issuer: x509.Name, key: _Key) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(minutes=5))
        .not_valid_after(now + _LIFE)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )


def _name(common_name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])
