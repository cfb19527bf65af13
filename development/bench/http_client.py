"""A client that costs little and keeps one connection: enough HTTP to load a server."""

import base64
import html
import http.client
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qs, urlencode, urlsplit

from development.ports import LOOPBACK

_FORM_TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')
_ACTION = re.compile(r'<form[^>]*\baction="([^"]*)"')


@dataclass(frozen=True, slots=True)
class Answer:
    """Status, headers and body of one response."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def location(self) -> str:
        """Return where the response redirects to."""
        return self.headers["location"]

    def query(self, name: str) -> str:
        """Return a parameter of the address that the response redirects to."""
        return parse_qs(urlsplit(self.location()).query)[name][0]


class UnexpectedAnswer(RuntimeError):
    """The server answered something that the measurement cannot go on with."""


class Browser:
    """One connection and its cookies."""

    def __init__(self, port: int, *, cookies: Mapping[str, str] | None = None) -> None:
        self._connection = http.client.HTTPConnection(LOOPBACK, port, timeout=30)
        self._cookies = dict(cookies or {})

    def get(self, path: str, headers: Mapping[str, str] | None = None) -> Answer:
        """Send a GET request."""
        return self._send("GET", path, None, headers or {})

    def post(self, path: str, form: Mapping[str, str], headers: Mapping[str, str] | None = None) -> Answer:
        """Post form fields."""
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        return self._send("POST", path, urlencode(form).encode(), kind | dict(headers or {}))

    def send_json(self, path: str, members: Mapping[str, object], headers: Mapping[str, str]) -> Answer:
        """Post a JSON object."""
        kind = {"Content-Type": "application/json"}
        return self._send("POST", path, json.dumps(members).encode(), kind | dict(headers))

    def follow(self, answer: Answer) -> Answer:
        """Follow redirects as long as they stay at the provider."""
        while answer.status in (302, 303) and not urlsplit(answer.location()).port:
            answer = self.get(answer.location())
        return answer

    def submit(self, page: Answer, form: Mapping[str, str]) -> Answer:
        """Fill in the first form of a page."""
        token, action = form_of(page.body.decode(), page.status)
        return self.post(action, {"csrf_token": token} | dict(form))

    def _send(self, method: str, path: str, body: bytes | None, headers: Mapping[str, str]) -> Answer:
        sent = dict(headers)
        if self._cookies:
            sent["Cookie"] = "; ".join(f"{name}={value}" for name, value in self._cookies.items())
        self._connection.request(method, path, body, sent)
        response = self._connection.getresponse()
        content = response.read()
        for name, value in response.getheaders():
            if name.lower() == "set-cookie":
                self._keep(value)
        found = {name.lower(): value for name, value in response.getheaders()}
        return Answer(response.status, found, content)

    def _keep(self, header: str) -> None:
        name, _, rest = header.partition("=")
        value = rest.partition(";")[0]
        if value:
            self._cookies[name] = value
        else:
            self._cookies.pop(name, None)


def form_of(page: str, status: int) -> tuple[str, str]:
    """Return the form token and the address of the first form of a page."""
    token, action = _FORM_TOKEN.search(page), _ACTION.search(page)
    if token is None or action is None:
        raise UnexpectedAnswer(f"{status}: a page without a form")
    return html.unescape(token.group(1)), html.unescape(action.group(1))


def basic(client_id: str, secret: str) -> dict[str, str]:
    """Return the header of client_secret_basic."""
    return {"Authorization": "Basic " + base64.b64encode(f"{client_id}:{secret}".encode()).decode()}


def bearer(token: str) -> dict[str, str]:
    """Return the header of RFC 6750 section 2.1."""
    return {"Authorization": f"Bearer {token}"}
