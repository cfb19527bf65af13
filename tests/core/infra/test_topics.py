"""Messages: read back as they were written, by every later release."""

import json

import pytest

from core.infra import topics
from core.infra.topics import (
    AccessChanged,
    InvoiceIssued,
    LogoutNotice,
    MailRequested,
    Message,
    RegistersUnanswered,
    UnreadableMessage,
    WalletCredited,
    WalletLow,
)

EXAMPLES: list[Message] = [
    LogoutNotice("client", "usr_1", "ses_1"),
    AccessChanged("usr_1", None, "org_1", "member-left"),
    AccessChanged("usr_1", "reg_1", "org_1", "role-removed"),
    MailRequested("access-closed", None, "a@example.be", "fr", {"tool": "CadastreFinder", "organisation": "É & Fils"}),
    RegistersUnanswered("usr_1"),
    WalletLow("wal_1", -250, 2_500),
    WalletCredited("wal_1", 5_000, 7_450),
    InvoiceIssued("inv_1"),
]

# What earlier releases wrote: never edited, only added to.
WRITTEN = {
    "logout-notice": '{"version": 1, "client_id": "client", "person_id": "usr_1", "sid": "ses_1"}',
    "access-changed": '{"version": 1, "person_id": "usr_1", "registration_id": "reg_1", "organisation_id": "org_1",'
    ' "reason": "role-removed"}',
    "mail-requested": '{"version": 1, "template": "access-closed", "recipient_person_id": null,'
    ' "address": "a@example.be", "language": "fr", "values":'
    ' {"tool": "CadastreFinder", "organisation": "\\u00c9 & Fils"}}',
    "registers-unanswered": '{"version": 1, "person_id": "usr_1"}',
    "wallet-low": '{"version": 1, "wallet_id": "wal_1", "balance_cents": -250, "below_cents": 2500}',
    "wallet-credited": '{"version": 1, "wallet_id": "wal_1", "amount_cents": 5000, "balance_cents": 7450}',
    "invoice-issued": '{"version": 1, "invoice_id": "inv_1"}',
}


@pytest.mark.parametrize("message", EXAMPLES, ids=lambda message: message.topic)
def test_a_message_comes_back_as_it_was(message: Message) -> None:
    stored = json.loads(json.dumps(message.to_json()))

    assert topics.read(message.topic, stored) == message


@pytest.mark.parametrize(("topic", "stored"), WRITTEN.items())
def test_what_an_earlier_release_wrote_is_still_read(topic: str, stored: str) -> None:
    assert topics.read(topic, json.loads(stored)) in EXAMPLES


@pytest.mark.parametrize(
    ("topic", "body"),
    [
        ("unknown-topic", {"version": 1}),
        ("logout-notice", {}),
        ("logout-notice", {"version": 2, "client_id": "c", "person_id": "p", "sid": "s"}),
        ("logout-notice", {"version": 1, "client_id": "c", "person_id": "p"}),
        ("logout-notice", {"version": 1, "client_id": "c", "person_id": "p", "sid": 5}),
        ("access-changed", {"version": 1, "person_id": "p", "organisation_id": "o"}),
        (
            "access-changed",
            {"version": 1, "person_id": "p", "organisation_id": "o", "reason": "r", "registration_id": 1},
        ),
        ("wallet-low", {"version": 1, "wallet_id": "w", "balance_cents": "5", "below_cents": 10}),
        ("mail-requested", {"version": 1, "template": "t", "address": "a", "language": "nl", "values": "text"}),
        ("mail-requested", {"version": 1, "template": "t", "address": "a", "language": "nl", "values": {"a": 1}}),
    ],
)
def test_what_is_not_understood_is_refused(topic: str, body: dict[str, object]) -> None:
    with pytest.raises(UnreadableMessage):
        topics.read(topic, body)


def test_addresses_and_values_do_not_show_themselves() -> None:
    message = MailRequested("activation", "usr_1", "anna@example.be", "nl", {"code": "K7M2PX"})

    assert "anna@example.be" not in repr(message)
    assert "K7M2PX" not in repr(message)
