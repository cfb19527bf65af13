"""Use cases of `idp keys`: make keys, let them sign, take them back.

Private halves are made before the row that names them commits: a crash between leaves a key
that nobody uses, never a row without its key.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from core.infra import audit
from core.infra.db import Database, explain
from core.infra.errors import Conflict, NotFound
from core.proof.keys import ALGORITHMS
from idp.signing import states
from idp.signing.private_keys import PrivateKeys
from idp.signing.signer import Signer
from idp.signing.states import KeyState
from idp.signing.tables import SigningKeyRow


class AlreadyActive(Conflict):
    """Another process activated a key for the algorithm first."""

    code = "signing-key-already-active"


explain("uq_signing_key_active", AlreadyActive)
explain("signing_key.algorithm", AlreadyActive)


@dataclass(frozen=True, slots=True)
class ListedKey:
    """A signing key as `idp keys list` shows it."""

    kid: str
    algorithm: str
    state: KeyState
    created_at: datetime
    changed_at: datetime


def ensure_keys(
    database: Database,
    keys: PrivateKeys,
    *,
    now: datetime,
    algorithms: Sequence[str] = ALGORITHMS,
) -> tuple[str, ...]:
    """See that every algorithm has an active key that can be read; return the kids made now.

    Safe when several processes start at once: the database lets one key win and the others are
    thrown away. Raises `PrivateKeyUnusable` when an active key is missing here, `TokenCannot` when the
    token cannot hold one, and `Unavailable` while the token is gone.
    """
    made = (_ensure(database, keys, algorithm, now=now) for algorithm in algorithms)
    return tuple(kid for kid in made if kid is not None)


def new_key(session: Session, keys: PrivateKeys, *, algorithm: str, now: datetime) -> str:
    """Make a key that the JWKS shows and that does not sign yet; return its kid.

    Raises `TokenCannot` or `Unavailable` where it belongs into a token that cannot hold it or is gone.
    """
    signer = keys.make(algorithm)
    _add(session, signer, KeyState.PUBLISHED, now=now)
    return signer.kid


def activate(session: Session, *, kid: str, now: datetime, at_once: bool = False) -> None:
    """Let a published key sign and its predecessor retire.

    Raises `NotFound`, `WrongKeyState`, `AlreadyActive` when another activation was faster, or
    `TooEarly` while a cached JWKS may lack the key; `at_once` overrides the wait where a
    compromised key must stop signing.
    """
    row = _locked(session, kid)
    state = states.activated(KeyState(row.state), since=row.changed_at, now=now, at_once=at_once)
    for other in session.scalars(_active(row.algorithm).with_for_update()):
        other.state, other.changed_at = KeyState.RETIRING.value, now
    # The predecessor must have left before the unique index sees the successor.
    session.flush()
    row.state, row.changed_at = state.value, now
    _record(session, "signing-key-activated", row, at_once=at_once, now=now)
    session.flush()


def retire(session: Session, *, kid: str, now: datetime, at_once: bool = False) -> None:
    """Take a key out of the JWKS: nothing it signed verifies any more.

    Raises `NotFound`, `WrongKeyState` for an active key, or `TooEarly` while a token it signed may
    live; `at_once` overrides the wait.
    """
    row = _locked(session, kid)
    state = states.retired(KeyState(row.state), since=row.changed_at, now=now, at_once=at_once)
    row.state, row.changed_at = state.value, now
    _record(session, "signing-key-retired", row, at_once=at_once, now=now)
    session.flush()


def destroy(session: Session, keys: PrivateKeys, *, kid: str, now: datetime) -> None:
    """Remove the private half of a retired key from its file or token, for good.

    Raises `NotFound`, `WrongKeyState` for a key that is not retired, or `Unavailable`.
    """
    row = _locked(session, kid)
    states.require_retired(KeyState(row.state))
    keys.destroy(kid)
    _record(session, "signing-key-destroyed", row, at_once=True, now=now)
    session.flush()


def list_keys(session: Session) -> tuple[ListedKey, ...]:
    """Return every key that ever was, by algorithm and age."""
    order = (SigningKeyRow.algorithm, SigningKeyRow.created_at, SigningKeyRow.kid)
    return tuple(
        ListedKey(row.kid, row.algorithm, KeyState(row.state), row.created_at, row.changed_at)
        for row in session.scalars(select(SigningKeyRow).order_by(*order))
    )


def _ensure(database: Database, keys: PrivateKeys, algorithm: str, *, now: datetime) -> str | None:
    with database.reading() as session:
        kid = session.scalar(_active(algorithm).with_only_columns(SigningKeyRow.kid))
    if kid is not None:
        keys.read(kid, algorithm)
        return None
    signer = keys.make(algorithm)
    try:
        with database.transaction() as session:
            _add(session, signer, KeyState.ACTIVE, now=now)
    except AlreadyActive:
        keys.destroy(signer.kid)
        return None
    return signer.kid


def _add(session: Session, signer: Signer, state: KeyState, *, now: datetime) -> None:
    row = SigningKeyRow(
        kid=signer.kid,
        algorithm=signer.algorithm,
        state=state.value,
        public_jwk=dict(signer.public_jwk()),
        created_at=now,
        changed_at=now,
    )
    session.add(row)
    _record(session, "signing-key-made", row, at_once=state is KeyState.ACTIVE, now=now)
    session.flush()


def _record(session: Session, action: str, row: SigningKeyRow, *, at_once: bool, now: datetime) -> None:
    facts: dict[str, audit.Detail] = {"kid": row.kid, "algorithm": row.algorithm, "at_once": at_once}
    audit.record(session, action=action, actor_id=None, subject_id=None, details=facts, now=now)


def _active(algorithm: str) -> Select[SigningKeyRow]:
    return select(SigningKeyRow).where(
        SigningKeyRow.algorithm == algorithm,
        SigningKeyRow.state == KeyState.ACTIVE.value,
    )


def _locked(session: Session, kid: str) -> SigningKeyRow:
    row = session.scalar(select(SigningKeyRow).where(SigningKeyRow.kid == kid).with_for_update())
    if row is None:
        raise NotFound(kid=kid)
    return row
