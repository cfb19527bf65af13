"""Activating an account: a code to its address, again where asked for, and the address made current (A5).

The address of a stranger and one that nobody has are treated alike, step by step. What differs is in
the mail: whoever has an account already is told so, and gets no code.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from core.infra import outbox
from core.infra.dates import moment_in_words
from core.infra.db import Database
from core.infra.errors import NotFound
from core.infra.mail import seal_values
from core.infra.secret import Secret
from core.infra.store.interface import EphemeralStore
from core.infra.topics import MailRequested
from core.people.activation import Holder, holder_of
from core.people.email_addresses import activated_at, adopt, proposal_of, propose, require_living
from core.people.identifiers import PersonId
from core.people.rules import require_email
from idp.credentials import code_requests, mailed_codes
from idp.credentials.mailed_codes import LIFE, CodeExpired, IssuedCode, SentCode
from idp.credentials.tables import CodePurpose

_PURPOSE = CodePurpose.ACTIVATION


@dataclass(frozen=True, slots=True)
class Waiting:
    """An account that waits for its code: what the page says about it.

    `sent` is the newest code, None where none was sent; `seconds_to_wait` until another may be asked for.
    """

    address: str
    sent: SentCode | None
    seconds_to_wait: int


@dataclass(frozen=True, slots=True)
class Activation:
    """What activating needs: accounts and codes, counters, the key of the codes."""

    database: Database
    store: EphemeralStore
    secret: Secret

    def begin(self, session: Session, person_id: PersonId, address: str, *, language: str, now: datetime) -> None:
        """Mail the first code of a new account, in the transaction that creates it."""
        code_requests.ask_elsewhere(self.store, purpose=_PURPOSE, whose=person_id)
        self._send(session, person_id, address, language, now)

    def waiting(self, person_id: PersonId) -> Waiting | None:
        """Return what is waited for; None where nothing is, as after an activation elsewhere."""
        with self.database.reading() as session:
            proposal = None if activated_at(session, person_id) else proposal_of(session, person_id)
            sent = mailed_codes.newest(session, purpose=_PURPOSE, person_id=person_id)
        if proposal is None:
            return None
        wait = code_requests.seconds_to_wait(self.store, purpose=_PURPOSE, whose=person_id)
        return Waiting(proposal.address, sent, wait)

    def send_again(self, person_id: PersonId, *, language: str, now: datetime) -> None:
        """Mail another code to the address that waits; the earlier one ends.

        Raises `RateLimited`, and `NotFound` where no address waits.
        """
        with self.database.transaction() as session:
            self.send_again_in(session, person_id, language=language, now=now)

    def send_again_in(self, session: Session, person_id: PersonId, *, language: str, now: datetime) -> None:
        """Do the same in the caller's transaction."""
        code_requests.ask(self.store, purpose=_PURPOSE, whose=person_id)
        _require_waiting(session, person_id)
        proposal = proposal_of(session, person_id)
        if proposal is None:
            raise NotFound(person=person_id)
        self._send(session, person_id, proposal.address, language, now)

    def send_elsewhere(self, person_id: PersonId, address: str, *, language: str, now: datetime) -> str:
        """Let another address wait instead, mail the code there, and return it.

        Raises `InvalidEmail`, `RateLimited`, and `NotFound` once the account is activated or gone.
        """
        wanted = require_email(address)
        code_requests.ask_elsewhere(self.store, purpose=_PURPOSE, whose=person_id)
        with self.database.transaction() as session:
            _require_waiting(session, person_id)
            proposal = propose(session, person_id, wanted, now=now)
            self._send(session, person_id, proposal.address, language, now)
        return proposal.address

    def activate(self, person_id: PersonId, typed: str, *, now: datetime) -> None:
        """Spend the code and make its address the account's.

        Raises what `mailed_codes.enter` raises, and `EmailTaken` where another account proved the
        address first: that may be said, because whoever enters the code reads that mailbox.
        """
        entered = mailed_codes.enter(
            self.database, secret=self.secret, purpose=_PURPOSE, person_id=person_id, typed=typed, now=now
        )
        try:
            with self.database.transaction() as session:
                _require_waiting(session, person_id)
                adopt(session, person_id, entered.address, now=now)
        except NotFound:
            # The address was changed while this was typed: the code that counts is in another mail.
            raise CodeExpired from None

    def _send(self, session: Session, person_id: PersonId, address: str, language: str, now: datetime) -> None:
        holder = holder_of(session, address)
        mails = code_requests.may_mail(self.store, address, purpose=_PURPOSE)
        if not mails and mailed_codes.is_under_way(
            session, purpose=_PURPOSE, person_id=person_id, address=address, now=now
        ):
            return  # it stays good: no other one follows it
        issued = mailed_codes.issue(
            session,
            secret=self.secret,
            purpose=_PURPOSE,
            person_id=person_id,
            address=address,
            now=now,
            enterable=mails and holder is None,
        )
        # Both are made, whichever is sent: sealing takes its time too.
        code = self._code_mail(person_id, address, issued, language, now)
        known = self._known_mail(holder or Holder(person_id, address, language), now)
        if mails:
            outbox.enqueue(session, code if holder is None else known, now=now)

    def _code_mail(
        self, person_id: PersonId, address: str, issued: IssuedCode, language: str, now: datetime
    ) -> MailRequested:
        values = {
            "when": moment_in_words(now, language),
            "until": moment_in_words(now + LIFE[_PURPOSE], language),
        }
        sealed = seal_values(self.secret, {"code": issued.code})
        return MailRequested("activation-code", person_id, address, language, values, sealed)

    def _known_mail(self, holder: Holder, now: datetime) -> MailRequested:
        values = {"when": moment_in_words(now, holder.language)}
        return MailRequested("address-known", holder.person_id, holder.address, holder.language, values)


def _require_waiting(session: Session, person_id: PersonId) -> None:
    """Lock an account that was never activated; raise `NotFound` where it was, or is gone.

    Whoever registered it may not be whose mailbox it was registered with: once that one has it, what
    was begun at registering changes nothing any more, neither its address nor who is signed in.
    """
    require_living(session, person_id)
    if activated_at(session, person_id) is not None:
        raise NotFound(person=person_id)
