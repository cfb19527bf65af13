"""The Belgian applet, versions 1.7 and 1.8, command by command (eid.md 1)."""

from dataclasses import dataclass

from idp.eid.card import apdu
from idp.eid.card.apdu import Answer, Transmit
from idp.eid.card.problems import CardProblem, Problem

_AID = bytes.fromhex("A000000030290570 00AD13100101FF")
_CARD_DATA = bytes.fromhex("80E400001C")
_CARD_DATA_WITH_TRIES = bytes.fromhex("80E400011F")
_PIN_STATE = bytes.fromhex("00200001")
_LOG_OFF = bytes.fromhex("80E60000")
_CARD_DATA_LENGTH = 28
_APPLET_BYTE = 21
# The card writes its version as two decimal digits in one byte.
_VERSIONS = {0x17: 17, 0x18: 18}
_BLOCK = 0xFC
_LARGEST_FILE = 64 * 1024
_MASTER_FILE = bytes.fromhex("3F00")
_AUTHENTICATION_KEY = 0x82
_CHIP_CHALLENGE_LENGTH = 48
# MSE: PKCS#1 v1.5 with SHA-256 on 1.7, ECDSA with SHA-384 on 1.8. The card receives the digest in both cases.
_ALGORITHM = {"RS256": 0x08, "ES384": 0x02}


@dataclass(frozen=True, slots=True)
class CardData:
    """Which applet it is, and how many entries of the PIN are left; None while the card says it is verified."""

    applet: int
    tries: int | None


class Applet:
    """A selected applet; whoever uses it holds the card for itself meanwhile (a transaction)."""

    def __init__(self, transmit: Transmit) -> None:
        """Select the applet; raise `CardProblem` where this is not such a card."""
        self._transmit = transmit
        if not self._send(bytes.fromhex("00A404000F") + _AID).is_ok:
            raise CardProblem(Problem.UNSUPPORTED_CARD)

    def data(self) -> CardData:
        """Return what the card says of itself; raise `CardProblem` for an applet that we do not know."""
        answer = self._send(_CARD_DATA)
        if not answer.is_ok or len(answer.content) < _CARD_DATA_LENGTH:
            raise CardProblem(Problem.UNSUPPORTED_CARD)
        version = _VERSIONS.get(answer.content[_APPLET_BYTE])
        # Asked of an older applet, the question for the tries would cost one.
        if version is None:
            raise CardProblem(Problem.UNSUPPORTED_CARD)
        return CardData(version, self._tries(version))

    def read(self, path: bytes) -> bytes | None:
        """Return a file by its path below the master file, such as DF01 4031; None where there is none."""
        whole = _MASTER_FILE + path
        selected = self._send(bytes((0x00, 0xA4, 0x08, 0x0C, len(whole))) + whole)
        if selected.status == apdu.FILE_NOT_FOUND:
            return None
        apdu.require(selected)
        content = b""
        while len(content) < _LARGEST_FILE:
            block = self._send(bytes((0x00, 0xB0, len(content) >> 8, len(content) & 0xFF, _BLOCK)))
            if block.status == 0x6B00:
                return content
            content += apdu.require(block)
            if len(block.content) < _BLOCK:
                return content
        raise CardProblem(Problem.UNSUPPORTED_CARD)

    def choose_key(self, algorithm: str) -> None:
        """Choose the authentication key, and no other, for the next signature; before the PIN, as cards want it."""
        apdu.require(self._send(bytes.fromhex("00A4080C043F00DF00")))
        try:
            reference = _ALGORITHM[algorithm]
        except KeyError:
            raise CardProblem(Problem.UNSUPPORTED_CARD) from None
        apdu.require(
            self._send(bytes((0x00, 0x22, 0x41, 0xB6, 0x05, 0x04, 0x80, reference, 0x84, _AUTHENTICATION_KEY)))
        )

    def verify(self, pin: str) -> None:
        """Show the PIN to the card; raise `CardProblem` with the tries that are left."""
        apdu.require(self._send(_PIN_STATE + b"\x08" + pin_block(pin)))

    def sign(self, digest: bytes) -> bytes:
        """Return the signature of a digest with the chosen key; r then s where it is elliptic."""
        return apdu.require(self._send(bytes((0x00, 0x2A, 0x9E, 0x9A, len(digest))) + digest))

    def sign_with_chip(self, challenge: bytes) -> bytes:
        """Return the chip's own signature of 48 bytes, r then s; on 1.8, without a PIN (eid.md 2.5)."""
        assert len(challenge) == _CHIP_CHALLENGE_LENGTH
        command = bytes.fromhex("00880281329430") + challenge
        return apdu.require(self._send(command))

    def log_off(self) -> None:
        """Take back every right that a PIN gave; a card that refuses is none of ours."""
        self._send(_LOG_OFF)

    def _tries(self, applet: int) -> int | None:
        if applet == 18:
            answer = self._send(_CARD_DATA_WITH_TRIES)
            return (
                answer.content[_CARD_DATA_LENGTH] if answer.is_ok and len(answer.content) > _CARD_DATA_LENGTH else None
            )
        status = self._send(_PIN_STATE).status
        if status & 0xFFF0 == 0x63C0:
            return status & 0xF
        return 0 if status == apdu.BLOCKED else None

    def _send(self, command: bytes) -> Answer:
        return apdu.exchange(self._transmit, command)


def pin_block(pin: str) -> bytes:
    """Return the eight bytes in which a PIN travels; raise `CardProblem` unless it is 4 to 12 digits."""
    if not (pin.isascii() and pin.isdecimal() and 4 <= len(pin) <= 12):
        raise CardProblem(Problem.PIN_FORMAT)
    return bytes.fromhex(f"2{len(pin):X}{pin}".ljust(16, "F"))
