"""Which issuers are believed: pinned roots, and the authorities that chain to one of them (eid.md 2.4, 4.2).

A card's certificate is issued by a Citizen CA or a Foreigner CA, and that one by a root. The second
half of the path is the same for everybody: it is verified once for each issuer and kept, the first
half for each card.
"""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.x509 import verification as path
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from cryptography.x509.verification import VerificationError

from core.infra import log
from core.infra.clock import belgian_date
from idp.eid.certificates import value_of
from idp.eid.intermediates import Intermediates, read_folder
from idp.eid.problems import EidProblem, EidRefused

_DER = serialization.Encoding.DER
# Cards whose issuer a worker remembers: about three megabytes.
_MOST_KNOWN = 1024
# What their names end with, as `Citizen CA` and, of the public test cards, `eID TEST EC Citizen CA` (eid.md 4.2).
_ISSUERS_OF_CARDS = ("Citizen CA", "Foreigner CA")
_STRONG = (hashes.SHA256, hashes.SHA384, hashes.SHA512)


@dataclass(frozen=True, slots=True)
class Chain:
    """A certificate, who issued it, and the pinned root above."""

    leaf: x509.Certificate
    issuer: x509.Certificate
    root: x509.Certificate


class Trust:
    """The pinned roots of this installation and the issuers found under them."""

    def __init__(self, roots: Path, intermediates: Intermediates, *, test_roots: Path | None = None) -> None:
        self._pinned = tuple(read_folder(roots, "*.pem"))
        if not self._pinned:
            raise FileNotFoundError(f"no root certificates in {roots}")
        self._test_roots = test_roots
        self._intermediates = intermediates
        self._above: dict[x509.Certificate, x509.Certificate] = {}
        self._issuers: dict[x509.Certificate, x509.Certificate] = {}

    def roots(self) -> tuple[x509.Certificate, ...]:
        """Return the roots in force; the National Register's certificate stands under one of them too.

        Those of test cards are read again each time: whoever makes them may start after us.
        """
        if self._test_roots is None:
            return self._pinned
        return (*self._pinned, *read_folder(self._test_roots, "*-root.pem"))

    def chain(self, leaf: x509.Certificate, *, now: datetime, hint: x509.Certificate | None = None) -> Chain:
        """Return the path to a pinned root, valid now.

        `hint` is an issuer that the client sent: believed no more than any other. Raises `EidRefused`:
        WEAK_ALGORITHM, ISSUER_UNKNOWN, CERTIFICATE_EXPIRED or CERTIFICATE_NOT_YET (with the day).
        """
        require_strong(leaf)
        # An expired certificate is told from a false one: its path is verified as of its last day.
        moment = min(max(now, leaf.not_valid_before_utc), leaf.not_valid_after_utc)
        weak: EidRefused | None = None
        for issuer in self._intermediates.candidates(leaf, hint=hint, now=now):
            try:
                root = self._root_through(leaf, issuer, moment)
            except EidRefused as refused:
                weak = refused  # an authority may have been certified again, by a better signature
                continue
            if root is not None:
                _require_in_force(leaf, now)
                self._intermediates.keep(issuer)
                return Chain(leaf, issuer, root)
        if weak is not None:
            raise weak
        name = leaf.issuer.rfc4514_string()
        log.event("eid_issuer_unknown", log.WARNING, issuer=name)
        raise EidRefused(EidProblem.ISSUER_UNKNOWN, issuer=name)

    def _root_through(
        self, leaf: x509.Certificate, issuer: x509.Certificate, moment: datetime
    ) -> x509.Certificate | None:
        # Cards are issued by authorities under a root, never by a root.
        if issuer.subject == issuer.issuer or not self._has_issued(issuer, leaf, moment):
            return None
        require_strong(issuer)
        return self._root_above(issuer, moment)

    def _has_issued(self, issuer: x509.Certificate, leaf: x509.Certificate, moment: datetime) -> bool:
        # Days are looked at each time; who signed what does not change.
        if self._issuers.get(leaf) == issuer:
            return True
        if not verifies(leaf, issuer, moment):
            return False
        if len(self._issuers) >= _MOST_KNOWN:
            self._issuers.clear()
        self._issuers[leaf] = issuer
        return True

    def _root_above(self, issuer: x509.Certificate, moment: datetime) -> x509.Certificate | None:
        root = self._above.get(issuer)
        if root is None:
            if not issues_cards(issuer):
                return None
            root = next((root for root in self.roots() if verifies(issuer, root, moment)), None)
            if root is None:
                return None
            self._above[issuer] = root
        return root if _is_in_force(issuer, moment) and _is_in_force(root, moment) else None


def require_strong(certificate: x509.Certificate) -> None:
    """Refuse a signature over a digest that can be forged; raise `EidRefused` WEAK_ALGORITHM."""
    try:
        algorithm = certificate.signature_hash_algorithm
    except UnsupportedAlgorithm:
        algorithm = None
    if not isinstance(algorithm, _STRONG):
        raise EidRefused(EidProblem.WEAK_ALGORITHM, reason="signature", subject=certificate.issuer.rfc4514_string())


def verifies(subject: x509.Certificate, issuer: x509.Certificate, moment: datetime) -> bool:
    """Tell whether one certificate was issued by another that may issue some, valid at that moment.

    What a certificate is for is not among what the library is asked: the purposes of a web server are not those of a
    card, and each purpose is required explicitly by whoever relies on it.
    """
    if subject.issuer != issuer.subject:
        return False
    authority = path.ExtensionPolicy.permit_all().require_present(
        x509.BasicConstraints, path.Criticality.AGNOSTIC, None
    )
    verifier = (
        path.PolicyBuilder()
        .store(path.Store([issuer]))
        .time(moment)
        .extension_policies(ca_policy=authority, ee_policy=path.ExtensionPolicy.permit_all())
        .build_client_verifier()
    )
    try:
        verifier.verify(subject, [])
    except VerificationError:
        return False
    # The bits that a signature leaves unused are outside of what is signed.
    return subject.public_bytes(_DER).endswith(b"\x00" + subject.signature)


def issues_cards(certificate: x509.Certificate) -> bool:
    """Tell whether an authority is one for cards: under the same roots stand others, for officials and servers."""
    extensions = certificate.extensions
    constraints = value_of(extensions, x509.BasicConstraints)
    usage = value_of(extensions, x509.KeyUsage)
    if constraints is None or not constraints.ca or usage is None or not usage.key_cert_sign:
        return False
    purposes = value_of(extensions, x509.ExtendedKeyUsage)
    if purposes is not None and ExtendedKeyUsageOID.CLIENT_AUTH not in purposes:
        return False
    names = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    return len(names) == 1 and str(names[0].value).endswith(_ISSUERS_OF_CARDS)


def _is_in_force(certificate: x509.Certificate, moment: datetime) -> bool:
    return certificate.not_valid_before_utc <= moment <= certificate.not_valid_after_utc


def _require_in_force(leaf: x509.Certificate, now: datetime) -> None:
    if now > leaf.not_valid_after_utc:
        raise EidRefused(EidProblem.CERTIFICATE_EXPIRED, day=belgian_date(leaf.not_valid_after_utc))
    if now < leaf.not_valid_before_utc:
        raise EidRefused(EidProblem.CERTIFICATE_NOT_YET, day=belgian_date(leaf.not_valid_before_utc))
