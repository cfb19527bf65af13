"""The one HTTP client for everything outbound: bounded, and blind to what is not public.

Addresses come from client registrations, so each fetch is an attempt at request forgery until
proven otherwise (RFC 9700, OpenID Connect Core section 17). A name is resolved once and the
connection goes to what was resolved; redirects are never followed; time and size have limits.
"""

import http.client
import ssl
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import urlencode, urlsplit

import orjson

from core.infra.addresses import Address, Resolver, is_public, resolve, system_resolver
from core.infra.deadline import Deadline, DeadlineSocket, connect
from core.infra.errors import ImmoError, Unavailable
from core.infra.settings import Mode, OutboundSettings

MAX_JSON_BYTES = 64 * 1024
MAX_TEXT_BYTES = 256 * 1024
TIMEOUT_SECONDS = 5.0
# For what a client publishes of itself: whoever asked us something is waiting meanwhile.
DOCUMENT_SECONDS = 2.5
_MAX_URL_LENGTH = 2048
_DEFAULT_PORTS = {"http": 80, "https": 443}


class OutboundRefused(ImmoError):
    """A fetch that must not be made, or an answer that must not be read; trying again is useless."""

    code = "outbound-refused"


@dataclass(frozen=True, slots=True)
class _Target:
    scheme: str
    host: str
    port: int
    authority: str
    path: str


@dataclass(frozen=True, slots=True)
class _Request:
    method: str
    url: str
    headers: Mapping[str, str]
    content: bytes | None = None
    # Hosts that answer over http on their port 80; what they say proves itself by a signature.
    plain_hosts: Collection[str] = ()


class OutboundHttp:
    """Fetches over https from public addresses, and from the few others that were opened.

    Opened are the `host:port` pairs of `settings.allow`, loopback on `allowed_loopback_ports`
    (demo and test), and loopback altogether where `settings.insecure` is set. Only there may the
    scheme be http, and at the hosts that `get_bytes` and `post_bytes` are given.
    """

    def __init__(
        self,
        settings: OutboundSettings,
        mode: Mode,
        allowed_loopback_ports: Collection[int] = (),
        *,
        resolver: Resolver = system_resolver,
    ) -> None:
        if mode is Mode.PRODUCTION and (settings.insecure or allowed_loopback_ports):
            raise ValueError("production opens no loopback port and checks every certificate")
        self._settings = settings
        self._loopback_ports = frozenset(allowed_loopback_ports)
        self._resolver = resolver

    @cached_property
    def _verified(self) -> ssl.SSLContext:
        # Made when it is first needed: reading all authorities of the system takes its time.
        return ssl.create_default_context()

    @cached_property
    def _unverified(self) -> ssl.SSLContext:
        context = ssl.create_default_context()
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        return context

    def get_json(
        self, url: str, *, max_bytes: int = MAX_JSON_BYTES, timeout_seconds: float = TIMEOUT_SECONDS
    ) -> object:
        """Return the parsed JSON document at an address.

        Raises `OutboundRefused` when the address or the answer is not acceptable, `Unavailable`
        when nothing useful comes within `timeout_seconds` for all of it.
        """
        return _document(self._get(url, {"Accept": "application/json"}, max_bytes, timeout_seconds), url)

    def exchange_json(
        self,
        url: str,
        content: bytes | None = None,
        *,
        headers: Mapping[str, str],
        max_bytes: int = MAX_JSON_BYTES,
        timeout_seconds: float = TIMEOUT_SECONDS,
    ) -> tuple[int, object]:
        """Ask an interface that answers in JSON, and return the status and the document; posts where there is content.

        Raises as `get_json` does; any status that is no redirect is the caller's to judge.
        """
        sent = {"Accept": "application/json", **({} if content is None else {"Content-Type": "application/json"})}
        status, body = self.exchange(
            url, content, headers={**sent, **headers}, max_bytes=max_bytes, timeout_seconds=timeout_seconds
        )
        return status, _document(body, url)

    def exchange(
        self,
        url: str,
        content: bytes | None = None,
        *,
        headers: Mapping[str, str],
        max_bytes: int,
        timeout_seconds: float = TIMEOUT_SECONDS,
    ) -> tuple[int, bytes]:
        """Ask, and return the status and the answer as it came; otherwise as `exchange_json`."""
        method = "GET" if content is None else "POST"
        return self._exchange(_Request(method, url, headers, content), max_bytes, timeout_seconds)

    def get_text(
        self,
        url: str,
        *,
        headers: Mapping[str, str],
        max_bytes: int = MAX_TEXT_BYTES,
        timeout_seconds: float = TIMEOUT_SECONDS,
    ) -> str:
        """Return the plain text at an address, asked for with further headers; raises as `get_json` does."""
        body = self._get(url, {"Accept": "text/plain", **headers}, max_bytes, timeout_seconds)
        try:
            return body.decode()
        except UnicodeDecodeError:
            raise Unavailable(reason="not-text") from None

    def post_form(self, url: str, fields: Mapping[str, str], *, timeout_seconds: float = TIMEOUT_SECONDS) -> int:
        """Post form fields and return the status of the answer, whose body is not read.

        Raises as `get_json` does; any status that is no redirect is the caller's to judge.
        """
        content = urlencode(fields).encode("ascii")
        headers = {"Accept": "application/json", "Content-Type": "application/x-www-form-urlencoded"}
        status, _ = self._exchange(_Request("POST", url, headers, content), 0, timeout_seconds)
        return status

    def get_bytes(
        self, url: str, *, hosts: Collection[str], max_bytes: int, timeout_seconds: float = TIMEOUT_SECONDS
    ) -> bytes:
        """Return what lies at an address of one of these hosts and no other, over http too; raises as `get_json` does.

        For certificates and lists of them, which are published over http and carry their own signature.
        """
        return self._exchange_bytes(_Request("GET", url, {}, plain_hosts=hosts), max_bytes, timeout_seconds)

    def post_bytes(
        self,
        url: str,
        content: bytes,
        *,
        content_type: str,
        hosts: Collection[str],
        max_bytes: int,
        timeout_seconds: float = TIMEOUT_SECONDS,
    ) -> bytes:
        """Post to an address of one of these hosts and return the answer, as `get_bytes` does."""
        request = _Request("POST", url, {"Content-Type": content_type}, content, plain_hosts=hosts)
        return self._exchange_bytes(request, max_bytes, timeout_seconds)

    def _exchange_bytes(self, request: _Request, max_bytes: int, timeout_seconds: float) -> bytes:
        if _parse(request.url).host not in request.plain_hosts:
            raise OutboundRefused(reason="host-not-named")
        return self._body(request, max_bytes, timeout_seconds)

    def _get(self, url: str, headers: Mapping[str, str], max_bytes: int, timeout_seconds: float) -> bytes:
        return self._body(_Request("GET", url, headers), max_bytes, timeout_seconds)

    def _body(self, request: _Request, max_bytes: int, timeout_seconds: float) -> bytes:
        status, body = self._exchange(request, max_bytes, timeout_seconds)
        if status != http.HTTPStatus.OK:
            raise Unavailable(reason="status", status=status, url=request.url)
        return body

    def _exchange(self, request: _Request, max_bytes: int, timeout_seconds: float) -> tuple[int, bytes]:
        url, target = request.url, _parse(request.url)
        deadline = Deadline(timeout_seconds)
        addresses = resolve(self._resolver, target.host, target.port, seconds=timeout_seconds)
        tls = self._permit(target, addresses, request.plain_hosts)
        try:
            connected = connect(addresses, target.port, deadline, tls=tls, server_name=target.host)
            try:
                return _talk(connected, request, target, max_bytes)
            finally:
                connected.disconnect()
        except TimeoutError as error:
            raise Unavailable(reason="timeout", url=url) from error
        except (OSError, http.client.HTTPException) as error:
            raise Unavailable(reason=type(error).__name__, url=url) from error

    def _permit(
        self, target: _Target, addresses: tuple[Address, ...], plain_hosts: Collection[str]
    ) -> ssl.SSLContext | None:
        opened = all(self._is_opened(target, address) for address in addresses)
        # One private address among public ones is enough to refuse: a name has one owner.
        if not opened and not all(is_public(address) for address in addresses):
            raise OutboundRefused(reason="address-not-public", host=target.host)
        is_usual_port = target.port == _DEFAULT_PORTS[target.scheme]
        if plain_hosts and not opened and not is_usual_port:
            # Whoever makes a certificate writes its addresses: nobody's other services are theirs to knock at.
            raise OutboundRefused(reason="port-not-named", host=target.host)
        if target.scheme == "http":
            if not opened and not (target.host in plain_hosts and is_usual_port):
                raise OutboundRefused(reason="https-needed", host=target.host)
            return None
        demo = all(address.is_loopback and target.port in self._loopback_ports for address in addresses)
        return self._unverified if self._settings.insecure or demo else self._verified

    def _is_opened(self, target: _Target, address: Address) -> bool:
        allow = self._settings.allow
        if (target.host, target.port) in allow or (str(address), target.port) in allow:
            return True
        return address.is_loopback and (self._settings.insecure or target.port in self._loopback_ports)


def _document(body: bytes, url: str) -> object:
    try:
        document: object = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise Unavailable(reason="not-json", url=url) from None
    return document


def _parse(url: str) -> _Target:
    if len(url) > _MAX_URL_LENGTH or any(not "!" <= character <= "~" for character in url) or "\\" in url:
        raise OutboundRefused(reason="malformed")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise OutboundRefused(reason="malformed") from None
    if parts.scheme not in _DEFAULT_PORTS or not parts.hostname or "%" in parts.netloc or port == 0:
        raise OutboundRefused(reason="malformed")
    if "@" in parts.netloc:
        # Never sent as credentials, and a well-known way to disguise the host.
        raise OutboundRefused(reason="userinfo")
    return _Target(
        scheme=parts.scheme,
        host=parts.hostname,
        port=port or _DEFAULT_PORTS[parts.scheme],
        authority=parts.netloc,
        path=(parts.path or "/") + (f"?{parts.query}" if parts.query else ""),
    )


def _talk(connected: DeadlineSocket, request: _Request, target: _Target, max_bytes: int) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection(target.host, target.port)
    connection.auto_open = 0  # one connection, to the address that was checked
    connection.sock = connected
    headers = {
        "Host": target.authority,
        "User-Agent": "Immo-Connect",
        "Accept-Encoding": "identity",
        "Connection": "close",
        **request.headers,
    }
    connection.request(request.method, target.path, body=request.content, headers=headers)
    answer = connection.getresponse()
    if 300 <= answer.status < 400:
        raise OutboundRefused(reason="redirect", host=target.host, status=answer.status)
    return answer.status, _read(answer, max_bytes) if max_bytes else b""


def _read(answer: http.client.HTTPResponse, max_bytes: int) -> bytes:
    if answer.getheader("Content-Encoding", "identity") != "identity":
        raise OutboundRefused(reason="encoded")  # what unpacks to more than was sent has no limit
    body = answer.read(max_bytes + 1)
    if len(body) > max_bytes:
        raise OutboundRefused(reason="too-large")
    if answer.length:
        raise http.client.IncompleteRead(body, answer.length)
    return body
