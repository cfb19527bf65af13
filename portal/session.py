"""Who is signed in at the portal, in this browser, and until when.

The browser's session lies in the ephemeral store (`core.web.server_session`). A session is ended
from afar by a mark under its `sid`, or under the person where the provider names no session: a
mark cannot be lost to a request that writes the session at the same moment.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast

from flask import session

from core.infra.store.interface import EphemeralStore, Kind
from core.organisations.identifiers import OrganisationId
from core.people.assurance import Acr
from core.people.identifiers import PersonId
from core.web.server_session import ServerSession

# As long as the provider's own session, counted from the sign-in here.
LIFE = timedelta(hours=12)
_SIGNED_IN = "signed_in"
_RETURN_TO = "return_to"


@dataclass(frozen=True, slots=True)
class SignedIn:
    """What the portal keeps of a sign-in; `id_token` is the hint for signing out, `acr` its level."""

    person_id: PersonId
    sid: str
    name: str
    id_token: str
    since: datetime
    acr: Acr = Acr.PASSWORD
    organisation_id: OrganisationId | None = None


def start(signed_in: SignedIn) -> None:
    """Begin a session under a new secret; what the browser held before is forgotten."""
    browser = browser_session()
    browser.clear()
    browser.rotate()
    browser[_SIGNED_IN] = {
        "person_id": signed_in.person_id,
        "sid": signed_in.sid,
        "name": signed_in.name,
        "id_token": signed_in.id_token,
        "since": signed_in.since.isoformat(),
        "acr": signed_in.acr.value,
    }


def current(store: EphemeralStore, now: datetime) -> SignedIn | None:
    """Return the sign-in of this browser, or None when there is none, or it has ended."""
    kept = session.get(_SIGNED_IN)
    if kept is None:
        return None
    signed_in = SignedIn(
        person_id=PersonId(kept["person_id"]),
        sid=kept["sid"],
        name=kept["name"],
        id_token=kept["id_token"],
        since=datetime.fromisoformat(kept["since"]),
        acr=Acr(kept.get("acr", Acr.PASSWORD)),
        organisation_id=kept.get("organisation_id"),
    )
    return None if _is_over(store, signed_in, now) else signed_in


def choose_organisation(organisation_id: OrganisationId) -> None:
    """Remember under which organisation the person works in this browser."""
    session[_SIGNED_IN] = {**session[_SIGNED_IN], "organisation_id": organisation_id}


def end() -> None:
    """End this browser's session."""
    browser_session().destroy()


def end_from_afar(store: EphemeralStore, *, sid: str | None, subject: str | None, now: datetime) -> None:
    """End the session of that sign-in; without a `sid`, every session the person has until now."""
    key = _sid_key(sid) if sid else _person_key(subject or "")
    store.put(Kind.SID, key, now.isoformat().encode(), LIFE)


def browser_session() -> ServerSession:
    """Return this browser's session with its own operations."""
    return cast(ServerSession, session)


def remember_return(path: str) -> None:
    """Keep the page to which the person wanted to go."""
    session[_RETURN_TO] = path


def take_return() -> str:
    """Return that page once, else the home page."""
    path: str = session.pop(_RETURN_TO, "/")
    return path


def _is_over(store: EphemeralStore, signed_in: SignedIn, now: datetime) -> bool:
    if now >= signed_in.since + LIFE or store.get(Kind.SID, _sid_key(signed_in.sid)) is not None:
        return True
    everywhere = store.get(Kind.SID, _person_key(signed_in.person_id))
    return everywhere is not None and signed_in.since <= datetime.fromisoformat(everywhere.decode())


# The store is shared with the provider, which has entries of the same kind.
def _sid_key(sid: str) -> str:
    return f"portal sid {sid}"


def _person_key(person_id: str) -> str:
    return f"portal person {person_id}"
