"""A picture that was chosen and not saved yet: kept for the time of an edit, for one session.

One for each session, so that nobody fills the store; a form names the one it shows, because
another window may have put a later one in its place.
"""

import hmac
from datetime import timedelta

from core.infra.ids import digest, new_secret
from core.infra.store.interface import EphemeralStore, Kind
from core.people.pictures import EncodedPicture

_LIFE = timedelta(hours=1)
_SEPARATOR = b"\n"


def keep(store: EphemeralStore, sid: str, picture: EncodedPicture) -> str:
    """Keep a picture for an hour, instead of an earlier one, and return what names it."""
    name = new_secret()
    parts = (digest(name).encode(), picture.media_type.encode(), picture.content)
    store.put(Kind.DRAFT, _key(sid), _SEPARATOR.join(parts), _LIFE)
    return name


def find(store: EphemeralStore, sid: str, name: str) -> EncodedPicture | None:
    """Return the picture that a form of this session names; None where it is gone."""
    kept = store.get(Kind.DRAFT, _key(sid))
    if kept is None or not name.isascii():
        return None
    named, media_type, content = kept.split(_SEPARATOR, 2)
    if not hmac.compare_digest(named, digest(name).encode()):
        return None
    return EncodedPicture(content, media_type.decode())


def forget(store: EphemeralStore, sid: str) -> None:
    """Let go of the picture, saved or not wanted."""
    store.delete(Kind.DRAFT, _key(sid))


def _key(sid: str) -> str:
    return f"picture {digest(sid)}"
