"""The files of a card as they are stored: their sizes, their padding, and the records in them (eid.md 1.2, 1.3).

Nothing here is believed: `identity` verifies what signs these bytes before it reads any of them.
"""

from collections.abc import Mapping

from idp.eid.holder import CardFiles
from idp.eid.problems import EidProblem, EidRefused

IDENTITY = "identity"
IDENTITY_SIGNATURE = "identitySignature"
ADDRESS = "address"
ADDRESS_SIGNATURE = "addressSignature"
RRN_CERTIFICATE = "rrnCertificate"
PHOTO = "photo"
CHIP_KEY = "basicPublicKey"
CHIP_SIGNATURE = "chipSignature"
CA_CERTIFICATE = "caCertificate"

# The largest that each may be, in bytes, padding included.
LARGEST: Mapping[str, int] = {
    IDENTITY: 2048,
    IDENTITY_SIGNATURE: 512,
    ADDRESS: 2048,
    ADDRESS_SIGNATURE: 512,
    RRN_CERTIFICATE: 4096,
    PHOTO: 32 * 1024,
    CHIP_KEY: 512,
    CHIP_SIGNATURE: 512,
    CA_CERTIFICATE: 4096,
}
_CONTINUED = 0xFF
_STRUCTURE_VERSION = 0
_SEQUENCE = 0x30
_TWO_BYTES_OF_LENGTH = 0x82
_LONG_FORM = 0x80
_ONE_BYTE_OF_LENGTH = 0x81


def invalid(reason: str, file: str) -> EidRefused:
    """Return the refusal of a file that is not what a card holds; both are for the log."""
    return EidRefused(EidProblem.FILES_INVALID, reason=reason, file=file)


def require_sizes(files: CardFiles) -> None:
    """Refuse empty files, and larger ones than any card has; what is not a file of ours is nobody's."""
    for name, largest in LARGEST.items():
        content = files.get(name)
        if content is not None and not 0 < len(content) <= largest:
            raise invalid("size", name)


def required(files: CardFiles, name: str) -> bytes:
    """Return a file; refuse where it is missing."""
    content = files.get(name)
    if content is None:
        raise invalid("missing", name)
    return content


def der_part(content: bytes, name: str) -> bytes:
    """Return the DER sequence that a file begins with; what follows it may only be padding."""
    length = _der_length(content)
    if length is None or length > len(content) or any(content[length:]):
        raise invalid("not-one-sequence", name)
    return content[:length]


def without_padding(content: bytes) -> bytes:
    """Return a file without the zero bytes at its end: so an address is signed."""
    return content.rstrip(b"\0")


def records(content: bytes, name: str) -> Mapping[int, bytes]:
    """Return the records of an identity or address file by their tags.

    A tag stands once, so that nobody reads another value than the one that we check; zero bytes may
    follow the last.
    """
    found: dict[int, bytes] = {}
    place = 0
    while place < len(content):
        tag = content[place]
        if tag == _STRUCTURE_VERSION and found:
            if any(content[place:]):
                raise invalid("padding", name)
            break
        length, place = _record_length(content, place + 1, name)
        if tag in found or place + length > len(content):
            raise invalid("records", name)
        found[tag] = content[place : place + length]
        place += length
    return found


def _record_length(content: bytes, place: int, name: str) -> tuple[int, int]:
    """Return the length that is written here, and where its value begins."""
    length = 0
    while place < len(content):
        length += content[place]
        place += 1
        if content[place - 1] != _CONTINUED:
            return length, place
    raise invalid("records", name)


def _der_length(content: bytes) -> int | None:
    """Return the length of a DER sequence with its header; None where it is none."""
    header = content[:4]
    if len(header) < len(b"\x30\x82\0\0") or header[0] != _SEQUENCE:
        return None
    if header[1] < _LONG_FORM:
        return 2 + header[1]
    if header[1] == _ONE_BYTE_OF_LENGTH:
        return 3 + header[2]
    return 4 + int.from_bytes(header[2:4]) if header[1] == _TWO_BYTES_OF_LENGTH else None
