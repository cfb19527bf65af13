"""Keeps the test cards in a folder, so that a card is the same card tomorrow."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from idp.eid.card import clock
from idp.eid.card.software.card import SoftwareCard, print_card
from idp.eid.card.software.holders import HOLDERS, TestHolder
from idp.eid.card.software.issuing import Authority, CardKeys, Issued, PrivateKey, issue_card, make_authority
from idp.eid.card.software.responder import Responder

# The names that a server which is told to trust this folder looks for.
ROOT = "test-root"
CITIZEN_CA = "citizen-ca"


@dataclass(frozen=True, slots=True)
class IssuedCards:
    """The cards of a folder, and who answers for their certificates."""

    authority: Authority
    cards: tuple[SoftwareCard, ...]

    def card(self, number: int) -> SoftwareCard:
        """Return a card by the number of its holder; raise KeyError where there is none."""
        found = {card.holder.number: card for card in self.cards}
        return found[number]

    def responder(self) -> Responder:
        """Return what answers OCSP requests about these cards."""
        return Responder(self.authority, self.cards)


def make_cards(now: datetime, *, ocsp_url: str, holders: Iterable[TestHolder] = HOLDERS) -> IssuedCards:
    """Make an authority and a card for each holder, kept nowhere."""
    authority = make_authority(now)
    keys = ((holder, issue_card(authority, holder, ocsp_url=ocsp_url, now=now)) for holder in holders)
    return IssuedCards(authority, tuple(print_card(authority, holder, made) for holder, made in keys))


def open_folder(folder: Path, *, ocsp_url: str, now: datetime | None = None) -> IssuedCards:
    """Return the cards of a folder, made where there are none.

    Cards whose certificates name another address than `ocsp_url` are issued anew by the same authority.
    """
    moment = now or clock.now()
    folder.mkdir(parents=True, exist_ok=True)
    authority = _read_authority(folder) or _keep_authority(folder, make_authority(moment))
    return IssuedCards(authority, tuple(_card(folder, authority, holder, ocsp_url, moment) for holder in HOLDERS))


def _card(folder: Path, authority: Authority, holder: TestHolder, ocsp_url: str, now: datetime) -> SoftwareCard:
    place = folder / f"card-{holder.number}"
    keys = _read_keys(place)
    if keys is None or _ocsp_url(keys.authentication.certificate) != ocsp_url or _is_over(keys, now):
        keys = issue_card(authority, holder, ocsp_url=ocsp_url, now=now)
        place.mkdir(exist_ok=True)
        _write_key(place / "chip.key", keys.chip)
        _write(place, "signature", keys.signature)
        _write(place, "authentication", keys.authentication)
    return print_card(authority, holder, keys)


def _read_keys(place: Path) -> CardKeys | None:
    # Written last: where it is, all is.
    if not (place / "authentication.pem").exists():
        return None
    chip = _read_key(place / "chip.key")
    if not isinstance(chip, ec.EllipticCurvePrivateKey):
        raise TypeError("a chip's key is of P-384")
    return CardKeys(authentication=_read(place, "authentication"), signature=_read(place, "signature"), chip=chip)


def _ocsp_url(certificate: x509.Certificate) -> str | None:
    access = certificate.extensions.get_extension_for_class(x509.AuthorityInformationAccess).value
    places = [entry.access_location for entry in access]
    return next((place.value for place in places if isinstance(place, x509.UniformResourceIdentifier)), None)


def _is_over(keys: CardKeys, now: datetime) -> bool:
    return keys.authentication.certificate.not_valid_after_utc <= now


def _read_authority(folder: Path) -> Authority | None:
    # Written last: where it is, all is.
    if not (folder / f"{ROOT}.pem").exists():
        return None
    return Authority(
        root=_read(folder, ROOT),
        citizen_ca=_read(folder, CITIZEN_CA),
        register_rsa=_read(folder, "register-rsa"),
        register_ec=_read(folder, "register-ec"),
        responder=_read(folder, "responder"),
    )


def _keep_authority(folder: Path, authority: Authority) -> Authority:
    _write(folder, "responder", authority.responder)
    _write(folder, "register-ec", authority.register_ec)
    _write(folder, "register-rsa", authority.register_rsa)
    _write(folder, CITIZEN_CA, authority.citizen_ca)
    _write(folder, ROOT, authority.root)
    return authority


def _write(folder: Path, name: str, issued: Issued) -> None:
    _write_key(folder / f"{name}.key", issued.key)
    (folder / f"{name}.pem").write_bytes(issued.certificate.public_bytes(Encoding.PEM))


def _write_key(path: Path, key: PrivateKey) -> None:
    path.touch(mode=0o600)
    path.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))


def _read(folder: Path, name: str) -> Issued:
    certificate = x509.load_pem_x509_certificate((folder / f"{name}.pem").read_bytes())
    return Issued(certificate, _read_key(folder / f"{name}.key"))


def _read_key(path: Path) -> PrivateKey:
    key = load_pem_private_key(path.read_bytes(), password=None)
    if not isinstance(key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey):
        raise TypeError("cards have RSA and EC keys only")
    return key
