"""How often somebody may ask for another code by mail.

Two kinds of limit: who asks is told to wait, with the time; and a mailbox gets only so many mails,
whoever asked, which nobody is told. The first counts what the asker did, so it says nothing about
whose the address is; the second would, so it stays silent.
"""

from datetime import timedelta

from core.infra import log, rate_limit
from core.infra.errors import RateLimited
from core.infra.rate_limit import Limit
from core.infra.store.interface import EphemeralStore
from core.people.rules import address_key
from idp.credentials.tables import CodePurpose

PAUSE = Limit("mailed-code-pause", 1, timedelta(seconds=60))
PER_HOUR = Limit("mailed-code-hour", 5, timedelta(hours=1))
PER_MAILBOX = Limit("mailed-code-mailbox", 10, timedelta(hours=1))


def ask(store: EphemeralStore, *, purpose: CodePurpose, whose: str) -> None:
    """Count one request for a code; raise `RateLimited` where it comes too soon or too often.

    `whose` is what the asker is known by: the person where there is one, else the address typed.
    """
    for limit in (PAUSE, PER_HOUR):
        rate_limit.hit(store, limit, _key(purpose, whose))


def ask_elsewhere(store: EphemeralStore, *, purpose: CodePurpose, whose: str) -> None:
    """Count a request for a code to another address than before: without a pause, but within the hour's.

    Whoever sees that the address was mistyped mends it at once. Raises `RateLimited`.
    """
    key = _key(purpose, whose)
    rate_limit.hit(store, PER_HOUR, key)
    rate_limit.forget(store, PAUSE, key)
    rate_limit.hit(store, PAUSE, key)


def seconds_to_wait(store: EphemeralStore, *, purpose: CodePurpose, whose: str) -> int:
    """Return in how many seconds another code may be asked for; 0 when it may be now."""
    key = _key(purpose, whose)
    waits = (
        rate_limit.seconds_left(store, limit, key)
        for limit in (PAUSE, PER_HOUR)
        if rate_limit.is_exceeded(store, limit, key)
    )
    return max(waits, default=0)


def may_mail(store: EphemeralStore, address: str, *, purpose: CodePurpose, device: str | None = None) -> bool:
    """Count one mail to an address, and tell whether it may be sent.

    Where it may not, the caller says the same as ever: whoever floods a mailbox learns nothing. What was
    mailed before must then stay good, and what is not mailed must open nothing: else a flood would keep
    the owner out, or let many networks guess without end. Each purpose is counted apart, and so is a
    `device` that the owner signed in with before: a flood from elsewhere does not reach it.
    """
    try:
        rate_limit.hit(store, PER_MAILBOX, _key(purpose, device or address_key(address)))
    except RateLimited:
        log.event("mailbox_spared", log.WARNING, limit=PER_MAILBOX.name)
        return False
    return True


def _key(purpose: CodePurpose, whose: str) -> str:
    return f"{purpose}\n{whose}"
