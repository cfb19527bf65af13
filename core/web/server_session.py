"""Browser sessions whose content stays on the server: Flask's `session` on the ephemeral store.

The browser holds 256 random bits; the store holds JSON under their digest, so that reading the
store opens no session. Signing in calls `rotate`, signing out `destroy`.
"""

import json
from collections.abc import Iterator, MutableMapping
from datetime import timedelta
from typing import Any

from flask import Flask, Request, Response
from flask.sessions import SessionInterface, SessionMixin

from core.infra.ids import digest, new_secret
from core.infra.store.interface import EphemeralStore, Kind


class ServerSession(SessionMixin, MutableMapping[str, Any]):
    """What one browser's session holds: JSON values by name."""

    def __init__(self, secret: str | None, content: dict[str, Any]) -> None:
        self._content = content
        self.secret = secret
        self.spent_secret: str | None = None
        self.opened_key = digest(secret) if secret else None
        self.new = secret is None
        self.modified = False
        self.accessed = True

    @property
    def key(self) -> str:
        """Return where the store keeps this session; it gives no access to it."""
        return digest(self.require_secret())

    def require_secret(self) -> str:
        """Return the value of the cookie, made now if the browser has none yet."""
        if self.secret is None:
            self.secret = new_secret()
            self.modified = True
        return self.secret

    def rotate(self) -> None:
        """Give the session a new secret and keep its content; the old secret opens nothing.

        Called when somebody signs in, so that a secret planted before is worthless.
        """
        self.spent_secret = self.spent_secret or self.secret
        self.secret = new_secret()
        self.modified = True

    def destroy(self) -> None:
        """End the session: content, cookie and what the store holds."""
        self.spent_secret = self.spent_secret or self.secret
        self.secret = None
        self._content.clear()
        self.modified = True

    def __getitem__(self, name: str) -> Any:
        """Return a value."""
        return self._content[name]

    def __setitem__(self, name: str, value: Any) -> None:
        """Keep a JSON value."""
        self._content[name] = value
        self.modified = True

    def __delitem__(self, name: str) -> None:
        """Forget a value."""
        del self._content[name]
        self.modified = True

    def __iter__(self) -> Iterator[str]:
        """Go through the names."""
        return iter(self._content)

    def __len__(self) -> int:
        """Return how many values there are."""
        return len(self._content)


class StoreSessions(SessionInterface):
    """Keeps sessions in the store for `life` after their last change.

    Over https the cookie's name begins with `__Host-`, so that no other host can plant it.
    """

    def __init__(self, store: EphemeralStore, *, cookie: str, secure: bool, life: timedelta) -> None:
        self._store = store
        self._cookie = f"__Host-{cookie}" if secure else cookie
        self._secure = secure
        self._life = life

    def open_session(self, app: Flask, request: Request) -> ServerSession:  # noqa: ARG002 - Flask's signature
        """Return the session of the request's cookie, or an empty one for an unknown cookie."""
        secret = request.cookies.get(self._cookie)
        stored = self._store.get(Kind.PORTAL_SESSION, digest(secret)) if secret else None
        if secret is None or stored is None:
            return ServerSession(None, {})
        return ServerSession(secret, json.loads(stored))

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:  # noqa: ARG002 - Flask's signature
        """Write what changed and tell the browser.

        A session that was ended elsewhere while this request ran is not brought back to life.
        """
        assert isinstance(session, ServerSession)
        if not session.modified:
            return
        ended_elsewhere = session.opened_key and not self._store.get(Kind.PORTAL_SESSION, session.opened_key)
        if session.spent_secret:
            self._store.delete(Kind.PORTAL_SESSION, digest(session.spent_secret))
        if ended_elsewhere or not session:
            self._store.delete(Kind.PORTAL_SESSION, session.opened_key or "")
            response.delete_cookie(self._cookie, secure=self._secure, httponly=True, samesite="Lax")
            return
        content = json.dumps(dict(session)).encode()
        self._store.put(Kind.PORTAL_SESSION, session.key, content, self._life)
        response.set_cookie(self._cookie, session.require_secret(), secure=self._secure, httponly=True, samesite="Lax")
