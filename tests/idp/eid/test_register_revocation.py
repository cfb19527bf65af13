"""A register that its root has withdrawn signs no identities any more; nobody is asked too early (eid.md 2.4)."""

from dataclasses import replace
from datetime import timedelta

import pytest
from cryptography import x509

from idp.eid.card.software.issuing import Issued
from idp.eid.identity import read_document
from idp.eid.problems import EidProblem, EidRefused
from tests.support.card_registers import RIGHT, a_register, signed, written
from tests.support.eid_ground import CardGround
from tests.support.eid_responder import LIST
from tests.support.software_cards import a_card, holder_of


def a_listed_register(ground: CardGround) -> Issued:
    """Return a register whose root keeps a list of what it has withdrawn."""
    root = Issued(ground.pki.root.certificate, ground.pki.root.key)
    ground.responder.list.signer = ground.pki.root
    at = x509.UniformResourceIdentifier(ground.responder.url(LIST))
    return a_register(issuer=root, extra=x509.CRLDistributionPoints([x509.DistributionPoint([at], None, None, None)]))


def problem_of(ground: CardGround, files: dict[str, bytes]) -> EidProblem | None:
    try:
        read_document(files, holder_of(a_card(3)), ground.cards, now=ground.clock.now())
    except EidRefused as refused:
        return refused.problem
    return None


def test_a_register_that_is_not_on_the_list_is_believed_and_the_list_is_kept(card_ground: CardGround) -> None:
    files = signed(written(RIGHT), a_listed_register(card_ground))

    assert problem_of(card_ground, files) is None
    assert problem_of(card_ground, files) is None
    assert card_ground.responder.asked[LIST] == 1


def test_a_register_on_the_list_is_refused(card_ground: CardGround) -> None:
    register = a_listed_register(card_ground)
    since = card_ground.clock.now() - timedelta(days=1)
    card_ground.responder.list.revoked = {register.certificate.serial_number: since}

    assert problem_of(card_ground, signed(written(RIGHT), register)) is EidProblem.ISSUER_UNKNOWN


def test_a_register_that_nobody_answers_for_is_not_believed(card_ground: CardGround) -> None:
    files = signed(written(RIGHT), a_listed_register(card_ground))
    card_ground.responder.stop()

    assert problem_of(card_ground, files) is EidProblem.REVOCATION_UNAVAILABLE


def test_a_list_that_another_authority_signed_does_not_count(card_ground: CardGround) -> None:
    files = signed(written(RIGHT), a_listed_register(card_ground))
    card_ground.responder.list.signer = card_ground.pki.citizen_ca

    assert problem_of(card_ground, files) is EidProblem.REVOCATION_UNAVAILABLE


@pytest.mark.parametrize("is_name_changed", [True, False])
def test_nobody_is_asked_about_a_register_that_no_root_issued(
    card_ground: CardGround, *, is_name_changed: bool
) -> None:
    """Else whoever writes a certificate chooses what we fetch."""
    register = a_listed_register(card_ground)
    another = card_ground.pki.authority("Another Root" if is_name_changed else "Test Root CA", None, register.key)
    forged = a_register(
        issuer=Issued(another.certificate, another.key),
        extra=register.certificate.extensions.get_extension_for_class(x509.CRLDistributionPoints).value,
    )

    assert problem_of(card_ground, signed(written(RIGHT), replace(register, certificate=forged.certificate))) in {
        EidProblem.ISSUER_UNKNOWN,
        EidProblem.FILES_INVALID,
    }
    assert card_ground.responder.asked == {}
