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
    "access-asked": N_("The managers have received a mail. You receive one as soon as they have decided."),
    "access-reminded": N_("The managers have received a reminder."),
    "access-saved": N_("The changes are saved. Those concerned were told so by mail."),
    "access-taken": N_("You have access now."),
    "approval-given": N_("Approved, and done."),
    "approval-refused": N_("Refused. Nothing was done."),
    "approval-withdrawn": N_("You have withdrawn it. Nothing was done."),
    "dispute-opened": N_("We have noted your claim. Its managers are told."),
    "dispute-withdrawn": N_("Your claim is withdrawn."),
    "helpdesk-resend-activation": N_("A new activation code is on its way."),
    "helpdesk-send-recovery": N_("The mail to choose a new password is on its way."),
    "helpdesk-sign-out-everywhere": N_("The person is signed out everywhere."),
    "helpdesk-unlink-eid": N_("The link with the identity card is removed."),
    "helpdesk-request-erasure": N_("The account will be deleted in fourteen days."),
    "helpdesk-undo-erasure": N_("The account stays."),
    "helpdesk-asked": N_("This waits for a second person. Tell somebody of the helpdesk."),
    "helpdesk-corrected": N_("The accreditation is corrected."),
    "helpdesk-taken-away": N_("The accreditation is taken away."),
    "helpdesk-evidence": N_("The evidence is confirmed."),
    "helpdesk-dispute-opened": N_("The dispute is opened, and both sides are told."),
    "helpdesk-evidence-noted": N_("The evidence is noted."),
    "operations-done": N_("Done."),
    "operations-saved": N_("Saved. What was before is kept."),
    "operations-compared": N_("Compared. This is what was found."),
    "operations-asked": N_("This waits for a second person. Tell another operator."),
    "operations-sent": N_("The file is received. The worker reads it now."),
    "operations-revived": N_("The message is on its way again."),
    "program-removed": N_("The program is removed."),
    "saved": N_("Your changes are saved."),
    "context-chosen": N_("You now work for the organisation that you chose."),
    "suggestion-declined": N_("Your own data stay. You are asked again only if the register says something new."),
    "suggestion-taken": N_("Your organisation now says what the company register says."),
    "organisation-added": N_("The organisation is added. You are its first manager."),
    "requested": N_("Your request is sent. The managers have received a mail."),
    "reminded": N_("The managers have received a reminder."),
    "withdrawn": N_("Your request is withdrawn."),
    "accepted": N_("You have accepted the invitation. You can work for this organisation now."),
    "declined": N_("You have declined the invitation."),
    "left": N_("You have left the organisation."),
    "changed": N_("This has changed meanwhile. Here is how it stands now."),
    "picture-saved": N_("The picture is saved."),
    "picture-removed": N_("The picture is removed."),
    "put-off": N_("You will not see this advice for thirty days."),
    "changed-meanwhile": N_(
        "Somebody else changed something meanwhile. This is how it stands now; nothing was done twice."
    ),
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
    "invitations-too-many": N_("Too many invitations were sent today. This one was not sent again; try tomorrow."),
    "invitation-withdraw": N_("The invitation is withdrawn. Its link no longer works."),
    "mandate-accepted": N_("Accepted. Colleagues with a role now work under your responsibility."),
    "mandate-declined": N_("Declined. What held before still holds."),
    "mandate-ended": N_("Ended. Nobody works under this accreditation any more."),
    "mandate-own-proposed": N_("It is your own accreditation: read what it means and accept it here."),
    "mandate-proposed": N_("The holder has received a mail. Until they accept, what held before still holds."),
    "mandate-renewed": N_("Renewed for a year."),
    "mandate-withdrawn": N_("Withdrawn. Nobody works under your accreditation there any more."),
    "nothing-changed": N_("Nothing was changed."),
    "registration-ended": N_("The registration is ended. The tool can be registered again at any time."),
    "terms-accepted": N_("The terms of use are accepted for the organisation."),
    "tool-registered": N_("The tool is registered. You can start it now."),
    "wallet-rights-saved": N_("Your changes are saved. The employee was told so by mail."),
    "wallet-transferred": N_("The money is transferred. Both organisations have a receipt."),
    "joined": N_("Welcome. You belong to this organisation now."),
}


def done(url: str, code: str) -> Response:
    """Send the browser to a page that says what was done."""
    assert code in _TEXTS, code
    return redirect(f"{url}{'&' if '?' in url else '?'}{PARAMETER}={code}", 303)


def current() -> str | None:
    """Return what the present page has to say, in its language; None for nothing, or an unknown code."""
    found = _TEXTS.get(request.args.get(PARAMETER, ""))
    return None if found is None else _(found)
