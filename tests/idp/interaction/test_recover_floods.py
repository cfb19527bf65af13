"""Forgotten password while somebody floods the mailbox from many networks: neither in, nor the owner out."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from core.infra import rate_limit
from core.infra.sealing import mac
from idp.credentials import code_requests
from idp.credentials.code_requests import PER_MAILBOX
from idp.credentials.mailed_codes import TRIES
from idp.credentials.tables import CodePurpose, MailedCodeRow
from idp.wiring import Services
from tests.idp.interaction.recovering import ADDRESS, ask, begin, choose, code_of, enter
from tests.support.letters import letters
from tests.support.sign_in import Browser
from tests.support.tools import Office

Elsewhere = Callable[[int], Browser]


@pytest.fixture
def elsewhere(idp: Callable[[], FlaskClient], office: Office) -> Elsewhere:
    """Return a maker of browsers that come from a network of their own, by its number."""

    def browser(number: int) -> Browser:
        client = idp()
        client.environ_base["REMOTE_ADDR"] = f"198.51.100.{number}"
        return Browser(client)

    return browser


def flood(elsewhere: Elsewhere, times: int, address: str = ADDRESS) -> None:
    for number in range(times):
        ask(begin(elsewhere(number + 1)), address)


def link_of(services: Services) -> str:
    """Return the path of the link in the newest mail."""
    (line,) = [line for line in letters(services, "recovery")[-1].text.splitlines() if "/account/recover/" in line]
    return line.removeprefix("https://login.immo.test")


def test_mail_that_came_stays_good_however_many_are_asked_for_after_it(
    browser: Browser, elsewhere: Elsewhere, services: Services, office: Office
) -> None:
    flood(elsewhere, PER_MAILBOX.attempts)
    assert len(letters(services, "recovery")) == PER_MAILBOX.attempts

    flood(elsewhere, PER_MAILBOX.attempts + 3)
    enter(browser.get(link_of(services)), code_of(services))

    assert len(letters(services, "recovery")) == PER_MAILBOX.attempts
    assert choose(browser).page.has("#recovered")


@pytest.mark.parametrize("address", [ADDRESS, "nobody@people.example"])
def test_page_says_the_same_once_nothing_more_is_mailed(elsewhere: Elsewhere, address: str) -> None:
    flood(elsewhere, PER_MAILBOX.attempts, address)

    asked = ask(begin(elsewhere(99)), address)

    assert asked.page.has("#recovery-code") and asked.page.has("#resend-code")
    assert enter(asked, "234567").status == 422


def test_what_was_not_mailed_cannot_be_guessed(
    elsewhere: Elsewhere, services: Services, monkeypatch: pytest.MonkeyPatch, office: Office
) -> None:
    """Every network would bring five more tries: what they can hit is limited by the mailbox, not by them."""
    flood(elsewhere, PER_MAILBOX.attempts)
    monkeypatch.setattr("secrets.choice", lambda alphabet: alphabet[0])  # the attacker's guess is right

    asked = ask(begin(elsewhere(99)))

    assert enter(asked, "222222").status == 422
    assert not asked.page.has("#new-password")
    with services.database.reading() as session:
        rows = session.scalars(select(MailedCodeRow).where(MailedCodeRow.purpose == CodePurpose.RECOVERY)).all()
    right = [mac(services.settings.secret, f"{row.id} 222222", purpose="mailed code") for row in rows]
    assert not {row.mac for row in rows} & set(right)
    assert all(row.tries_left <= TRIES for row in rows)


def test_flood_of_another_kind_of_mail_keeps_nobody_from_recovering(
    browser: Browser, services: Services, office: Office
) -> None:
    for _ in range(PER_MAILBOX.attempts):
        code_requests.may_mail(services.store, ADDRESS, purpose=CodePurpose.ACTIVATION)
    assert rate_limit.is_exceeded(services.store, PER_MAILBOX, f"{CodePurpose.ACTIVATION}\n{ADDRESS}")

    enter(ask(begin(browser)), code_of(services))

    assert browser.page.has("#new-password")


def test_device_of_the_owner_gets_its_mail_in_a_flood(
    browser: Browser, elsewhere: Elsewhere, services: Services, office: Office
) -> None:
    browser.authorize("plain").sign_in().press("#allow")
    browser.client.delete_cookie("__Host-immo-idp", domain="login.immo.test")
    flood(elsewhere, PER_MAILBOX.attempts + 1)

    enter(ask(begin(browser)), code_of(services))

    assert browser.page.has("#new-password")
