"""The ways to sign in, and which of them was used last in this browser."""

from enum import StrEnum

from werkzeug.wrappers import Response

from core.people.assurance import Authentication
from idp.web import browser


class Door(StrEnum):
    """A way to sign in, as the sign-in page offers them."""

    PASSKEY = "passkey"
    PASSWORD = "password"  # noqa: S105 - the name of a door, not a secret
    CARD = "card"


def last_door() -> Door | None:
    """Return the way that was used last in this browser, if it is known."""
    value = browser.door_cookie()
    return Door(value) if value in set(Door) else None


def remember_door(response: Response, authentication: Authentication) -> None:
    """Leave on the device by which door somebody came in."""
    browser.set_door(response, _door(authentication))


def _door(authentication: Authentication) -> Door:
    if "pwd" in authentication.amr:
        return Door.PASSWORD
    return Door.CARD if "sc" in authentication.amr else Door.PASSKEY
