"""Two accounts of one person become one (A20): the use case over everything that both keep."""

from dataclasses import dataclass, field
from datetime import datetime

from core.closing import merging
from core.infra.errors import RuleError
from core.people.identifiers import PersonId
from core.people.profiles import person_facts
from idp.account import erasure
from idp.credentials import factors, second_factor
from idp.credentials.authenticate import Attempt, PasswordSignIn
from idp.credentials.second_factor import SecondFactor
from idp.credentials.security_mail import Place, tell_owner
from idp.wiring import Services


class SecondFactorNeeded(RuleError):
    """The other account also asks for a code of its authenticator app."""

    code = "second-factor-needed"


@dataclass(frozen=True, slots=True)
class Claim:
    """What somebody types to prove that another account is theirs too, and from where."""

    username: str
    password: str = field(repr=False)
    code: str = field(repr=False)
    address: str
    agent: str | None
    device: str | None = field(repr=False)


def prove(services: Services, claim: Claim, *, now: datetime) -> PersonId:
    """Return whose the other account is, once everything that it asks of its owner was given.

    Raises `WrongCredentials`, `SecondFactorNeeded`, `WrongAuthenticatorCode`, `AuthenticatorCodeUsed`,
    `RateLimited`; guesses count like those of a sign-in.
    """
    found = services
    sign_in = PasswordSignIn(found.database, found.store, found.settings.secret, found.settings.mode)
    attempt = Attempt(claim.username, claim.password, claim.address, claim.device)
    person_id = sign_in.authenticate(attempt, now=now).person_id
    with found.database.reading() as session:
        wants_code = factors.has_second_factor(session, person_id)
    if wants_code:
        if not claim.code:
            raise SecondFactorNeeded
        typed = second_factor.Attempt(person_id, claim.code, claim.address, claim.agent, claim.device)
        SecondFactor(found.database, found.store, found.settings.secret).by_authenticator(typed, now=now)
    return person_id


def merge(services: Services, *, kept: PersonId, given_up: PersonId, place: Place, now: datetime) -> None:
    """Give everything of one account to the other, erase what is left of it, and mail the owner.

    Tools that knew the other account are told that it is signed out. Raises `SameAccount`, `NotFound`
    where one is gone, `BothIdentified`, `BlockedInOne`: then nothing has changed.
    """
    with services.database.transaction() as session:
        facts = person_facts(session, given_up)
        merging.take_over(session, kept=kept, given_up=given_up, now=now)
        erasure.erase_merged(session, services.store, given_up, by=kept, now=now)
        username = "" if facts is None else facts.username
        tell_owner(session, kept, "accounts-merged", {"username": username}, place=place, now=now)
