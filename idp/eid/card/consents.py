"""What the user has just allowed, so that one act is one question (eid.md 5.5)."""

import time

from idp.eid.card.cards import Request, Want

_SECONDS = 60


class Consents:
    """Remembers for a minute which files of a card a page may read for one challenge; used under the agent's lock."""

    def __init__(self) -> None:
        self._given: dict[tuple[str, str], tuple[float, frozenset[Want]]] = {}

    def remember(self, request: Request) -> None:
        """Note that the user allowed what this request said it wants."""
        now = time.monotonic()
        self._given = {key: entry for key, entry in self._given.items() if entry[0] > now}
        self._given[request.origin, request.nonce] = (now + _SECONDS, request.wants)

    def covers(self, request: Request) -> bool:
        """Tell whether all that is wanted now was allowed; what was allowed once is read once."""
        until, allowed = self._given.pop((request.origin, request.nonce), (0.0, frozenset()))
        return until > time.monotonic() and request.wants <= allowed
