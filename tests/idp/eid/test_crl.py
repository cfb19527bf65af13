"""The issuer's list, asked where its responder is silent; an authority's own status is told by such a list."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes

from idp.eid.holder import RevocationSource
from idp.eid.problems import EidProblem, EidRefused
from tests.support.eid_ground import CardGround
from tests.support.eid_pki import Issued, ec_key
from tests.support.eid_responder import LIST, OCSP, revocation_list

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)


def _part(**only: Any) -> x509.IssuingDistributionPoint:
    whole: dict[str, Any] = {
        "full_name": None,
        "relative_name": None,
        "only_contains_user_certs": False,
        "only_contains_ca_certs": False,
        "only_some_reasons": None,
        "indirect_crl": False,
        "only_contains_attribute_certs": False,
    }
    return x509.IssuingDistributionPoint(**(whole | only))


def test_list_is_asked_where_the_responder_is_silent(card_ground: CardGround) -> None:
    card_ground.responder.ocsp.http_status = 500

    holder = card_ground.present(card_ground.card())

    assert holder.revocation is RevocationSource.CRL
    assert holder.good_as_of == card_ground.clock.now() - timedelta(minutes=1)
    assert card_ground.responder.asked == {OCSP: 1, LIST: 1}


def test_card_on_the_list_is_refused_with_the_day_and_the_reason(card_ground: CardGround) -> None:
    card_ground.responder.ocsp.http_status = 500
    card = card_ground.card()
    card_ground.responder.list.revoked[card.certificate.serial_number] = card_ground.clock.now() - 5 * DAY
    card_ground.responder.list.reason = x509.ReasonFlags.key_compromise

    refused = card_ground.refused(card)

    assert (refused.problem, refused.day) == (EidProblem.CERTIFICATE_REVOKED, date(2026, 10, 28))
    assert refused.details["reason"] == "keyCompromise"


def test_list_is_fetched_once_for_many_cards(card_ground: CardGround) -> None:
    card_ground.responder.ocsp.http_status = 500

    card_ground.present(card_ground.card())
    card_ground.present(card_ground.card())

    assert card_ground.responder.asked[LIST] == 1


def test_list_that_was_kept_is_fetched_again_after_five_minutes(card_ground: CardGround) -> None:
    card_ground.responder.ocsp.http_status = 500
    card_ground.present(card_ground.card())
    card = card_ground.card()
    card_ground.responder.list.revoked[card.certificate.serial_number] = card_ground.clock.now()

    card_ground.clock.advance(timedelta(minutes=6))

    assert card_ground.refused(card).problem is EidProblem.CERTIFICATE_REVOKED


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"age": 2 * DAY, "good_for": -HOUR}, "stale"),
        ({"age": -HOUR}, "from-the-future"),
        ({"body": b"<html>"}, "malformed"),
        ({"http_status": 404}, "status"),
        ({"http_status": 302}, "redirect"),
    ],
)
def test_list_that_does_not_count_is_no_answer(
    card_ground: CardGround, changed: dict[str, object], reason: str
) -> None:
    card_ground.responder.ocsp.http_status = 500
    card_ground.responder.list = replace(card_ground.responder.list, **changed)  # type: ignore[arg-type]

    assert card_ground.silence() == (EidProblem.REVOCATION_UNAVAILABLE, {"ocsp": "status", "crl": reason})


def test_list_of_another_authority_does_not_count(card_ground: CardGround) -> None:
    card_ground.responder.ocsp.http_status = 500
    sister = card_ground.pki.authority("Citizen CA", card_ground.pki.root, ec_key())

    for signer in (sister, card_ground.pki.root, card_ground.pki.responder):
        card_ground.responder.list.signer = signer

        assert card_ground.silence()[1] == {"ocsp": "status", "crl": "wrong-signer"}


@pytest.mark.parametrize(
    "extension",
    [
        x509.DeltaCRLIndicator(1),
        _part(only_contains_ca_certs=True),
        _part(only_some_reasons=frozenset({x509.ReasonFlags.key_compromise})),
        _part(indirect_crl=True),
        _part(full_name=[x509.UniformResourceIdentifier("http://127.0.0.1/another.crl")]),
    ],
    ids=["changes only", "authorities only", "some reasons only", "of several issuers", "of another place"],
)
def test_list_that_is_a_part_does_not_count(card_ground: CardGround, extension: x509.ExtensionType) -> None:
    _serve_with(card_ground, extension)

    assert card_ground.silence()[1] == {"ocsp": "status", "crl": "partial"}


def test_list_that_was_kept_for_cards_says_nothing_of_authorities(card_ground: CardGround) -> None:
    """One address, one signer: the root tells of registers and of authorities, and this list is of the former."""
    pki = card_ground.pki
    _serve_with(card_ground, _part(only_contains_user_certs=True), signer=pki.root)
    list_at = card_ground.responder.url(LIST)
    card_ground.cards.require_unrevoked(
        pki.card(card_ground.shape(), issuer=pki.root).certificate, pki.root.certificate
    )
    authority = pki.authority("Citizen CA", pki.root, ec_key(), list_at=list_at)

    with pytest.raises(EidRefused) as refused:
        card_ground.cards.require_unrevoked(authority.certificate, pki.root.certificate)

    assert refused.value.details["reasons"] == {"ocsp": "not-named", "crl": "partial"}


def test_list_of_all_cards_that_name_it_counts(card_ground: CardGround) -> None:
    here = x509.UniformResourceIdentifier(card_ground.responder.url(LIST))
    _serve_with(card_ground, _part(full_name=[here], only_contains_user_certs=True))

    assert card_ground.present(card_ground.card()).revocation is RevocationSource.CRL


def _serve_with(card_ground: CardGround, extension: x509.ExtensionType, signer: Issued | None = None) -> None:
    """Let the responder be silent and the list have a critical extension."""
    card_ground.responder.ocsp.http_status = 500
    issuer, now = signer or card_ground.pki.citizen_ca, card_ground.clock.now()
    card_ground.responder.list.body = revocation_list(
        issuer.certificate, issuer.key, card_ground.responder.list, now, now + HOUR, extension
    )


def test_list_over_a_short_digest_does_not_count(card_ground: CardGround) -> None:
    card_ground.responder.ocsp.http_status = 500
    card_ground.responder.list.digest = hashes.SHA224()

    assert card_ground.silence()[1] == {"ocsp": "status", "crl": "wrong-signer"}


def test_list_of_another_name_with_the_same_key_does_not_count(card_ground: CardGround) -> None:
    card_ground.responder.ocsp.http_status = 500
    key = card_ground.pki.citizen_ca.key
    card_ground.responder.list.signer = card_ground.pki.authority("Another CA", card_ground.pki.root, key)

    assert card_ground.silence()[1] == {"ocsp": "status", "crl": "wrong-signer"}


def test_authority_that_may_not_sign_lists_is_not_believed_about_them(card_ground: CardGround) -> None:
    limited = card_ground.pki.authority("Foreigner CA", card_ground.pki.root, ec_key(), usage=("key_cert_sign",))
    limited.write(card_ground.test_roots / "limited-ca.pem")
    card_ground.responder.ocsp.http_status = 500
    card_ground.responder.list.signer = limited

    refused = card_ground.refused(card_ground.pki.card(card_ground.shape(), issuer=limited))

    assert refused.details["reasons"] == {"ocsp": "status", "crl": "wrong-signer"}


def test_list_that_was_kept_says_nothing_of_another_authoritys_cards(card_ground: CardGround) -> None:
    card_ground.responder.ocsp.http_status = 500
    card_ground.present(card_ground.card())
    sister = card_ground.pki.authority("Foreigner CA", card_ground.pki.root, ec_key())
    sister.write(card_ground.test_roots / "foreigner-ca.pem")

    refused = card_ground.refused(card_ground.pki.card(card_ground.shape(), issuer=sister))

    assert refused.details["reasons"] == {"ocsp": "status", "crl": "wrong-signer"}


def test_authority_that_was_revoked_issues_no_more(card_ground: CardGround) -> None:
    revoked = _authority_with_status(card_ground)
    card_ground.responder.list.signer = card_ground.pki.root
    card_ground.responder.list.revoked[revoked.certificate.serial_number] = card_ground.clock.now() - DAY

    refused = card_ground.refused(card_ground.pki.card(card_ground.shape(), issuer=revoked))

    assert refused.problem is EidProblem.ISSUER_UNKNOWN
    assert refused.details["reason"] == "issuer-revoked"
    assert OCSP not in card_ground.responder.asked


def test_authority_whose_status_nobody_tells_is_not_believed(card_ground: CardGround) -> None:
    authority = _authority_with_status(card_ground)
    card_ground.responder.list.http_status = 500

    refused = card_ground.refused(card_ground.pki.card(card_ground.shape(), issuer=authority))

    assert refused.problem is EidProblem.REVOCATION_UNAVAILABLE


def test_authority_that_holds_is_asked_about_once(card_ground: CardGround) -> None:
    authority = _authority_with_status(card_ground)
    card_ground.responder.list.signer = card_ground.pki.root
    card_ground.responder.ocsp.signer = authority

    for _ in range(2):
        card_ground.present(card_ground.pki.card(card_ground.shape(), issuer=authority))

    assert card_ground.responder.asked == {LIST: 1, OCSP: 2}


def _authority_with_status(card_ground: CardGround) -> Issued:
    """Return an authority whose status the root tells by a list."""
    made = card_ground.pki.authority(
        "Foreigner CA", card_ground.pki.root, ec_key(), list_at=card_ground.responder.url(LIST)
    )
    made.write(card_ground.test_roots / "foreigner-ca.pem")
    return made
