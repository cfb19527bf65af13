"""Who put their card into the reader and knew its PIN: one token, verified from the signature to the name.

The order is part of the protection (eid.md 5.2): nothing leaves the house before the token's own signature is
right, and nobody is asked about a certificate before its path is.
"""

from collections.abc import Sequence

from cryptography import x509

from core.infra import log
from core.infra.clock import Clock
from idp.eid import assertion as tokens
from idp.eid.certificates import fingerprint, named, policies, require_login_purpose
from idp.eid.challenge import Challenge
from idp.eid.holder import Holder
from idp.eid.revocation import Revocation
from idp.eid.trust import Trust


class CardVerifier:
    """Verifies tokens for one origin; built once, because it remembers issuers."""

    def __init__(self, *, trust: Trust, revocation: Revocation, origin: str, clock: Clock) -> None:
        self.trust = trust
        self.origin = origin
        self._revocation = revocation
        self._clock = clock

    def roots(self) -> Sequence[x509.Certificate]:
        """Return the pinned roots, for those who read the files of a card."""
        return self.trust.roots()

    def require_unrevoked(self, register: x509.Certificate, root: x509.Certificate) -> None:
        """Refuse the signer of a card's files that its root has withdrawn; raise `EidRefused`."""
        self._revocation.require_good_under_root(register, root, now=self._clock.now())

    def verify(self, token: object, *, challenge: Challenge, issuer_hint: bytes | None = None) -> Holder:
        """Return who signed the challenge with their card.

        The challenge was taken before (`challenge.take`). `issuer_hint` is the file of the card with its issuer's
        certificate, zero bytes at its end included, and need not be right. Raises `EidRefused` with the first
        thing that is wrong.
        """
        assertion = tokens.parse(token)
        tokens.verify_signature(assertion, origin=self.origin, nonce=challenge.nonce)
        return self.verify_certificate(assertion.certificate, issuer_hint=issuer_hint)

    def verify_certificate(self, certificate: x509.Certificate, *, issuer_hint: bytes | None = None) -> Holder:
        """Return whom an authentication certificate names whose private key was just used, as over mutual TLS.

        Raises `EidRefused` with the first thing that is wrong.
        """
        now = self._clock.now()
        require_login_purpose(certificate)
        chain = self.trust.chain(certificate, now=now, hint=tokens.read_hint(issuer_hint))
        good = self._revocation.require_good(chain, now=now)
        holder = named(certificate)
        # Which policies cards under newer roots name was not published: the log shows it.
        log.event(
            "eid_card_verified",
            issuer=chain.issuer.subject.rfc4514_string(),
            policies=policies(certificate),
            revocation=good.source.value,
        )
        return Holder(
            number=holder.number,
            given_names=holder.given_names,
            family_name=holder.family_name,
            certificate_fingerprint=fingerprint(certificate),
            valid_until=certificate.not_valid_after_utc,
            issuer=chain.issuer.subject.rfc4514_string(),
            root_fingerprint=fingerprint(chain.root),
            policies=policies(certificate),
            revocation=good.source,
            good_as_of=good.as_of,
        )
