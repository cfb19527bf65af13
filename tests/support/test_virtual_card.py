"""The virtual card answers as real ones were seen to (eid.md 1.6, 6.5); what is built on it proves as much as this."""

import hashlib
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed, encode_dss_signature

from development.ports import is_taken
from development.programs import OPENSC, PKCS11_TOOL, require
from idp.eid.card.software.folder import IssuedCards, make_cards
from tests.support.pcsc import SmartCardService
from tests.support.pcsc_namespace import READER_PORT
from tests.support.virtual_card.chip import Chip

RIGHT = bytes.fromhex("0020000108241234FFFFFFFFFF")
WRONG = bytes.fromhex("0020000108249999FFFFFFFFFF")
ASK_PIN = bytes.fromhex("00200001")
DIGEST = hashlib.sha384(b"signed").digest()


@pytest.fixture(scope="module")
def issued() -> IssuedCards:
    return make_cards(datetime(2026, 6, 1, tzinfo=UTC), ocsp_url="http://127.0.0.1:1/ocsp")


@pytest.fixture(params=[1, 2], ids=["1.7", "1.8"])
def chip(request: pytest.FixtureRequest, issued: IssuedCards) -> Chip:
    return Chip(issued, issued.card(request.param))


@pytest.fixture
def new_chip(issued: IssuedCards) -> Chip:
    return Chip(issued, issued.card(2))


def _send(chip: Chip, command: str) -> str:
    return chip.transmit(bytes.fromhex(command)).hex().upper()


def _read(chip: Chip, path: str) -> bytes:
    name = bytes.fromhex(path.replace("/", ""))
    assert chip.transmit(bytes.fromhex("00A4080C") + bytes((len(name),)) + name) == b"\x90\x00"
    content = b""
    while True:
        answer = chip.transmit(bytes((0, 0xB0, len(content) >> 8, len(content) & 0xFF, 0xFC)))
        if answer == b"\x6b\x00":
            return content
        if answer[-2] == 0x6C:
            answer = chip.transmit(bytes((0, 0xB0, len(content) >> 8, len(content) & 0xFF, answer[-1])))
        assert answer[-2:] == b"\x90\x00"
        content += answer[:-2]


def test_every_file_is_read_block_by_block(chip: Chip) -> None:
    assert {path: _read(chip, path) for path in chip.files} == chip.files


def test_a_file_that_is_not_there_is_not_found(chip: Chip) -> None:
    assert _send(chip, "00A4020C025037") == "6A82"
    assert _send(chip, "00A4020C02DF00") == "9000"
    assert _send(chip, "00A4020C025037") == "9000"
    assert _send(chip, "00A4080C065037DF003F00") == "6A82"
    assert _send(chip, "00A4040C0C" + "A000000177504B43532D3135") == "9000"


def test_a_read_past_the_end_tells_how_much_is_left(chip: Chip) -> None:
    _send(chip, "00A4080C063F00DF014033")
    assert _send(chip, "00B0000000") == "6C75"
    assert _send(chip, "00B0007001") == "009000"
    assert _send(chip, "00B0007501") == "6B00"


def test_the_card_tells_its_applet_and_on_1_8_its_tries(chip: Chip) -> None:
    assert _send(chip, "80E4000000") == "6C1C"
    data = chip.transmit(bytes.fromhex("80E400001C"))
    assert data[21] == {17: 0x17, 18: 0x18}[chip.applet] and len(data) == 30
    chip.transmit(WRONG)
    tries = chip.transmit(bytes.fromhex("80E400011F"))
    assert tries == b"\x6b\x00" if chip.applet == 17 else tries[28] == 2


def test_three_wrong_pins_block_it_and_no_power_cycle_heals(chip: Chip) -> None:
    answers = [chip.transmit(WRONG) for _ in range(4)]
    assert answers == [b"\x63\xc2", b"\x63\xc1", b"\x63\xc0", b"\x69\x83"]
    chip.reset()
    assert chip.transmit(RIGHT) == b"\x69\x83" == chip.transmit(ASK_PIN)


@pytest.mark.parametrize("ask", ["00200001", "0020000100"])
def test_the_pin_state_is_told_and_costs_nothing(chip: Chip, ask: str) -> None:
    assert _send(chip, ask) == "63C3" == _send(chip, ask)
    chip.transmit(RIGHT)
    assert _send(chip, ask) == "9000"


@pytest.mark.parametrize("log_off", ["80E60000", "80E6000000"])
def test_a_right_pin_opens_until_log_off_or_reset(chip: Chip, log_off: str) -> None:
    chip.transmit(WRONG)
    assert chip.transmit(RIGHT) == b"\x90\x00" and chip.tries == 3
    was_open = [chip.is_open]
    assert _send(chip, log_off) == "9000"
    was_open.append(chip.is_open)
    chip.transmit(RIGHT)
    chip.reset()
    assert [*was_open, chip.is_open] == [True, False, False]


def test_no_signature_without_a_key_and_a_pin(new_chip: Chip) -> None:
    sign = "002A9E9A30" + DIGEST.hex()
    assert _send(new_chip, sign) == "6985"
    assert _send(new_chip, "002241B6050480028482") == "9000"
    assert _send(new_chip, sign) == "6982"
    new_chip.transmit(RIGHT)
    assert _send(new_chip, "002A9E9A20" + "00" * 32) == "6A80"
    assert _send(new_chip, sign) == "6160"


def test_signatures_of_1_8_are_r_and_s_of_the_digest(new_chip: Chip) -> None:
    _send(new_chip, "002241B6050480028482")
    new_chip.transmit(RIGHT)
    _send(new_chip, "002A9E9A30" + DIGEST.hex())
    key = new_chip.card.keys.authentication.certificate.public_key()
    assert isinstance(key, ec.EllipticCurvePublicKey)
    key.verify(_der(new_chip.transmit(bytes.fromhex("00C0000060"))), DIGEST, ec.ECDSA(Prehashed(hashes.SHA384())))
    assert _send(new_chip, "00C0000060") == "6985"


def test_the_chip_answers_a_challenge_without_a_pin_on_1_8_alone(chip: Chip) -> None:
    answer = _send(chip, "00880281329430" + DIGEST.hex())
    if chip.applet == 17:
        assert answer == "6A86"
        return
    assert answer == "6160"
    signature = _der(chip.transmit(bytes.fromhex("00C0000060")))
    chip.card.keys.chip.public_key().verify(signature, DIGEST, ec.ECDSA(Prehashed(hashes.SHA384())))


@pytest.mark.parametrize(("algorithm", "handed"), [("08", ""), ("01", "3031300D060960864801650304020105000420")])
def test_signatures_of_1_7_are_padded_by_the_card(issued: IssuedCards, algorithm: str, handed: str) -> None:
    chip = Chip(issued, issued.card(1))
    digest = hashlib.sha256(b"signed").hexdigest()
    _send(chip, f"002241B6050480{algorithm}8482")
    chip.transmit(RIGHT)
    length = len(handed + digest) // 2
    assert _send(chip, f"002A9E9A{length:02X}{handed}{digest}") == "6100"
    answer = chip.transmit(bytes.fromhex("00C0000000"))
    key = chip.card.keys.authentication.certificate.public_key()
    assert isinstance(key, rsa.RSAPublicKey) and answer[-2:] == b"\x90\x00"
    key.verify(answer[:-2], b"signed", padding.PKCS1v15(), hashes.SHA256())


def test_the_signature_key_wants_its_pin_each_time(new_chip: Chip) -> None:
    _send(new_chip, "002241B6050480028483")
    new_chip.transmit(RIGHT)
    sign = "002A9E9A30" + DIGEST.hex()
    assert _send(new_chip, sign) == "6160" and _send(new_chip, sign) == "6982"


def test_what_the_card_does_not_know_is_refused(chip: Chip) -> None:
    assert _send(chip, "00FF0000") == "6D00"
    assert _send(chip, "A0A4000002") == "6E00"
    assert _send(chip, "0020000108241234") == "6700"


def _der(answer: bytes) -> bytes:
    assert answer[-2:] == b"\x90\x00" and len(answer) == 98
    return encode_dss_signature(int.from_bytes(answer[:48], "big"), int.from_bytes(answer[48:96], "big"))


@pytest.fixture
def inserted(chip: Chip, smart_card_service: SmartCardService) -> Iterator[Chip]:
    with smart_card_service.inserted(chip):
        yield chip


def test_a_foreign_program_finds_four_certificates(inserted: Chip) -> None:
    listed = _pkcs11_tool("--list-objects", "--type", "cert")
    labels = [line.split(":")[1].strip() for line in listed.splitlines() if line.strip().startswith("label:")]
    assert sorted(labels) == ["Authentication", "CA", "Root", "Signature"]
    holder = inserted.card.holder
    assert f"{holder.given_names} {holder.family_name} (Authentication)" in listed


def test_a_foreign_program_signs_with_1_7(
    issued: IssuedCards, smart_card_service: SmartCardService, tmp_path: Path
) -> None:
    chip = Chip(issued, issued.card(1))
    (tmp_path / "in").write_bytes(b"signed")
    sign = ["--login", "--pin", "1234", "--sign", "--id", "02", "--mechanism", "SHA256-RSA-PKCS"]
    with smart_card_service.inserted(chip):
        _pkcs11_tool(*sign, "--input-file", str(tmp_path / "in"), "--output-file", str(tmp_path / "out"))
    key = chip.card.keys.authentication.certificate.public_key()
    assert isinstance(key, rsa.RSAPublicKey)
    key.verify((tmp_path / "out").read_bytes(), b"signed", padding.PKCS1v15(), hashes.SHA256())


def _pkcs11_tool(*arguments: str) -> str:
    command = [require(PKCS11_TOOL), "--module", require(OPENSC), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_reader_is_reached_by_nobody_outside(smart_card_service: SmartCardService, new_chip: Chip) -> None:
    with smart_card_service.inserted(new_chip):
        assert not is_taken(READER_PORT)
