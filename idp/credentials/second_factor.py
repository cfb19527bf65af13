"""The second factor of a sign-in by password: a code of the authenticator, or a recovery code (A16).

Whoever comes here has typed the right password. Guesses are limited by person and network, and
for strangers also by person alone: six digits would not last against many networks. Those limits
end by themselves, and the owner's own devices are counted apart, so nobody is locked out.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from core.infra import rate_limit
from core.infra.addresses import network_of
from core.infra.db import Database
from core.infra.rate_limit import Limit
from core.infra.secret import Secret
from core.infra.store.interface import EphemeralStore
from core.people.assurance import Acr, Authentication
from core.people.identifiers import PersonId
from idp.credentials import authenticator, recovery_codes
from idp.credentials.devices import proven_device
from idp.credentials.security_mail import Place

# Three of a million codes are right at any time: some forty guesses a day are nothing.
PER_PERSON_AND_NETWORK = (
    Limit("second-factor-pair-short", 6, timedelta(minutes=5)),
    Limit("second-factor-pair-long", 30, timedelta(hours=24)),
)
PER_PERSON = (
    Limit("second-factor-person-short", 30, timedelta(hours=1)),
    Limit("second-factor-person-long", 100, timedelta(hours=24)),
)
PER_DEVICE = (
    Limit("second-factor-device-short", 10, timedelta(minutes=15)),
    Limit("second-factor-device-long", 60, timedelta(hours=24)),
)
# RFC 8176: a recovery code is a one-time password as well; claims.md adds what they make together.
_AMR = ("pwd", "otp", "mfa")


@dataclass(frozen=True, slots=True)
class Attempt:
    """What was typed, about whom, and from where.

    `agent` is the User-Agent header, `device` the cookie of earlier successes.
    """

    person_id: PersonId
    typed: str = field(repr=False)
    address: str
    agent: str | None = None
    device: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class SecondFactor:
    """What checking a second factor needs: factors, counters, the keys of both."""

    database: Database
    store: EphemeralStore
    secret: Secret

    def by_authenticator(self, attempt: Attempt, *, now: datetime) -> Authentication:
        """Return what password and code prove together.

        Raises `WrongAuthenticatorCode`, `AuthenticatorCodeUsed` or `RateLimited`.
        """
        counters = self._count(attempt)
        with self.database.transaction() as session:
            authenticator.check(session, attempt.person_id, attempt.typed, secret=self.secret, now=now)
        self._forget(counters)
        return Authentication(auth_time=now, amr=_AMR, acr=Acr.MFA)

    def by_recovery_code(self, attempt: Attempt, *, now: datetime) -> Authentication:
        """Return what password and recovery code prove together; the code is spent.

        Raises `WrongRecoveryCode` or `RateLimited`.
        """
        counters = self._count(attempt)
        place = Place.of(attempt.agent, attempt.address)
        with self.database.transaction() as session:
            recovery_codes.use(session, attempt.person_id, attempt.typed, secret=self.secret, place=place, now=now)
        self._forget(counters)
        return Authentication(auth_time=now, amr=_AMR, acr=Acr.MFA)

    def _count(self, attempt: Attempt) -> tuple[tuple[Limit, str], ...]:
        """Count before anything is judged, so that many at once are no way round the limits."""
        device = proven_device(self.secret, attempt.device, attempt.person_id)
        if device is not None:
            counters = tuple((limit, device) for limit in PER_DEVICE)
        else:
            pair = f"{network_of(attempt.address)}\n{attempt.person_id}"
            counters = tuple((limit, pair) for limit in PER_PERSON_AND_NETWORK)
            counters += tuple((limit, attempt.person_id) for limit in PER_PERSON)
        for limit, key in counters:
            rate_limit.hit(self.store, limit, key)
        return counters

    def _forget(self, counters: tuple[tuple[Limit, str], ...]) -> None:
        for limit, key in counters:
            rate_limit.forget(self.store, limit, key)
