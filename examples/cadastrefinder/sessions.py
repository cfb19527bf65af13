"""Where CadastreFinder keeps its sessions: one SQLite file, so that a restart signs nobody out.

The browser holds a random number and nothing else. The file holds its digest, what Immo-Connect
said, and the `sid` by which Immo-Connect can end the session from its side.
"""

import hashlib
import json
import secrets
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from flask import Flask, Request, Response
from flask.sessions import SessionInterface, SessionMixin
from werkzeug.datastructures import CallbackDict

SIGNED_IN_SECONDS = 12 * 3600
SIGNING_IN_SECONDS = 3600
SCHEMA = """
CREATE TABLE IF NOT EXISTS session (
    id TEXT PRIMARY KEY, sid TEXT, sub TEXT, content TEXT NOT NULL, expires_at REAL NOT NULL);
CREATE INDEX IF NOT EXISTS session_sid ON session (sid);
CREATE TABLE IF NOT EXISTS spent (jti TEXT PRIMARY KEY, expires_at REAL NOT NULL);
"""


class ServerSession(CallbackDict[str, Any], SessionMixin):
    """What the tool knows about one browser; Flask calls it `session`."""

    modified = False

    def __init__(self, content: dict[str, Any] | None = None, key: str | None = None) -> None:
        super().__init__(content, _mark)
        self.key = key
        self.left: str | None = None

    def renew(self) -> None:
        """Empty the session and give it a new number, as every sign-in and sign-out must."""
        self.left, self.key = self.key, None
        self.clear()


def _mark(changed: CallbackDict[str, Any]) -> None:
    assert isinstance(changed, ServerSession)
    changed.modified = True


def _digest(key: str | None) -> str:
    return hashlib.sha256((key or "").encode()).hexdigest()


@contextmanager
def opened(path: Path, schema: str) -> Iterator[sqlite3.Connection]:
    """Yield the tool's file, readable for nobody else, with these tables in it; commit at the end."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
    connection = sqlite3.connect(path, timeout=10)
    try:
        connection.executescript(schema)
        with connection:
            yield connection
    finally:
        connection.close()


class SqliteSessions(SessionInterface):
    """Flask's sessions in a file, which can be ended without the browser."""

    def __init__(self, path: Path, *, cookie_name: str, secure: bool) -> None:
        self._path = path
        # Over https no other host can plant a cookie of this name.
        self._cookie_name = f"__Host-{cookie_name}" if secure else cookie_name
        self._secure = secure

    def open_session(self, app: Flask, request: Request) -> ServerSession:  # noqa: ARG002 - Flask's signature
        """Read the session that the cookie names; an unknown or ended one is a new one."""
        key = request.cookies.get(self._cookie_name)
        if key:
            with opened(self._path, SCHEMA) as file:
                row = file.execute(
                    "SELECT content FROM session WHERE id = ? AND expires_at > ?", (_digest(key), time.time())
                ).fetchone()
            if row:
                return ServerSession(json.loads(row[0]), key)
        return ServerSession()

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:  # noqa: ARG002
        """Write what changed. A session that was ended meanwhile is not brought back to life."""
        assert isinstance(session, ServerSession)
        response.vary.add("Cookie")
        if not session.modified:
            return
        said = session.get("claims", {})
        content = (said.get("sid"), said.get("sub"), json.dumps(dict(session)))
        with opened(self._path, SCHEMA) as file:
            file.execute("DELETE FROM session WHERE expires_at <= ? OR id = ?", (time.time(), _digest(session.left)))
            if session.key:
                file.execute(
                    "UPDATE session SET sid = ?, sub = ?, content = ? WHERE id = ?", (*content, _digest(session.key))
                )
                return
            if not session:
                response.delete_cookie(self._cookie_name)
                return
            key = secrets.token_urlsafe(32)
            file.execute(
                "INSERT INTO session (sid, sub, content, id, expires_at) VALUES (?, ?, ?, ?, ?)",
                (*content, _digest(key), time.time() + (SIGNED_IN_SECONDS if said else SIGNING_IN_SECONDS)),
            )
        response.set_cookie(self._cookie_name, key, httponly=True, secure=self._secure, samesite="Lax")

    def end(self, *, sid: str | None, sub: str | None) -> None:
        """End the session of that sign-in, or, without a `sid`, all sessions of that person."""
        with opened(self._path, SCHEMA) as file:
            if sid:
                file.execute("DELETE FROM session WHERE sid = ?", (sid,))
            else:
                file.execute("DELETE FROM session WHERE sub = ?", (sub,))

    def spend(self, jti: str, *, until: float) -> bool:
        """Remember a logout token; False when it was there before."""
        with opened(self._path, SCHEMA) as file:
            file.execute("DELETE FROM spent WHERE expires_at <= ?", (time.time(),))
            return file.execute("INSERT OR IGNORE INTO spent VALUES (?, ?)", (jti, until)).rowcount == 1
