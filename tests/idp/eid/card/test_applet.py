"""The applet's commands, wired straight to the virtual card: no smart-card service is between them."""

import hashlib

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed, encode_dss_signature

from idp.eid.card import card_files
from idp.eid.card.applet import Applet, CardData, pin_block
from idp.eid.card.cards import Want
from idp.eid.card.problems import CardProblem, Problem
from idp.eid.card.software.folder import IssuedCards
from tests.support.software_cards import a_card, an_authority
from tests.support.virtual_card.chip import VERIFY, Chip
from tests.support.virtual_card.file_tree import absent_certificate

PATH_OF_LOGIN_CERTIFICATE = "3F00/DF00/5038"


def a_chip(number: int) -> Chip:
    return Chip(IssuedCards(an_authority(), (a_card(number),)), a_card(number))


@pytest.fixture(params=[1, 2], ids=["1.7", "1.8"])
def chip(request: pytest.FixtureRequest) -> Chip:
    return a_chip(request.param)


def problem_of(chip: Chip, pin: str) -> tuple[Problem, int | None]:
    with pytest.raises(CardProblem) as caught:
        Applet(chip.transmit).verify(pin)
    return caught.value.problem, caught.value.tries


def test_version_and_tries_are_told_and_cost_none(chip: Chip) -> None:
    applet = Applet(chip.transmit)

    told = [applet.data() for _ in range(5)]

    assert told == [CardData(chip.applet, 3)] * 5
    assert chip.tries == 3


def test_wrong_pins_are_counted_down_to_a_blocked_card(chip: Chip) -> None:
    assert problem_of(chip, "0000") == (Problem.PIN_WRONG, 2)
    assert Applet(chip.transmit).data().tries == 2
    assert problem_of(chip, "0000") == (Problem.PIN_WRONG, 1)
    assert problem_of(chip, "0000") == (Problem.PIN_BLOCKED, 0)
    assert problem_of(chip, chip.pin) == (Problem.PIN_BLOCKED, 0)
    assert Applet(chip.transmit).data().tries == 0


@pytest.mark.parametrize("pin", ["", "123", "1234567890123", "12a4", "\u0661\u0662\u0663\u0664", " 1234", "-123"])
def test_what_cannot_be_a_pin_is_never_sent(chip: Chip, pin: str) -> None:
    assert problem_of(chip, pin) == (Problem.PIN_FORMAT, None)
    assert VERIFY not in chip.heard


@pytest.mark.parametrize(
    ("pin", "block"),
    [("1234", "241234FFFFFFFFFF"), ("12345", "2512345FFFFFFFFF"), ("123456789012", "2C123456789012FF")],
)
def test_the_pin_travels_as_digits_with_their_number(pin: str, block: str) -> None:
    assert pin_block(pin) == bytes.fromhex(block)


def test_the_old_card_signs_a_digest_with_its_login_key() -> None:
    chip = a_chip(1)
    digest = hashlib.sha256(b"signed").digest()
    applet = Applet(chip.transmit)
    applet.choose_key("RS256")
    applet.verify(chip.pin)

    signature = applet.sign(digest)

    key = chip.card.keys.authentication.certificate.public_key()
    assert isinstance(key, rsa.RSAPublicKey)
    key.verify(signature, digest, padding.PKCS1v15(), Prehashed(hashes.SHA256()))


def test_the_new_card_signs_a_digest_with_its_login_key() -> None:
    chip = a_chip(2)
    digest = hashlib.sha384(b"signed").digest()
    applet = Applet(chip.transmit)
    applet.choose_key("ES384")
    applet.verify(chip.pin)

    pair = applet.sign(digest)

    key = chip.card.keys.authentication.certificate.public_key()
    assert isinstance(key, ec.EllipticCurvePublicKey)
    signature = encode_dss_signature(int.from_bytes(pair[:48], "big"), int.from_bytes(pair[48:], "big"))
    key.verify(signature, digest, ec.ECDSA(Prehashed(hashes.SHA384())))


def test_after_logging_off_nothing_is_signed_any_more(chip: Chip) -> None:
    applet = Applet(chip.transmit)
    algorithm, length = ("RS256", 32) if chip.applet == 17 else ("ES384", 48)
    applet.choose_key(algorithm)
    applet.verify(chip.pin)

    applet.log_off()

    assert not chip.is_open
    with pytest.raises(CardProblem):
        applet.sign(bytes(length))


def test_an_algorithm_that_the_card_does_not_know_is_refused(chip: Chip) -> None:
    with pytest.raises(CardProblem) as caught:
        Applet(chip.transmit).choose_key("ES256")

    assert caught.value.problem is Problem.UNSUPPORTED_CARD


def test_all_files_are_read_as_they_were_stored(chip: Chip) -> None:
    stored = chip.card.files()

    read = card_files.read_files(Applet(chip.transmit), Want)

    assert set(read) == set(stored)
    for name in ("rrnCertificate", "caCertificate"):
        x509.load_der_x509_certificate(read[name])
        assert stored[name] == read[name].ljust(len(stored[name]), b"\0")
        del stored[name]
    assert {name: read[name] for name in stored} == stored


@pytest.mark.parametrize("length", [0, 1, 251, 252, 253, 503, 504, 505, 1200])
def test_a_file_of_any_length_is_read_whole(chip: Chip, length: int) -> None:
    content = bytes(place % 251 for place in range(length))
    chip.files["3F00/DF01/4035"] = content

    assert Applet(chip.transmit).read(bytes.fromhex("DF014035")) == content


def test_a_file_that_never_ends_is_given_up() -> None:
    def endless(sent: bytes) -> bytes:
        return bytes(0xFC) + b"\x90\x00" if sent[1] == 0xB0 else b"\x90\x00"

    with pytest.raises(CardProblem):
        Applet(endless).read(bytes.fromhex("DF014035"))


def test_a_card_without_a_login_certificate_says_so(chip: Chip) -> None:
    present = chip.files[PATH_OF_LOGIN_CERTIFICATE]
    for stored in (absent_certificate(present), None):
        if stored is None:
            del chip.files[PATH_OF_LOGIN_CERTIFICATE]
        else:
            chip.files[PATH_OF_LOGIN_CERTIFICATE] = stored
        with pytest.raises(CardProblem) as caught:
            card_files.read_authentication_certificate(Applet(chip.transmit))
        assert caught.value.problem is Problem.CERTIFICATE_MISSING


@pytest.mark.parametrize("answer", [b"\x6a\x82", b"\x6d\x00", b"\x6e\x00"])
def test_another_kind_of_card_is_not_supported(answer: bytes) -> None:
    with pytest.raises(CardProblem) as caught:
        Applet(lambda _: answer)

    assert caught.value.problem is Problem.UNSUPPORTED_CARD


def test_an_older_applet_is_not_asked_for_its_tries() -> None:
    """On 1.1 the question would cost a try (eid.md 1.6)."""
    heard = []

    def old_card(sent: bytes) -> bytes:
        heard.append(sent[1])
        return (bytes(21) + b"\x11" + bytes(6) if sent[1] == 0xE4 else b"") + b"\x90\x00"

    with pytest.raises(CardProblem) as caught:
        Applet(old_card).data()

    assert caught.value.problem is Problem.UNSUPPORTED_CARD
    assert VERIFY not in heard
