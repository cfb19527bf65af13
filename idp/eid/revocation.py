"""Whether a certificate still holds: its issuer's responder is asked, then its list; without an answer it does not.

Good answers are kept for a few minutes, bad ones never: whoever gets their card back must not wait, and a
lost card must not work because of what was said of it an hour ago.
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
from idp.eid.certificates import extensions_of, fingerprint, value_of
from idp.eid.holder import RevocationSource
from idp.eid.problems import EidProblem, EidRefused
from idp.eid.status import NoAnswer, StatedGood
from idp.eid.trust import Chain

KEPT_FOR = timedelta(minutes=5)
_MAX_ANSWER_BYTES = 64 * 1024
_MAX_LIST_BYTES = 24 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Good:
    """Who said that a certificate is good, and as of when."""

    source: RevocationSource
    as_of: datetime


class Revocation:
    """Asks the hosts it was given and no others."""

    def __init__(
        self,
        *,
        http: OutboundHttp,
        store: EphemeralStore,
        hosts: Collection[str],
        certificate_id: hashes.HashAlgorithm | None = None,
    ) -> None:
        self._http = http
        self._store = store
        self._hosts = hosts
        self._certificate_id = certificate_id or hashes.SHA256()

    def require_good(self, chain: Chain, *, now: datetime) -> Good:
        """Return who says that the leaf of a verified path is good.

        Raises `EidRefused`: CERTIFICATE_REVOKED (with the day), CERTIFICATE_UNKNOWN, or
        REVOCATION_UNAVAILABLE with what each source came to.
        """
        key = f"{fingerprint(chain.issuer)} {fingerprint(chain.leaf)}"
        kept = self._store.get(Kind.EID_STATUS, key)
        if kept is not None:
            return _unpacked(kept)
        source, stated = self._ask(chain, now)
        good = Good(source, stated.as_of)
        life = KEPT_FOR if stated.until is None else min(KEPT_FOR, stated.until - now)
        if life > timedelta(seconds=1):
            self._store.put(Kind.EID_STATUS, key, _packed(good), life)
        return good

    def _ask(self, chain: Chain, now: datetime) -> tuple[RevocationSource, StatedGood]:
        sources: tuple[tuple[RevocationSource, Callable[[Chain, datetime], StatedGood]], ...] = (
            (RevocationSource.OCSP, self._by_responder),
            (RevocationSource.CRL, self._by_list),
        )
        reasons: dict[str, str] = {}
        for source, ask in sources:
            try:
                return source, ask(chain, now)
            except NoAnswer as silence:
                reasons[source.value] = silence.reason
        log.event(
            "eid_revocation_unavailable", log.ERROR, issuer=chain.issuer.subject.rfc4514_string(), details=reasons
        )
        raise EidRefused(EidProblem.REVOCATION_UNAVAILABLE, reasons=reasons)

    def _by_responder(self, chain: Chain, now: datetime) -> StatedGood:
        question = ocsp.ask(chain.leaf, chain.issuer, algorithm=self._certificate_id)

        def post(url: str) -> bytes:
            return self._http.post_bytes(
                url,
                question.der,
                content_type="application/ocsp-request",
                hosts=self._hosts,
                max_bytes=_MAX_ANSWER_BYTES,
            )

        return ocsp.read(_fetched(post, _responder_of(chain.leaf)), question, now=now)

    def _by_list(self, chain: Chain, now: datetime) -> StatedGood:
        def get(url: str) -> bytes:
            return self._http.get_bytes(url, hosts=self._hosts, max_bytes=_MAX_LIST_BYTES)

        found = crl.load(_fetched(get, _list_of(chain.leaf)), chain.issuer, now=now)
        return crl.look_up(chain.leaf, found)


def _fetched(fetch: Callable[[str], bytes], url: str | None) -> bytes:
    if url is None:
        raise NoAnswer("not-named")
    try:
        return fetch(url)
    except (Unavailable, OutboundRefused) as error:
        raise NoAnswer(str(error.details.get("reason", error.code))) from error


def _responder_of(certificate: x509.Certificate) -> str | None:
    access = value_of(extensions_of(certificate), x509.AuthorityInformationAccess)
    for description in access or ():
        location = description.access_location
        if description.access_method == AuthorityInformationAccessOID.OCSP and isinstance(
            location, x509.UniformResourceIdentifier
        ):
            return location.value
    return None


def _list_of(certificate: x509.Certificate) -> str | None:
    points = value_of(extensions_of(certificate), x509.CRLDistributionPoints)
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
