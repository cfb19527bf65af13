"""Telling clients of a sign-out before the browser goes on: all at once, and only for a moment.

A tool expects to hear of it before its user comes back (Back-Channel Logout 1.0 section 2.5), and
the user waits for no tool: one that is slow delays neither them nor the others, and one that did
not answer lately is left to the worker, as is whatever does not get through.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from datetime import datetime

from core.infra import outbox
from core.infra.log import WARNING, event
from core.infra.outbox import Delivery
from core.infra.store.interface import EphemeralStore, Kind
from core.infra.topics import LogoutNotice
from idp.oidc import backchannel
from idp.oidc.backchannel import WrittenNotice
from idp.wiring import Services

# What the user may have to wait, and a little less for each client, so that its failure is still noted.
_PATIENCE_SECONDS = 0.8
_ANSWER_SECONDS = 0.7
_MOST_AT_ONCE = 16


def tell(services: Services, notices: Sequence[WrittenNotice], *, now: datetime) -> None:
    """Try to deliver the notices that a sign-out has just written and committed; returns within a second."""
    up = _of_who_is_up(services.store, notices)
    if not up:
        return
    pool = ThreadPoolExecutor(min(len(up), _MOST_AT_ONCE), "tell-client")
    tried = [pool.submit(_deliver, services, notice.message_id, now) for notice in up]
    done, _ = wait(tried, timeout=_PATIENCE_SECONDS)
    # Who is being told goes on; whose turn did not come is the worker's.
    pool.shutdown(wait=False, cancel_futures=True)
    for one in done:
        one.result()


def _of_who_is_up(store: EphemeralStore, notices: Sequence[WrittenNotice]) -> list[WrittenNotice]:
    if not notices:
        return []
    down = store.get_many([(Kind.CLIENT_DOWN, notice.client_id) for notice in notices])
    return [notice for notice, failed in zip(notices, down, strict=True) if failed is None]


def _deliver(services: Services, message_id: str, now: datetime) -> None:
    def handle(delivery: Delivery) -> None:
        assert isinstance(delivery.message, LogoutNotice)
        backchannel.tell(services, delivery.message, now=now, timeout_seconds=_ANSWER_SECONDS)

    try:
        outbox.attempt_first(services.database, {LogoutNotice.topic: handle}, message_id, now=now)
    except Exception as error:  # noqa: BLE001 - the notice is still in the outbox, and the user signed out
        event("telling_failed", WARNING, message_id=message_id, reason=type(error).__name__, trace=error)
