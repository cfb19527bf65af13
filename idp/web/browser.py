"""What the provider tells a browser: where to go, and the cookies to keep.

The session, one cookie for each interaction, the device proof, the door used last, and those that
bind the forms that need nobody signed in.

Over https their names begin with `__Host-`, so that no other host can set or replace them. Lax,
because people arrive from tools; a POST from another site therefore comes without them.
"""

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from flask import Response as FlaskResponse
from flask import request
from werkzeug.wrappers import Response

from core.infra.settings import Settings
from idp.credentials.devices import DEVICE_LIFE
from idp.oidc.pending import PENDING_LIFE
from idp.wiring import services

_SESSION = "immo-idp"
_DEVICE = "immo-device"
_DOOR = "immo-door"
_HELP = "immo-help"
_CODE = "immo-code"
_INTERACTION = "immo-interaction-"
# As `new_secret` makes them: nothing in it is quoted or escaped.
_OWN_VALUE = re.compile(r"[A-Za-z0-9_-]+")
# Abandoned sign-ins leave their cookie behind; a browser sends only the latest few.
_MOST_INTERACTIONS = 6


def see_other(location: str) -> Response:
    """Send the browser on with a GET, to an address exactly as it stands (RFC 9700 section 4.12)."""
    response = FlaskResponse(status=303)
    response.headers["Location"] = location
    return response


def session_cookie() -> str | None:
    """Return the cookie of the sign-in session, if the browser sent one."""
    return request.cookies.get(_name(_SESSION))


def session_cookie_of(environment: Mapping[str, Any], settings: Settings) -> str | None:
    """Return the same before a page begins; None also where it was written as no browser writes it."""
    prefix = f"__Host-{_SESSION}=" if settings.is_https else f"{_SESSION}="
    found = (part.strip() for part in environment.get("HTTP_COOKIE", "").split(";"))
    value = next((part.removeprefix(prefix) for part in found if part.startswith(prefix)), "")
    return value if _OWN_VALUE.fullmatch(value) else None


def set_session(response: Response, cookie: str) -> None:
    """Give the browser a session that lasts until it closes, or until the session's life is over."""
    _set(response, _SESSION, cookie, None)


def clear_session(response: Response) -> None:
    """Take the session's cookie from the browser."""
    _clear(response, _name(_SESSION))


def device_cookie() -> str | None:
    """Return the proof of earlier sign-ins on this device, if there is one."""
    return request.cookies.get(_name(_DEVICE))


def set_device(response: Response, cookie: str) -> None:
    """Leave the proof of this sign-in on the device."""
    _set(response, _DEVICE, cookie, DEVICE_LIFE)


def door_cookie() -> str | None:
    """Return the way to sign in that was used last in this browser; it says nothing of who did."""
    return request.cookies.get(_name(_DOOR))


def set_door(response: Response, door: str) -> None:
    """Leave on the device by which way somebody signed in."""
    _set(response, _DOOR, door, DEVICE_LIFE)


def help_cookie() -> str | None:
    """Return the cookie that binds the form to the helpdesk to this browser."""
    return request.cookies.get(_name(_HELP))


def set_help(response: Response, cookie: str) -> None:
    """Bind the form to the helpdesk to this browser, until it closes."""
    _set(response, _HELP, cookie, None)


def code_cookie() -> str | None:
    """Return the cookie that binds the form for the code of a device to this browser."""
    return request.cookies.get(_name(_CODE))


def set_code(response: Response, cookie: str) -> None:
    """Bind the form for the code of a device to this browser, until it closes."""
    _set(response, _CODE, cookie, None)


def interaction_cookie(uid: str) -> str | None:
    """Return the cookie that binds an interaction to this browser."""
    return request.cookies.get(_name(_INTERACTION + uid))


def set_interaction(response: Response, uid: str, cookie: str) -> None:
    """Bind an interaction to this browser, and let go of those that were abandoned long ago."""
    _set(response, _INTERACTION + uid, cookie, PENDING_LIFE)
    # The names end in identifiers that sort by the time they were made.
    prefix = _name(_INTERACTION)
    held = sorted(name for name in request.cookies if name.startswith(prefix))
    for name in held[: max(0, len(held) - _MOST_INTERACTIONS + 1)]:
        _clear(response, name)


def interactions() -> tuple[str, ...]:
    """Return the interactions that this browser says it began, the newest first."""
    prefix = _name(_INTERACTION)
    held = sorted((name for name in request.cookies if name.startswith(prefix)), reverse=True)
    return tuple(name.removeprefix(prefix) for name in held[:_MOST_INTERACTIONS])


def _set(response: Response, base: str, value: str, life: timedelta | None) -> None:
    response.set_cookie(
        _name(base),
        value,
        max_age=None if life is None else int(life.total_seconds()),
        secure=services().settings.is_https,
        httponly=True,
        samesite="Lax",
        path="/",
    )


def _clear(response: Response, name: str) -> None:
    response.delete_cookie(name, path="/", secure=services().settings.is_https, httponly=True, samesite="Lax")


def _name(base: str) -> str:
    return f"__Host-{base}" if services().settings.is_https else base
