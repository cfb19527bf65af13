"""A card's key in SoftHSM, used through PKCS#11 alone."""

from collections.abc import Callable
from pathlib import Path

import pkcs11
import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from pkcs11 import Attribute, ObjectClass
from pkcs11.util.ec import decode_ec_private_key
from pkcs11.util.rsa import decode_rsa_private_key
from pkcs11.util.x509 import decode_x509_certificate

from idp.eid.card.cards import CardPresence, ReaderState, Request, State, Want
from idp.eid.card.problems import CardProblem, Problem
from idp.eid.card.software.card import SoftwareCard
from idp.eid.card.token_cards import TokenCards
from tests.support.card_agent import NONCE, ORIGIN, Sitter, problem_of, verify_token
from tests.support.signing_token import LABEL, MODULE, PIN, SigningToken
from tests.support.software_cards import a_card

ASKED = Request(ORIGIN, NONCE, "nl", wants=frozenset({Want.IDENTITY}))
LABELS = {
    "DATA_FILE": "identity",
    "SIGN_DATA_FILE": "identitySignature",
    "CERT_RN_FILE": "rrnCertificate",
    "PHOTO_FILE": "photo",
}
# As the official module writes it; OpenSC has one byte.
KEY_ID = bytes.fromhex("0200000000000000")


def fill(card: SoftwareCard, *, with_certificate: bool = True) -> None:
    """Put a card's key, certificate and files into the token, as its makers would."""
    login = card.keys.authentication
    der = login.key.private_bytes(Encoding.DER, PrivateFormat.TraditionalOpenSSL, NoEncryption())
    key = decode_rsa_private_key(der) if card.holder.applet == 17 else decode_ec_private_key(der)
    named = {Attribute.ID: KEY_ID, Attribute.LABEL: "Authentication", Attribute.TOKEN: True}
    token = pkcs11.lib(MODULE).get_token(token_label=LABEL)
    with token.open(rw=True, user_pin=PIN) as session:
        session.create_object(key | named | {Attribute.PRIVATE: True, Attribute.SENSITIVE: True, Attribute.SIGN: True})
        if with_certificate:
            session.create_object(decode_x509_certificate(login.certificate.public_bytes(Encoding.DER)) | named)
        for label, name in LABELS.items():
            session.create_object(
                {
                    Attribute.CLASS: ObjectClass.DATA,
                    Attribute.LABEL: label,
                    Attribute.VALUE: card.files()[name],
                    Attribute.TOKEN: True,
                    Attribute.PRIVATE: False,
                }
            )


def cards_with(*reactions: str | Callable[[], str]) -> tuple[TokenCards, Sitter]:
    sitter = Sitter(*reactions)
    return TokenCards(sitter, Path(MODULE), LABEL), sitter


@pytest.mark.parametrize("number", [1, 2], ids=["RSA", "P-384"])
def test_a_token_signs_in(signing_token: SigningToken, number: int) -> None:
    fill(a_card(number))
    cards, sitter = cards_with(PIN)

    token = cards.authenticate(ASKED)

    verify_token(token, a_card(number))
    assert sitter.questions[0].wants == ASKED.wants
    assert cards.state() == State(ReaderState.PRESENT, CardPresence.PRESENT)


def test_a_wrong_pin_is_asked_for_again_and_then_told(signing_token: SigningToken) -> None:
    fill(a_card(2))
    cards, sitter = cards_with("0000", "00000000", "123456789012")

    assert problem_of(lambda: cards.authenticate(ASKED)) == (Problem.PIN_WRONG, None)
    assert [asked.was_wrong for asked in sitter.questions] == [False, True, True]


def test_the_right_pin_after_a_wrong_one_signs(signing_token: SigningToken) -> None:
    fill(a_card(2))
    cards, _ = cards_with("0000", PIN)

    verify_token(cards.authenticate(ASKED), a_card(2))


def test_files_are_read_after_one_question_for_both(signing_token: SigningToken) -> None:
    card = a_card(1)
    fill(card)
    cards, sitter = cards_with(PIN, "allowed")

    cards.authenticate(ASKED)
    files = cards.identity(ASKED)
    cards.identity(ASKED)

    assert set(files) == {"identity", "identitySignature", "rrnCertificate"}
    assert files["identity"] == card.files()["identity"]
    assert card.files()["rrnCertificate"].startswith(files["rrnCertificate"])
    assert [asked.signs_in for asked in sitter.questions] == [True, False]


def test_nothing_is_read_for_who_refuses(signing_token: SigningToken) -> None:
    def refuse() -> str:
        raise CardProblem(Problem.CANCELLED)

    fill(a_card(1))
    cards, _ = cards_with(refuse)

    assert problem_of(lambda: cards.identity(ASKED)) == (Problem.CANCELLED, None)


def test_a_token_without_a_certificate_is_told(signing_token: SigningToken) -> None:
    fill(a_card(2), with_certificate=False)
    cards, _ = cards_with(PIN)

    assert problem_of(lambda: cards.authenticate(ASKED)) == (Problem.CERTIFICATE_MISSING, None)


def test_a_token_that_goes_and_comes_back_is_found_again(signing_token: SigningToken) -> None:
    fill(a_card(2))
    cards, _ = cards_with(PIN)
    pkcs11.lib(MODULE).finalize()

    signing_token.take_away()
    away = cards.state()
    missing = problem_of(lambda: cards.authenticate(ASKED))
    signing_token.bring_back()

    assert away == State(ReaderState.PRESENT)
    assert missing == (Problem.NO_CARD, None)
    verify_token(cards.authenticate(ASKED), a_card(2))


@pytest.mark.parametrize("name", ["none.so", "module.so"])
def test_a_module_that_cannot_be_loaded_is_told(tmp_path: Path, name: str) -> None:
    (tmp_path / "module.so").write_text("no library", "ascii")
    cards = TokenCards(Sitter(), tmp_path / name, LABEL)

    assert problem_of(lambda: cards.authenticate(ASKED)) == (Problem.MIDDLEWARE_MISSING, None)
    assert cards.state() == State(ReaderState.NO_SERVICE, problem=Problem.MIDDLEWARE_MISSING)
