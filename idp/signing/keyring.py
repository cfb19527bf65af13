"""The keys that sign and the keys that are shown, as this process knows them.

States come from the database, so that all processes agree; private halves come from files or a
token. Both are read once and again every half minute, or when a token names a key we have not seen: never per
request. A database that does not answer leaves the last known keys in force.
"""

import hashlib
import logging
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import orjson
from sqlalchemy import Row, select
from sqlalchemy.exc import SQLAlchemyError

from core.infra import log
from core.infra.clock import Clock
from core.infra.db import Database
from core.infra.errors import Unavailable
from core.proof.keys import ALGORITHMS, KeySource, PublicKey
from idp.signing.private_keys import PrivateKeys
from idp.signing.signer import PrivateKeyUnusable, Signer
from idp.signing.states import SHOWN, KeyState
from idp.signing.tables import SigningKeyRow

REFRESH_AFTER = timedelta(seconds=30)
_RETRY_AFTER = timedelta(seconds=5)
# Tokens with made-up kids must not become a database query each.
_UNKNOWN_KID_PAUSE = timedelta(seconds=5)


@dataclass(frozen=True, slots=True)
class Jwks:
    """The JWKS document as it is served, and its entity tag."""

    body: bytes
    etag: str


@dataclass(frozen=True, slots=True)
class _Snapshot:
    signers: Mapping[str, Signer]
    public: Mapping[str, PublicKey]
    jwks: Jwks
    read_at: datetime
    refresh_at: datetime


class Keyring:
    """Chooses the signer for an algorithm and knows every key that may verify."""

    def __init__(self, database: Database, private_keys: PrivateKeys, clock: Clock) -> None:
        self._database = database
        self.private_keys = private_keys
        self._clock = clock
        self._lock = threading.Lock()
        self._snapshot: _Snapshot | None = None

    def signer(self, algorithm: str) -> Signer:
        """Return the active key for the algorithm; raise `Unavailable` when there is none."""
        found = self._current().signers.get(algorithm)
        if found is None:
            raise Unavailable("no-signing-key", algorithm=algorithm)
        return found

    def jwks(self) -> Jwks:
        """Return the document with every published, active and retiring key."""
        return self._current().jwks

    def verification_keys(self) -> KeySource:
        """Return what finds the public keys of the JWKS, current at each call of `find`."""
        return self

    def find(self, kid: str) -> PublicKey | None:
        """Return the shown key of that name, looking again when it is unknown."""
        snapshot = self._current()
        if kid not in snapshot.public and self._may_look_again(snapshot):
            snapshot = self.refresh()
        return snapshot.public.get(kid)

    def refresh(self) -> "_Snapshot":
        """Read states and new key files now: at start, and after a rotation in this process."""
        with self._lock:
            self._snapshot = self._read(self._snapshot)
            return self._snapshot

    def _current(self) -> _Snapshot:
        snapshot = self._snapshot
        if snapshot is None:
            return self.refresh()
        if self._clock.now() >= snapshot.refresh_at and self._lock.acquire(blocking=False):
            # One thread reads; the others go on with what is known.
            try:
                snapshot = self._snapshot = self._read(snapshot)
            finally:
                self._lock.release()
        return snapshot

    def _may_look_again(self, snapshot: _Snapshot) -> bool:
        return self._clock.now() >= snapshot.read_at + _UNKNOWN_KID_PAUSE

    def _read(self, known: _Snapshot | None) -> _Snapshot:
        now = self._clock.now()
        try:
            rows = self._rows()
        except (SQLAlchemyError, Unavailable) as error:
            if known is None:
                raise
            log.event("signing_keys_not_read", logging.WARNING, error=type(error).__name__)
            return _Snapshot(known.signers, known.public, known.jwks, now, now + _RETRY_AFTER)
        public = _public_keys(rows, known.public if known else {})
        signers = self._signers(rows, known.signers if known else {})
        return _Snapshot(signers, public, _document(rows), now, now + REFRESH_AFTER)

    def _rows(self) -> Sequence[Row[Any]]:
        columns = (
            SigningKeyRow.kid,
            SigningKeyRow.algorithm,
            SigningKeyRow.state,
            SigningKeyRow.public_jwk,
        )
        shown = select(*columns).where(SigningKeyRow.state.in_(SHOWN))
        with self._database.connection() as connection:
            order = (
                SigningKeyRow.algorithm,
                SigningKeyRow.created_at,
                SigningKeyRow.kid,
            )
            return connection.execute(shown.order_by(*order)).all()

    def _signers(self, rows: Sequence[Row[Any]], known: Mapping[str, Signer]) -> dict[str, Signer]:
        shown = {row.kid for row in rows}
        # A predecessor whose key is still shown may go on signing where the new one is missing.
        signers = {name: signer for name, signer in known.items() if signer.kid in shown}
        for row in rows:
            if row.state != KeyState.ACTIVE:
                continue
            present = signers.get(row.algorithm)
            if present is not None and present.kid == row.kid:
                continue
            try:
                signers[row.algorithm] = self.private_keys.read(row.kid, row.algorithm)
            except (PrivateKeyUnusable, Unavailable):
                if present is None:
                    raise
                log.event("signing_key_missing", logging.WARNING, kid=row.kid, still_signing=present.kid)
        return signers


def _public_keys(rows: Sequence[Row[Any]], known: Mapping[str, PublicKey]) -> dict[str, PublicKey]:
    return {row.kid: known.get(row.kid) or PublicKey.from_jwk(row.public_jwk) for row in rows}


def _document(rows: Sequence[Row[Any]]) -> Jwks:
    # RS256 first: clients that ignore `kid` and `alg` take the first RSA key they see.
    ordered = sorted(rows, key=lambda row: ALGORITHMS.index(row.algorithm))
    document = {"keys": [row.public_jwk for row in ordered]}
    body = orjson.dumps(document, option=orjson.OPT_SORT_KEYS)
    return Jwks(body, '"' + hashlib.sha256(body).hexdigest()[:32] + '"')
