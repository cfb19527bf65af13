"""Answers and lists of which a byte was altered on the way: they are no answer, or say what they said before."""

from dataclasses import replace

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.x509 import ocsp as library

from idp.eid import crl, ocsp
from idp.eid.status import NoAnswer, Refused, StatedGood
from tests.support.eid_ground import CardGround
from tests.support.eid_responder import LIST

_FLIPS = (0x01, 0x80, 0x20, 0x04)


def _altered(content: bytes) -> list[bytes]:
    """Return the content with each byte altered in turn, by a bit that changes from one to the next."""
    return [
        content[:place] + bytes([content[place] ^ _FLIPS[place % len(_FLIPS)]]) + content[place + 1 :]
        for place in range(len(content))
    ]


@pytest.mark.parametrize("status", [library.OCSPCertStatus.GOOD, library.OCSPCertStatus.REVOKED])
def test_altered_answer_never_says_the_opposite(card_ground: CardGround, status: library.OCSPCertStatus) -> None:
    question = ocsp.ask(
        card_ground.card().certificate, card_ground.pki.citizen_ca.certificate, algorithm=hashes.SHA256()
    )
    card_ground.responder.ocsp = replace(card_ground.responder.ocsp, status=status)
    answer = card_ground.responder.answer(question.der)
    said = _said(answer, question, card_ground)

    outcomes = [_said(altered, question, card_ground) for altered in _altered(answer)]

    # Whatever is not signed (the certificates that come along, how the responder calls itself) may be altered.
    assert {type(outcome) for outcome in outcomes} == {type(said), NoAnswer}
    assert all(outcome == said for outcome in outcomes if isinstance(outcome, StatedGood))
    assert all(isinstance(outcome, NoAnswer) for outcome in outcomes[:60])


def test_altered_list_is_no_list(card_ground: CardGround) -> None:
    card = card_ground.card().certificate
    card_ground.responder.list.revoked[card.serial_number] = card_ground.clock.now()
    card_ground.responder.list.reason = x509.ReasonFlags.key_compromise
    content = card_ground.responder.revocations()

    for altered in _altered(content):
        with pytest.raises(NoAnswer):
            crl.look_up(card, _loaded(altered, card, card_ground))
    with pytest.raises(Refused):
        crl.look_up(card, _loaded(content, card, card_ground))


def _said(answer: bytes, question: ocsp.Question, card_ground: CardGround) -> StatedGood | NoAnswer | Refused:
    try:
        return ocsp.read(answer, question, now=card_ground.clock.now(), is_nonce_required=False)
    except (NoAnswer, Refused) as outcome:
        return outcome


def _loaded(content: bytes, card: x509.Certificate, card_ground: CardGround) -> x509.CertificateRevocationList:
    issuer, now = card_ground.pki.citizen_ca.certificate, card_ground.clock.now()
    return crl.load(content, card, issuer, url=card_ground.responder.url(LIST), now=now)
