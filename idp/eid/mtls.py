"""Signing in with the card over mutual TLS: the browser itself uses it, at a second host name (eid.md 5.5 c).

The browser is sent to that host with a handoff code. There the proxy asks for a certificate in the
TLS handshake, in which the card signs, and passes it on; path, purpose and revocation are verified
here and not by the proxy. What comes of it goes back to the main host as a ticket, which is good
once, for a minute, and only in the browser and interaction that the handoff began in.
"""

import hmac
import secrets
from dataclasses import dataclass, field
from datetime import timedelta
from urllib.parse import unquote_to_bytes

import orjson
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from core.infra.ids import digest
from core.infra.sealing import Unreadable, seal, unseal
from core.infra.secret import Secret
from core.infra.store.interface import EphemeralStore, Kind
from idp.eid.certificates import UNREADABLE, read_certificate
from idp.eid.holder import Holder
from idp.eid.problems import EidProblem, EidRefused
from idp.eid.read_card import holder_from, plain

CERTIFICATE_HEADER = "Immo-Client-Certificate"
PROXY_HEADER = "Immo-Proxy-Secret"
HANDOFF_LIFE = timedelta(minutes=5)
TICKET_LIFE = timedelta(minutes=1)
_ESCAPED_BYTES_MAX = 16 * 1024
_SEALED_FOR = "card over mutual TLS"


@dataclass(frozen=True, slots=True)
class Handoff:
    """Where a browser came from: its interaction, and what only that browser has, as a digest."""

    uid: str
    bound_to: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Handoffs:
    """The way to the second host name and back; everything lies in the store, digested or sealed."""

    store: EphemeralStore
    secret: Secret

    def begin(self, *, uid: str, binding: str) -> str:
        """Return the code with which the browser that holds `binding` goes to the second host name."""
        code = secrets.token_urlsafe(32)
        value = orjson.dumps({"uid": uid, "bound_to": digest(binding)})
        self.store.put(Kind.EID_CHALLENGE, _key("handoff", code), value, HANDOFF_LIFE)
        return code

    def take(self, code: str) -> Handoff:
        """Return whence the browser came, once; raise `EidRefused` with CHALLENGE_GONE."""
        value = self.store.take(Kind.EID_CHALLENGE, _key("handoff", code))
        if value is None:
            raise EidRefused(EidProblem.CHALLENGE_GONE)
        return Handoff(**orjson.loads(value))

    def give_ticket(self, handoff: Handoff, holder: Holder) -> str:
        """Return the ticket that lets the handoff's browser, and no other, sign in as the holder."""
        code = secrets.token_urlsafe(32)
        text = orjson.dumps({"uid": handoff.uid, "bound_to": handoff.bound_to, "holder": holder}, default=plain)
        sealed = seal(self.secret, text.decode(), purpose=_SEALED_FOR)
        self.store.put(Kind.EID_TICKET, _key("ticket", code), sealed.encode(), TICKET_LIFE)
        return code

    def redeem(self, code: str, *, uid: str, binding: str) -> Holder:
        """Return whom the ticket names; raise `EidRefused` where it is spent, over, or another browser's.

        It is spent whatever comes of it.
        """
        sealed = self.store.take(Kind.EID_TICKET, _key("ticket", code))
        try:
            members = orjson.loads(unseal(self.secret, (sealed or b"").decode(), purpose=_SEALED_FOR))
        except Unreadable:
            raise EidRefused(EidProblem.CHALLENGE_GONE) from None
        is_same_browser = hmac.compare_digest(members["bound_to"], digest(binding))
        if not is_same_browser or members["uid"] != uid:
            raise EidRefused(EidProblem.CHALLENGE_GONE, reason="another browser")
        return holder_from(members["holder"])


def is_proxy(said: str | None, secret: Secret) -> bool:
    """Tell whether the header of a request shows that it came through the proxy: nobody else's word counts."""
    return hmac.compare_digest((said or "").encode(), secret.reveal().encode())


def presented_certificate(escaped: str | None) -> x509.Certificate:
    """Return the certificate that the browser used in this TLS connection: PEM, escaped as in a URL.

    Raises `EidRefused`: NO_CARD where the browser presented none.
    """
    if not escaped:
        raise EidRefused(EidProblem.NO_CARD)
    if len(escaped) > _ESCAPED_BYTES_MAX:
        raise EidRefused(EidProblem.BAD_TOKEN, reason="certificate-size")
    try:
        sent = x509.load_pem_x509_certificate(unquote_to_bytes(escaped)).public_bytes(Encoding.DER)
    except UNREADABLE:
        raise EidRefused(EidProblem.BAD_TOKEN, reason="certificate") from None
    # Browsers may present any certificate at all; what the library reads only when asked is refused here, not later.
    found = read_certificate(sent)
    if found is None:
        raise EidRefused(EidProblem.BAD_TOKEN, reason="certificate")
    return found


def _key(kind: str, code: str) -> str:
    return digest(f"mutual TLS {kind}\n{code}")
