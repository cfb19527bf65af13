"""A mail server that tests send to and read from."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from development.mail_server import Mailbox, smtp_server
from development.ports import free_port


@dataclass(frozen=True, slots=True)
class MailServer:
    """A running SMTP server and what it received."""

    port: int
    mailbox: Mailbox


@pytest.fixture(scope="session")
def mail_server() -> Iterator[MailServer]:
    """Yield the SMTP server that all tests of a run send to."""
    server = MailServer(free_port(), Mailbox())
    with smtp_server(server.mailbox, server.port):
        yield server


@pytest.fixture
def mailbox(mail_server: MailServer) -> Mailbox:
    """Return the mails received in this test, none at first."""
    mail_server.mailbox.clear()
    return mail_server.mailbox
