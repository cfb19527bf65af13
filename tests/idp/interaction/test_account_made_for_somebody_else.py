"""An account that a stranger made with somebody's address, and that its owner took over: the stranger is out.

The stranger's browser still holds the interaction in which it registered, and the forms of its pages.
"""

import pytest

from core.people.profiles import find_for_sign_in, person_facts
from idp.wiring import Services
from tests.idp.interaction.recovering import ask, begin, choose, code_of, enter
from tests.idp.interaction.registering import GOOD, mailed_code, mails, open_registration, register
from tests.support.factors import with_authenticator
from tests.support.sign_in import Browser
from tests.support.tools import Office

OWNERS, STRANGERS = GOOD["email"], "stranger@evil.example"


@pytest.fixture
def registered(stranger: Browser, services: Services, office: Office) -> Browser:
    """Return the browser of the stranger, who registered with the owner's address and sees the page of the code."""
    register(open_registration(stranger))
    assert stranger.page.has("#activation-code")
    return stranger


def recovered(browser: Browser, services: Services) -> Browser:
    """Let the owner, to whom a mail came, take the account by the forgotten password."""
    ask(begin(browser), OWNERS)
    enter(browser, code_of(services))
    choose(browser)
    assert browser.page.has("#allow")
    return browser


def address(services: Services) -> str | None:
    with services.database.reading() as session:
        found = find_for_sign_in(session, "clara.vdb")
        assert found is not None
        facts = person_facts(session, found.person_id)
    assert facts is not None
    return facts.email


def test_stranger_gives_the_account_no_other_address(registered: Browser, browser: Browser, services: Services) -> None:
    (action,), sent = registered.form("#activate"), registered.fields("#activate")
    recovered(browser, services)
    with services.database.reading() as session:
        person = find_for_sign_in(session, "clara.vdb")
    assert person is not None
    with_authenticator(services.database, services.settings.secret, person.person_id, now=services.clock.now())

    registered.post(action, data={**sent, "decision": "change-address", "email": STRANGERS})
    if [mail for mail in mails(services) if mail.address == STRANGERS]:
        registered.post(action, data={**sent, "activation-code": mailed_code(services)})

    assert address(services) == OWNERS
    assert registered.cookie("immo-idp") is None
    assert registered.page.has("#login")


def test_stranger_does_not_confirm_the_address_that_the_owner_changes_to(
    registered: Browser, browser: Browser, services: Services
) -> None:
    (action,), sent = registered.form("#activate"), registered.fields("#activate")
    recovered(browser, services)
    browser.get("/account/security/email")
    while browser.page.has("#login"):
        browser.sign_in("clara.vdb", "trein-boom-42-zee")
    browser.press("#send-code", **{"new-email": "newer@people.example"})

    registered.post(action, data={**sent, "decision": "resend"})

    assert registered.page.has("#login")
    assert [mail.template for mail in mails(services) if mail.address == "newer@people.example"] == ["address-code"]
