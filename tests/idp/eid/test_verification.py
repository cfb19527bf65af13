"""One token from the signature to the name, and every card that is refused on the way."""

from base64 import b64encode
from dataclasses import replace
from datetime import date, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID

from core.people.national_number import NationalNumber
from idp.eid.holder import RevocationSource
from idp.eid.problems import EidProblem
from tests.support.eid_ground import CardGround
from tests.support.eid_pki import AUTHENTICATION, SIGNATURE, YEAR, SoftCard, ec_key, issue, rsa_key
from tests.support.eid_responder import ISSUER, LIST, OCSP


@pytest.mark.parametrize("key", [ec_key(), rsa_key()], ids=["applet 1.8", "applet 1.7"])
def test_card_proves_who_holds_it(card_ground: CardGround, key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey) -> None:
    card = card_ground.pki.card(card_ground.shape(), key=key)

    holder = card_ground.present(card)

    assert holder.number == NationalNumber.parse("85061512390")
    assert (holder.given_names, holder.family_name) == ("Nora Angèle", "Specimen")
    assert holder.valid_until == card.certificate.not_valid_after_utc
    assert holder.issuer == "CN=Citizen CA,C=BE"
    assert holder.policies == ("2.16.56.12.1.1.2.2",)
    assert holder.revocation is RevocationSource.OCSP
    assert holder.good_as_of == card_ground.clock.now() - timedelta(minutes=1)


def test_old_card_without_extended_key_usage_logs_in(card_ground: CardGround) -> None:
    holder = card_ground.present(card_ground.card(extended_usage=None))

    assert holder.family_name == "Specimen"


def test_holder_with_one_name_only_logs_in(card_ground: CardGround) -> None:
    holder = card_ground.present(card_ground.card(given_names=None))

    assert (holder.given_names, holder.family_name) == (None, "Specimen")


@pytest.mark.parametrize(
    "changed",
    [
        {"usage": (SIGNATURE,)},
        {"usage": (AUTHENTICATION, SIGNATURE)},
        {"usage": (AUTHENTICATION, "key_cert_sign")},
        {"usage": None},
        {"extended_usage": (ExtendedKeyUsageOID.EMAIL_PROTECTION,)},
        {"is_authority": True, "number": None},
    ],
    ids=["signature", "both", "authority's usage", "no usage", "mail only", "authority"],
)
def test_certificate_that_is_not_for_logging_in_is_refused(card_ground: CardGround, changed: dict[str, object]) -> None:
    refused = card_ground.refused(card_ground.card(**changed))

    assert refused.problem is EidProblem.NOT_FOR_LOGIN
    assert not card_ground.responder.asked


@pytest.mark.parametrize("number", [None, "85061512391", "8506151239", "85.06.15-123.90", "PNOBE-85061512390"])
def test_certificate_without_a_national_number_is_refused(card_ground: CardGround, number: str | None) -> None:
    refused = card_ground.refused(card_ground.card(number=number))

    assert refused.problem is EidProblem.CERTIFICATE_MISSING_NUMBER
    assert "85061512" not in repr(refused.details)


def test_expired_certificate_is_refused_with_its_last_day(card_ground: CardGround) -> None:
    now = card_ground.clock.now()

    refused = card_ground.refused(card_ground.card(valid_until=now - timedelta(days=3)))

    assert (refused.problem, refused.day) == (EidProblem.CERTIFICATE_EXPIRED, date(2026, 10, 30))
    assert not card_ground.responder.asked


def test_certificate_of_tomorrow_is_refused_with_its_first_day(card_ground: CardGround) -> None:
    now = card_ground.clock.now()

    refused = card_ground.refused(card_ground.card(valid_from=now + timedelta(days=1)))

    assert (refused.problem, refused.day) == (EidProblem.CERTIFICATE_NOT_YET, date(2026, 11, 3))


def test_expired_certificate_of_a_stranger_is_not_called_expired(card_ground: CardGround) -> None:
    stranger = card_ground.pki.authority("Citizen CA", None, ec_key())
    shape = card_ground.shape(valid_until=card_ground.clock.now() - timedelta(days=3))

    refused = card_ground.refused(card_ground.pki.card(shape, issuer=stranger))

    assert refused.problem is EidProblem.ISSUER_UNKNOWN


def test_issuer_with_the_right_name_and_another_key_is_refused_unasked(card_ground: CardGround) -> None:
    stranger = card_ground.pki.authority("Citizen CA", None, ec_key())

    refused = card_ground.refused(card_ground.pki.card(card_ground.shape(), issuer=stranger))

    assert refused.problem is EidProblem.ISSUER_UNKNOWN
    assert card_ground.responder.asked.keys() <= {ISSUER}


def test_card_straight_from_the_root_is_refused(card_ground: CardGround) -> None:
    refused = card_ground.refused(card_ground.pki.card(card_ground.shape(), issuer=card_ground.pki.root))

    assert refused.problem is EidProblem.ISSUER_UNKNOWN


def test_card_issued_by_another_card_is_refused(card_ground: CardGround) -> None:
    issuing = card_ground.card()
    token_of = card_ground.pki.card(card_ground.shape(), issuer=issuing.issued)
    asked = card_ground.challenge()

    refused = card_ground.refuses(token_of.token(card_ground.cards.origin, asked.nonce), asked, hint=issuing.issued.der)

    assert refused.problem is EidProblem.ISSUER_UNKNOWN


def test_issuer_that_a_client_sends_is_used_where_a_root_stands_behind_it(card_ground: CardGround) -> None:
    newer = card_ground.pki.authority("Foreigner CA", card_ground.pki.root, ec_key())
    card = card_ground.pki.card(card_ground.shape(ocsp=None), issuer=newer)
    card_ground.responder.list.signer = newer
    asked = card_ground.challenge()

    token = card.token(card_ground.cards.origin, asked.nonce)
    holder = card_ground.cards.verify(token, challenge=asked, issuer_hint=newer.der + bytes(1100))

    assert holder.issuer == "CN=Foreigner CA,C=BE"


def test_issuer_that_a_client_made_itself_is_not_used(card_ground: CardGround) -> None:
    stranger = card_ground.pki.authority("Citizen CA", None, ec_key())
    asked = card_ground.challenge()
    token = card_ground.pki.card(card_ground.shape(), issuer=stranger).token(card_ground.cards.origin, asked.nonce)

    refused = card_ground.refuses(token, asked, hint=stranger.der)

    assert refused.problem is EidProblem.ISSUER_UNKNOWN


def test_certificate_signed_over_sha1_is_refused(card_ground: CardGround) -> None:
    over_rsa = card_ground.pki.authority("Citizen CA", card_ground.pki.root, rsa_key(number=1))
    card = card_ground.pki.card(card_ground.shape(is_over_sha1=True), issuer=over_rsa)

    assert card_ground.refused(card).problem is EidProblem.WEAK_ALGORITHM
    assert not card_ground.responder.asked


def test_issuer_signed_over_sha1_is_refused(card_ground: CardGround) -> None:
    root = card_ground.pki.authority("Old Root CA", None, rsa_key(number=2))
    root.write(card_ground.test_roots / "old-root.pem")
    old = card_ground.pki.authority("Citizen CA", root, ec_key(), is_over_sha1=True)
    old.write(card_ground.test_roots / "old-ca.pem")

    refused = card_ground.refused(card_ground.pki.card(card_ground.shape(), issuer=old))

    assert refused.problem is EidProblem.WEAK_ALGORITHM


@pytest.mark.parametrize(
    "key", [rsa_key(1024), ec_key(ec.SECP256R1()), ec_key(ec.SECP521R1())], ids=["RSA 1024", "P-256", "P-521"]
)
def test_key_that_no_card_in_force_has_is_refused(
    card_ground: CardGround, key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey
) -> None:
    card = card_ground.pki.card(card_ground.shape(), key=key)

    assert card_ground.refused(card).problem is EidProblem.WEAK_ALGORITHM


def test_issuer_that_has_expired_issues_no_more(card_ground: CardGround) -> None:
    now = card_ground.clock.now()
    ended = card_ground.pki.authority("Citizen CA", card_ground.pki.root, ec_key(), valid_until=now - timedelta(days=1))
    ended.write(card_ground.test_roots / "ended-ca.pem")

    refused = card_ground.refused(card_ground.pki.card(card_ground.shape(), issuer=ended))

    assert refused.problem is EidProblem.ISSUER_UNKNOWN


def test_issuer_that_was_good_last_year_is_not_believed_after_its_end(card_ground: CardGround) -> None:
    now = card_ground.clock.now()
    ending = card_ground.pki.authority("Citizen CA", card_ground.pki.root, ec_key(), valid_until=now + YEAR)
    ending.write(card_ground.test_roots / "ending-ca.pem")
    card_ground.responder.ocsp.signer = ending
    card = card_ground.pki.card(card_ground.shape(), issuer=ending)
    card_ground.present(card)

    card_ground.clock.advance(2 * YEAR)

    assert card_ground.refused(card).problem is EidProblem.ISSUER_UNKNOWN


def test_root_that_is_pinned_nowhere_is_refused(card_ground: CardGround) -> None:
    (card_ground.test_roots / "test-root.pem").unlink()

    assert card_ground.refused(card_ground.card()).problem is EidProblem.ISSUER_UNKNOWN


def test_answer_to_another_challenge_is_refused_before_anybody_is_asked(card_ground: CardGround) -> None:
    card, earlier = card_ground.card(), card_ground.challenge()

    refused = card_ground.refuses(card.token(card_ground.cards.origin, earlier.nonce), card_ground.challenge())

    assert refused.problem is EidProblem.BAD_SIGNATURE
    assert not card_ground.responder.asked


def test_answer_that_was_made_for_another_origin_is_refused(card_ground: CardGround) -> None:
    asked = card_ground.challenge()

    refused = card_ground.refuses(card_ground.card().token("https://login.immo.test.example", asked.nonce), asked)

    assert refused.problem is EidProblem.BAD_SIGNATURE


def test_certificate_of_somebody_else_is_refused(card_ground: CardGround) -> None:
    mine, theirs = card_ground.card(), card_ground.card(number="71715100070", surname="Other")
    swapped = SoftCard(replace(mine.issued, certificate=theirs.certificate))

    assert card_ground.refused(swapped).problem is EidProblem.BAD_SIGNATURE


def test_good_card_asks_once_and_only_its_responder(card_ground: CardGround) -> None:
    card = card_ground.card()

    card_ground.present(card)
    card_ground.present(card)

    assert card_ground.responder.asked == {OCSP: 1}
    assert LIST not in card_ground.responder.asked


def test_second_certificate_with_the_same_names_is_another_card(card_ground: CardGround) -> None:
    shape = card_ground.shape()
    first = SoftCard(issue(shape, ec_key(), card_ground.pki.citizen_ca))
    second = SoftCard(issue(shape, ec_key(), card_ground.pki.citizen_ca))

    prints = {card_ground.present(card).certificate_fingerprint for card in (first, second)}

    assert len(prints) == 2
    assert card_ground.responder.asked == {OCSP: 2}


def test_bits_that_nobody_signed_do_not_make_another_certificate(card_ground: CardGround) -> None:
    """A signature that ends in a zero bit can be said to be a bit shorter; what is signed stays the same."""
    card = next(card for card in iter(card_ground.card, None) if card.certificate.signature[-1] & 1 == 0)
    der = bytearray(card.issued.der)
    unused = len(der) - len(card.certificate.signature) - 1
    assert der[unused] == 0
    der[unused] = 1

    refused = card_ground.refused(card, unverifiedCertificate=b64encode(der).decode())

    assert refused.problem is EidProblem.ISSUER_UNKNOWN
    assert not card_ground.responder.asked


def test_issuer_of_a_card_is_remembered_but_not_its_days(card_ground: CardGround) -> None:
    card = card_ground.card(valid_until=card_ground.clock.now() + timedelta(days=1))
    card_ground.present(card)
    card_ground.present(card)

    card_ground.clock.advance(timedelta(days=2))

    assert card_ground.refused(card).problem is EidProblem.CERTIFICATE_EXPIRED


def test_certificate_of_two_numbers_is_nobodys(card_ground: CardGround) -> None:
    refused = card_ground.refused(card_ground.card(further_number="71715100070"))

    assert refused.problem is EidProblem.CERTIFICATE_MISSING_NUMBER


def test_root_that_a_client_sends_issues_no_cards(card_ground: CardGround) -> None:
    root, asked = card_ground.pki.root, card_ground.challenge()
    card = card_ground.pki.card(card_ground.shape(), issuer=root)

    refused = card_ground.refuses(card.token(card_ground.cards.origin, asked.nonce), asked, hint=root.der)

    assert refused.problem is EidProblem.ISSUER_UNKNOWN
    assert not card_ground.responder.asked


def test_authority_that_may_not_sign_certificates_issues_no_cards(card_ground: CardGround) -> None:
    limited = card_ground.pki.authority("Citizen CA", card_ground.pki.root, ec_key(), usage=("crl_sign",))
    limited.write(card_ground.test_roots / "limited-ca.pem")
    card_ground.responder.ocsp.signer = limited

    refused = card_ground.refused(card_ground.pki.card(card_ground.shape(), issuer=limited))

    assert refused.problem is EidProblem.ISSUER_UNKNOWN
