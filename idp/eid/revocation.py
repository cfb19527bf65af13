"""Whether a certificate still holds: its issuer's responder is asked, then its list; without an answer it does not.

Good answers are kept for a few minutes, bad ones never: whoever gets their card back must not wait, and a lost card
must not work because of what was said of it an hour ago.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

import orjson
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.x509.oid import AuthorityInformationAccessOID

from core.infra import log
from core.infra.errors import Unavailable
from core.infra.http import OutboundHttp, OutboundRefused
from core.infra.store.interface import EphemeralStore, Kind
from idp.eid import crl, ocsp
from idp.eid.certificates import fingerprint, value_of
from idp.eid.holder import RevocationSource
from idp.eid.problems import EidProblem, EidRefused
from idp.eid.status import NoAnswer, StatedGood
from idp.eid.trust import Chain

KEPT_FOR = timedelta(minutes=5)
_MAX_ANSWER_BYTES = 64 * 1024
_MAX_LIST_BYTES = 24 * 1024 * 1024
# Lists have megabytes: a worker holds a few at a time.
_MOST_LISTS = 4
# Who let us wait in vain is not waited for again at once: every wait holds a thread that others need.
_REST = timedelta(seconds=10)
_MOST_RESTING = 64


@dataclass(frozen=True, slots=True)
class Good:
    """Who said that a certificate is good, and as of when."""

    source: RevocationSource
    as_of: datetime


@dataclass(frozen=True, slots=True)
class _Link:
    """Two neighbours of a path: whose status is asked, and who answers for it."""

    certificate: x509.Certificate
    issuer: x509.Certificate

    @property
    def key(self) -> str:
        return f"{fingerprint(self.issuer)} {fingerprint(self.certificate)}"


@dataclass(frozen=True, slots=True)
class _KeptList:
    revoked: x509.CertificateRevocationList
    issuer: x509.Certificate
    until: datetime


class Revocation:
    """Asks the hosts it was given and no others.

    `certificate_id` is the digest that names an issuer in a question; `is_nonce_required` refuses answers that do
    not repeat our nonce, however fresh.
    """

    def __init__(
        self,
        *,
        http: OutboundHttp,
        store: EphemeralStore,
        hosts: Collection[str],
        certificate_id: hashes.HashAlgorithm,
        is_nonce_required: bool,
    ) -> None:
        self._http = http
        self._store = store
        self._hosts = hosts
        self._certificate_id = certificate_id
        self._is_nonce_required = is_nonce_required
        self._lists: dict[str, _KeptList] = {}
        self._resting: dict[str, datetime] = {}

    def require_good(self, chain: Chain, *, now: datetime) -> Good:
        """Return who says that the leaf of a verified path is good; its issuer is asked about too.

        Raises `EidRefused`: CERTIFICATE_REVOKED (with the day), CERTIFICATE_UNKNOWN, ISSUER_UNKNOWN where the issuer
        itself was revoked, or REVOCATION_UNAVAILABLE with what each source came to.
        """
        leaf, above = _Link(chain.leaf, chain.issuer), _Link(chain.issuer, chain.root)
        kept_leaf, kept_above = self._store.get_many(((Kind.EID_STATUS, leaf.key), (Kind.EID_STATUS, above.key)))
        if kept_above is None:
            self._require_good_issuer(above, now)
        return self._good(leaf, now) if kept_leaf is None else _unpacked(kept_leaf)

    def require_good_under_root(self, certificate: x509.Certificate, root: x509.Certificate, *, now: datetime) -> None:
        """Refuse what a root issued and has withdrawn: an authority, or the register that signs the files of cards.

        Raises `EidRefused` ISSUER_UNKNOWN, or REVOCATION_UNAVAILABLE with what each source came to.
        """
        link = _Link(certificate, root)
        if self._store.get(Kind.EID_STATUS, link.key) is None:
            self._require_good_issuer(link, now)

    def _require_good_issuer(self, link: _Link, now: datetime) -> None:
        # A root that names nobody to ask about an authority withdraws it in no such way.
        if _responder_of(link.certificate) is None and _list_of(link.certificate) is None:
            return
        try:
            self._good(link, now)
        except EidRefused as refused:
            if refused.problem is EidProblem.REVOCATION_UNAVAILABLE:
                raise
            subject = link.certificate.subject.rfc4514_string()
            log.event("eid_issuer_revoked", log.ERROR, issuer=subject, problem=refused.problem.value)
            raise EidRefused(EidProblem.ISSUER_UNKNOWN, reason="issuer-revoked", issuer=subject) from refused

    def _good(self, link: _Link, now: datetime) -> Good:
        source, stated = self._ask(link, now)
        good = Good(source, stated.as_of)
        life = KEPT_FOR if stated.until is None else min(KEPT_FOR, stated.until - now)
        if life > timedelta(seconds=1):
            self._store.put(Kind.EID_STATUS, link.key, _packed(good), life)
        return good

    def _ask(self, link: _Link, now: datetime) -> tuple[RevocationSource, StatedGood]:
        sources: tuple[tuple[RevocationSource, Callable[[_Link, datetime], StatedGood]], ...] = (
            (RevocationSource.OCSP, self._by_responder),
            (RevocationSource.CRL, self._by_list),
        )
        reasons: dict[str, str] = {}
        for source, ask in sources:
            try:
                return source, ask(link, now)
            except NoAnswer as silence:
                reasons[source.value] = silence.reason
        issuer = link.issuer.subject.rfc4514_string()
        log.event("eid_revocation_unavailable", log.ERROR, issuer=issuer, details=reasons)
        raise EidRefused(EidProblem.REVOCATION_UNAVAILABLE, reasons=reasons, issuer=issuer)

    def _by_responder(self, link: _Link, now: datetime) -> StatedGood:
        question = ocsp.ask(link.certificate, link.issuer, algorithm=self._certificate_id)

        def post(url: str) -> bytes:
            return self._http.post_bytes(
                url,
                question.der,
                content_type="application/ocsp-request",
                hosts=self._hosts,
                max_bytes=_MAX_ANSWER_BYTES,
            )

        answer = self._fetched(post, _responder_of(link.certificate), now)
        return ocsp.read(answer, question, now=now, is_nonce_required=self._is_nonce_required)

    def _by_list(self, link: _Link, now: datetime) -> StatedGood:
        url = _list_of(link.certificate)
        kept = None if url is None else self._lists.get(url)
        if url is not None and kept is not None and kept.until > now and kept.issuer == link.issuer:
            # It was fetched for another certificate, maybe of another sort.
            crl.require_complete(kept.revoked, link.certificate, url=url)
            crl.require_in_force(kept.revoked, now=now)
            return crl.look_up(link.certificate, kept.revoked)

        def get(address: str) -> bytes:
            return self._http.get_bytes(address, hosts=self._hosts, max_bytes=_MAX_LIST_BYTES)

        content = self._fetched(get, url, now)
        assert url is not None
        revoked = crl.load(content, link.certificate, link.issuer, url=url, now=now)
        if len(self._lists) >= _MOST_LISTS:
            self._lists.clear()
        self._lists[url] = _KeptList(revoked, link.issuer, now + KEPT_FOR)
        return crl.look_up(link.certificate, revoked)

    def _fetched(self, fetch: Callable[[str], bytes], url: str | None, now: datetime) -> bytes:
        if url is None:
            raise NoAnswer("not-named")
        if self._resting.get(url, now) > now:
            raise NoAnswer("resting")
        try:
            return fetch(url)
        except (Unavailable, OutboundRefused) as error:
            reason = str(error.details.get("reason", error.code))
            if reason == "timeout":
                self._rest(url, now)
            raise NoAnswer(reason) from error

    def _rest(self, url: str, now: datetime) -> None:
        if len(self._resting) >= _MOST_RESTING:
            self._resting.clear()
        self._resting[url] = now + _REST


def _responder_of(certificate: x509.Certificate) -> str | None:
    access = value_of(certificate.extensions, x509.AuthorityInformationAccess)
    for description in access or ():
        location = description.access_location
        if description.access_method == AuthorityInformationAccessOID.OCSP and isinstance(
            location, x509.UniformResourceIdentifier
        ):
            return location.value
    return None


def _list_of(certificate: x509.Certificate) -> str | None:
    points = value_of(certificate.extensions, x509.CRLDistributionPoints)
    for point in points or ():
        if point.crl_issuer is None and point.reasons is None:
            for name in point.full_name or ():
                if isinstance(name, x509.UniformResourceIdentifier):
                    return name.value
    return None


def _packed(good: Good) -> bytes:
    return orjson.dumps([good.source.value, good.as_of])


def _unpacked(kept: bytes) -> Good:
    source, as_of = orjson.loads(kept)
    return Good(RevocationSource(source), datetime.fromisoformat(as_of))
