"""Mail: rendered in the receiver's language, handed to the mail server, called by job handlers only.

What the mails say lies in `mail_templates`. Nothing here knows a request or Flask: the catalogue
of the receiver's language is opened directly.
"""

import re
import smtplib
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path
from urllib.parse import quote

import orjson
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from markupsafe import Markup, escape

from core.infra.catalogues import LANGUAGES, SOURCE_LANGUAGE, translations
from core.infra.errors import Unavailable
from core.infra.mail_templates.letter import Letter
from core.infra.mail_templates.letters import (
    CHOICE,
    CLOSING,
    GREETING,
    LETTERS,
    NOT_YOU,
    NOT_YOU_ACTION,
    SUBJECT_VALUES,
)
from core.infra.outbox import Delivery, Undeliverable
from core.infra.sealing import Unreadable, seal, unseal
from core.infra.secret import Secret
from core.infra.settings import MailSettings, Settings
from core.infra.topics import MailRequested

SENDER_NAME = "Immo-Connect"
_TIMEOUT_SECONDS = 20
_PURPOSE = "mail"
_PERMANENT = range(500, 600)

_LAYOUTS = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "mail_templates"),
    autoescape=select_autoescape(["html"]),
    undefined=StrictUndefined,
    trim_blocks=True,
    keep_trailing_newline=True,
)


@dataclass(frozen=True, slots=True)
class Rendered:
    """A mail ready to be sent, the same content twice."""

    subject: str
    text: str
    html: str


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that goes with a mail."""

    name: str
    media_type: str
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One mail to one address; answers go to `reply_to` where it is given."""

    to: str
    subject: str
    text: str = field(repr=False)
    html: str | None = field(default=None, repr=False)
    reply_to: str | None = None
    attachments: tuple[Attachment, ...] = ()


def deliver(delivery: Delivery, *, settings: Settings, now: datetime) -> None:
    """Render and send the mail of one delivery of the outbox.

    Raises `Undeliverable` for what no later attempt can mend, `Unavailable` for the rest. The
    delivery's id becomes the Message-ID, so a mail sent twice is recognised as one.
    """
    message = delivery.message
    if not isinstance(message, MailRequested):
        raise Undeliverable(reason="not-a-mail")
    try:
        values = {**message.values, **_unsealed(message, settings.secret)}
        rendered = render(message.template, language=message.language, values=values, settings=settings)
    except Unreadable as error:
        raise Undeliverable(reason="cannot-be-unsealed", template=message.template) from error
    except KeyError as error:
        # An unknown template, or a value that the template needs: the request itself is wrong.
        raise Undeliverable(reason="cannot-be-rendered", template=message.template) from error
    send(
        settings.mail,
        Outgoing(message.address, rendered.subject, rendered.text, rendered.html),
        reference=delivery.id,
        now=now,
    )


def seal_values(secret: Secret, values: Mapping[str, str]) -> str:
    """Return the values of a mail that nobody may read in the outbox, such as a code."""
    return seal(secret, orjson.dumps(dict(values)).decode(), purpose=_PURPOSE)


def _unsealed(message: MailRequested, secret: Secret) -> Mapping[str, str]:
    if message.sealed is None:
        return {}
    values: dict[str, str] = orjson.loads(unseal(secret, message.sealed, purpose=_PURPOSE))
    return values


def render(template: str, *, language: str, values: Mapping[str, str], settings: Settings) -> Rendered:
    """Return a mail in `language`, English where that is unknown.

    Raises KeyError when there is no such template, or a value that it needs is missing.
    """
    letter = LETTERS[template]
    known = language if language in LANGUAGES else SOURCE_LANGUAGE
    say = translations(known).ugettext
    subject_values = {name: value for name, value in values.items() if name in SUBJECT_VALUES}
    said = {**values, **_own_addresses(settings)}
    parts = {
        "language": known,
        # Folded into one line: a name with a line break must not end the header.
        "subject": " ".join((say(letter.subject) % subject_values).split()),
        "greeting": say(GREETING),
        "paragraphs": [say(paragraph) % said for paragraph in letter.paragraphs],
        "action": say(letter.action) % values,
        "address": _action_address(letter, values, settings),
        "reason": say(letter.reason) % values,
        "not_you": say(NOT_YOU),
        "not_you_action": say(NOT_YOU_ACTION),
        "help_address": f"{settings.issuer}/help/contact",
        "closing": say(CLOSING),
        "listed": (letter.listed % values).splitlines(),
        "choice": say(CHOICE),
        "choice_address": _choice_address(letter, values, settings),
    }
    text = _LAYOUTS.get_template("layout.txt").render(parts)
    own = _own_address(settings)
    linked = [_linked(say(paragraph) % said, own) for paragraph in letter.paragraphs]
    html = _LAYOUTS.get_template("layout.html").render({**parts, "paragraphs": linked})
    return Rendered(str(parts["subject"]), text, html)


def _action_address(letter: Letter, values: Mapping[str, str], settings: Settings) -> str:
    # Quoted, so that no value can lead the link elsewhere.
    quoted = {name: quote(value, safe="") for name, value in values.items()}
    return letter.address % {**quoted, **_own_addresses(settings)}


def _choice_address(letter: Letter, values: Mapping[str, str], settings: Settings) -> str:
    """Return where a manager says how to hear of such things; empty for what cannot be chosen.

    Letters that were written by an earlier release do not name the organisation.
    """
    organisation_id = values.get("organisation_id")
    if not letter.may_wait or organisation_id is None:
        return ""
    return f"{settings.portal_url}/organisations/{quote(organisation_id, safe='')}/notices"


def _own_address(settings: Settings) -> re.Pattern[str]:
    """Return what finds addresses of ours in a text: a value of somebody's never becomes a link elsewhere."""
    own = "|".join(re.escape(address) for address in _own_addresses(settings).values())
    return re.compile(rf"((?:{own})/(?:[\w/-]*[\w/])?)(?![\w@:])")


def _linked(text: str, address: re.Pattern[str]) -> Markup:
    """Return a text as HTML, escaped, in which what `address` finds is a link."""
    found = address.split(text)
    parts = (
        Markup('<a href="{0}">{0}</a>').format(part) if place % 2 else escape(part) for place, part in enumerate(found)
    )
    return Markup().join(parts)


def _own_addresses(settings: Settings) -> Mapping[str, str]:
    return {"portal_url": settings.portal_url, "issuer_url": settings.issuer}


def send(settings: MailSettings, outgoing: Outgoing, *, reference: str, now: datetime) -> None:
    """Hand one mail to the mail server.

    Raises `Undeliverable` when the address is malformed or refused for good, else `Unavailable`.
    `reference` is unique for the mail and the same when it is sent again.
    """
    message = _compose(settings, outgoing)
    message["Message-ID"] = f"<{reference}@{settings.sender.rpartition('@')[2]}>"
    message["Date"] = format_datetime(now)
    try:
        with smtplib.SMTP(settings.smtp_host, settings.smtp_port, timeout=_TIMEOUT_SECONDS) as server:
            _sign_in(server, settings)
            server.send_message(message, settings.sender, [outgoing.to])
    except smtplib.SMTPRecipientsRefused as error:
        if all(status in _PERMANENT for status, _ in error.recipients.values()):
            raise Undeliverable(reason="recipient-refused") from error
        raise Unavailable(reason="recipient-refused-for-now") from error
    except (OSError, smtplib.SMTPException) as error:
        raise Unavailable(reason=type(error).__name__) from error


def _compose(settings: MailSettings, outgoing: Outgoing) -> EmailMessage:
    message = EmailMessage()
    try:
        message["To"] = Address(addr_spec=outgoing.to)
        if outgoing.reply_to is not None:
            message["Reply-To"] = Address(addr_spec=outgoing.reply_to)
    except (ValueError, IndexError, MessageError):
        raise Undeliverable(reason="malformed-address") from None
    message["From"] = Address(SENDER_NAME, addr_spec=settings.sender)
    message["Subject"] = outgoing.subject
    # RFC 3834 section 5: nobody's absence note answers a machine.
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(outgoing.text)
    if outgoing.html is not None:
        message.add_alternative(outgoing.html, subtype="html")
    for attached in outgoing.attachments:
        kind, _, subtype = attached.media_type.partition("/")
        message.add_attachment(attached.content, maintype=kind, subtype=subtype, filename=attached.name)
    return message


def _sign_in(server: smtplib.SMTP, settings: MailSettings) -> None:
    if settings.smtp_starttls:
        server.starttls(context=ssl.create_default_context())
    if settings.smtp_user is not None and settings.smtp_password is not None:
        server.login(settings.smtp_user, settings.smtp_password.reveal())
