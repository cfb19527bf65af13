"""Changing the e-mail address of an account in two steps: ask, then enter the code from the new mailbox (A12).

Until the code is entered the former address stays in force. Its mailbox hears of both steps. Whoever
asks for an address that another account has sees no difference; the mail there says so.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlalchemy.orm import Session

from core.infra import outbox, rate_limit
from core.infra.db import Database
from core.infra.errors import NotFound, RuleError
from core.infra.mail import seal_values
from core.infra.rate_limit import Limit
from core.infra.secret import Secret
from core.infra.store.interface import EphemeralStore
from core.infra.topics import MailRequested
from core.people import email_addresses
from core.people.activation import holder_of
from core.people.email_addresses import Proposal
from core.people.identifiers import PersonId
from core.people.rules import EmailTaken, address_key, require_email
from idp.credentials import code_requests, mailed_codes
from idp.credentials.mailed_codes import IssuedCode
from idp.credentials.security_mail import Place, tell_owner
from idp.credentials.tables import CodePurpose, MailedCodeRow

# How many mailboxes one person can have written to.
PER_PERSON = Limit("address-change-person", 10, timedelta(hours=1))
PROPOSAL_LIFE = timedelta(days=7)


class SameAddress(RuleError):
    """This is the address that the account has already."""

    code = "same-address"


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose address changes: the account, its present address, the language of its pages, and from where."""

    person_id: PersonId
    address: str = field(repr=False)
    language: str
    place: Place


@dataclass(frozen=True, slots=True)
class AddressChange:
    """What both steps need: accounts, counters, the key of codes and mails."""

    database: Database
    store: EphemeralStore
    secret: Secret

    def ask(self, owner: Owner, address: str, *, now: datetime) -> None:
        """Let an address wait for its code, in place of another that waits, and tell both mailboxes.

        Raises `InvalidEmail`, `SameAddress`, or `RateLimited`.
        """
        wanted = require_email(address)
        if address_key(wanted) == address_key(owner.address):
            raise SameAddress
        self._count(owner.person_id, wanted)
        with self.database.transaction() as session:
            email_addresses.propose(session, owner.person_id, wanted, now=now)
            self._mail_code(session, owner, wanted, now)
            tell_owner(session, owner.person_id, "address-change-asked", place=owner.place, now=now)

    def send_again(self, owner: Owner, *, now: datetime) -> None:
        """Mail another code to the address that waits; raises `NotFound` without one, or `RateLimited`."""
        waiting = self.proposal(owner.person_id)
        if waiting is None:
            raise NotFound(person=owner.person_id)
        self._count(owner.person_id, waiting.address)
        with self.database.transaction() as session:
            self._mail_code(session, owner, waiting.address, now)

    def confirm(self, owner: Owner, typed: str, *, now: datetime) -> None:
        """Make the address whose code is entered the account's, and tell the former one.

        Raises as `mailed_codes.enter` does; `EmailTaken` where another account has the address by now,
        after which it waits no more; `NotFound` where the change was cancelled meanwhile.
        """
        entered = mailed_codes.enter(
            self.database,
            secret=self.secret,
            purpose=CodePurpose.EMAIL_CHANGE,
            person_id=owner.person_id,
            typed=typed,
            now=now,
        )
        try:
            with self.database.transaction() as session:
                tell_owner(session, owner.person_id, "address-changed", place=owner.place, now=now)
                email_addresses.adopt(session, owner.person_id, entered.address, now=now)
        except EmailTaken:
            self.cancel(owner.person_id)
            raise

    def cancel(self, person_id: PersonId) -> None:
        """Let no address wait any more."""
        with self.database.transaction() as session:
            email_addresses.withdraw_proposal(session, person_id)
            of_person = MailedCodeRow.purpose == CodePurpose.EMAIL_CHANGE.value, MailedCodeRow.person_id == person_id
            session.execute(delete(MailedCodeRow).where(*of_person))

    def proposal(self, person_id: PersonId) -> Proposal | None:
        """Return the address that waits for its code, or None."""
        with self.database.reading() as session:
            return email_addresses.proposal_of(session, person_id)

    def seconds_to_wait(self, person_id: PersonId, address: str) -> int:
        """Return in how many seconds a code may be mailed to the address again; 0 when it may be now."""
        return code_requests.seconds_to_wait(
            self.store, purpose=CodePurpose.EMAIL_CHANGE, whose=_whose(person_id, address)
        )

    def _count(self, person_id: PersonId, address: str) -> None:
        rate_limit.hit(self.store, PER_PERSON, person_id)
        code_requests.ask(self.store, purpose=CodePurpose.EMAIL_CHANGE, whose=_whose(person_id, address))

    def _mail_code(self, session: Session, owner: Owner, address: str, now: datetime) -> None:
        purpose, holder = CodePurpose.EMAIL_CHANGE, holder_of(session, address)
        mails = code_requests.may_mail(self.store, address, purpose=purpose)
        if not mails and mailed_codes.is_under_way(
            session, purpose=purpose, person_id=owner.person_id, address=address, now=now
        ):
            return  # it stays good: no other one follows it
        issued = mailed_codes.issue(
            session,
            secret=self.secret,
            purpose=purpose,
            person_id=owner.person_id,
            address=address,
            now=now,
            enterable=mails and holder is None,
        )
        if not mails:
            return
        if holder is None:
            mail = _with_code(self.secret, owner, address, issued)
        else:
            mail = MailRequested("address-belongs-to-account", holder.person_id, holder.address, holder.language, {})
        outbox.enqueue(session, mail, now=now)


def _with_code(secret: Secret, owner: Owner, address: str, issued: IssuedCode) -> MailRequested:
    sealed = seal_values(secret, {"code": issued.code})
    return MailRequested("address-code", owner.person_id, address, owner.language, {}, sealed)


def _whose(person_id: PersonId, address: str) -> str:
    # By address, so that a mistyped one is corrected at once.
    return f"{person_id}\n{address_key(address)}"
