"""Mail: in the receiver's language, in two forms that say the same, through a real SMTP server."""

import re
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from email import message_from_bytes, policy
from email.message import EmailMessage
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from core.infra import mail
from core.infra.catalogues import LANGUAGES
from core.infra.clock import FixedClock
from core.infra.errors import Unavailable
from core.infra.mail_templates.letters import LETTERS, SUBJECT_VALUES
from core.infra.outbox import Delivery, Undeliverable
from core.infra.secret import Secret
from core.infra.settings import MailSettings, Settings
from core.infra.topics import LogoutNotice, MailRequested
from development.mail_server import Mailbox
from development.ports import free_port
from tests.core.infra.servers import certificates

VALUES = {"tool": "CadastreFinder", "organisation": 'Immo "Zuid" & <Fils>'}


def rendered(settings: Settings, language: str = "en", **values: str) -> mail.Rendered:
    return mail.render("access-closed", language=language, values={**VALUES, **values}, settings=settings)


def plain_text(html: str) -> str:
    body = html.partition("<body>")[2]
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", body)).split())


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("template", LETTERS)
def test_every_letter_can_be_rendered_in_every_language(template: str, language: str, settings: Settings) -> None:
    written = LETTERS[template]
    sources = (written.subject, *written.paragraphs, written.action, written.address, written.reason, written.listed)
    values = {name: f"the {name}" for name in re.findall(r"%\((\w+)\)s", " ".join(sources))}

    letter = mail.render(template, language=language, values={**values, **VALUES}, settings=settings)

    assert letter.subject
    assert f'<html lang="{language}">' in letter.html
    assert "%(" not in letter.subject + letter.text + letter.html


def test_the_receivers_language_is_spoken(settings: Settings) -> None:
    letters = {language: rendered(settings, language) for language in LANGUAGES}

    assert letters["en"].subject == "Your access to CadastreFinder has ended"
    assert len({letter.subject for letter in letters.values()}) == 3
    assert len({letter.text for letter in letters.values()}) == 3


def test_an_unknown_language_is_answered_in_english(settings: Settings) -> None:
    assert rendered(settings, "de") == rendered(settings, "en")


def test_text_and_html_say_the_same(settings: Settings) -> None:
    letter = rendered(settings)

    said_in_html = plain_text(letter.html)
    for sentence in (
        'You can no longer use CadastreFinder on behalf of Immo "Zuid" & <Fils>.',
        "See my organisations",
        "You receive this message because your access to CadastreFinder was changed.",
    ):
        assert sentence in letter.text
        assert sentence in said_in_html


def test_values_are_not_markup(settings: Settings) -> None:
    letter = rendered(settings, organisation="<img src=x onerror=alert(1)>")

    assert "<img" not in letter.html
    assert "&lt;img" in letter.html


def test_an_address_of_ours_in_a_paragraph_is_a_link(settings: Settings) -> None:
    values = dict.fromkeys(("when", "browser", "system", "network", "username"), "x")
    letter = mail.render("address-known", language="en", values=values, settings=settings)

    links = re.findall(r'<p>[^<]*<a href="([^"]+)">([^<]+)</a>', letter.html)
    for url in (f"{settings.issuer}/account/recover", f"{settings.issuer}/account/security/other-account"):
        assert (url, url) in links
        assert url in letter.text
    assert "<a" not in letter.text


def test_an_address_that_somebody_wrote_is_no_link(settings: Settings) -> None:
    written = f"https://evil.example/ {settings.issuer}@evil.example/ <b>{settings.issuer}.evil.example/x</b>"
    letter = rendered(settings, organisation=written)

    links = re.findall(r'href="([^"]+)"', letter.html)
    assert links == [f"{settings.portal_url}/", f"{settings.issuer}/help/contact"]
    assert "<b>" not in letter.html


def test_there_is_one_action_and_one_way_to_say_that_it_was_not_you(settings: Settings) -> None:
    letter = rendered(settings)

    links = re.findall(r'href="([^"]+)"', letter.html)
    assert links == [f"{settings.portal_url}/", f"{settings.issuer}/help/contact"]
    assert all(link.removeprefix("mailto:") in letter.text for link in links)


@pytest.mark.parametrize("name", LETTERS)
def test_a_subject_names_things_and_never_a_code(name: str) -> None:
    placeholders = set(re.findall(r"%\((\w+)\)s", LETTERS[name].subject))

    assert placeholders <= SUBJECT_VALUES
    assert not {"code", "link", "token", "password"} & SUBJECT_VALUES


def test_a_line_break_in_a_value_does_not_end_the_subject(settings: Settings) -> None:
    letter = rendered(settings, tool="Cadastre\r\nBcc: everybody@example.be")

    assert letter.subject == "Your access to Cadastre Bcc: everybody@example.be has ended"


def test_a_missing_value_is_an_error_and_not_a_gap(settings: Settings) -> None:
    with pytest.raises(KeyError):
        mail.render("access-closed", language="en", values={"tool": "CadastreFinder"}, settings=settings)


def send(
    settings: MailSettings, clock: FixedClock, *, to: str = "anna@example.be", subject: str = "Été à Liège"
) -> None:
    mail.send(
        settings,
        mail.Outgoing(to, subject, "tekst\n", "<p>tekst</p>\n"),
        reference="evt_1",
        now=clock.now(),
    )


def test_a_mail_arrives_with_text_and_html(settings: Settings, mailbox: Mailbox, clock: FixedClock) -> None:
    send(settings.mail, clock)

    (received,) = mailbox.wait_for(1)
    assert received.to == ("anna@example.be",)
    assert received.sender == settings.mail.sender
    assert received.subject == "Été à Liège"
    assert (received.text.strip(), received.html.strip()) == ("tekst", "<p>tekst</p>")


class Recording:
    """An SMTP server's handler that keeps whole messages and refuses who it is told to refuse."""

    def __init__(self, *, refusal: str | None = None) -> None:
        self.messages: list[EmailMessage] = []
        self._refusal = refusal

    # The names are aiosmtpd's.
    async def handle_RCPT(  # noqa: N802
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if self._refusal:
            return self._refusal
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        assert isinstance(envelope.content, bytes)
        message = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(message, EmailMessage)
        self.messages.append(message)
        return "250 OK"


@contextmanager
def smtp(handler: Recording, settings: Settings, **options: Any) -> Iterator[MailSettings]:
    """Run an SMTP server and yield settings that lead to it."""
    port = free_port()
    controller = Controller(handler, hostname="127.0.0.1", port=port, **options)
    controller.start()
    try:
        yield replace(settings.mail, smtp_host="127.0.0.1", smtp_port=port)
    finally:
        controller.stop()


def test_the_headers_are_those_of_a_machine_that_is_known(settings: Settings, clock: FixedClock) -> None:
    handler = Recording()
    with smtp(handler, settings) as there:
        send(there, clock)

    (message,) = handler.messages
    assert message["From"] == f"Immo-Connect <{settings.mail.sender}>"
    assert message["To"] == "anna@example.be"
    assert message["Message-ID"] == "<evt_1@immo-connect.eu>"
    assert message["Date"] == "Mon, 02 Nov 2026 09:00:00 +0000"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message.get_content_type() == "multipart/alternative"


@pytest.mark.parametrize(
    "address", ["", "anna", "anna@", "@example.be", "a b@example.be", "anna@example.be\r\nBcc: b@example.be", "a@b@c"]
)
def test_a_malformed_address_is_never_tried_again(address: str, settings: Settings, clock: FixedClock) -> None:
    handler = Recording()
    with smtp(handler, settings) as there, pytest.raises(Undeliverable):
        send(there, clock, to=address)

    assert handler.messages == []


def test_an_address_refused_for_good_is_never_tried_again(settings: Settings, clock: FixedClock) -> None:
    with smtp(Recording(refusal="550 No such user"), settings) as there, pytest.raises(Undeliverable):
        send(there, clock)


def test_an_address_refused_for_now_is_tried_again(settings: Settings, clock: FixedClock) -> None:
    with smtp(Recording(refusal="451 Try later"), settings) as there, pytest.raises(Unavailable):
        send(there, clock)


def test_a_mail_server_that_is_away_is_tried_again(settings: Settings, clock: FixedClock) -> None:
    with pytest.raises(Unavailable):
        send(replace(settings.mail, smtp_port=free_port()), clock)


def test_a_mail_server_without_starttls_gets_nothing_where_it_is_demanded(
    settings: Settings, clock: FixedClock
) -> None:
    handler = Recording()
    with smtp(handler, settings) as there, pytest.raises(Unavailable):
        send(replace(there, smtp_starttls=True), clock)

    assert handler.messages == []


def test_mail_is_encrypted_and_signed_in_where_the_settings_say_so(
    settings: Settings, clock: FixedClock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = certificates(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(made.authority))
    handler = Recording()
    logins: list[object] = []

    def authenticate(
        _server: SMTP, session: Session, _envelope: Envelope, _mechanism: str, login: LoginPassword
    ) -> AuthResult:
        logins.append((login.login, login.password, isinstance(session.ssl, dict)))
        return AuthResult(success=True)

    options = {
        "tls_context": made.server,
        "authenticator": authenticate,
        "auth_required": True,
        "require_starttls": True,
    }
    with smtp(handler, settings, **options) as there:
        send(
            replace(
                there,
                smtp_host="localhost",
                smtp_starttls=True,
                smtp_user="immo",
                smtp_password=Secret("smtp-password"),
            ),
            clock,
        )

    assert len(handler.messages) == 1
    assert logins == [(b"immo", b"smtp-password", True)]


def test_a_mail_server_with_an_unknown_certificate_gets_nothing(
    settings: Settings, clock: FixedClock, tmp_path: Path
) -> None:
    handler = Recording()
    with smtp(handler, settings, tls_context=certificates(tmp_path).server) as there, pytest.raises(Unavailable) as no:
        send(replace(there, smtp_host="localhost", smtp_starttls=True), clock)

    assert isinstance(no.value.__cause__, ssl.SSLCertVerificationError)
    assert handler.messages == []


def a_delivery(template: str = "access-closed", language: str = "nl", address: str = "anna@example.be") -> Delivery:
    return Delivery("evt_1", a_request(template, language, address), attempt=1)


def a_request(template: str = "access-closed", language: str = "nl", address: str = "anna@example.be") -> MailRequested:
    return MailRequested(template, "usr_1", address, language, VALUES)


def test_a_requested_mail_is_rendered_and_sent(settings: Settings, mailbox: Mailbox, clock: FixedClock) -> None:
    mail.deliver(a_delivery(), settings=settings, now=clock.now())

    (received,) = mailbox.wait_for(1)
    expected = rendered(settings, "nl")
    assert (received.subject, received.to) == (expected.subject, ("anna@example.be",))
    assert received.html.split() == expected.html.split()


def test_a_request_that_cannot_be_rendered_is_never_tried_again(settings: Settings, clock: FixedClock) -> None:
    with pytest.raises(Undeliverable):
        mail.deliver(a_delivery(template="no-such-letter"), settings=settings, now=clock.now())


def test_only_mail_requests_are_mailed(settings: Settings, clock: FixedClock) -> None:
    with pytest.raises(Undeliverable):
        mail.deliver(Delivery("evt_1", LogoutNotice("c", "p", "s"), 1), settings=settings, now=clock.now())


def test_a_sealed_value_is_read_only_when_the_mail_is_made(
    settings: Settings, mailbox: Mailbox, clock: FixedClock
) -> None:
    sealed = mail.seal_values(settings.secret, {"organisation": "Kantoor Onder Zegel"})
    message = replace(a_request(), values={"tool": "CadastreFinder"}, sealed=sealed)
    assert "Zegel" not in str(message.to_json())

    mail.deliver(Delivery("evt_1", message, attempt=1), settings=settings, now=clock.now())

    (received,) = mailbox.wait_for(1)
    assert "Kantoor Onder Zegel" in received.text


def test_a_mail_sealed_with_another_secret_is_never_tried_again(settings: Settings, clock: FixedClock) -> None:
    message = replace(a_request(), sealed=mail.seal_values(Secret("another" * 10), {"code": "ABC234"}))

    with pytest.raises(Undeliverable):
        mail.deliver(Delivery("evt_1", message, attempt=1), settings=settings, now=clock.now())
