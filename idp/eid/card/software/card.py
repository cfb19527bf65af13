"""A test card without a chip: it signs and is read like a real one, and asks nobody for a PIN."""

import base64
import hashlib
from dataclasses import dataclass, field
from datetime import datetime

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed, decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding

from idp.eid.card.software import files
from idp.eid.card.software.holders import TestHolder
from idp.eid.card.software.issuing import Authority, CardKeys, PrivateKey, issue_card

FORMAT = "web-eid:1.0"
CHIP_LABEL = b"immo-connect eid chip"
_APP_VERSION = "https://immo-connect.example/software-card/1"
_P384_BYTES = 48


@dataclass(frozen=True, slots=True)
class SoftwareCard:
    """One test card: its holder, its keys, and its files by the names that the agent sends them under."""

    holder: TestHolder
    keys: CardKeys = field(repr=False)
    _files: dict[str, bytes] = field(repr=False)

    def authenticate(self, origin: str, nonce: str) -> dict[str, str]:
        """Return the Web eID token for an origin and the text of a nonce (eid.md 5.2)."""
        issued = self.keys.authentication
        name, algorithm = _algorithm(issued.key)
        signed = _hash(algorithm, origin.encode()) + _hash(algorithm, nonce.encode())
        return {
            "unverifiedCertificate": _text(issued.certificate.public_bytes(Encoding.DER)),
            "algorithm": name,
            "signature": _text(sign_digest(issued.key, _hash(algorithm, signed), algorithm)),
            "format": FORMAT,
            "appVersion": _APP_VERSION,
        }

    def files(self) -> dict[str, bytes]:
        """Return every file as it is stored: identity, address, their signatures, photo, certificates, chip key."""
        return dict(self._files)

    def chip_signature(self, origin: str, nonce: str) -> bytes | None:
        """Return what shows that the chip itself is here, r then s; None on 1.7, which publishes no chip key."""
        if self.holder.applet == 17:
            return None
        challenge = hashlib.sha384(CHIP_LABEL + origin.encode() + nonce.encode()).digest()
        return sign_digest(self.keys.chip, challenge, hashes.SHA384())


def make_card(authority: Authority, holder: TestHolder, *, ocsp_url: str, now: datetime) -> SoftwareCard:
    """Issue a new card to a holder; its certificates name `ocsp_url`, and it is valid for ten years."""
    return print_card(authority, holder, issue_card(authority, holder, ocsp_url=ocsp_url, now=now))


def print_card(authority: Authority, holder: TestHolder, keys: CardKeys) -> SoftwareCard:
    """Write the files of a card around its keys; it is valid as long as its certificate."""
    register = authority.register(holder.applet)
    certificate = keys.authentication.certificate
    chip_key = None if holder.applet == 17 else files.chip_key_file(keys.chip)
    photo = files.photo_file(holder)
    identity = files.identity_file(
        holder,
        valid_from=certificate.not_valid_before_utc.date(),
        valid_until=certificate.not_valid_after_utc.date(),
        photo=photo,
        chip_key=chip_key,
    )
    identity_signature = files.signature_file(register, identity)
    address = files.address_file(holder)
    stored = {
        "identity": identity,
        "identitySignature": identity_signature,
        "address": address,
        "addressSignature": files.address_signature_file(register, address, identity_signature),
        "photo": photo,
        "rrnCertificate": files.certificate_file(register, holder.applet),
        "caCertificate": files.certificate_file(authority.citizen_ca, holder.applet),
    }
    if chip_key is not None:
        stored["basicPublicKey"] = chip_key
    return SoftwareCard(holder, keys, stored)


def sign_digest(key: PrivateKey, digest: bytes, algorithm: hashes.HashAlgorithm) -> bytes:
    """Sign a digest as cards do: PKCS#1 v1.5 with RSA, r then s with P-384."""
    if isinstance(key, rsa.RSAPrivateKey):
        return key.sign(digest, padding.PKCS1v15(), Prehashed(algorithm))
    r, s = decode_dss_signature(key.sign(digest, ec.ECDSA(Prehashed(algorithm))))
    return r.to_bytes(_P384_BYTES, "big") + s.to_bytes(_P384_BYTES, "big")


def _algorithm(key: PrivateKey) -> tuple[str, hashes.HashAlgorithm]:
    return ("RS256", hashes.SHA256()) if isinstance(key, rsa.RSAPrivateKey) else ("ES384", hashes.SHA384())


def _hash(algorithm: hashes.HashAlgorithm, value: bytes) -> bytes:
    digest = hashes.Hash(algorithm)
    digest.update(value)
    return digest.finalize()


def _text(value: bytes) -> str:
    return base64.b64encode(value).decode()
