"""The files of a card and where they lie, PKCS#15 directory included (eid.md 1.2, 1.4)."""

from idp.eid.card.software import files
from idp.eid.card.software.card import SoftwareCard
from idp.eid.card.software.folder import IssuedCards
from idp.eid.card.software.issuing import Issued

MF = "3F00"
PKCS15 = "3F00/DF00"
IDENTITY = "3F00/DF01"
APPLET_AID = bytes.fromhex("A00000003029057000AD13100101FF")
PKCS15_AID = bytes.fromhex("A000000177504B43532D3135")
IDENTITY_AID = bytes.fromhex("A000000177496446696C6573")
APPLICATIONS = {APPLET_AID: MF, PKCS15_AID: PKCS15, IDENTITY_AID: IDENTITY}

_PIN_REFERENCE = b"\x01"
_CERTIFICATES = (("Authentication", 2, "5038"), ("Signature", 3, "5039"), ("CA", 4, "503A"), ("Root", 6, "503B"))


def files_of(issued: IssuedCards, card: SoftwareCard) -> dict[str, bytes]:
    """Return every file of a card by its path, such as `3F00/DF00/5038`."""
    applet = card.holder.applet
    named = card.files()

    def certificate(owner: Issued) -> bytes:
        return files.certificate_file(owner, applet)

    stored = {
        f"{MF}/2F00": _directory(),
        f"{PKCS15}/5031": _object_directory(),
        f"{PKCS15}/5032": _token_info(card),
        f"{PKCS15}/5034": _pins(),
        f"{PKCS15}/5035": _private_keys(applet),
        f"{PKCS15}/5037": _certificates(),
        f"{PKCS15}/5038": certificate(card.keys.authentication),
        f"{PKCS15}/5039": certificate(card.keys.signature),
        f"{PKCS15}/503A": named["caCertificate"],
        f"{PKCS15}/503B": certificate(issued.authority.root),
        f"{PKCS15}/503C": named["rrnCertificate"],
        f"{IDENTITY}/4031": named["identity"],
        f"{IDENTITY}/4032": named["identitySignature"],
        f"{IDENTITY}/4033": named["address"],
        f"{IDENTITY}/4034": named["addressSignature"],
        f"{IDENTITY}/4035": named["photo"],
    }
    if "basicPublicKey" in named:
        stored[f"{IDENTITY}/4040"] = named["basicPublicKey"]
    return stored


def absent_certificate(present: bytes) -> bytes:
    """Return what lies where a card has no certificate: as many zero bytes."""
    return bytes(len(present))


def _directory() -> bytes:
    discretionary = bytes.fromhex("0603603802")
    parts = _tlv(0x4F, PKCS15_AID) + _tlv(0x50, b"BELPIC") + _tlv(0x51, _path(PKCS15)) + _tlv(0x73, discretionary)
    return _tlv(0x61, parts)


def _object_directory() -> bytes:
    return b"".join(
        _tlv(tag, _reference(f"{PKCS15}/{name}")) for tag, name in ((0xA0, "5035"), (0xA4, "5037"), (0xA8, "5034"))
    )


def _token_info(card: SoftwareCard) -> bytes:
    parts = _integer(0) + _tlv(0x04, files.chip_number(card.holder)) + _tlv(0x80, b"BELPIC") + _tlv(0x03, b"\x04\x30")
    return _tlv(0x30, parts + _tlv(0x9E, bytes((1, 4, card.holder.applet, 0))))


def _pins() -> bytes:
    common = _tlv(0x30, _tlv(0x0C, b"Basic PIN"))
    identifier = _tlv(0x30, _tlv(0x04, _PIN_REFERENCE))
    kind = _tlv(0x03, b"\x02\x0c") + _tlv(0x0A, b"\0") + _integer(4) + _integer(8) + _tlv(0x80, _PIN_REFERENCE)
    attributes = _tlv(0x30, kind + _tlv(0x04, b"\xff") + _reference(MF))
    return _tlv(0x30, common + identifier + _tlv(0xA1, attributes))


def _private_keys(applet: int) -> bytes:
    # PKCS#15 tells the kind of a key by the outermost tag.
    tag, size = (0x30, 2048) if applet == 17 else (0xA0, 384)
    is_private = _tlv(0x03, b"\x07\x80")
    found = b""
    for label, number, usage, consent in (
        ("Authentication", 2, b"\x05\x20", b""),
        ("Signature", 3, b"\x06\x00\x40", _integer(1)),
    ):
        common = _tlv(0x30, _tlv(0x0C, label.encode()) + is_private + _tlv(0x04, _PIN_REFERENCE) + consent)
        key = _tlv(0x30, _tlv(0x04, bytes((number,))) + _tlv(0x03, usage) + _integer(0x80 + number))
        found += _tlv(tag, common + key + _tlv(0xA1, _tlv(0x30, _reference(PKCS15) + _integer(size))))
    return found


def _certificates() -> bytes:
    found = b""
    for label, number, name in _CERTIFICATES:
        is_authority = _tlv(0x01, b"\xff") if label in {"CA", "Root"} else b""
        common = _tlv(0x30, _tlv(0x0C, label.encode()))
        identifier = _tlv(0x30, _tlv(0x04, bytes((number,))) + is_authority)
        found += _tlv(0x30, common + identifier + _tlv(0xA1, _tlv(0x30, _reference(f"{PKCS15}/{name}"))))
    return found


def _reference(path: str) -> bytes:
    return _tlv(0x30, _tlv(0x04, _path(path)))


def _path(path: str) -> bytes:
    return bytes.fromhex(path.replace("/", ""))


def _integer(value: int) -> bytes:
    return _tlv(0x02, value.to_bytes(value.bit_length() // 8 + 1, "big"))


def _tlv(tag: int, value: bytes) -> bytes:
    length = bytes((len(value),)) if len(value) < 128 else bytes((0x81, len(value)))
    return bytes((tag,)) + length + value
