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
    "changed-meanwhile": N_("Somebody else changed something meanwhile. This is how it stands now; nothing was done twice."),
    "done-already": N_("This was done already."),
    "employee-activate": N_("The employee is active again and was told so by mail."),
    "employee-add": N_("The employee is added and was told so by mail."),
    "employee-block": N_("The employee is blocked and was told so by mail."),
    "employee-confirm": N_("The employee is confirmed and was told so by mail."),
    "employee-demote": N_("The manager is an ordinary member now and was told so by mail."),
    "employee-promote": N_("The employee is a manager now and was told so by mail."),
    "employee-refuse": N_("The request is refused. The person was told so by mail."),
    "employee-remove": N_("The employee is deleted and was told so by mail."),
    "invitation-again": N_("The invitation was sent again. Only the newest mail counts."),
    "invitation-sent": N_("The invitation is on its way."),
    "invitation-too-soon": N_("The invitation was sent less than an hour ago. It was not sent again."),
    "invitation-withdraw": N_("The invitation is withdrawn. Its link no longer works."),
    "joined": N_("Welcome. You belong to this organisation now."),
}


def done(url: str, code: str) -> Response:
    """Send the browser to a page that says what was done; `url` has no query yet."""
    assert code in _TEXTS, code
    return redirect(f"{url}?{PARAMETER}={code}", 303)


def current() -> str | None:
    """Return what the present page has to say, in its language; None for nothing, or an unknown code."""
    found = _TEXTS.get(request.args.get(PARAMETER, ""))
    return None if found is None else _(found)
