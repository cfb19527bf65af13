"""Pages and this program know each other by a token, given out after a code was copied by hand (eid.md 5.5)."""

import hashlib
import hmac
import json
import platform
import secrets
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from idp.eid.card.problems import CardProblem, Problem

_CODE_SECONDS = 120
_TRIES = 3
_TOKENS_OF_ONE_ORIGIN = 8


@dataclass(slots=True)
class _Pending:
    id: str
    code: str
    ends_at: float
    tries: int = _TRIES


class Pairings:
    """Who is paired, kept in a file as hashes by origin; and the one code of each origin that waits."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._pending: dict[str, _Pending] = {}
        self._hashes = _read(path)

    def begin(self, origin: str) -> tuple[str, str]:
        """Return the name of a new pairing and its code, to be shown to the user; an older one of the origin ends."""
        with self._lock:
            pending = _Pending(secrets.token_urlsafe(16), f"{secrets.randbelow(10**6):06}", _now() + _CODE_SECONDS)
            self._pending[origin] = pending
            return pending.id, pending.code

    def confirm(self, origin: str, pairing: str, code: str) -> str:
        """Return a token for the origin; raise `CardProblem` for a wrong code, the third of which ends the pairing."""
        with self._lock:
            pending = self._pending.get(origin)
            if pending is None or not hmac.compare_digest(pending.id.encode(), pairing.encode()):
                raise CardProblem(Problem.NOT_PAIRED)
            pending.tries -= 1
            is_right = hmac.compare_digest(pending.code.encode(), code.encode()) and _now() < pending.ends_at
            if is_right or pending.tries == 0 or _now() >= pending.ends_at:
                del self._pending[origin]
            if not is_right:
                raise CardProblem(Problem.NOT_PAIRED)
            return self._give(origin)

    def is_paired(self, origin: str, token: str | None) -> bool:
        """Tell whether the token was given to this origin."""
        if not token:
            return False
        given = _hash(token)
        with self._lock:
            return any(hmac.compare_digest(given, known) for known in self._hashes.get(origin, ()))

    def _give(self, origin: str) -> str:
        token = secrets.token_urlsafe(32)
        # One for each browser of this machine; the oldest makes room.
        self._hashes[origin] = [*self._hashes.get(origin, ()), _hash(token)][-_TOKENS_OF_ONE_ORIGIN:]
        self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        written = self._path.with_suffix(".new")
        written.touch(mode=0o600)
        written.write_text(json.dumps(self._hashes, indent=2), "utf-8")
        written.replace(self._path)
        return token


def _read(path: Path) -> dict[str, list[str]]:
    try:
        found = json.loads(path.read_text("utf-8"))
    except (FileNotFoundError, ValueError):
        # A damaged file pairs nobody: everybody copies a code again.
        return {}
    if not isinstance(found, dict):
        return {}
    return {
        str(origin): [str(known) for known in hashes] for origin, hashes in found.items() if isinstance(hashes, list)
    }


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _now() -> float:
    return time.monotonic()


def default_folder() -> Path:
    """Return where this system keeps what belongs to a user's programs, in a folder of ours."""
    match platform.system():
        case "Windows":
            return Path.home() / "AppData" / "Roaming" / "immo-card"
        case "Darwin":
            return Path.home() / "Library" / "Application Support" / "immo-card"
        case _:
            return Path.home() / ".config" / "immo-card"
