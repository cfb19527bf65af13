import json
import smtplib
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from datetime import datetime
from email.message import EmailMessage

import pytest

from development.mail_server import Mailbox
from development.mailbox import web_server
from development.ports import free_port
from tests.support.mail import MailServer


@pytest.fixture
def web(mailbox: Mailbox) -> Iterator[str]:
    with web_server(mailbox, free_port()) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def _send(server: MailServer, *, subject: str, text: str, html: str | None = None) -> None:
    message = EmailMessage()
    message["From"] = "no-reply@immo-connect.eu"
    message["To"] = "anna@example.be"
    message["Subject"] = subject
    message.set_content(text)
    if html is not None:
        message.add_alternative(html, subtype="html")
    with smtplib.SMTP("127.0.0.1", server.port) as connection:
        connection.send_message(message)


def _get(url: str) -> tuple[str, str]:
    with urllib.request.urlopen(url, timeout=5) as response:
        return response.read().decode(), response.headers["Content-Security-Policy"]


def test_messages_are_listed_as_json_newest_first(mail_server: MailServer, web: str) -> None:
    _send(mail_server, subject="Première", text="Bonjour à vous")
    _send(mail_server, subject="Second", text="Plain", html="<p>Rich</p>")

    body, _ = _get(f"{web}/messages.json")

    newest, oldest = json.loads(body)
    assert (newest["subject"], newest["text"].strip(), newest["html"].strip()) == ("Second", "Plain", "<p>Rich</p>")
    assert (oldest["subject"], oldest["text"].strip(), oldest["html"]) == ("Première", "Bonjour à vous", "")
    assert newest["to"] == ["anna@example.be"]
    assert datetime.fromisoformat(newest["sent_at"]) >= datetime.fromisoformat(oldest["sent_at"])


def test_a_mail_can_be_opened_from_the_list_and_keeps_its_address(mail_server: MailServer, web: str) -> None:
    _send(mail_server, subject="First", text="Bonjour")
    address = mail_server.mailbox.wait_for(1)[0].number
    _send(mail_server, subject="Later", text="Goeiedag")

    listed, _ = _get(web)
    opened, _ = _get(f"{web}/mails/{address}")

    assert f'href="/mails/{address}"' in listed
    assert "Bonjour" in opened
    assert "Goeiedag" not in opened


def test_what_a_mail_says_is_shown_and_never_run(mail_server: MailServer, web: str) -> None:
    attack = "<script>alert(1)</script>"
    _send(mail_server, subject=attack, text=attack, html=attack)
    number = mail_server.mailbox.wait_for(1)[0].number

    page, _ = _get(f"{web}/mails/{number}")
    listed, _ = _get(web)
    html, policy = _get(f"{web}/mails/{number}/html")

    assert "<script" not in page + listed
    assert attack in html
    assert "default-src 'none'" in policy
    assert "sandbox" in policy.split("; ")


def test_an_empty_mailbox_says_so(web: str) -> None:
    body, _ = _get(web)

    assert "No mail has been sent yet" in body


@pytest.mark.parametrize("path", ["/mails/999999", "/mails/x", "/other", "/mails/999999/html"])
def test_an_address_without_a_mail_is_not_found(web: str, path: str) -> None:
    with pytest.raises(urllib.error.HTTPError) as failure:
        _get(web + path)

    assert failure.value.code == 404
    failure.value.close()


def test_waiting_for_a_mail_that_does_not_come_fails(mailbox: Mailbox) -> None:
    with pytest.raises(TimeoutError, match="0 of 1 mails came"):
        mailbox.wait_for(1, seconds=0.01)
