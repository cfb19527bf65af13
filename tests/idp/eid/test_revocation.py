"""Whether a card still holds: what the responder says, what the list says, and that no answer is a no."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.x509 import ocsp
from cryptography.x509.oid import ExtendedKeyUsageOID

from idp.eid.holder import RevocationSource
from idp.eid.problems import EidProblem
from tests.support.eid_ground import CardGround
from tests.support.eid_pki import ec_key, responder_for, rsa_key
from tests.support.eid_responder import LIST, OCSP

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
_DER = serialization.Encoding.DER


def test_revoked_card_is_refused_with_the_day_and_the_list_is_not_asked(card_ground: CardGround) -> None:
    card_ground.responder.ocsp.status = ocsp.OCSPCertStatus.REVOKED

    refused = card_ground.refused(card_ground.card())

    assert (refused.problem, refused.day) == (EidProblem.CERTIFICATE_REVOKED, date(2026, 10, 30))
    assert card_ground.responder.asked == {OCSP: 1}


def test_suspended_card_is_refused_as_suspended(card_ground: CardGround) -> None:
    card_ground.responder.ocsp.status = ocsp.OCSPCertStatus.REVOKED
    card_ground.responder.ocsp.reason = x509.ReasonFlags.certificate_hold

    refused = card_ground.refused(card_ground.card())

    assert refused.problem is EidProblem.CERTIFICATE_REVOKED
    assert refused.details["reason"] == "certificateHold"


def test_unknown_card_is_refused_though_the_list_does_not_name_it(card_ground: CardGround) -> None:
    card_ground.responder.ocsp.status = ocsp.OCSPCertStatus.UNKNOWN

    refused = card_ground.refused(card_ground.card())

    assert refused.problem is EidProblem.CERTIFICATE_UNKNOWN
    assert card_ground.responder.asked == {OCSP: 1}


def test_bad_answers_are_asked_for_again(card_ground: CardGround) -> None:
    card = card_ground.card()
    card_ground.responder.ocsp.status = ocsp.OCSPCertStatus.REVOKED
    card_ground.refused(card)

    card_ground.responder.ocsp.status = ocsp.OCSPCertStatus.GOOD

    assert card_ground.present(card).revocation is RevocationSource.OCSP


def test_good_answer_is_kept_while_the_store_keeps_it(card_ground: CardGround) -> None:
    card = card_ground.card()
    card_ground.present(card)
    card_ground.responder.ocsp.status = ocsp.OCSPCertStatus.REVOKED

    assert card_ground.present(card).revocation is RevocationSource.OCSP
    card_ground.store.forget()

    assert card_ground.refused(card).problem is EidProblem.CERTIFICATE_REVOKED


@pytest.mark.parametrize(("good_for", "kept"), [(None, 300), (HOUR, 300), (timedelta(seconds=90), 90)])
def test_good_answer_is_kept_five_minutes_at_most_and_not_beyond_its_end(
    card_ground: CardGround, good_for: timedelta | None, kept: int
) -> None:
    card_ground.responder.ocsp.good_for = good_for

    card_ground.present(card_ground.card())

    assert [life.total_seconds() for life in card_ground.store.lives.values()] == [kept]


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"age": 2 * DAY, "good_for": -HOUR}, "stale"),
        ({"age": -HOUR}, "from-the-future"),
        ({"nonce": b"\x00" * 32}, "other-nonce"),
        ({"nonce": False, "good_for": None}, "stale"),
        ({"nonce": False, "age": 13 * HOUR}, "stale"),
        ({"serial_number": 4711}, "other-certificate"),
        ({"body": b"<html>"}, "malformed"),
        ({"body": b""}, "malformed"),
        ({"body": b"0" * 70_000}, "too-large"),
        ({"http_status": 503}, "status"),
        ({"http_status": 302}, "redirect"),
    ],
)
def test_answer_that_does_not_count_is_no_answer(
    card_ground: CardGround, changed: dict[str, object], reason: str
) -> None:
    card_ground.responder.ocsp = replace(card_ground.responder.ocsp, **changed)  # type: ignore[arg-type]
    card_ground.responder.list.http_status = 404

    assert card_ground.silence() == (EidProblem.REVOCATION_UNAVAILABLE, {"ocsp": reason, "crl": "status"})


def test_responder_that_is_busy_gives_no_answer(card_ground: CardGround) -> None:
    busy = ocsp.OCSPResponseBuilder.build_unsuccessful(ocsp.OCSPResponseStatus.TRY_LATER)
    card_ground.responder.ocsp.body = busy.public_bytes(_DER)
    card_ground.responder.list.http_status = 404

    assert card_ground.silence()[1] == {"ocsp": "status-try_later", "crl": "status"}


def test_fresh_answer_without_our_nonce_counts(card_ground: CardGround) -> None:
    card_ground.responder.ocsp.nonce = False

    assert card_ground.present(card_ground.card()).revocation is RevocationSource.OCSP


def test_answer_without_our_nonce_does_not_count_where_the_operator_says_so(card_ground: CardGround) -> None:
    card_ground.require_nonce()
    card_ground.responder.ocsp.nonce = False

    assert card_ground.present(card_ground.card()).revocation is RevocationSource.CRL


@pytest.mark.parametrize("is_named_by_key", [True, False], ids=["by key", "by name"])
def test_responder_is_found_however_it_is_named(card_ground: CardGround, is_named_by_key: bool) -> None:  # noqa: FBT001
    card_ground.responder.ocsp.is_named_by_key = is_named_by_key

    assert card_ground.present(card_ground.card()).revocation is RevocationSource.OCSP


def test_issuer_may_answer_itself(card_ground: CardGround) -> None:
    card_ground.responder.ocsp.signer = card_ground.pki.citizen_ca

    assert card_ground.present(card_ground.card()).revocation is RevocationSource.OCSP


@pytest.mark.parametrize(
    "changed",
    [
        {"extended_usage": None},
        {"extended_usage": (ExtendedKeyUsageOID.CLIENT_AUTH,)},
        {"valid_until": "yesterday"},
        {"usage": ("key_agreement",)},
    ],
    ids=["no extended usage", "another usage", "expired", "key is for no signatures"],
)
def test_responder_that_was_not_certified_for_it_does_not_count(
    card_ground: CardGround, changed: dict[str, object]
) -> None:
    now = card_ground.clock.now()
    changed = {name: now - DAY if value == "yesterday" else value for name, value in changed.items()}
    card_ground.responder.ocsp.signer = responder_for(card_ground.pki.citizen_ca, now, **changed)
    card_ground.responder.list.http_status = 404

    assert card_ground.silence()[1] == {"ocsp": "wrong-signer", "crl": "status"}


def test_responder_of_another_authority_does_not_count(card_ground: CardGround) -> None:
    now = card_ground.clock.now()
    sister = card_ground.pki.authority("Citizen CA", card_ground.pki.root, ec_key())
    card_ground.responder.list.http_status = 404

    for signer in (responder_for(sister, now), sister, card_ground.pki.root, card_ground.card().issued):
        card_ground.responder.ocsp.signer = signer

        assert card_ground.silence()[1] == {"ocsp": "wrong-signer", "crl": "status"}


def test_responder_certified_over_sha1_does_not_count(card_ground: CardGround) -> None:
    over_rsa = card_ground.pki.authority("Foreigner CA", card_ground.pki.root, rsa_key(number=3))
    over_rsa.write(card_ground.test_roots / "foreigner-ca.pem")
    card_ground.responder.ocsp.signer = responder_for(over_rsa, card_ground.clock.now(), is_over_sha1=True)
    card_ground.responder.list.http_status = 404

    refused = card_ground.refused(card_ground.pki.card(card_ground.shape(), issuer=over_rsa))

    assert refused.details["reasons"] == {"ocsp": "wrong-signer", "crl": "status"}


def test_answer_over_a_short_digest_does_not_count(card_ground: CardGround) -> None:
    card_ground.responder.ocsp.digest = hashes.SHA224()
    card_ground.responder.list.http_status = 404

    assert card_ground.silence()[1] == {"ocsp": "wrong-signer", "crl": "status"}


def test_altered_answer_does_not_count(card_ground: CardGround) -> None:
    card = card_ground.card()
    question = ocsp.OCSPRequestBuilder().add_certificate(
        card.certificate, card_ground.pki.citizen_ca.certificate, hashes.SHA256()
    )
    asked = question.add_extension(x509.OCSPNonce(b"n" * 32), critical=False).build().public_bytes(_DER)
    card_ground.responder.ocsp.status = ocsp.OCSPCertStatus.REVOKED
    honest = card_ground.responder.answer(asked)
    single = ocsp.load_der_ocsp_response(honest).signature
    card_ground.responder.list.http_status = 404

    card_ground.responder.ocsp.body = honest.replace(single, single[:-1] + bytes([single[-1] ^ 1]))

    assert card_ground.refused(card).details["reasons"] == {"ocsp": "wrong-signer", "crl": "status"}


def test_card_that_names_nobody_to_ask_is_refused(card_ground: CardGround) -> None:
    refused = card_ground.refused(card_ground.card(ocsp=None, list_at=None))

    assert refused.problem is EidProblem.REVOCATION_UNAVAILABLE
    assert refused.details["reasons"] == {"ocsp": "not-named", "crl": "not-named"}


def test_nobody_else_is_asked_on_account_of_a_card(card_ground: CardGround) -> None:
    elsewhere = "http://status.example/ocsp"

    refused = card_ground.refused(card_ground.card(ocsp=elsewhere, list_at=elsewhere))

    assert refused.details["reasons"] == {"ocsp": "host-not-named", "crl": "host-not-named"}


def test_responder_that_is_not_there_is_no_answer(card_ground: CardGround) -> None:
    card_ground.responder.stop()

    problem, reasons = card_ground.silence()

    assert problem is EidProblem.REVOCATION_UNAVAILABLE
    assert reasons == {"ocsp": "ConnectionRefusedError", "crl": "ConnectionRefusedError"}


def test_responder_that_is_slow_is_waited_for_once(card_ground: CardGround) -> None:
    card_ground.responder.ocsp.seconds = 60

    holders = [card_ground.present(card_ground.card()) for _ in range(3)]

    assert {holder.revocation for holder in holders} == {RevocationSource.CRL}
    assert card_ground.responder.asked == {OCSP: 1, LIST: 1}


def test_responder_that_was_slow_is_asked_again_after_a_rest(card_ground: CardGround) -> None:
    card_ground.responder.ocsp.seconds = 60
    card_ground.present(card_ground.card())
    card_ground.responder.ocsp.seconds = 0

    card_ground.clock.advance(timedelta(seconds=11))

    assert card_ground.present(card_ground.card()).revocation is RevocationSource.OCSP


def test_refused_for_a_resting_responder_says_so(card_ground: CardGround) -> None:
    card_ground.responder.ocsp.seconds = 60
    card_ground.responder.list.http_status = 404

    assert card_ground.silence()[1] == {"ocsp": "timeout", "crl": "status"}
    assert card_ground.silence()[1] == {"ocsp": "resting", "crl": "status"}
