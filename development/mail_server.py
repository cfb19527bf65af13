"""An SMTP server that keeps what it receives, newest first, and delivers nothing."""

import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from development.ports import LOOPBACK

_KEPT = 500
_LARGEST_BYTES = 10 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Attached:
    """A file that came with a mail."""

    name: str
    media_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail as it was received, numbered from 1; `text` and `html` are empty where it has none."""

    number: int
    to: tuple[str, ...]
    sender: str
    subject: str
    text: str
    html: str
    sent_at: datetime
    reply_to: str = ""
    attachments: tuple[Attached, ...] = ()


class Mailbox:
    """The mails received so far, at most the last five hundred; safe across threads."""

    def __init__(self) -> None:
        self._mails: deque[Mail] = deque(maxlen=_KEPT)
        self._received = 0
        self._changed = threading.Condition()

    def receive(self, content: bytes, *, to: tuple[str, ...], sender: str) -> None:
        """Put a message on top, decoded."""
        with self._changed:
            self._received += 1
            self._mails.appendleft(parse(content, number=self._received, to=to, sender=sender))
            self._changed.notify_all()

    def mails(self) -> tuple[Mail, ...]:
        """Return the mails, newest first."""
        with self._changed:
            return tuple(self._mails)

    def wait_for(self, count: int, *, seconds: float = 5) -> tuple[Mail, ...]:
        """Wait until there are `count` mails and return them; raise `TimeoutError` otherwise."""
        with self._changed:
            if not self._changed.wait_for(lambda: len(self._mails) >= count, seconds):
                raise TimeoutError(f"{len(self._mails)} of {count} mails came")
            return tuple(self._mails)

    def clear(self) -> None:
        """Throw all mails away."""
        with self._changed:
            self._mails.clear()

    # The name is aiosmtpd's.
    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Receive one mail (RFC 5321 section 3.3)."""
        content = envelope.content
        assert isinstance(content, bytes)
        self.receive(content, to=tuple(envelope.rcpt_tos), sender=envelope.mail_from or "")
        return "250 Kept"


def parse(content: bytes, *, number: int, to: tuple[str, ...], sender: str) -> Mail:
    """Return a received message as a `Mail`; its parts are decoded."""
    message = message_from_bytes(content, policy=policy.default)
    assert isinstance(message, EmailMessage)
    return Mail(
        number=number,
        to=to,
        sender=sender,
        subject=str(message.get("Subject", "")),
        text=_body(message, "plain"),
        html=_body(message, "html"),
        sent_at=datetime.now(UTC),
        reply_to=str(message.get("Reply-To", "")),
        attachments=tuple(
            Attached(part.get_filename() or "", part.get_content_type(), part.get_content())
            for part in message.iter_attachments()
        ),
    )


@contextmanager
def smtp_server(mailbox: Mailbox, port: int) -> Iterator[None]:
    """Receive mails on a loopback port until the block ends."""
    controller = Controller(mailbox, hostname=LOOPBACK, port=port, data_size_limit=_LARGEST_BYTES)
    controller.start()
    try:
        yield
    finally:
        controller.stop()


def _body(message: EmailMessage, kind: str) -> str:
    part = message.get_body(preferencelist=(kind,))
    if part is None:
        return ""
    content = part.get_content()
    assert isinstance(content, str)
    return content
