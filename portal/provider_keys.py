"""The provider's public keys, read over HTTP and kept: what logout tokens are verified with."""

import threading
from collections.abc import Callable
from datetime import datetime, timedelta

from core.infra.clock import Clock
from core.infra.errors import Unavailable
from core.proof.keys import FixedKeys, PublicKey

# Anybody may send a token with an unknown key id; it must not make us fetch at will.
REFRESH_AT_MOST_EVERY = timedelta(minutes=1)
KEPT_FOR = timedelta(hours=1)


class ProviderKeys:
    """A `KeySource` on the provider's JWKS document; `fetch` reads it anew."""

    def __init__(self, fetch: Callable[[], object], clock: Clock) -> None:
        self._fetch = fetch
        self._clock = clock
        self._lock = threading.Lock()
        self._keys = FixedKeys({})
        self._read_at: datetime | None = None

    def find(self, kid: str) -> PublicKey | None:
        """Return the key of that name; an unknown one is looked for anew once a minute.

        Raises `Unavailable` when the provider cannot be asked.
        """
        self._refresh(KEPT_FOR)
        found = self._keys.find(kid)
        if found is None:
            self._refresh(REFRESH_AT_MOST_EVERY)
            found = self._keys.find(kid)
        return found

    def _refresh(self, older_than: timedelta) -> None:
        now = self._clock.now()
        with self._lock:
            if self._read_at is not None and now - self._read_at < older_than:
                return
            document = self._fetch()
            if not isinstance(document, dict):
                raise Unavailable(reason="jwks is no object")
            self._keys = FixedKeys.from_jwks(document)
            self._read_at = now
