"""The messages of the outbox: the only words that `idp` and `portal` say to each other through it.

Each is a frozen value with a topic and a versioned JSON form. A form once written may still lie
in the outbox when the next release starts, so a version is read for ever and never changed.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar, Protocol, Self

_VERSION = "version"


class UnreadableMessage(ValueError):
    """A topic or a body that this release does not understand; a later one may."""


class Message(Protocol):
    """What can be put in the outbox."""

    topic: ClassVar[str]

    def to_json(self) -> dict[str, object]:
        """Return the versioned form that is stored."""
        ...


@dataclass(frozen=True, slots=True)
class LogoutNotice:
    """A sign-in session has ended and a client that took part in it has to hear so."""

    topic: ClassVar[str] = "logout-notice"

    client_id: str
    person_id: str
    sid: str

    def to_json(self) -> dict[str, object]:
        """Return the versioned form that is stored."""
        return {_VERSION: 1, "client_id": self.client_id, "person_id": self.person_id, "sid": self.sid}

    @classmethod
    def from_json(cls, body: Mapping[str, object]) -> Self:
        """Read the stored form; raise `UnreadableMessage` when it is not one."""
        _require_version(body, 1)
        return cls(_text(body, "client_id"), _text(body, "person_id"), _text(body, "sid"))


@dataclass(frozen=True, slots=True)
class AccessChanged:
    """What a person may do in an organisation has changed; contexts that closed must end.

    `registration_id` is None when every context of the person in the organisation is concerned.
    """

    topic: ClassVar[str] = "access-changed"

    person_id: str
    registration_id: str | None
    organisation_id: str
    reason: str

    def to_json(self) -> dict[str, object]:
        """Return the versioned form that is stored."""
        return {
            _VERSION: 1,
            "person_id": self.person_id,
            "registration_id": self.registration_id,
            "organisation_id": self.organisation_id,
            "reason": self.reason,
        }

    @classmethod
    def from_json(cls, body: Mapping[str, object]) -> Self:
        """Read the stored form; raise `UnreadableMessage` when it is not one."""
        _require_version(body, 1)
        return cls(
            _text(body, "person_id"),
            _text_or_none(body, "registration_id"),
            _text(body, "organisation_id"),
            _text(body, "reason"),
        )


@dataclass(frozen=True, slots=True)
class MailRequested:
    """Somebody is to be written to: which mail, to whom, in which language, with which values.

    `values` holds nothing secret; a one-time code or a link that opens something is in `sealed`, the
    further values as `core.infra.mail.seal_values` made them.
    """

    topic: ClassVar[str] = "mail-requested"

    template: str
    recipient_person_id: str | None
    address: str = field(repr=False)
    language: str
    values: Mapping[str, str] = field(repr=False)
    sealed: str | None = field(default=None, repr=False)

    def to_json(self) -> dict[str, object]:
        """Return the versioned form that is stored."""
        return {
            _VERSION: 2,
            "template": self.template,
            "recipient_person_id": self.recipient_person_id,
            "address": self.address,
            "language": self.language,
            "values": dict(self.values),
            "sealed": self.sealed,
        }

    @classmethod
    def from_json(cls, body: Mapping[str, object]) -> Self:
        """Read the stored form; raise `UnreadableMessage` when it is not one."""
        _require_version(body, 1, 2)
        values = body.get("values")
        if not isinstance(values, Mapping):
            raise UnreadableMessage("values")
        return cls(
            _text(body, "template"),
            _text_or_none(body, "recipient_person_id"),
            _text(body, "address"),
            _text(body, "language"),
            {str(name): _text(values, str(name)) for name in values},
            _text_or_none(body, "sealed"),
        )


@dataclass(frozen=True, slots=True)
class HelpRequested:
    """Somebody wrote to the helpdesk; what they wrote lies in the row of this id."""

    topic: ClassVar[str] = "help-requested"

    request_id: str

    def to_json(self) -> dict[str, object]:
        """Return the versioned form that is stored."""
        return {_VERSION: 1, "request_id": self.request_id}

    @classmethod
    def from_json(cls, body: Mapping[str, object]) -> Self:
        """Read the stored form; raise `UnreadableMessage` when it is not one."""
        _require_version(body, 1)
        return cls(_text(body, "request_id"))


@dataclass(frozen=True, slots=True)
class RegistersUnanswered:
    """A register did not answer in time for a person; it is to be asked again."""

    topic: ClassVar[str] = "registers-unanswered"

    person_id: str

    def to_json(self) -> dict[str, object]:
        """Return the versioned form that is stored."""
        return {_VERSION: 1, "person_id": self.person_id}

    @classmethod
    def from_json(cls, body: Mapping[str, object]) -> Self:
        """Read the stored form; raise `UnreadableMessage` when it is not one."""
        _require_version(body, 1)
        return cls(_text(body, "person_id"))


@dataclass(frozen=True, slots=True)
class WalletLow:
    """A wallet fell below the amount at which its managers want to be warned; all in cents, as it stood then."""

    topic: ClassVar[str] = "wallet-low"

    wallet_id: str
    balance_cents: int
    below_cents: int

    def to_json(self) -> dict[str, object]:
        """Return the versioned form that is stored."""
        return {
            _VERSION: 1,
            "wallet_id": self.wallet_id,
            "balance_cents": self.balance_cents,
            "below_cents": self.below_cents,
        }

    @classmethod
    def from_json(cls, body: Mapping[str, object]) -> Self:
        """Read the stored form; raise `UnreadableMessage` when it is not one."""
        _require_version(body, 1)
        return cls(_text(body, "wallet_id"), _whole(body, "balance_cents"), _whole(body, "below_cents"))


@dataclass(frozen=True, slots=True)
class WalletCredited:
    """Transfers put money on a wallet: how much in all, and what was on it then, in cents."""

    topic: ClassVar[str] = "wallet-credited"

    wallet_id: str
    amount_cents: int
    balance_cents: int

    def to_json(self) -> dict[str, object]:
        """Return the versioned form that is stored."""
        return {
            _VERSION: 1,
            "wallet_id": self.wallet_id,
            "amount_cents": self.amount_cents,
            "balance_cents": self.balance_cents,
        }

    @classmethod
    def from_json(cls, body: Mapping[str, object]) -> Self:
        """Read the stored form; raise `UnreadableMessage` when it is not one."""
        _require_version(body, 1)
        return cls(_text(body, "wallet_id"), _whole(body, "amount_cents"), _whole(body, "balance_cents"))


@dataclass(frozen=True, slots=True)
class InvoiceIssued:
    """An invoice or credit note was made and has to be brought to its customer's access point."""

    topic: ClassVar[str] = "invoice-issued"

    invoice_id: str

    def to_json(self) -> dict[str, object]:
        """Return the versioned form that is stored."""
        return {_VERSION: 1, "invoice_id": self.invoice_id}

    @classmethod
    def from_json(cls, body: Mapping[str, object]) -> Self:
        """Read the stored form; raise `UnreadableMessage` when it is not one."""
        _require_version(body, 1)
        return cls(_text(body, "invoice_id"))


AnyMessage = (
    LogoutNotice
    | AccessChanged
    | MailRequested
    | HelpRequested
    | RegistersUnanswered
    | WalletLow
    | WalletCredited
    | InvoiceIssued
)

_TOPICS: tuple[type[AnyMessage], ...] = (
    LogoutNotice,
    AccessChanged,
    MailRequested,
    HelpRequested,
    RegistersUnanswered,
    WalletLow,
    WalletCredited,
    InvoiceIssued,
)


def read(topic: str, body: Mapping[str, object]) -> AnyMessage:
    """Return the message that was stored; raise `UnreadableMessage` for what this release cannot read."""
    for message in _TOPICS:
        if message.topic == topic:
            return message.from_json(body)
    raise UnreadableMessage(topic)


def _require_version(body: Mapping[str, object], *known: int) -> None:
    if body.get(_VERSION) not in known:
        raise UnreadableMessage(_VERSION)


def _text(body: Mapping[str, object], name: str) -> str:
    value = body.get(name)
    if not isinstance(value, str):
        raise UnreadableMessage(name)
    return value


def _text_or_none(body: Mapping[str, object], name: str) -> str | None:
    return None if body.get(name) is None else _text(body, name)


def _whole(body: Mapping[str, object], name: str) -> int:
    value = body.get(name)
    if not isinstance(value, int) or isinstance(value, bool):
        raise UnreadableMessage(name)
    return value
