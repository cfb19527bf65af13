"""Addresses of the interface at which there is nothing: a program is told so in its own words, not by a page."""

from http import HTTPStatus

from flask import Response, request

from core.web import problems
from portal.api.protect import BASE


def is_called() -> bool:
    """Tell whether what is asked for stands below the interface."""
    return request.path.startswith(f"{BASE}/")


def refuse() -> Response:
    """Answer 404 as a problem."""
    answer = problems.problem("not-found", HTTPStatus.NOT_FOUND)
    return Response(answer.body, answer.status, dict(answer.headers))
