"""Who is signed in at the portal, in this browser, and until when.

The browser's session lies in the ephemeral store (`core.web.server_session`). It is over when the
provider's is at the latest, which counts from the sign-in there and not from the arrival here. A
session is ended from afar by a mark under its `sid`, or under the person where the provider names
no session: a mark cannot be lost to a request that writes the session at the same moment. That the
provider's session still lives is confirmed now and then (`confirmation.py`); when that was last
lies in the store as well.
"""

import json
from collections.abc import Collection
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import cast

from flask import session

from core.infra.ids import digest
from core.infra.store.interface import EphemeralStore, Kind
from core.organisations.identifiers import OrganisationId
from core.people.assurance import SIGN_IN_LIFE, Acr
from core.people.identifiers import PersonId
from core.staff.states import StaffRole
from core.web.server_session import ServerSession

# As long as the provider's own session.
LIFE = SIGN_IN_LIFE
# How long a confirmation is worth anything.
GOOD_FOR = timedelta(minutes=10)
_SIGNED_IN = "signed_in"
_RETURN_TO = "return_to"


@dataclass(frozen=True, slots=True)
class SignedIn:
    """What the portal keeps of a sign-in; `id_token` is the hint for signing out, `acr` its level.

    `signed_in_at` is when the person proved who they are at the provider, `since` when they arrived
    here. `refresh_token` is sealed; `confirmed_at` is None where the last time is too long ago.
    `staff_roles` are those held at that moment, for menus; nothing is allowed by them.
    """

    person_id: PersonId
    sid: str
    name: str
    id_token: str
    signed_in_at: datetime
    since: datetime
    refresh_token: str = field(repr=False)
    acr: Acr = Acr.PASSWORD
    organisation_id: OrganisationId | None = None
    confirmed_at: datetime | None = None
    staff_roles: frozenset[StaffRole] = frozenset()


def start(store: EphemeralStore, signed_in: SignedIn) -> None:
    """Begin a session under a new secret; what the browser held before is forgotten."""
    confirm(store, signed_in, staff_roles=signed_in.staff_roles, now=signed_in.since)
    browser = browser_session()
    browser.clear()
    browser.rotate()
    browser[_SIGNED_IN] = {
        "person_id": signed_in.person_id,
        "sid": signed_in.sid,
        "name": signed_in.name,
        "id_token": signed_in.id_token,
        "signed_in_at": signed_in.signed_in_at.isoformat(),
        "since": signed_in.since.isoformat(),
        "refresh_token": signed_in.refresh_token,
        "acr": signed_in.acr.value,
    }


def current(store: EphemeralStore, now: datetime) -> SignedIn | None:
    """Return the sign-in of this browser, or None when there is none, or it has ended."""
    kept = session.get(_SIGNED_IN)
    # One of an earlier release, which could not be confirmed: the person signs in once more.
    if kept is None or "refresh_token" not in kept:
        return None
    signed_in = SignedIn(
        person_id=PersonId(kept["person_id"]),
        sid=kept["sid"],
        name=kept["name"],
        id_token=kept["id_token"],
        signed_in_at=datetime.fromisoformat(kept["signed_in_at"]),
        since=datetime.fromisoformat(kept["since"]),
        refresh_token=kept["refresh_token"],
        acr=Acr(kept["acr"]),
        organisation_id=kept.get("organisation_id"),
    )
    return _alive(store, signed_in, now)


def confirm(
    store: EphemeralStore, signed_in: SignedIn, *, staff_roles: Collection[StaffRole], now: datetime
) -> SignedIn:
    """Write down that the provider's session was alive just now, and which roles its person had."""
    confirmed = {"at": now.isoformat(), "staff_roles": sorted(staff_roles)}
    store.put(Kind.SID, _confirmation_key(signed_in), json.dumps(confirmed).encode(), GOOD_FOR)
    return replace(signed_in, confirmed_at=now, staff_roles=frozenset(staff_roles))


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


def _alive(store: EphemeralStore, signed_in: SignedIn, now: datetime) -> SignedIn | None:
    if now >= signed_in.signed_in_at + LIFE:
        return None
    keys = (_sid_key(signed_in.sid), _person_key(signed_in.person_id), _confirmation_key(signed_in))
    ended, everywhere, confirmed = store.get_many([(Kind.SID, key) for key in keys])
    if ended is not None or (everywhere is not None and signed_in.since <= _moment(everywhere)):
        return None
    if confirmed is None:
        return signed_in
    said = json.loads(confirmed)
    roles = frozenset(map(StaffRole, said["staff_roles"]))
    return replace(signed_in, confirmed_at=datetime.fromisoformat(said["at"]), staff_roles=roles)


def _moment(value: bytes) -> datetime:
    return datetime.fromisoformat(value.decode())


# The store is shared with the provider, which has entries of the same kind.
def _sid_key(sid: str) -> str:
    return f"portal sid {sid}"


def _person_key(person_id: str) -> str:
    return f"portal person {person_id}"


def _confirmation_key(signed_in: SignedIn) -> str:
    # Each sign-in has its own: what was given to one may be withdrawn while the other goes on.
    return f"portal confirmed {digest(signed_in.refresh_token)}"
