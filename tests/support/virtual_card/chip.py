"""The chip: one command in, its answer and status word out (eid.md 1.5, 1.6). What lasts is only its tries."""

from collections.abc import Callable
from dataclasses import dataclass

from idp.eid.card.software import files
from idp.eid.card.software.card import SoftwareCard
from idp.eid.card.software.folder import IssuedCards
from tests.support.virtual_card import signing
from tests.support.virtual_card.commands import Command, StatusWord
from tests.support.virtual_card.file_tree import APPLICATIONS, MF, files_of

PIN = "1234"
TRIES = 3
# As the card tells its version: 1.7 is 17 in hexadecimal.
APPLET_BYTE = {17: 0x17, 18: 0x18}
ATR = {17: bytes.fromhex("3B9813400AA503010101AD1311"), 18: bytes.fromhex("3B7F96000080318065B085040120120FFF829000")}
SIGN, VERIFY, READ, LOG_OFF = 0x2A, 0x20, 0xB0, 0xE6

_OK = b"\x90\x00"
_CARD_DATA_LENGTH = 28


@dataclass
class _Session:
    """What power off and LOG OFF forget."""

    directory: str = MF
    file: str | None = None
    pending: bytes = b""
    algorithm: int = 0
    key: int = 0
    is_verified: bool = False
    commands_since_verify: int = 1000


class Chip:
    """One virtual card. `heard` holds each command's instruction, `tries` what is left of the PIN's."""

    def __init__(self, issued: IssuedCards, card: SoftwareCard, *, pin: str = PIN) -> None:
        self.card = card
        self.applet = card.holder.applet
        self.files = files_of(issued, card)
        self.pin = pin
        self.tries = TRIES
        self.heard: list[int] = []
        self._session = _Session()
        self._instructions: dict[tuple[int, int], Callable[[Command], bytes]] = {
            (0x00, 0xA4): self._select,
            (0x00, READ): self._read,
            (0x00, VERIFY): self._verify,
            (0x00, 0x22): self._choose_key,
            (0x00, SIGN): self._sign,
            (0x00, 0x88): self._authenticate_chip,
            (0x00, 0xC0): self._get_response,
            (0x80, 0xE4): self._card_data,
            (0x80, LOG_OFF): self._log_off,
        }

    @property
    def atr(self) -> bytes:
        """What the card says first."""
        return ATR[self.applet]

    @property
    def is_open(self) -> bool:
        """Tell whether whoever speaks with the card now may use its key without a PIN."""
        return self._session.is_verified

    def reset(self) -> None:
        """Forget everything but the tries, as at power on."""
        self._session = _Session()

    def transmit(self, sent: bytes) -> bytes:
        """Answer one command: data, then two bytes of status."""
        self.heard.append(sent[1])
        self._session.commands_since_verify += 1
        try:
            command = Command.parse(sent)
            if command.instruction != 0xC0:
                self._session.pending = b""
            return self._perform(command)
        except StatusWord as status:
            return status.value

    def _perform(self, command: Command) -> bytes:
        instruction = self._instructions.get((command.cls, command.instruction))
        if instruction is None:
            raise StatusWord(0x6E00 if command.cls not in {0x00, 0x80} else 0x6D00)
        return instruction(command)

    def _select(self, command: Command) -> bytes:
        if command.p2 not in {0x00, 0x0C}:
            raise StatusWord(0x6A86)
        path = self._selected(command)
        if path in self.files:
            self._session.directory, self._session.file = path.rpartition("/")[0], path
        elif path in APPLICATIONS.values():
            self._session.directory, self._session.file = path, None
        else:
            raise StatusWord(0x6A82)
        return _OK

    def _selected(self, command: Command) -> str:
        name = command.data.hex().upper()
        if command.p1 == 0x04:
            return APPLICATIONS.get(command.data, "")
        parts = [name[place : place + 4] for place in range(0, len(name), 4)]
        if command.p1 == 0x08:
            return "/".join(parts)
        if command.p1 != 0x02 or len(command.data) != 2:
            raise StatusWord(0x6A86)
        if name == MF:
            return MF
        here = f"{self._session.directory}/{name}"
        return here if here in self.files or here in APPLICATIONS.values() else f"{MF}/{name}"

    def _read(self, command: Command) -> bytes:
        if self._session.file is None:
            raise StatusWord(0x6986)
        content = self.files[self._session.file]
        offset = command.p1 << 8 | command.p2
        if offset >= len(content):
            raise StatusWord(0x6B00)
        left = len(content) - offset
        if command.expected > left:
            raise StatusWord(0x6C00 | left)
        return content[offset : offset + command.expected] + _OK

    def _card_data(self, command: Command) -> bytes:
        if command.p2 == 1 and self.applet != 18:
            raise StatusWord(0x6B00)
        versions = bytes((0xA5, 3, 1, 1, 1, APPLET_BYTE[self.applet], 0, 2, 0, 0x0F, 0, 0x0F))
        data = files.chip_number(self.card.holder) + versions
        assert len(data) == _CARD_DATA_LENGTH
        if command.p2 == 1:
            data += bytes((self.tries, TRIES, TRIES))
        if command.expected != len(data):
            raise StatusWord(0x6C00 | len(data))
        return data + _OK

    def _verify(self, command: Command) -> bytes:
        if (command.p1, command.p2) != (0, 1):
            raise StatusWord(0x6A86)
        if not command.data:
            return self._pin_state()
        if len(command.data) != 8:
            raise StatusWord(0x6700)
        if self.tries == 0:
            raise StatusWord(0x6983)
        # Spent before it is compared, so that pulling the card out wins nothing.
        self.tries -= 1
        self._session.is_verified = command.data == _pin_block(self.pin)
        if not self._session.is_verified:
            raise StatusWord(0x63C0 | self.tries)
        self.tries = TRIES
        self._session.commands_since_verify = 0
        return _OK

    def _pin_state(self) -> bytes:
        if self._session.is_verified:
            return _OK
        raise StatusWord(0x63C0 | self.tries if self.tries else 0x6983)

    def _choose_key(self, command: Command) -> bytes:
        if (command.p1, command.p2) != (0x41, 0xB6):
            raise StatusWord(0x6A86)
        if len(command.data) != 5 or command.data[:2] != b"\x04\x80" or command.data[3] != 0x84:
            raise StatusWord(0x6A80)
        algorithm, key = command.data[2], command.data[4]
        if key not in {0x82, 0x83} or algorithm not in signing.algorithms(self.applet):
            raise StatusWord(0x6A80)
        self._session.algorithm, self._session.key = algorithm, key
        return _OK

    def _sign(self, command: Command) -> bytes:
        session = self._session
        if (command.p1, command.p2) != (0x9E, 0x9A):
            raise StatusWord(0x6A86)
        if not session.key:
            raise StatusWord(0x6985)
        if not session.is_verified or not self._is_recent_enough():
            raise StatusWord(0x6982)
        keys = self.card.keys
        owner = keys.authentication if session.key == 0x82 else keys.signature
        if session.key == 0x83:
            session.is_verified = False
        return self._wait_for_response(signing.sign(owner.key, session.algorithm, command.data))

    def _is_recent_enough(self) -> bool:
        between = self._session.commands_since_verify - 1
        return self._session.key == 0x82 or between <= (0 if self.applet == 17 else 1)

    def _authenticate_chip(self, command: Command) -> bytes:
        if self.applet != 18 or (command.p1, command.p2) != (0x02, 0x81):
            raise StatusWord(0x6A86)
        if len(command.data) != 50 or command.data[:2] != b"\x94\x30":
            raise StatusWord(0x6A80)
        return self._wait_for_response(signing.sign(self.card.keys.chip, 0x02, command.data[2:]))

    def _wait_for_response(self, answer: bytes) -> bytes:
        self._session.pending = answer
        raise StatusWord(0x6100 | len(answer) & 0xFF)

    def _get_response(self, command: Command) -> bytes:
        pending = self._session.pending
        if not pending:
            raise StatusWord(0x6985)
        if command.expected > len(pending):
            raise StatusWord(0x6C00 | len(pending))
        self._session.pending = pending[command.expected :]
        left = len(self._session.pending)
        return pending[: command.expected] + (bytes((0x61, left)) if left else _OK)

    def _log_off(self, command: Command) -> bytes:
        if (command.p1, command.p2) != (0, 0):
            raise StatusWord(0x6A86)
        self._session.is_verified = False
        return _OK


def _pin_block(pin: str) -> bytes:
    return bytes.fromhex(f"2{len(pin):X}{pin}".ljust(16, "F"))
