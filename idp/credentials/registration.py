"""Creating an account with a password: person, hash, code and mail together, or nothing of it (A1-A5)."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from core.infra import rate_limit
from core.infra.addresses import network_of
from core.infra.db import Database
from core.infra.rate_limit import Limit
from core.infra.secret import Secret
from core.infra.settings import Mode
from core.infra.store.interface import EphemeralStore
from core.people.identifiers import PersonId
from core.people.profiles import NewPerson, create
from idp.credentials.activation import Activation
from idp.credentials.passwords import hash_password, store_password

# An office shares one address, and a course may register a room full of people.
PER_NETWORK = (
    Limit("registration-short", 30, timedelta(hours=1)),
    Limit("registration-long", 100, timedelta(hours=24)),
)
QUESTIONS_PER_NETWORK = Limit("registration-questions", 600, timedelta(minutes=10))


@dataclass(frozen=True, slots=True)
class NewAccount:
    """What the person filled in, each of it checked."""

    person: NewPerson
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Registration:
    """What creating an account needs: accounts, counters, the key of the codes."""

    database: Database
    store: EphemeralStore
    secret: Secret
    mode: Mode

    def create(self, account: NewAccount, *, address: str, now: datetime) -> PersonId:
        """Create the account and mail its code; `address` is the network address it comes from.

        Takes the same steps for an e-mail address that is known and one that is not: nobody learns
        which it was. Raises `UsernameTaken`, `InvalidUsername`, `InvalidEmail` or `RateLimited`.
        """
        self._count(address, PER_NETWORK)
        hashed = hash_password(account.password)
        activation = Activation(self.database, self.store, self.secret)
        with self.database.transaction() as session:
            person_id = create(session, account.person, now=now)
            store_password(session, person_id=person_id, hashed=hashed, now=now)
            activation.begin(session, person_id, account.person.email, language=account.person.language, now=now)
        return person_id

    def count_question(self, address: str) -> None:
        """Count one answer that tells whether a user name is free; raise `RateLimited` after too many."""
        self._count(address, (QUESTIONS_PER_NETWORK,))

    def _count(self, address: str, limits: tuple[Limit, ...]) -> None:
        # Tests and load generators are one machine: lifted for them and for nothing else (contract.md).
        if self.mode is Mode.TEST:
            return
        for limit in limits:
            rate_limit.hit(self.store, limit, network_of(address))
