"""Test cards as they come out of their software, and their holders as their certificates name them."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from core.people.national_number import NationalNumber
from idp.eid.card.software.card import SoftwareCard, make_card
from idp.eid.card.software.holders import HOLDERS
from idp.eid.card.software.issuing import Authority, make_authority
from idp.eid.holder import Holder, RevocationSource

# When the tests' clock stands still; cards are good from the day before.
ISSUED_AT = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)


@dataclass(frozen=True)
class TrustedRoots:
    """Roots that are pinned and have withdrawn nothing, as the files of cards need them."""

    certificates: Sequence[x509.Certificate]

    def roots(self) -> Sequence[x509.Certificate]:
        """Return them."""
        return self.certificates

    def require_unrevoked(self, register: x509.Certificate, root: x509.Certificate) -> None:
        """Let every register pass that a root of these issued: the test authority withdraws none."""
        assert register.issuer == root.subject
        assert root in self.certificates


@cache
def an_authority() -> Authority:
    """Return the authority of the test cards; making one takes a while."""
    return make_authority(ISSUED_AT)


@cache
def another_authority() -> Authority:
    """Return an authority whose names are the same and whose keys are its own."""
    return make_authority(ISSUED_AT)


@cache
def a_card(number: int) -> SoftwareCard:
    """Return a test card: 1 has applet 1.7 and RSA keys, 2 and 3 have applet 1.8 and P-384."""
    return make_card(an_authority(), HOLDERS[number - 1], ocsp_url="http://127.0.0.1:1/ocsp", now=ISSUED_AT)


def trust() -> TrustedRoots:
    """Return the roots that test cards are trusted under."""
    return TrustedRoots((an_authority().root.certificate,))


def holder_of(card: SoftwareCard) -> Holder:
    """Return whom a card's certificate names, as if its signature had just been verified."""
    certificate = card.keys.authentication.certificate
    return Holder(
        number=NationalNumber.parse(card.holder.national_number),
        given_names=card.holder.given_names,
        family_name=card.holder.family_name,
        certificate_fingerprint=hashlib.sha256(certificate.public_bytes(Encoding.DER)).hexdigest(),
        valid_until=certificate.not_valid_after_utc,
        issuer=certificate.issuer.rfc4514_string(),
        root_fingerprint="0" * 64,
        policies=("2.16.56.12.1.1.2.2",),
        revocation=RevocationSource.OCSP,
        good_as_of=ISSUED_AT,
    )
