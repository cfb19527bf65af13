"""The certificate that a client used in its TLS connection, as the proxy in front passes it on (RFC 8705).

Nothing is judged here but this: that the proxy said it, at the host name where it asks for
certificates. TLS proved the key; whose certificate it is, `client_tls_auth` decides, and for a
token that is bound to it nobody has to know (section 3).
"""

from dataclasses import dataclass
from urllib.parse import unquote_to_bytes, urlsplit

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding

from core.infra import base64url
from core.infra.settings import Settings
from core.web.programs import ProgramRequest
from idp.eid.certificates import UNREADABLE, read_certificate
from idp.eid.mtls import CERTIFICATE_HEADER, PROXY_HEADER, is_proxy
from idp.oidc.errors import InvalidRequest

_ESCAPED_BYTES_MAX = 16 * 1024


@dataclass(frozen=True, slots=True)
class Certificate:
    """A certificate whose key the caller has."""

    x509: x509.Certificate

    @property
    def x5t_s256(self) -> str:
        """Return its thumbprint as `cnf` names it: SHA-256 of the DER form in base64url (section 3.1)."""
        digest = self.x509.fingerprint(hashes.SHA256())
        return base64url.encode(digest)


def presented(request: ProgramRequest, settings: Settings) -> Certificate | None:
    """Return the certificate of the caller's TLS connection, or None where it used none.

    None as well wherever nobody asks for certificates: the header of a request that did not come
    through the proxy, or came to another host name, counts nothing. Raises `InvalidRequest` for a
    certificate that cannot be read.
    """
    place = settings.client_tls
    if place is None or request.host.lower() != urlsplit(place.url).netloc.lower():
        return None
    if not is_proxy(request.header(PROXY_HEADER), place.secret):
        return None
    escaped = request.header(CERTIFICATE_HEADER)
    return None if not escaped else Certificate(_read(escaped))


def _read(escaped: str) -> x509.Certificate:
    if len(escaped) > _ESCAPED_BYTES_MAX:
        raise InvalidRequest("The client certificate is too large.")
    try:
        sent = x509.load_pem_x509_certificate(unquote_to_bytes(escaped)).public_bytes(Encoding.DER)
    except UNREADABLE:
        raise InvalidRequest("The client certificate cannot be read.") from None
    # The library reads most parts only when asked: what is not one whole is refused here, not later.
    found = read_certificate(sent)
    if found is None:
        raise InvalidRequest("The client certificate cannot be read.")
    return found
