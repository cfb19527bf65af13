"""What the provider's worker does with messages of the outbox, and what it does regularly."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime, timedelta
from functools import partial

from core.accreditations import uploads
from core.closing import (
    accreditation_rounds,
    accreditations,
    bank_uploads,
    invoicing,
    managing,
    reconciling,
    wallet_letters,
)
from core.infra import dead_letters, mail, sent_mails
from core.infra.clock import start_of_belgian_month
from core.infra.errors import Unavailable
from core.infra.log import ERROR, INFO, event
from core.infra.outbox import Delivery, Handler, Periodic
from core.infra.topics import (
    AccessChanged,
    HelpRequested,
    InvoiceIssued,
    LogoutNotice,
    MailRequested,
    RegistersUnanswered,
    WalletCredited,
    WalletLow,
)
from core.organisations import company_comparison, invitations, notices, reminders
from core.people.email_addresses import purge_proposals
from core.people.identifiers import PersonId
from core.staff import approvals
from core.tools import mandate_rounds, requirement_changes
from core.wallet import holds, idempotency
from core.wallet.documents import sending
from core.wallet.documents.access_point import AccessPoint
from core.wallet.identifiers import InvoiceId
from idp.account import erasure, leaving, never_activated
from idp.credentials import mailed_codes, sign_ins
from idp.credentials.address_change import PROPOSAL_LIFE
from idp.help import requests as help_requests
from idp.oidc import backchannel, participants, registration_tokens
from idp.oidc.closing import close_unusable
from idp.oidc.tokens import refresh_token
from idp.session import SESSION_LIFE
from idp.wiring import Services

_PURGE_EVERY = timedelta(minutes=10)
_ERASE_EVERY = timedelta(minutes=10)
# Whether an import or a month calls for a comparison; mostly for neither.
_COMPARE_EVERY = timedelta(minutes=10)
_SWEEP_EVERY = timedelta(hours=1)
_REGISTERS_EVERY = timedelta(minutes=1)
# An operator looks at the page while the file that was sent is read.
_FILES_EVERY = timedelta(seconds=5)
_HOLDS_EVERY = timedelta(minutes=1)
# How long after a month has ended its invoices are made.
_MONTH_SETTLES = timedelta(hours=2)
# Whoever has paid waits for it; most rounds find nothing to ask.
_PAYMENTS_EVERY = timedelta(seconds=5)
# Whether the day was compared already; mostly it was.
_RECONCILE_EVERY = timedelta(hours=1)
# Mails and logout notices wait for no longer than this while people are looked up in the registers.
_REGISTERS_SECONDS = 10.0
# A manager's deeds about one member, who has a letter about them.
_TOLD_ALREADY = frozenset({"tool-access-blocked", "tool-role-withdrawn"})
# About an hour and a half; then the nightly round goes on asking.
_REGISTER_ATTEMPTS = 5


def handlers(services: Services) -> Mapping[str, Handler]:
    """Return who handles which topic; each may be called more than once for one message."""

    def tell_client(delivery: Delivery) -> None:
        assert isinstance(delivery.message, LogoutNotice)
        backchannel.bring(services, delivery.message, now=services.clock.now())

    def close_contexts(delivery: Delivery) -> None:
        assert isinstance(delivery.message, AccessChanged)
        message, person_id, now = delivery.message, PersonId(delivery.message.person_id), services.clock.now()
        told_of = message.registration_id if message.reason in _TOLD_ALREADY else None
        with services.database.transaction() as session:
            closed = close_unusable(session, services.store, person_id=person_id, now=now, told_of=told_of)
        event("contexts_closed", person_id=person_id, contexts=len(closed), reason=message.reason)

    def send_mail(delivery: Delivery) -> None:
        assert isinstance(delivery.message, MailRequested)
        now, message = services.clock.now(), delivery.message
        mail.deliver(delivery, settings=services.settings, now=now)
        with services.database.transaction() as session:
            sent_mails.record(
                session, delivery.id, person_id=message.recipient_person_id, template=message.template, now=now
            )

    def send_help_request(delivery: Delivery) -> None:
        assert isinstance(delivery.message, HelpRequested)
        help_requests.deliver(
            services.database,
            services.settings,
            delivery.message.request_id,
            reference=delivery.id,
            now=services.clock.now(),
        )

    return {
        **_invoice_handlers(services),
        LogoutNotice.topic: tell_client,
        AccessChanged.topic: close_contexts,
        MailRequested.topic: send_mail,
        HelpRequested.topic: send_help_request,
        RegistersUnanswered.topic: partial(_ask_registers_again, services),
        WalletLow.topic: partial(_warn_of_low_balance, services),
        WalletCredited.topic: partial(_tell_of_credit, services),
    }


def periodic(services: Services) -> tuple[Periodic, ...]:
    """Return what is done regularly, whatever the outbox holds."""

    def purge_store(_now: datetime) -> None:
        event("store_purged", entries=services.store.purge())

    def erase_accounts(now: datetime) -> None:
        event("accounts_erased", accounts=leaving.carry_out(services, now=now))

    def remove_never_activated(now: datetime) -> None:
        event("never_activated_removed", accounts=never_activated.remove_never_activated(services, now=now))

    def sweep_erased(now: datetime) -> None:
        event("erased_accounts_swept", accounts=erasure.sweep(services, now=now))

    def suspend_unmanaged(now: datetime) -> None:
        with services.database.transaction() as session:
            suspended = managing.suspend_unmanaged(session, now=now)
        event("unmanaged_suspended", organisations=suspended)

    def expire_holds(now: datetime) -> None:
        with services.database.transaction() as session:
            freed = holds.expire_due(session, now=now)
        event("holds_expired", holds=freed)

    return (
        Periodic("expire-holds", _HOLDS_EVERY, expire_holds),
        Periodic("follow-payments", _PAYMENTS_EVERY, partial(_follow_payments, services)),
        Periodic("issue-invoices", _SWEEP_EVERY, partial(_issue_invoices, services)),
        Periodic("reconcile", _RECONCILE_EVERY, partial(_reconcile, services)),
        Periodic("suspend-unmanaged", _SWEEP_EVERY, suspend_unmanaged),
        Periodic("purge-store", _PURGE_EVERY, purge_store),
        Periodic("purge-database", _PURGE_EVERY, partial(_purge_database, services)),
        Periodic("compare-companies", _COMPARE_EVERY, partial(_compare_companies, services)),
        Periodic("follow-up-requests", _SWEEP_EVERY, partial(_follow_up_requests, services)),
        Periodic("send-daily-notices", _PURGE_EVERY, partial(_send_daily_notices, services)),
        Periodic("erase-accounts", _ERASE_EVERY, erase_accounts),
        Periodic("remove-never-activated", _ERASE_EVERY, remove_never_activated),
        Periodic("follow-registers", _REGISTERS_EVERY, partial(_follow_registers, services)),
        Periodic("read-register-files", _FILES_EVERY, partial(_read_register_files, services)),
        Periodic("follow-mandates", _SWEEP_EVERY, partial(_follow_mandates, services)),
        Periodic("carry-out-requirements", _REGISTERS_EVERY, partial(_carry_out_requirements, services)),
        Periodic("sweep-erased-accounts", _SWEEP_EVERY, sweep_erased),
    )


def _follow_payments(services: Services, now: datetime) -> None:
    asked = services.payments.ask_due(now=now)
    if asked:
        event("payments_followed", payments=asked)


def _issue_invoices(services: Services, now: datetime) -> None:
    # What began before midnight has ended by then.
    if now < start_of_belgian_month(now) + _MONTH_SETTLES:
        return
    made = invoicing.invoice_months(services.database, services.settings.wallet.seller, now=now)
    if made:
        event("invoices_issued", documents=made)


def _invoice_handlers(services: Services) -> Mapping[str, Handler]:
    """Return who brings invoices to the access point; without one they wait in the outbox."""
    settings = services.settings.wallet.access_point
    if settings is None:
        return {}
    access_point = AccessPoint(services.http, settings)

    def bring_invoice(delivery: Delivery) -> None:
        assert isinstance(delivery.message, InvoiceIssued)
        invoice_id, now = InvoiceId(delivery.message.invoice_id), services.clock.now()
        sending.send(services.database, access_point, invoice_id, attempt=delivery.attempt, now=now)

    return {InvoiceIssued.topic: bring_invoice}


def _reconcile(services: Services, now: datetime) -> None:
    made = reconciling.follow(services.database, services.payments.provider, now=now)
    if made is not None:
        event("reconciled", ERROR if made.differences else INFO, differences=len(made.differences))


def _ask_registers_again(services: Services, delivery: Delivery) -> None:
    assert isinstance(delivery.message, RegistersUnanswered)
    found = accreditations.refresh(
        services.database,
        services.registers,
        PersonId(delivery.message.person_id),
        now=services.clock.now(),
        is_present=False,
        asks_again=False,
    )
    if found.unanswered and delivery.attempt < _REGISTER_ATTEMPTS:
        raise Unavailable("register-unanswered", kinds=" ".join(found.unanswered))


def _warn_of_low_balance(services: Services, delivery: Delivery) -> None:
    assert isinstance(delivery.message, WalletLow)
    with services.database.transaction() as session:
        wallet_letters.tell_of_low_balance(session, delivery.message, now=services.clock.now())


def _tell_of_credit(services: Services, delivery: Delivery) -> None:
    assert isinstance(delivery.message, WalletCredited)
    with services.database.transaction() as session:
        wallet_letters.tell_of_credit(session, delivery.message, now=services.clock.now())


def _purge_database(services: Services, now: datetime) -> None:
    with services.database.transaction() as session:
        families = refresh_token.purge(session, now)
        left = participants.purge(session, now)
        dead_letters.purge(session, now=now)
        sent_mails.purge(session, now=now)
        sign_ins.mark_expired(session, unused_since=now - SESSION_LIFE, now=now)
        sign_ins.purge(session, now)
        mailed_codes.purge(session, now)
        registration_tokens.purge(session, now)
        approvals.purge(session, now)
        bank_uploads.purge(session, now)
        idempotency.purge(session, now=now)
        purge_proposals(session, older_than=now - PROPOSAL_LIFE)
    event("database_purged", refresh_families=families, participants=left)


def _follow_up_requests(services: Services, now: datetime) -> None:
    with services.database.transaction() as session:
        ended = reminders.end_unanswered(session, now=now)
    with services.database.transaction() as session:
        reminded = reminders.send_due_reminders(session, now=now)
    with services.database.transaction() as session:
        invitations.end_expired(session, now=now)
    event("membership_requests_followed_up", reminded=reminded, ended=ended)


def _send_daily_notices(services: Services, now: datetime) -> None:
    with services.database.transaction() as session:
        people = notices.send_daily(session, now=now)
    event("daily_notices_sent", people=people)


def _follow_registers(services: Services, now: datetime) -> None:
    people = accreditation_rounds.follow_registers(
        services.database, services.registers, now=now, seconds=_REGISTERS_SECONDS
    )
    days = accreditation_rounds.follow_days(services.database, now=now)
    if people or days:
        event("registers_followed", people=people, accreditations=days)


def _read_register_files(services: Services, now: datetime) -> None:
    done = uploads.read_waiting(services.database, services.number_keys, services.settings.secret, now=now)
    if done is not None:
        event("register_file_read", upload_id=done)


def _compare_companies(services: Services, now: datetime) -> None:
    done = company_comparison.follow(services.database, now=now)
    if done is not None:
        event("companies_compared", **asdict(done))


def _follow_mandates(services: Services, now: datetime) -> None:
    ended = mandate_rounds.end_those_over(services.database, now=now)
    event("mandates_followed", ended=ended, reminded=mandate_rounds.remind(services.database, now=now))


def _carry_out_requirements(services: Services, now: datetime) -> None:
    registrations = requirement_changes.carry_out(services.database, now=now)
    if registrations:
        event("requirements_carried_out", registrations=registrations)
