"""Asks the provider for what lies in its own data: accounts' credentials, clients, keys, jobs.

The interface is `<issuer>/admin/v1`, whose description is at `/admin/v1/openapi.json`. Answers are read
into values here; what is refused becomes an error that a page can act on. How a request is sent, and
with which token, is the caller's (`staff_tokens.py`).
"""

from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any
from urllib.parse import quote, urlencode

from requests import Response

from core.infra.errors import ImmoError, NotFound, Unavailable
from core.staff.reasons import Reason

# Method, URL and JSON body → the answer, whatever it is. Raises `StaffSignInNeeded` and `Unavailable`.
Send = Callable[[str, str, Mapping[str, object] | None], Response]
Json = Mapping[str, Any]


class AdminRefused(ImmoError):
    """The provider refused: `code` is the problem's, `status` its HTTP status, `problem` all it said."""

    def __init__(self, code: str, status: int, problem: Json) -> None:
        self.status = status
        self.problem = problem
        super().__init__(code, status=status)


class AdminClient:
    """The provider's interface for staff, as somebody of them."""

    def __init__(self, issuer: str, send: Send) -> None:
        self._address = f"{issuer}/admin/v1"
        self._send = send

    def read(self, *path: str, **filters: str | int | None) -> Json:
        """Return what stands at a path; raise `NotFound` and as `AdminRefused` says."""
        given = {name: value for name, value in filters.items() if value is not None}
        query = f"?{urlencode(given)}" if given else ""
        return self._ask("GET", self._url(path) + query, None)

    def act(self, *path: str, why: Reason | None = None, method: str = "POST", **members: object) -> Json:
        """Do something, with the reason that every act of staff needs, and return what came of it.

        What needs a second person is asked for: the answer then has the member `approval`.
        """
        return self._ask(method, self._url(path), {**members, **({} if why is None else why.details())})

    def _url(self, path: tuple[str, ...]) -> str:
        return "/".join((self._address, *(quote(part, safe="") for part in path)))

    def _ask(self, method: str, url: str, body: Mapping[str, object] | None) -> Json:
        answer = self._send(method, url, body)
        if answer.status_code == HTTPStatus.NO_CONTENT:
            return {}
        try:
            found = answer.json()
        except ValueError:
            found = None
        if not isinstance(found, dict):
            raise Unavailable(reason="no JSON object", status=answer.status_code)
        if answer.status_code < HTTPStatus.BAD_REQUEST:
            return found
        raise _refusal(answer.status_code, found)


def _refusal(status: int, problem: Json) -> ImmoError:
    code = problem.get("code")
    if not isinstance(code, str) or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return Unavailable(reason="the provider cannot answer", status=status)
    return NotFound(code=code) if status == HTTPStatus.NOT_FOUND else AdminRefused(code, status, problem)
