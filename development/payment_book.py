"""What the payment sandbox remembers: payments, what was taken back of them, and what it settled.

Where it is kept is told to it (`payment_file`). Amounts are hundredths of a currency.
"""

import secrets
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from hashlib import sha256

# What an open payment can become, in the words of the API.
OUTCOMES = ("paid", "failed", "canceled", "expired")
METHODS = ("bancontact", "creditcard")
_FEE_CENTS = 39


@dataclass(frozen=True, slots=True)
class Amount:
    """Money in hundredths of a currency."""

    currency: str
    cents: int


@dataclass(frozen=True, slots=True)
class Refund:
    """Money on its way back to the payer: `processing`, then `refunded` or `failed`."""

    id: str
    cents: int
    status: str
    at: datetime
    settlement_id: str | None = None


@dataclass(frozen=True, slots=True)
class Chargeback:
    """Money that the payer's bank took back, until it is reversed."""

    id: str
    cents: int
    at: datetime
    reversed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Payment:
    """A payment; `announced` are the answers that its webhooks got, the newest last."""

    id: str
    created_at: datetime
    amount: Amount
    description: str
    return_url: str
    announce_url: str
    metadata: Mapping[str, object]
    status: str = "open"
    method: str | None = None
    paid_at: datetime | None = None
    refunds: tuple[Refund, ...] = ()
    chargebacks: tuple[Chargeback, ...] = ()
    announced: tuple[str, ...] = ()
    settled: frozenset[str] = frozenset()

    @property
    def movements(self) -> Mapping[str, int]:
        """Return what each thing that happened to it moved, by its identifier."""
        moved = {self.id: self.amount.cents} if self.status == "paid" else {}
        moved |= {one.id: -one.cents for one in self.refunds}
        moved |= {f"{one.id}-failed": one.cents for one in self.refunds if one.status == "failed"}
        moved |= {one.id: -one.cents for one in self.chargebacks}
        return moved | {f"{one.id}-reversed": one.cents for one in self.chargebacks if one.reversed_at is not None}


@dataclass(frozen=True, slots=True)
class Settlement:
    """What was paid out to the bank account, after the fees."""

    id: str
    reference: str
    gross_cents: int
    fees_cents: int
    count: int
    settled_at: datetime


class Refused(ValueError):
    """What was asked cannot be done with this payment."""


@dataclass(slots=True)
class Contents:
    """What stands in a book; a call is a digest of what was asked under a key, and the payment as it was then."""

    payments: dict[str, Payment] = field(default_factory=dict)
    first_calls: dict[str, tuple[str, Payment]] = field(default_factory=dict)
    settlements: list[Settlement] = field(default_factory=list)

    def put(self, payment: Payment) -> Payment:
        """Write a payment as it stands now, and return it."""
        self.payments[payment.id] = payment
        return payment


class Book:
    """All payments and settlements, for many threads at once; `keep` is called with all of it after each change."""

    def __init__(self, contents: Contents | None = None, keep: Callable[[Contents], None] = lambda _: None) -> None:
        self._lock = threading.RLock()
        self._contents = contents or Contents()
        self._keep = keep

    def payments(self) -> tuple[Payment, ...]:
        """Return all payments, the newest first."""
        with self._lock:
            return tuple(reversed(self._contents.payments.values()))

    def settlements(self) -> tuple[Settlement, ...]:
        """Return all settlements, the newest first."""
        with self._lock:
            return tuple(reversed(self._contents.settlements))

    def find(self, payment_id: str) -> Payment | None:
        """Return a payment; None where there is none."""
        with self._lock:
            return self._contents.payments.get(payment_id)

    def add(self, payment: Payment, key: str | None, asked: bytes) -> Payment:
        """Keep a payment, or return the one that was kept under this idempotency key, as it was then.

        Raises `Refused` for a key under which something else was asked.
        """
        with self._changing() as contents:
            call = (sha256(asked).hexdigest(), payment)
            first_asked, first = contents.first_calls.setdefault(key or payment.id, call)
            if first_asked != call[0]:
                raise Refused(key)
            contents.payments.setdefault(first.id, first)
            return first

    def end(self, payment_id: str, outcome: str, method: str) -> Payment:
        """Let an open payment end as the payer chose."""
        if outcome not in OUTCOMES or method not in METHODS:
            raise Refused(outcome)
        with self._changing() as contents:
            payment = contents.payments[payment_id]
            if payment.status != "open":
                raise Refused(payment.status)
            paid_at = now() if outcome == "paid" else None
            return contents.put(replace(payment, status=outcome, method=method, paid_at=paid_at))

    def alter(self, payment_id: str, amount: Amount) -> Payment:
        """Let an open payment be of another amount than was asked for, which no honest provider does."""
        with self._changing() as contents:
            return contents.put(replace(contents.payments[payment_id], amount=amount))

    def refund(self, payment_id: str, cents: int) -> Payment:
        """Begin to pay back a part of a paid payment."""
        with self._changing() as contents:
            payment = contents.payments[payment_id]
            refunded = sum(one.cents for one in payment.refunds if one.status != "failed")
            if payment.status != "paid" or not 0 < cents <= payment.amount.cents - refunded:
                raise Refused(payment.status)
            return contents.put(
                replace(payment, refunds=(*payment.refunds, Refund(_id("re"), cents, "processing", now())))
            )

    def end_refund(self, payment_id: str, refund_id: str, status: str) -> Payment:
        """Let a refund arrive (`refunded`), or come back (`failed`)."""
        if status not in {"refunded", "failed"}:
            raise Refused(status)
        with self._changing() as contents:
            payment = contents.payments[payment_id]
            ended = tuple(replace(one, status=status) if one.id == refund_id else one for one in payment.refunds)
            return contents.put(replace(payment, refunds=ended))

    def charge_back(self, payment_id: str) -> Payment:
        """Let the payer's bank take back all of a payment."""
        with self._changing() as contents:
            payment = contents.payments[payment_id]
            if payment.status != "paid" or any(one.reversed_at is None for one in payment.chargebacks):
                raise Refused(payment.status)
            taken = Chargeback(_id("chb"), payment.amount.cents, now())
            return contents.put(replace(payment, chargebacks=(*payment.chargebacks, taken)))

    def reverse(self, payment_id: str, chargeback_id: str) -> Payment:
        """Let the payer's bank give back what it took."""
        with self._changing() as contents:
            payment = contents.payments[payment_id]
            given = tuple(
                replace(one, reversed_at=now()) if one.id == chargeback_id and one.reversed_at is None else one
                for one in payment.chargebacks
            )
            return contents.put(replace(payment, chargebacks=given))

    def settle(self) -> Settlement | None:
        """Pay out everything that has moved since the last settlement; None where nothing has."""
        with self._changing() as contents:
            gross = count = 0
            for payment in contents.payments.values():
                new = {name: cents for name, cents in payment.movements.items() if name not in payment.settled}
                gross, count = gross + sum(new.values()), count + len(new)
                contents.put(replace(payment, settled=payment.settled.union(new)))
            if not count:
                return None
            reference = f"1234567.{now():%y%m}.{len(contents.settlements) + 1:02}"
            done = Settlement(_id("stl"), reference, gross, count * _FEE_CENTS, count, now())
            contents.settlements.append(done)
            return done

    def note_webhook(self, payment_id: str, answer: str) -> None:
        """Remember what a webhook was answered."""
        with self._changing() as contents:
            payment = contents.payments[payment_id]
            contents.put(replace(payment, announced=(*payment.announced, answer)))

    @contextmanager
    def _changing(self) -> Iterator[Contents]:
        with self._lock:
            yield self._contents
            self._keep(self._contents)


def new_payment_id() -> str:
    """Return an identifier such as the API gives."""
    return _id("tr")


def now() -> datetime:
    """Return the present moment."""
    return datetime.now(UTC)


def _id(prefix: str) -> str:
    return f"{prefix}_{secrets.token_hex(8)}"
