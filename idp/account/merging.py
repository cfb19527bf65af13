"""Two accounts of one person become one (A20): the use case over everything that both keep."""

from dataclasses import dataclass, field
from datetime import datetime

from core.closing import merging
from core.infra import outbox
from core.infra.dates import moment_in_words
from core.infra.db import Session
from core.infra.errors import RuleError
from core.infra.topics import MailRequested
from core.people.facts import PersonFacts
from core.people.identifiers import PersonId
from core.people.profiles import chosen_language, person_facts
from idp.account import erasure
from idp.credentials import factors, recovery_codes, second_factor
from idp.credentials.authenticate import Attempt, PasswordSignIn
from idp.credentials.second_factor import SecondFactor
from idp.credentials.security_mail import Place, tell_owner
from idp.oidc import registration_tokens
from idp.wiring import Services


class SecondFactorNeeded(RuleError):
    """The other account also asks for a code of its authenticator app, or a recovery code."""

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
    `WrongRecoveryCode`, `RateLimited`; guesses count like those of a sign-in.
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
        _prove_second_factor(found, person_id, claim, now)
    return person_id


def _prove_second_factor(found: Services, person_id: PersonId, claim: Claim, now: datetime) -> None:
    typed = second_factor.Attempt(person_id, claim.code, claim.address, claim.agent, claim.device)
    checks = SecondFactor(found.database, found.store, found.settings.secret)
    # By its length, so that each guess is checked once and counts once.
    if len(recovery_codes.normal(claim.code)) == recovery_codes.LENGTH:
        checks.by_recovery_code(typed, now=now)
    else:
        checks.by_authenticator(typed, now=now)


def merge(services: Services, *, kept: PersonId, given_up: PersonId, place: Place, now: datetime) -> None:
    """Give everything of one account to the other, erase what is left of it, and mail both mailboxes.

    That of the account that goes as well: whoever only stole its password would else take it unseen.
    Tools that knew it are told that it is signed out. Raises `SameAccount`, `NotFound` where one is gone,
    `BothIdentified`, `BlockedInOne`: then nothing has changed.
    """
    with services.database.transaction() as session:
        facts, language = person_facts(session, given_up), chosen_language(session, given_up)
        merging.take_over(session, kept=kept, given_up=given_up, now=now)
        registration_tokens.take_over(session, kept=kept, given_up=given_up)
        erasure.erase_merged(session, services.store, given_up, by=kept, now=now)
        username = "" if facts is None else facts.username
        tell_owner(session, kept, "accounts-merged", {"username": username}, place=place, now=now)
        if facts is not None and language is not None and facts.email_verified:
            _write_a_last_time(session, facts, language, place, now)


def _write_a_last_time(session: Session, gone: PersonFacts, language: str, place: Place, now: datetime) -> None:
    """Tell the mailbox of the account that went; the row with its address leaves the outbox with the mail."""
    if gone.email is None:
        return
    values = {"username": gone.username, "when": moment_in_words(now, language), **place.values(language)}
    mail = MailRequested(
        template="account-merged-away", recipient_person_id=None, address=gone.email, language=language, values=values
    )
    outbox.enqueue(session, mail, now=now)
