"""Forgotten password: a code to the mailbox of the account, and what entering it proves (A13).

Whoever asks hears the same whether the address is known or not: in both cases a code is made, a row
written and a mail enqueued. The mail to an address that nobody has says just that.
"""

import hmac
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import orjson
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from core.infra import log, outbox, rate_limit
from core.infra.addresses import network_of
from core.infra.db import Database
from core.infra.errors import NotFound, RuleError
from core.infra.ids import digest
from core.infra.mail import seal_values
from core.infra.rate_limit import Limit
from core.infra.secret import Secret
from core.infra.settings import Mode
from core.infra.store.interface import EphemeralStore, Kind
from core.infra.topics import MailRequested
from core.people import email_addresses
from core.people.email_addresses import Receiver
from core.people.identifiers import PersonId
from core.people.profiles import person_facts
from core.people.rules import address_key
from idp.credentials import code_requests, mailed_codes
from idp.credentials.devices import proven_device
from idp.credentials.mailed_codes import IssuedCode
from idp.credentials.tables import CodePurpose, MailedCodeRow, PasswordRow

# How long a new password may be thought about, once the code was right.
PROOF_LIFE = timedelta(minutes=15)
# An office shares one address; nobody there forgets more passwords than this.
PER_NETWORK = Limit("recovery-network", 30, timedelta(hours=1))

_IS_RECOVERY = MailedCodeRow.purpose == CodePurpose.RECOVERY.value


class RecoveryOver(RuleError):
    """What the code proved is too old, was used, or the password was changed since."""

    code = "recovery-over"


@dataclass(frozen=True, slots=True)
class Asking:
    """Who asks for a new password: the address typed, from which network, in which language.

    `device` is the cookie of earlier sign-ins in that browser.
    """

    address: str = field(repr=False)
    caller: str
    language: str
    device: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class RecoveryProof:
    """What a right code proved: whose account it is, and by which mailbox.

    `password_mark` stands for the password that the account had then; empty without one.
    """

    person_id: PersonId
    address: str = field(repr=False)
    password_mark: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Recovery:
    """What mailing and entering codes needs: accounts, counters, the key of codes and mails."""

    database: Database
    store: EphemeralStore
    secret: Secret
    mode: Mode

    def ask(self, asking: Asking, *, now: datetime) -> str:
        """Mail a code to the account that has this address, and return the code's id; alike for nobody's.

        Raises `RateLimited` where a network asks too often, for the same address or for many.
        """
        if self.mode is not Mode.TEST:
            rate_limit.hit(self.store, PER_NETWORK, network_of(asking.caller))
        code_requests.ask(self.store, purpose=CodePurpose.RECOVERY, whose=_whose(asking))
        with self.database.transaction() as session:
            return self._issue(session, asking, now)

    def ask_for(self, session: Session, person_id: PersonId, *, now: datetime) -> None:
        """Mail a code to somebody's own address, in the transaction of whoever of the staff does it for them.

        Raises `NotFound` where no address of theirs is proven, and `RateLimited`.
        """
        facts = person_facts(session, person_id)
        if facts is None or facts.email is None or not facts.email_verified:
            raise NotFound(person=person_id)
        code_requests.ask(self.store, purpose=CodePurpose.RECOVERY, whose=person_id)
        self._issue(session, Asking(facts.email, caller="", language=""), now)

    def _issue(self, session: Session, asking: Asking, now: datetime) -> str:
        owner = email_addresses.owner_of(session, asking.address)
        may_mail = self._may_mail(asking, owner)
        issued = mailed_codes.issue(
            session,
            secret=self.secret,
            purpose=CodePurpose.RECOVERY,
            person_id=None if owner is None else owner.person_id,
            address=asking.address,
            now=now,
            enterable=may_mail,
            replaces=may_mail,
        )
        if may_mail:
            outbox.enqueue(session, self._mail(asking, owner, issued), now=now)
        log.event("recovery_asked", code_id=issued.id)
        return issued.id

    def seconds_to_wait(self, asking: Asking) -> int:
        """Return in how many seconds the same may be asked again; 0 when it may be now."""
        return code_requests.seconds_to_wait(self.store, purpose=CodePurpose.RECOVERY, whose=_whose(asking))

    def address_of(self, code_id: str) -> str | None:
        """Return the address for which a code was asked, or None where it is not known any more."""
        with self.database.reading() as session:
            wanted = select(MailedCodeRow.address).where(MailedCodeRow.id == code_id, _IS_RECOVERY)
            return session.scalars(wanted).one_or_none()

    def enter(self, code_id: str, typed: str, *, now: datetime) -> RecoveryProof:
        """Spend a code and return what it proves; raises as `mailed_codes.enter_by_id` does."""
        entered = mailed_codes.enter_by_id(
            self.database, secret=self.secret, purpose=CodePurpose.RECOVERY, code_id=code_id, typed=typed, now=now
        )
        assert entered.person_id is not None  # what is nobody's fits nothing that can be typed
        with self.database.reading() as session:
            return RecoveryProof(entered.person_id, entered.address, _mark(session, entered.person_id))

    def _may_mail(self, asking: Asking, owner: Receiver | None) -> bool:
        device = proven_device(self.secret, asking.device, None if owner is None else owner.person_id)
        return code_requests.may_mail(self.store, asking.address, purpose=CodePurpose.RECOVERY, device=device)

    def _mail(self, asking: Asking, owner: Receiver | None, issued: IssuedCode) -> MailRequested:
        # Written by the same statements for nobody's address, where it only says that it is nobody's.
        return MailRequested(
            template="recovery-unknown" if owner is None else "recovery",
            recipient_person_id=None if owner is None else owner.person_id,
            address=asking.address if owner is None else owner.address,
            language=asking.language if owner is None else owner.language,
            values={},
            sealed=seal_values(self.secret, {"code": issued.code, "code_id": issued.id}),
        )


def keep(store: EphemeralStore, name: str, proof: RecoveryProof) -> None:
    """Keep what a code proved for the minutes that choosing a password takes."""
    members = {"person_id": proof.person_id, "address": proof.address, "password_mark": proof.password_mark}
    store.put(Kind.RECOVERY_PROOF, _key(name), orjson.dumps(members), PROOF_LIFE)


def find(store: EphemeralStore, name: str) -> RecoveryProof | None:
    """Return what is kept under a name, or None when it is over or used."""
    return _proof(store.get(Kind.RECOVERY_PROOF, _key(name)))


def take(store: EphemeralStore, name: str) -> RecoveryProof:
    """Return what is kept, once: of concurrent callers one gets it, the others `RecoveryOver`."""
    found = _proof(store.take(Kind.RECOVERY_PROOF, _key(name)))
    if found is None:
        raise RecoveryOver
    return found


def require_current(session: Session, proof: RecoveryProof) -> None:
    """Hold the person's password and return where it is still the one of the proof; raise `RecoveryOver` else.

    So that of two recoveries, each begun with a code of its own, one wins. The mailbox must be the
    account's still: whoever lost theirs to somebody, and gave another address, is safe from it.
    """
    email_addresses.require_living(session, proof.person_id)
    if not email_addresses.is_reached_at(session, proof.person_id, proof.address):
        raise RecoveryOver(person_id=proof.person_id)
    if not hmac.compare_digest(_mark(session, proof.person_id), proof.password_mark):
        raise RecoveryOver(person_id=proof.person_id)


def void(session: Session, person_id: PersonId) -> None:
    """End the codes of a person that were not entered yet."""
    session.execute(delete(MailedCodeRow).where(_IS_RECOVERY, MailedCodeRow.person_id == person_id))


def _whose(asking: Asking) -> str:
    # By network, so that a stranger who asks for the owner's address keeps nobody from asking.
    return f"{network_of(asking.caller)}\n{address_key(asking.address)}"


def _mark(session: Session, person_id: PersonId) -> str:
    found = session.scalars(select(PasswordRow.hash).where(PasswordRow.person_id == person_id).with_for_update())
    hashed = found.one_or_none()
    return "" if hashed is None else digest(hashed)


def _proof(value: bytes | None) -> RecoveryProof | None:
    return None if value is None else RecoveryProof(**orjson.loads(value))


def _key(name: str) -> str:
    return digest(name)
