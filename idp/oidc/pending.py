"""A request that waits for its person, a tool's or a page's of ours: bound to one browser.

The record lies in the store; the browser holds a cookie of its own for each record, so that
somebody who only knows the address of an interaction can do nothing with it. A record that is
over is kept a while longer, so that the page that says so can lead back to the tool.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hmac import compare_digest
from typing import Any

import orjson

from core.infra.ids import digest, new_id, new_secret
from core.infra.store.interface import EphemeralStore, Kind, Writes
from idp.oidc.pending_format import (
    moment_from_json,
    moment_to_json,
    progress_from_json,
    progress_to_json,
    wanted_from_json,
    wanted_to_json,
)
from idp.oidc.request import AuthorizationRequest, Progress, Wanted

PENDING_LIFE = timedelta(minutes=30)
# A second press of the same button arrives after the first one was answered.
REPEAT_GRACE = timedelta(seconds=10)
_KEPT_FOR = timedelta(hours=2)
_FORMAT = 3


@dataclass(frozen=True, slots=True)
class PendingAuthorization:
    """One interaction: what was asked, how far it has come, and whose browser it is in.

    `language` is the choice made on its pages. `finished_at` is when it was answered.
    """

    uid: str
    request: Wanted
    progress: Progress
    binding_digest: str
    created_at: datetime
    language: str | None = None
    finished_at: datetime | None = None

    def is_bound_to(self, cookie: str | None) -> bool:
        """Tell whether this cookie is the one that was set with the record."""
        return cookie is not None and compare_digest(digest(cookie), self.binding_digest)

    def is_of(self, client_id: str) -> bool:
        """Tell whether this client asked."""
        return isinstance(self.request, AuthorizationRequest) and self.request.client_id == client_id

    def is_over(self, now: datetime) -> bool:
        """Tell whether it expired or was answered, beyond a second press of the same button."""
        if self.finished_at is not None and now > self.finished_at + REPEAT_GRACE:
            return True
        return now >= self.created_at + PENDING_LIFE

    def with_progress(self, progress: Progress) -> "PendingAuthorization":
        """Return the record with the result of a step."""
        return replace(self, progress=progress)


def park(writes: Writes, request: Wanted, now: datetime) -> tuple[PendingAuthorization, str]:
    """Keep a request until its person has done what is due; return it with its cookie."""
    cookie = new_secret()
    pending = PendingAuthorization(new_id("itx"), request, Progress(), digest(cookie), now)
    save(writes, pending)
    return pending, cookie


def find(store: EphemeralStore, uid: str) -> PendingAuthorization | None:
    """Return the record of an interaction, also one that is over, or None when it is unknown."""
    found = store.get(Kind.PENDING, digest(uid))
    return None if found is None else _from_json(uid, orjson.loads(found))


def save(writes: Writes, pending: PendingAuthorization) -> None:
    """Write the record with what a step changed."""
    writes.put(Kind.PENDING, digest(pending.uid), orjson.dumps(_to_json(pending)), _KEPT_FOR)


def _to_json(pending: PendingAuthorization) -> dict[str, object]:
    return {
        "version": _FORMAT,
        "request": wanted_to_json(pending.request),
        "progress": progress_to_json(pending.progress),
        "binding_digest": pending.binding_digest,
        "created_at": pending.created_at.isoformat(),
        "language": pending.language,
        "finished_at": moment_to_json(pending.finished_at),
    }


def _from_json(uid: str, members: Mapping[str, Any]) -> PendingAuthorization | None:
    # A format of an earlier or later release: the person starts again.
    if members["version"] != _FORMAT:
        return None
    return PendingAuthorization(
        uid=uid,
        request=wanted_from_json(members["request"]),
        progress=progress_from_json(members["progress"]),
        binding_digest=members["binding_digest"],
        created_at=datetime.fromisoformat(members["created_at"]),
        language=members["language"],
        finished_at=moment_from_json(members["finished_at"]),
    )
