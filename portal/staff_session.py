"""What the portal's session keeps of somebody who entered a staff area: tokens, and a form on its way.

Both lie sealed in the ephemeral store, and go with the session when it ends.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from core.infra import sealing
from core.infra.secret import Secret
from core.people.identifiers import PersonId
from portal.session import browser_session

_TOKENS, _FORM, _RETURN_TO = "staff_tokens", "staff_form", "staff_return_to"
FORM_LIFE = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class StaffTokens:
    """What the provider gave to act as staff with; `scope` names the roles, `signed_in_at` is `auth_time`."""

    person_id: PersonId
    scope: frozenset[str]
    signed_in_at: datetime
    acr: str
    expires_at: datetime
    access_token: str = field(repr=False)
    refresh_token: str | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class KeptForm:
    """A form that was sent, and not carried out before its person proves anew that it is them."""

    path: str
    fields: tuple[tuple[str, str], ...]


def keep_tokens(secret: Secret, tokens: StaffTokens) -> None:
    """Keep tokens in place of earlier ones."""
    members = {
        "person_id": tokens.person_id,
        "scope": sorted(tokens.scope),
        "signed_in_at": tokens.signed_in_at.isoformat(),
        "acr": tokens.acr,
        "expires_at": tokens.expires_at.isoformat(),
        "access_token": tokens.access_token,
        "refresh_token": tokens.refresh_token,
    }
    browser_session()[_TOKENS] = sealing.seal(secret, json.dumps(members), purpose=_TOKENS)


def tokens(secret: Secret) -> StaffTokens | None:
    """Return the tokens of this browser, None where there are none."""
    members = _unsealed(secret, _TOKENS)
    if members is None:
        return None
    return StaffTokens(
        person_id=PersonId(members["person_id"]),
        scope=frozenset(members["scope"]),
        signed_in_at=datetime.fromisoformat(members["signed_in_at"]),
        acr=members["acr"],
        expires_at=datetime.fromisoformat(members["expires_at"]),
        access_token=members["access_token"],
        refresh_token=members["refresh_token"],
    )


def forget_tokens() -> None:
    """Forget the tokens: they are worth nothing any more."""
    browser_session().pop(_TOKENS, None)


def keep_form(secret: Secret, path: str, fields: Iterable[tuple[str, str]], *, now: datetime) -> None:
    """Keep a form for ten minutes, in place of an earlier one; names and values in the order they came."""
    text = json.dumps({"path": path, "fields": list(fields), "until": (now + FORM_LIFE).isoformat()})
    browser_session()[_FORM] = sealing.seal(secret, text, purpose=_FORM)


def kept_form(secret: Secret, now: datetime) -> KeptForm | None:
    """Return the form that is kept; None where there is none, or its ten minutes are over."""
    members = _unsealed(secret, _FORM)
    if members is None or now >= datetime.fromisoformat(members["until"]):
        return None
    return KeptForm(members["path"], tuple((name, value) for name, value in members["fields"]))


def forget_form() -> None:
    """Forget the form: it was sent again, or is of no use."""
    browser_session().pop(_FORM, None)


def remember_return(path: str) -> None:
    """Keep the page to which the person wanted to go."""
    browser_session()[_RETURN_TO] = path


def take_return() -> str:
    """Return that page once, else the home page."""
    path: str = browser_session().pop(_RETURN_TO, "/")
    return path


def _unsealed(secret: Secret, name: str) -> dict[str, Any] | None:
    sealed = browser_session().get(name)
    if sealed is None:
        return None
    try:
        found: dict[str, Any] = json.loads(sealing.unseal(secret, sealed, purpose=name))
    except sealing.Unreadable:
        return None
    return found
