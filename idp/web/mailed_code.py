"""Entering a code that was mailed: what is said where it is refused, and when another may be asked for."""

from flask_babel import gettext as _
from flask_babel import ngettext

from idp.credentials.mailed_codes import CodeExpired, CodeSpent, MalformedCode, NoTriesLeft, WrongCode

CodeRefused = WrongCode | NoTriesLeft | CodeExpired | CodeSpent


def refused(error: CodeRefused) -> str:
    """Return what is wrong with a code and what to do now."""
    match error:
        case MalformedCode():
            return _("A code has six letters and digits. Look at the newest message and type it again.")
        case WrongCode(tries_left=left) if left > 0:
            return ngettext(
                "This is not the code of the newest message. You can try %(num)s more time.",
                "This is not the code of the newest message. You can try %(num)s more times.",
                left,
            )
        case WrongCode() | NoTriesLeft():
            return _("Too many wrong codes were entered. Ask for another code below.")
        case CodeExpired():
            return _("This code is no longer valid. Ask for another code below.")
    return _("This code was used already. Ask for another code below.")


def minutes_and_seconds(seconds: int) -> str:
    """Return a short time such as `0:45`; empty for none."""
    return f"{seconds // 60}:{seconds % 60:02}" if seconds else ""
