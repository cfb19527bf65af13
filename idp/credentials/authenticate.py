"""Signing in with username or e-mail address and password (A0, A19).

Whether an account exists shows neither in the answer, nor in the time it takes, nor in the
limits. Guesses are limited by account and address together, and by address: never by account
alone, which would let anybody lock the owner out. Username and e-mail address are counted as they
are typed: counted as one, the limit would tell that they belong to one account. The owner's own
devices are counted apart.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from core.infra import rate_limit
from core.infra.addresses import network_of
from core.infra.db import Database
from core.infra.errors import RateLimited, RuleError
from core.infra.rate_limit import Limit
from core.infra.secret import Secret
from core.infra.settings import Mode
from core.infra.store.interface import EphemeralStore
from core.people.assurance import Acr, Authentication
from core.people.identifiers import PersonId
from core.people.profiles import SignInRecord, find_for_sign_in
from core.people.rules import username_key
from idp.credentials import passwords
from idp.credentials.devices import proven_device
from idp.credentials.passwords import StoredPassword

_MAXIMUM_IDENTIFIER_LENGTH = 254

# A few guesses quickly, a few more slowly: whoever mistypes waits minutes, a robot gets nowhere.
PER_ACCOUNT_AND_ADDRESS = (
    Limit("sign-in-pair-short", 8, timedelta(minutes=5)),
    Limit("sign-in-pair-long", 40, timedelta(hours=24)),
)
# An office shares one address, and its people mistype too.
PER_ADDRESS = (
    Limit("sign-in-address-short", 100, timedelta(minutes=15)),
    Limit("sign-in-address-long", 1_000, timedelta(hours=24)),
)
PER_DEVICE = (
    Limit("sign-in-device-short", 20, timedelta(minutes=15)),
    Limit("sign-in-device-long", 100, timedelta(hours=24)),
)


class WrongCredentials(RuleError):
    """There is no such account, or this is not its password: one answer for both."""

    code = "wrong-credentials"


@dataclass(frozen=True, slots=True)
class Attempt:
    """What was typed, and from where; `device` is the cookie of earlier successes here."""

    identifier: str
    password: str = field(repr=False)
    address: str
    device: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Who it is, how they proved it, the language they chose, and when the password was made that was right."""

    person_id: PersonId
    authentication: Authentication
    language: str
    password_made_at: datetime


@dataclass(frozen=True, slots=True)
class PasswordSignIn:
    """What checking a password needs: accounts, counters, the key of device proofs."""

    database: Database
    store: EphemeralStore
    secret: Secret
    mode: Mode

    def authenticate(self, attempt: Attempt, *, now: datetime) -> SignedIn:
        """Return who the person is; raise `WrongCredentials` or `RateLimited`."""
        record, stored = self._look_up(attempt.identifier)
        self._judge(attempt, None if record is None else record.person_id, stored)
        assert record is not None and stored is not None  # nobody's password is right
        authentication = Authentication(auth_time=now, amr=("pwd",), acr=Acr.PASSWORD)
        return SignedIn(record.person_id, authentication, record.language, stored.made_at)

    def confirm(self, person_id: PersonId, attempt: Attempt) -> None:
        """Return where the password is that of somebody who is known already; raise as `authenticate` does.

        Guesses count like those of a sign-in: a stolen session must not find the password by trying.
        """
        with self.database.reading() as session:
            stored = passwords.stored(session, person_id)
        self._judge(attempt, person_id, stored)

    def _judge(self, attempt: Attempt, person_id: PersonId | None, stored: StoredPassword | None) -> None:
        counted = self._count(attempt, proven_device(self.secret, attempt.device, person_id))
        verification = passwords.verify(None if stored is None else stored.hash, _bounded(attempt.password))
        if person_id is None or stored is None or not verification.is_right:
            counted.was_wrong()
            raise WrongCredentials
        counted.was_right()
        if verification.is_outdated:
            self._renew(person_id, stored.hash, attempt.password)

    def _look_up(self, identifier: str) -> tuple[SignInRecord | None, StoredPassword | None]:
        # No account has a control character, and no database column takes every one of them.
        if not 0 < len(identifier) <= _MAXIMUM_IDENTIFIER_LENGTH or not identifier.isprintable():
            return None, None
        with self.database.reading() as session:
            record = find_for_sign_in(session, identifier)
            if record is None:
                return None, None
            return record, passwords.stored(session, record.person_id)

    def _count(self, attempt: Attempt, device: str | None) -> "_Counted":
        """Count the attempt before it is judged, so that many at once are no way round the limit."""
        if device is not None and _try_hit(self.store, PER_DEVICE, device):
            return _Counted(self.store, PER_DEVICE, device)
        address = network_of(attempt.address)
        # A load generator is one machine: lifted for it and for nothing else (contract.md).
        limits_address = self.mode is not Mode.TEST
        for limit in PER_ADDRESS if limits_address else ():
            if rate_limit.is_exceeded(self.store, limit, address):
                raise RateLimited(rate_limit.seconds_left(self.store, limit, address), limit=limit.name)
        pair = f"{address}\n{username_key(attempt.identifier)}"
        for limit in PER_ACCOUNT_AND_ADDRESS:
            rate_limit.hit(self.store, limit, pair)
        return _Counted(self.store, PER_ACCOUNT_AND_ADDRESS, pair, address if limits_address else None)

    def _renew(self, person_id: PersonId, outdated: str, password: str) -> None:
        with self.database.transaction() as session:
            passwords.renew_hash(session, person_id=person_id, outdated=outdated, password=password)


@dataclass(frozen=True, slots=True)
class _Counted:
    """An attempt on the books, until it turns out right or wrong."""

    store: EphemeralStore
    limits: tuple[Limit, ...]
    key: str
    address: str | None = None

    def was_right(self) -> None:
        for limit in self.limits:
            rate_limit.forget(self.store, limit, self.key)

    def was_wrong(self) -> None:
        # Only what failed is held against an address: a whole office may sign in at nine.
        if self.address is not None:
            _try_hit(self.store, PER_ADDRESS, self.address)


def _bounded(password: str) -> str:
    # Longer ones were never accepted: cut, they still cost the same and still are wrong.
    return password if len(password) <= passwords.MAXIMUM_LENGTH else ""


def _try_hit(store: EphemeralStore, limits: tuple[Limit, ...], key: str) -> bool:
    """Count, and tell whether it was within the limits; beyond them a device is a stranger."""
    try:
        for limit in limits:
            rate_limit.hit(store, limit, key)
    except RateLimited:
        return False
    return True
