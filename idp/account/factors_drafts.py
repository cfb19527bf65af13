"""What a browser session holds for minutes while factors are set up: sealed, and gone with it.

The secret of an authenticator that no code has confirmed, and new recovery codes until their owner
says that they are kept: a page can be loaded again, or in another language, and shows the same.
"""

from datetime import timedelta

from core.infra.ids import digest
from core.infra.sealing import Unreadable, seal, unseal
from core.infra.store.interface import Kind
from idp.account.access import Visitor
from idp.credentials import authenticator

_SET_UP_LIFE = timedelta(minutes=30)
_CODES_LIFE = timedelta(minutes=10)
_SET_UP = "authenticator to set up"
_CODES = "recovery codes to show"


def shared_secret(visitor: Visitor) -> str:
    """Return the secret of the authenticator that is being set up: the same until it is confirmed."""
    found = _read(visitor, _SET_UP)
    if found is None:
        found = authenticator.new_shared_secret()
        _write(visitor, _SET_UP, found, _SET_UP_LIFE)
    return found


def set_up_is_over(visitor: Visitor) -> None:
    """Forget the secret that was confirmed."""
    _forget(visitor, _SET_UP)


def keep_codes(visitor: Visitor, codes: tuple[str, ...]) -> None:
    """Hold new recovery codes for the page that shows them."""
    _write(visitor, _CODES, " ".join(codes), _CODES_LIFE)


def kept_codes(visitor: Visitor) -> tuple[str, ...]:
    """Return new recovery codes that their owner may still see; empty where there are none."""
    return tuple((_read(visitor, _CODES) or "").split())


def codes_are_kept(visitor: Visitor) -> None:
    """Forget the codes: their owner has them."""
    _forget(visitor, _CODES)


def _read(visitor: Visitor, what: str) -> str | None:
    found = visitor.services.store.get(Kind.DRAFT, _key(visitor, what))
    if found is None:
        return None
    try:
        return unseal(visitor.services.settings.secret, found.decode(), purpose=_purpose(visitor, what))
    except Unreadable:
        return None  # sealed before the secret was changed: made anew


def _write(visitor: Visitor, what: str, value: str, life: timedelta) -> None:
    sealed = seal(visitor.services.settings.secret, value, purpose=_purpose(visitor, what))
    visitor.services.store.put(Kind.DRAFT, _key(visitor, what), sealed.encode(), life)


def _forget(visitor: Visitor, what: str) -> None:
    visitor.services.store.delete(Kind.DRAFT, _key(visitor, what))


def _key(visitor: Visitor, what: str) -> str:
    return digest(f"{what}\n{visitor.session.sid}\n{visitor.session.person_id}")


def _purpose(visitor: Visitor, what: str) -> str:
    return f"{what} {visitor.session.person_id}"
