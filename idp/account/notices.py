"""What a page of the account says was done, after the redirect that follows a form.

The address carries a code and never words: whoever sends somebody a link can at most make the page
repeat one of these sentences.
"""

from flask_babel import gettext as _
from werkzeug.wrappers import Response

from core.infra.messages import N_
from idp.web import browser

PARAMETER = "done"

# Each part of the account adds its own; the codes are addresses and stay as they are.
_TEXTS: dict[str, str] = {
    "saved": N_("Your changes are saved."),
    "device-ended": N_("The device is signed out."),
    "devices-ended": N_("You are signed out everywhere else."),
    "password-changed": N_("Your password is changed. On all other devices you are signed out."),
    "address-changed": N_("Your e-mail address is changed."),
    "address-kept": N_("Your e-mail address stays as it was."),
    "code-sent": N_("Another code is on its way."),
    "passkey-added": N_("The passkey is added. From now on you can sign in with it."),
    "passkey-renamed": N_("The passkey has its new name."),
    "passkey-removed": N_("The passkey is removed. You can now delete it on your device too."),
    "authenticator-added": N_("The app is set up. From now on your password takes a code from it."),
    "authenticator-removed": N_("The authenticator app is removed."),
    "eid-linked": N_("Your identity card is linked. From now on you can sign in with it."),
    "eid-read-again": N_("Your card was read again. What it says stands in your account now."),
    "recovery-codes-kept": N_("Your recovery codes are ready."),
    "profile-saved": N_("Your data are saved."),
    "access-withdrawn": N_("Access is withdrawn. The tool was told to sign you out."),
    "access-is-withdrawn": N_("That tool has no access any more."),
    "erasure-requested": N_("Your request is noted. You can undo it here until the account is deleted."),
    "accounts-merged": N_("Both accounts are one now."),
    "erasure-undone": N_("Your account stays. Nothing was deleted."),
}


def done(url: str, code: str) -> Response:
    """Send the browser to a page of the account that says what was done."""
    assert code in _TEXTS, code
    return browser.see_other(f"{url}?{PARAMETER}={code}")


def text(code: str | None) -> str | None:
    """Return the sentence of a code in the language of the page, None for an unknown one."""
    found = _TEXTS.get(code or "")
    return None if found is None else _(found)
