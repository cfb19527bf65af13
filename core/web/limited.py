"""What a page says to somebody who tried too often, and how programs are told."""

from flask import Response
from flask_babel import gettext as _
from flask_babel import ngettext

from core.infra.errors import RateLimited

_MINUTE, _HOUR = 60, 3_600


def too_often(error: RateLimited) -> str:
    """Return that it was too often and after how long it will be possible again."""
    seconds = error.retry_after_seconds
    if seconds > 2 * _HOUR:
        hours = -(-seconds // _HOUR)
        wait = ngettext("Try again in %(num)s hour.", "Try again in %(num)s hours.", hours)
    else:
        minutes = max(1, -(-seconds // _MINUTE))
        wait = ngettext("Try again in %(num)s minute.", "Try again in %(num)s minutes.", minutes)
    return _("You did this too often in a short time. %(wait)s", wait=wait)


def with_wait(response: Response, error: RateLimited) -> Response:
    """Return the response with the status and the header that say the same to programs."""
    response.status_code = 429
    response.headers["Retry-After"] = str(error.retry_after_seconds)
    return response
