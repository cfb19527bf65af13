"""How far somebody has come who forgot the password, within one interaction; kept for its life."""

from dataclasses import asdict, dataclass, field
from datetime import datetime

import orjson
from flask import url_for
from werkzeug.wrappers import Response

from core.infra.ids import digest
from core.infra.store.interface import EphemeralStore, Kind
from idp.oidc import pending
from idp.oidc.pending import PENDING_LIFE, PendingAuthorization
from idp.web import browser
from idp.wiring import Services


@dataclass(frozen=True, slots=True)
class Recovering:
    """The code that was asked for: `address` is None where the person came by the link in the message.

    `is_elsewhere` tells that the link was opened in a browser in which nothing else waits.
    """

    code_id: str
    address: str | None = field(default=None, repr=False)
    is_elsewhere: bool = False


def keep(store: EphemeralStore, uid: str, recovering: Recovering) -> None:
    """Write down how far an interaction has come, in place of what was."""
    store.put(Kind.DRAFT, _key(uid), orjson.dumps(asdict(recovering)), PENDING_LIFE)


def find(store: EphemeralStore, uid: str) -> Recovering | None:
    """Return how far an interaction has come; None where no code was asked for."""
    found = store.get(Kind.DRAFT, _key(uid))
    return None if found is None else Recovering(**orjson.loads(found))


def waiting_interaction(found: Services, now: datetime) -> PendingAuthorization | None:
    """Return the newest interaction of this browser in which nobody has signed in yet."""
    for uid in browser.interactions():
        record = pending.find(found.store, uid)
        if record is None or record.is_over(now) or record.finished_at is not None:
            continue
        if record.is_bound_to(browser.interaction_cookie(uid)) and record.progress.signed_in_at is None:
            return record
    return None


def start_again(uid: str, why: str | None = None) -> Response:
    """Send somebody back to the first page, which says why."""
    return browser.see_other(url_for("recover.show", uid=uid, why=why))


def _key(uid: str) -> str:
    return f"recovery:{digest(uid)}"
