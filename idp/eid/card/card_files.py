"""The files of a card: where they lie, which of them a wish needs, and where a certificate in one ends (eid.md 1.2)."""

from collections.abc import Iterable

from idp.eid.card import file_names as names
from idp.eid.card.applet import Applet
from idp.eid.card.cards import Want
from idp.eid.card.problems import CardProblem, Problem

AUTHENTICATION_CERTIFICATE = bytes.fromhex("DF005038")
_PATHS = {
    names.IDENTITY: bytes.fromhex("DF014031"),
    names.IDENTITY_SIGNATURE: bytes.fromhex("DF014032"),
    names.ADDRESS: bytes.fromhex("DF014033"),
    names.ADDRESS_SIGNATURE: bytes.fromhex("DF014034"),
    names.PHOTO: bytes.fromhex("DF014035"),
    names.CHIP_KEY: bytes.fromhex("DF014040"),
    names.REGISTER_CERTIFICATE: bytes.fromhex("DF00503C"),
    names.ISSUER_CERTIFICATE: bytes.fromhex("DF00503A"),
}
_CERTIFICATES = frozenset({names.REGISTER_CERTIFICATE, names.ISSUER_CERTIFICATE})
_SEQUENCE_OF_TWO_LENGTH_BYTES = bytes.fromhex("3082")
_HEADER_LENGTH = 4


def wanted_names(wants: Iterable[Want]) -> tuple[str, ...]:
    """Return the files that serve these wishes, each once, in the order in which they lie on the card."""
    wanted = {name for want in wants for name in names.FILES_OF[want]}
    return tuple(name for name in _PATHS if name in wanted)


def read_files(applet: Applet, wants: Iterable[Want]) -> dict[str, bytes]:
    """Return the wanted files that this card has; nothing else is read, and no PIN is needed."""
    found = ((name, applet.read(_PATHS[name])) for name in wanted_names(wants))
    return {name: trimmed(name, content) for name, content in found if content}


def read_authentication_certificate(applet: Applet) -> bytes:
    """Return the certificate to sign in with, in DER; raise `CardProblem` for a card that has none."""
    certificate = cut_certificate(applet.read(AUTHENTICATION_CERTIFICATE) or b"")
    if not certificate:
        # A small child's, or one that was never activated.
        raise CardProblem(Problem.CERTIFICATE_MISSING)
    return certificate


def trimmed(name: str, content: bytes) -> bytes:
    """Return a file without the zero bytes after a certificate; signed files stay as they are stored."""
    return cut_certificate(content) if name in _CERTIFICATES else content


def cut_certificate(content: bytes) -> bytes:
    """Return the DER at the start of a certificate's file; nothing for a file of zeros, which is an absent one."""
    if not content.startswith(_SEQUENCE_OF_TWO_LENGTH_BYTES):
        return b""
    return content[: _HEADER_LENGTH + int.from_bytes(content[2:_HEADER_LENGTH], "big")]
