"""The national register in whatever state a test needs it, and identity files that it signed."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import cache

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from idp.eid.card.software.files import signature_file
from idp.eid.card.software.issuing import Issued
from tests.support.software_cards import ISSUED_AT, an_authority

_YEAR = timedelta(days=365)
RRN = ((NameOID.COUNTRY_NAME, "BE"), (NameOID.ORGANIZATION_NAME, "RRN"), (NameOID.COMMON_NAME, "RRN"))

# What stands on an identity file that is right, by tag; the number and the names are those of test card 3.
RIGHT: Mapping[int, bytes] = {
    0x00: b"\x00\x01",
    0x01: b"592000000398",
    0x03: b"02.11.2026",
    0x04: b"02.11.2036",
    0x06: b"88012399771",
    0x07: b"Lambert",
    0x08: b"Damien",
    0x0A: b"Belge",
    0x0B: b"Namur",
    0x0C: b"23 JAN 1988",
    0x0D: b"M",
    0x0F: b"1",
}


@cache
def rsa_key(bits: int = 2048) -> rsa.RSAPrivateKey:
    """Return an RSA key; the same one for the same size."""
    return rsa.generate_private_key(public_exponent=65537, key_size=bits)


def a_register(
    *,
    issuer: Issued | None = None,
    subject: Sequence[tuple[x509.ObjectIdentifier, str]] = RRN,
    bits: int = 2048,
    begins: datetime = ISSUED_AT - timedelta(days=1),
    ends: datetime = ISSUED_AT + 10 * _YEAR,
    is_authority: bool | None = False,
    usage: x509.KeyUsage | None = None,
    has_usage: bool = True,
    extra: x509.ExtensionType | None = None,
    is_extra_critical: bool = False,
) -> Issued:
    """Return a signer of card files; what is not said is as it should be."""
    issued_by = issuer or an_authority().root
    key = rsa_key(bits)
    builder = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(kind, value) for kind, value in subject]))
        .issuer_name(issued_by.certificate.subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begins)
        .not_valid_after(ends)
    )
    if is_authority is not None:
        builder = builder.add_extension(x509.BasicConstraints(ca=is_authority, path_length=None), critical=True)
    if has_usage:
        builder = builder.add_extension(usage or key_usage(digital_signature=True), critical=True)
    if extra is not None:
        builder = builder.add_extension(extra, critical=is_extra_critical)
    return Issued(builder.sign(issued_by.key, hashes.SHA384()), key)


def key_usage(
    *, digital_signature: bool = False, content_commitment: bool = False, key_encipherment: bool = False
) -> x509.KeyUsage:
    """Return a key usage with these bits alone."""
    return x509.KeyUsage(
        digital_signature=digital_signature,
        content_commitment=content_commitment,
        key_encipherment=key_encipherment,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=False,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )


def written(records: Mapping[int, bytes]) -> bytes:
    """Return records as a card stores them (eid.md 1.3)."""
    return b"".join(bytes((tag,)) + _length(len(value)) + value for tag, value in records.items())


def signed(content: bytes, register: Issued | None = None) -> dict[str, bytes]:
    """Return an identity file with this content, the register's signature over it, and its certificate."""
    signer = register or a_register()
    return {
        "identity": content,
        "identitySignature": signature_file(signer, content),
        "rrnCertificate": signer.certificate.public_bytes(Encoding.DER) + bytes(50),
    }


def signed_with_sha1(content: bytes, register: Issued) -> dict[str, bytes]:
    """Return the same as `signed`, as registers did it before 2014."""
    assert isinstance(register.key, rsa.RSAPrivateKey)
    signature = register.key.sign(content, padding.PKCS1v15(), hashes.SHA1())  # noqa: S303 - to be refused
    return {**signed(content, register), "identitySignature": signature}


def _length(length: int) -> bytes:
    full, rest = divmod(length, 0xFF)
    return b"\xff" * full + bytes((rest,))
