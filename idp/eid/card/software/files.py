"""The files of a test card, byte by byte, with the signatures of the register (eid.md 1.3, 2.1)."""

import hashlib
from collections.abc import Iterable
from datetime import date
from io import BytesIO

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

from idp.eid.card.software.holders import TestHolder
from idp.eid.card.software.issuing import Issued, PrivateKey

_MONTHS = ("JAN", "FEB", "MAAR", "APR", "MEI", "JUN", "JUL", "AUG", "SEP", "OKT", "NOV", "DEC")
_ADDRESS_LENGTH = 117
_EC_SIGNATURE_FILE_LENGTH = 128
_PHOTO_SIZE = (140, 200)


def identity_file(
    holder: TestHolder, *, valid_from: date, valid_until: date, photo: bytes, chip_key: bytes | None
) -> bytes:
    """Return the identity file; `chip_key` is the file of the chip's public key, on 1.8 only."""
    birth = holder.birthdate
    fields = [
        (0x00, bytes((0, holder.applet))),
        (0x01, holder.card_number.encode()),
        (0x02, chip_number(holder)),
        (0x03, f"{valid_from:%d.%m.%Y}".encode()),
        (0x04, f"{valid_until:%d.%m.%Y}".encode()),
        (0x05, holder.municipality.encode()),
        (0x06, holder.national_number.encode()),
        (0x07, holder.family_name.encode()),
        (0x08, holder.given_names.encode()),
        (0x09, b""),
        (0x0A, holder.nationality.encode()),
        (0x0B, holder.place_of_birth.encode()),
        (0x0C, f"{birth.day:02} {_MONTHS[birth.month - 1]} {birth.year}".encode()),
        (0x0D, b"V" if holder.is_female else b"M"),
        (0x0E, b""),
        (0x0F, b"1"),
        (0x10, b"0"),
        (0x11, (hashlib.sha256 if holder.applet == 17 else hashlib.sha384)(photo).digest()),
    ]
    if chip_key is not None:
        fields.append((0x1A, hashlib.sha384(chip_key).digest()))
    return _fields(fields)


def address_file(holder: TestHolder) -> bytes:
    """Return the address file, with the zero bytes that fill it up."""
    fields = [
        (0x00, b"\0\1"),
        (0x01, holder.street.encode()),
        (0x02, holder.postal_code.encode()),
        (0x03, holder.municipality.encode()),
    ]
    return _fields(fields).ljust(_ADDRESS_LENGTH, b"\0")


def signature_file(register: Issued, signed: bytes) -> bytes:
    """Sign as the national register does: SHA-256 with RSA, or SHA-384 with P-384 in a longer file."""
    if isinstance(register.key, rsa.RSAPrivateKey):
        return register.key.sign(signed, padding.PKCS1v15(), hashes.SHA256())
    return register.key.sign(signed, ec.ECDSA(hashes.SHA384())).ljust(_EC_SIGNATURE_FILE_LENGTH, b"\0")


def address_signature_file(register: Issued, address: bytes, identity_signature: bytes) -> bytes:
    """Sign an address for the identity file that it lies beside."""
    return signature_file(register, address.rstrip(b"\0") + identity_signature)


def certificate_file(issued: Issued, applet: int) -> bytes:
    """Return a certificate as it lies on the card: zero bytes follow."""
    der = issued.certificate.public_bytes(serialization.Encoding.DER)
    return der + bytes(50 if applet == 17 else 1100)


def chip_key_file(key: PrivateKey) -> bytes:
    """Return the public key of a chip, as file 4040 holds it."""
    return key.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)


def chip_number(holder: TestHolder) -> bytes:
    """Return the 16 bytes that a chip is known by."""
    return hashlib.sha256(holder.card_number.encode()).digest()[:16]


def photo_file(holder: TestHolder) -> bytes:
    """Draw a grey picture: a head and shoulders, and the number of the card instead of a face."""
    # Only who makes cards needs Pillow.
    from PIL import Image, ImageDraw  # noqa: PLC0415

    width, height = _PHOTO_SIZE
    picture = Image.new("L", _PHOTO_SIZE, 225)
    draw = ImageDraw.Draw(picture)
    draw.ellipse((10, 130, width - 10, height + 90), fill=110)
    draw.ellipse((38, 30, width - 38, 140), fill=150)
    draw.text((width / 2, 85), str(holder.number), fill=235, anchor="mm", font_size=48)
    stored = BytesIO()
    picture.save(stored, "JPEG", quality=70)
    return stored.getvalue()


def _fields(fields: Iterable[tuple[int, bytes]]) -> bytes:
    # No value of a test card is longer than one length byte says.
    return b"".join(bytes((tag, len(value))) + value for tag, value in fields)
