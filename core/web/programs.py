"""The door for programs: endpoints that answer without what surrounds a page.

Clients and resource servers want a status, a body and some headers. What a page needs besides,
Flask's contexts and the hooks of language and look, costs more than most of these answers, so
that they are told apart by their path before any of it begins. Everything else goes on to the pages.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING, Generic, TypeAlias, TypeVar
from urllib.parse import parse_qsl

from werkzeug.exceptions import ClientDisconnected, RequestEntityTooLarge
from werkzeug.wsgi import get_host, get_input_stream

from core.infra import log

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

Ground = TypeVar("Ground")
Headers: TypeAlias = Mapping[str, str]

_STATUS_LINES = {status.value: f"{status.value} {status.phrase}" for status in HTTPStatus}
# At the end of a path: any name, which is `path_name` to the view.
_ANY_NAME = "/*"
_ANY_SEGMENT = "*"
_LARGEST_BODY = 64 * 1024
# Of a length: with more it is none that anybody would send.
_MOST_DIGITS = 12


class ProgramRequest:
    """A request of a program, of which nothing is read before a view asks for it.

    Werkzeug's makes ready for forms, files and cookies, which no program sends; `environ` is WSGI's.
    """

    __slots__ = ("environ", "method", "path")

    def __init__(self, variables: "WSGIEnvironment") -> None:
        self.environ = variables
        self.method: str = variables["REQUEST_METHOD"].upper()
        self.path: str = variables["PATH_INFO"]

    @property
    def path_name(self) -> str:
        """Return the last segment of the path."""
        return _text(self.path.rpartition("/")[2])

    def names(self, endpoint_path: str) -> tuple[str, ...]:
        """Return the segments of the path that stand for `*` in that of its endpoint."""
        pairs = zip(endpoint_path.split("/"), self.path.split("/"), strict=True)
        return tuple(_text(segment) for expected, segment in pairs if expected == _ANY_SEGMENT)

    @property
    def query_string(self) -> bytes:
        """Return what stands behind the question mark, as it was sent."""
        query: str = self.environ.get("QUERY_STRING", "")
        return query.encode("latin-1")

    @property
    def args(self) -> Mapping[str, str]:
        """Return the parameters in the URL, of repeated ones the last."""
        return dict(parse_qsl(self.query_string.decode(errors="replace"), keep_blank_values=True))

    @property
    def mimetype(self) -> str:
        """Return the type of the body in small letters, without its parameters; empty where none is named."""
        content_type: str = self.environ.get("CONTENT_TYPE", "")
        return content_type.partition(";")[0].strip().lower()

    @property
    def host(self) -> str:
        """Return the name, and the port where it is not the scheme's own, that the caller reached us by."""
        return get_host(self.environ)

    @property
    def remote_addr(self) -> str | None:
        """Return the caller's address."""
        return self.environ.get("REMOTE_ADDR")

    def header(self, name: str) -> str | None:
        """Return the value of a header, None where it was not sent; `Content-Type` is `mimetype`."""
        return self.environ.get("HTTP_" + name.upper().replace("-", "_"))

    def body(self, largest: int = _LARGEST_BODY) -> bytes:
        """Return the body, which can be read once.

        Raises `RequestEntityTooLarge` for more than `largest` bytes, `ClientDisconnected` where it ends early.
        """
        told: str = self.environ.get("CONTENT_LENGTH", "")
        if not (told.isdecimal() and len(told) <= _MOST_DIGITS) or "HTTP_TRANSFER_ENCODING" in self.environ:
            return self._body_of_untold_length(largest)
        length = int(told)
        if length > largest:
            raise RequestEntityTooLarge
        found: bytes = self.environ["wsgi.input"].read(length)
        if len(found) < length:
            raise ClientDisconnected
        return found

    def _body_of_untold_length(self, largest: int) -> bytes:
        # One byte more than is taken: at its limit the stream ends without a word.
        found = get_input_stream(self.environ, max_content_length=largest + 1).read()
        if len(found) > largest:
            raise RequestEntityTooLarge
        return found


@dataclass(frozen=True, slots=True)
class Answer:
    """What a view answers; its headers stand in the place of those that are the same for all."""

    body: bytes = b""
    status: int = 200
    headers: Headers = field(default_factory=dict)


# None leaves the request to the pages: only where the endpoint lies before one of theirs.
View: TypeAlias = Callable[[Ground, ProgramRequest], Answer | None]


@dataclass(frozen=True, slots=True)
class Endpoint(Generic[Ground]):
    """A path and its views by method; a segment `*` stands for a name of any kind.

    `headers` stand in every answer, `preflight` only in those to OPTIONS. One that `is_before_pages` answers
    some requests for a page of the same path: other methods, failures and what its view leaves are the page's.
    """

    path: str
    views: Mapping[str, View[Ground]]
    headers: Headers = field(default_factory=dict)
    preflight: Headers = field(default_factory=dict)
    is_before_pages: bool = False

    def allowed(self) -> str:
        """Return the methods that are taken, as the header Allow says them (RFC 9110 section 10.2.1)."""
        head = {"HEAD"} if "GET" in self.views else set()
        return ", ".join(sorted({*self.views, *head, "OPTIONS"}))


def _text(segment: str) -> str:
    return segment.encode("latin-1").decode(errors="replace")


class Programs(Generic[Ground]):
    """A WSGI application that answers programs at their endpoints, and lets pages answer the rest.

    `refuse` turns whatever a view raised into an answer, `wrong_method` is the one for a method
    that is not taken, and `headers` are what every answer says.
    """

    def __init__(
        self,
        pages: "WSGIApplication",
        endpoints: Iterable[Endpoint[Ground]],
        *,
        ground: Ground,
        headers: Headers,
        refuse: Callable[[Exception], Answer],
        wrong_method: Callable[[], Answer],
    ) -> None:
        self._pages = pages
        self._ground = ground
        self._endpoints = {endpoint.path: endpoint for endpoint in endpoints}
        self._with_names = [
            (endpoint.path.split("/"), endpoint)
            for endpoint in self._endpoints.values()
            if _ANY_SEGMENT in endpoint.path.removesuffix(_ANY_NAME)
        ]
        self._headers = {path: {**headers, **endpoint.headers} for path, endpoint in self._endpoints.items()}
        self._refuse = refuse
        self._wrong_method = wrong_method

    def __call__(self, environment: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """Answer at the endpoint that the path names, or let the pages answer."""
        endpoint = self._endpoint(environment.get("PATH_INFO", ""))
        if endpoint is None:
            return self._pages(environment, start_response)
        answer = self._answer(endpoint, environment)
        if answer is None:
            return self._pages(environment, start_response)
        headers = {**self._headers[endpoint.path], **answer.headers}
        has_body = answer.status not in (HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED)
        if has_body:
            headers["Content-Length"] = str(len(answer.body))
        start_response(_STATUS_LINES[answer.status], list(headers.items()))
        # A list: granian sends it as one piece, and all else as a stream, which costs more than many a view.
        return [answer.body] if has_body and environment["REQUEST_METHOD"].upper() != "HEAD" else []

    def _endpoint(self, path: str) -> Endpoint[Ground] | None:
        found = self._endpoints.get(path)
        if found is not None:
            return found
        parent, _, name = path.rpartition("/")
        if not name:
            return None
        found = self._endpoints.get(parent + _ANY_NAME)
        return found if found is not None or not self._with_names else self._endpoint_with_names(path)

    def _endpoint_with_names(self, path: str) -> Endpoint[Ground] | None:
        sent = path.split("/")
        for expected, endpoint in self._with_names:
            if len(expected) == len(sent) and all(
                part in (segment, _ANY_SEGMENT) and segment
                for part, segment in zip(expected[1:], sent[1:], strict=True)
            ):
                return endpoint
        return None

    def _answer(self, endpoint: Endpoint[Ground], environment: "WSGIEnvironment") -> Answer | None:
        method: str = environment["REQUEST_METHOD"].upper()
        view = endpoint.views.get("GET" if method == "HEAD" else method)
        if view is None:
            return None if endpoint.is_before_pages else self._without_view(endpoint, method)
        log.begin_request()
        try:
            return view(self._ground, ProgramRequest(environment))
        except Exception as error:  # noqa: BLE001 - the outermost handler
            return None if endpoint.is_before_pages else self._refuse(error)
        finally:
            # A thread that serves no request must not log under the name of its last one.
            log.request_id.set(None)

    def _without_view(self, endpoint: Endpoint[Ground], method: str) -> Answer:
        allow = {"Allow": endpoint.allowed()}
        if method == "OPTIONS":
            return Answer(headers={**allow, **endpoint.preflight})
        refusal = self._wrong_method()
        return Answer(refusal.body, refusal.status, {**refusal.headers, **allow})
