"""What a page says was done, after the redirect that follows a form.

The address carries a code and never words: whoever sends somebody a link can at most make the page
repeat one of these sentences.
"""

from flask import redirect, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from core.infra.messages import N_

PARAMETER = "done"

# Each area adds its own; the codes are addresses and stay as they are.
_TEXTS: dict[str, str] = {
    "approval-given": N_("Approved, and done."),
    "approval-refused": N_("Refused. Nothing was done."),
    "approval-withdrawn": N_("You have withdrawn it. Nothing was done."),
    "saved": N_("Your changes are saved."),
}


def done(url: str, code: str) -> Response:
    """Send the browser to a page that says what was done; `url` has no query yet."""
    assert code in _TEXTS, code
    return redirect(f"{url}?{PARAMETER}={code}", 303)


def current() -> str | None:
    """Return what the present page has to say, in its language; None for nothing, or an unknown code."""
    found = _TEXTS.get(request.args.get(PARAMETER, ""))
    return None if found is None else _(found)
