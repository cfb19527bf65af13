"""Where issuers are found: folders, the client, the issuer's own address; kept only once a root stands behind them."""

from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization

from idp.eid.certificates import fingerprint
from idp.eid.intermediates import read_folder
from idp.eid.problems import EidProblem
from tests.support.eid_ground import CardGround
from tests.support.eid_pki import Issued, SoftCard, ec_key
from tests.support.eid_responder import ISSUER


def _newer(card_ground: CardGround) -> Issued:
    """Return an authority that lies in no folder; its responder and list speak for it."""
    newer = card_ground.pki.authority("Foreigner CA", card_ground.pki.root, ec_key())
    card_ground.responder.ocsp.signer = newer
    card_ground.responder.issuer.body = newer.der
    return newer


def _card(card_ground: CardGround, issuer: Issued) -> SoftCard:
    return card_ground.pki.card(card_ground.shape(issuer_at=card_ground.responder.url(ISSUER)), issuer=issuer)


@pytest.mark.parametrize("encoding", [serialization.Encoding.DER, serialization.Encoding.PEM])
def test_issuer_is_downloaded_once_and_kept_for_all_workers(
    card_ground: CardGround, encoding: serialization.Encoding
) -> None:
    newer = _newer(card_ground)
    card_ground.responder.issuer.body = newer.certificate.public_bytes(encoding)

    card_ground.present(_card(card_ground, newer))
    card_ground.present(_card(card_ground, newer))
    card_ground.restart()
    card_ground.present(_card(card_ground, newer))

    assert card_ground.responder.asked[ISSUER] == 1
    kept = card_ground.settings.eid.intermediates / f"{fingerprint(newer.certificate)}.pem"
    assert x509.load_pem_x509_certificate(kept.read_bytes()) == newer.certificate
    assert [file.name for file in kept.parent.iterdir()] == [kept.name]


def test_issuer_without_a_root_is_not_kept(card_ground: CardGround) -> None:
    stranger = card_ground.pki.authority("Foreigner CA", None, ec_key())
    beneath = card_ground.pki.authority("Citizen CA of a stranger", stranger, ec_key())
    card_ground.responder.issuer.body = beneath.der

    refused = card_ground.refused(_card(card_ground, beneath))

    assert refused.problem is EidProblem.ISSUER_UNKNOWN
    assert not card_ground.settings.eid.intermediates.exists()


def test_another_certificate_than_the_issuers_is_of_no_use(card_ground: CardGround) -> None:
    """Old cards name the root's address for their issuer's."""
    newer = _newer(card_ground)
    card_ground.responder.issuer.body = card_ground.pki.root.der

    for _ in range(2):
        assert card_ground.refused(_card(card_ground, newer)).problem is EidProblem.ISSUER_UNKNOWN
    assert card_ground.responder.asked[ISSUER] == 1


def test_forged_card_does_not_keep_others_from_their_issuer(card_ground: CardGround) -> None:
    """Its certificate names the same issuer and address, so the issuer is downloaded on its account."""
    newer = _newer(card_ground)
    forger = card_ground.pki.authority("Foreigner CA", None, ec_key())
    assert card_ground.refused(_card(card_ground, forger)).problem is EidProblem.ISSUER_UNKNOWN

    assert card_ground.present(_card(card_ground, newer)).issuer == "CN=Foreigner CA,C=BE"
    assert card_ground.responder.asked[ISSUER] == 1


@pytest.mark.parametrize(
    ("body", "http_status"), [(b"<html>", 200), (b"0" * 9000, 200), (b"", 404), (b"", 302)], ids=str
)
def test_address_that_gave_nothing_is_left_alone_for_a_while(
    card_ground: CardGround, body: bytes, http_status: int
) -> None:
    newer = _newer(card_ground)
    card_ground.responder.issuer.body = body
    card_ground.responder.issuer.http_status = http_status
    for _ in range(3):
        assert card_ground.refused(_card(card_ground, newer)).problem is EidProblem.ISSUER_UNKNOWN
    assert card_ground.responder.asked[ISSUER] == 1

    card_ground.responder.issuer.body, card_ground.responder.issuer.http_status = newer.der, 200
    card_ground.rest()

    assert card_ground.present(_card(card_ground, newer)).issuer == "CN=Foreigner CA,C=BE"


def test_issuer_is_downloaded_from_no_other_host(card_ground: CardGround) -> None:
    newer = _newer(card_ground)
    shape = card_ground.shape(issuer_at=f"http://127.0.0.2:{card_ground.responder.port}{ISSUER}")

    refused = card_ground.refused(card_ground.pki.card(shape, issuer=newer))

    assert refused.problem is EidProblem.ISSUER_UNKNOWN
    assert not card_ground.responder.asked


def test_nothing_is_downloaded_for_a_token_that_nobody_signed(card_ground: CardGround) -> None:
    newer = _newer(card_ground)
    asked = card_ground.challenge()

    refused = card_ground.refuses(_card(card_ground, newer).token("https://elsewhere.example", asked.nonce), asked)

    assert refused.problem is EidProblem.BAD_SIGNATURE
    assert not card_ground.responder.asked


def test_issuer_is_used_though_the_folder_takes_nothing(card_ground: CardGround) -> None:
    card_ground.settings.eid.intermediates.write_text("a file where the folder should be")
    newer = _newer(card_ground)

    for _ in range(2):
        card_ground.present(_card(card_ground, newer))

    assert card_ground.responder.asked[ISSUER] == 1


def test_what_is_no_certificate_in_a_folder_is_passed_over(card_ground: CardGround, tmp_path: Path) -> None:
    card_ground.pki.root.write(tmp_path / "b.pem")
    (tmp_path / "a.pem").write_text("-----BEGIN CERTIFICATE-----\nno\n-----END CERTIFICATE-----\n")
    (tmp_path / "c.crt").write_bytes(card_ground.pki.citizen_ca.der)
    (tmp_path / "d.pem").mkdir()
    (tmp_path / ".half").write_bytes(card_ground.pki.citizen_ca.der)

    found = list(read_folder(tmp_path, "*"))

    assert found == [card_ground.pki.root.certificate, card_ground.pki.citizen_ca.certificate]


def test_folder_is_looked_at_again_when_a_file_was_finished(card_ground: CardGround) -> None:
    newer = card_ground.pki.authority("Foreigner CA", card_ground.pki.root, ec_key())
    card_ground.responder.ocsp.signer = newer
    card, folder = card_ground.pki.card(card_ground.shape(), issuer=newer), card_ground.settings.eid.intermediates
    folder.mkdir()
    (folder / "foreigner.crt").write_bytes(newer.der[:100])
    assert card_ground.refused(card).problem is EidProblem.ISSUER_UNKNOWN

    (folder / "foreigner.crt").write_bytes(newer.der)

    assert card_ground.present(card).issuer == "CN=Foreigner CA,C=BE"
    assert [file.name for file in folder.iterdir()] == ["foreigner.crt"]


def test_folder_that_is_not_there_holds_nothing(tmp_path: Path) -> None:
    assert list(read_folder(tmp_path / "nowhere", "*")) == []
