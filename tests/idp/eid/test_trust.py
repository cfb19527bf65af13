"""The roots that are believed: these and no others."""

import re
from pathlib import Path

import pytest
from cryptography.x509.oid import ExtendedKeyUsageOID

from core.infra.settings import Settings
from idp.eid.certificates import fingerprint
from idp.eid.intermediates import Intermediates, read_folder
from idp.eid.problems import EidProblem
from idp.eid.trust import Trust, issues_cards, verifies
from idp.wiring import BELGIAN_ROOTS, build_cards
from tests.support.eid_ground import CardGround
from tests.support.eid_pki import ec_key
from tests.support.ground import START

AUTHORITIES = Path(__file__).parents[2] / "support" / "belgian_authorities"
# SHA-256 of Belgium Root CA3, CA4 (as it was certified until 2032) and CA6. A change here is a decision.
CA6 = "9c872bc979a7c09a58d4a274c199e5cb16cfa9b9618d98bc9a9988e984b8495c"
PINNED = {
    "a8d14e945e3e5156bcae5e39737cf6a1b1f51028bbbf982f50ce5f4c05568b4d": "CN=Belgium Root CA3,C=BE",
    "702dd5c1a093cf0a9d71fadd9bf9a7c5857d89fb73b716e867228b3c2beb968f": "CN=Belgium Root CA4,C=BE",
    CA6: "CN=Belgium Root CA6,",
}


def test_pinned_are_the_belgian_roots_in_force_and_nothing_else() -> None:
    found = {fingerprint(root): root for root in read_folder(BELGIAN_ROOTS, "*")}

    assert found.keys() == PINNED.keys()
    assert all(root.subject.rfc4514_string().startswith(PINNED[print_]) for print_, root in found.items())
    assert len(list(BELGIAN_ROOTS.iterdir())) == len(PINNED)


def test_list_for_readers_names_the_same_fingerprints() -> None:
    listed = re.findall(r"\b[0-9a-f]{64}\b", (BELGIAN_ROOTS.parent / "README.md").read_text())

    assert sorted(listed) == sorted(PINNED)


def test_without_test_roots_only_the_pinned_are_believed(base_settings: Settings, card_ground: CardGround) -> None:
    assert base_settings.eid.test_roots is None

    cards = build_cards(base_settings, card_ground.clock, card_ground.store, card_ground.http)

    assert {fingerprint(root) for root in cards.trust.roots()} == PINNED.keys()


@pytest.mark.parametrize("name", ["CitizenCA202002", "ForeignerCA202001"])
def test_samples_of_belgian_authorities_stand_under_their_root_and_no_other(name: str) -> None:
    (authority,) = read_folder(AUTHORITIES, f"{name}.pem")

    above = [root for root in read_folder(BELGIAN_ROOTS, "*") if verifies(authority, root, START)]

    assert [fingerprint(root) for root in above] == [CA6]


def test_roots_of_test_cards_are_found_though_they_come_later(card_ground: CardGround) -> None:
    root = card_ground.test_roots / "test-root.pem"
    kept = root.read_bytes()
    root.unlink()
    card_ground.refused(card_ground.card())

    root.write_bytes(kept)

    assert card_ground.present(card_ground.card()).root_fingerprint == fingerprint(card_ground.pki.root.certificate)


def test_nothing_starts_without_roots(tmp_path: Path, card_ground: CardGround) -> None:
    with pytest.raises(FileNotFoundError, match="no root certificates"):
        Trust(tmp_path, Intermediates(tmp_path, http=card_ground.http, hosts=()))


def _refusal(ground: CardGround, name: str, **changed: object) -> EidProblem:
    """Return why a card is refused that an authority under the right root issued."""
    authority = ground.pki.authority(name, ground.pki.root, ec_key(), **changed)
    authority.write(ground.test_roots / "other-ca.pem")
    return ground.refused(ground.pki.card(ground.shape(), issuer=authority)).problem


@pytest.mark.parametrize("name", ["Government CA", "Administration CA", "Citizen CA of nobody"])
def test_authority_for_something_else_under_the_same_root_issues_no_cards(card_ground: CardGround, name: str) -> None:
    """Officials and servers have certificates too, and what stands in their subject is not a citizen's number."""
    assert _refusal(card_ground, name) is EidProblem.ISSUER_UNKNOWN
    assert not card_ground.responder.asked


def test_authority_that_is_for_servers_alone_issues_no_cards(card_ground: CardGround) -> None:
    for_servers = (ExtendedKeyUsageOID.SERVER_AUTH,)

    assert _refusal(card_ground, "Foreigner CA", extended_usage=for_servers) is EidProblem.ISSUER_UNKNOWN


@pytest.mark.parametrize("name", ["CitizenCA202002", "ForeignerCA202001"])
def test_samples_of_belgian_authorities_may_issue_cards(name: str) -> None:
    (authority,) = read_folder(AUTHORITIES, f"{name}.pem")

    assert issues_cards(authority)
