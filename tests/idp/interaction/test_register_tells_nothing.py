"""Whether an e-mail address belongs to an account shows in nothing but the mail to it (A21).

Not in a page, a status, an address or a cookie of any later step, and not in what the server does.
"""

import re
from collections.abc import Callable
from difflib import unified_diff

from flask import Flask

from core.infra import rate_limit
from core.people.profiles import find_for_sign_in
from idp.credentials.code_requests import PAUSE, PER_HOUR
from idp.credentials.mailed_codes import TRIES
from idp.credentials.tables import CodePurpose
from idp.oidc.clients import known_client
from idp.wiring import Services
from tests.idp.interaction.registering import NEW_PASSWORD, all_cookies, mails, open_registration, register
from tests.support.call_trail import Trail, followed
from tests.support.letters import letters
from tests.support.sign_in import Browser
from tests.support.tools import Office

KNOWN = "anna.peeters@people.example"
UNKNOWN = "zora.nieuwen@people.example"
# What differs from page to page whoever asks: what belongs to this interaction, this account, this second.
_OWN = (
    (re.compile(r"itx_\w{26}"), "ITX"),
    (re.compile(r"[0-9a-f]{32}\.[0-9a-f]{64}"), "TOKEN"),
    (re.compile(r'data-countdown="\d+"|\b\d+:\d\d\b'), "TIME"),
    (re.compile(r"challenge&#34;:&#34;[\w-]+"), "CHALLENGE"),
    (re.compile(r"nonce-?[\w='\"-]+"), "NONCE"),
)


def shown(browser: Browser, username: str, email: str) -> dict[str, object]:
    """Return all that somebody at the browser sees, without what is their own."""
    assert browser.response is not None
    text = browser.response.text.replace(username, "USERNAME").replace(email, "EMAIL")
    url = browser.url
    for pattern, name in _OWN:
        text, url = pattern.sub(name, text), pattern.sub(name, url)
    headers = {name for name, _ in browser.response.headers}
    cookies = {re.sub(r"itx_\w{26}", "ITX", name) for name in all_cookies(browser)}
    return {"status": browser.status, "url": url, "text": text, "headers": headers, "cookies": cookies}


def walk(browser: Browser, services: Services, username: str, email: str) -> list[dict[str, object]]:
    """Go every way that somebody can go who registers with an address, and return what was seen."""
    seen = []

    def see() -> None:
        seen.append(shown(browser, username, email))

    register(open_registration(browser), username=username, email=email)
    see()
    browser.press("#resend-code")
    see()
    for _ in range(TRIES + 1):
        browser.press("#activate", **{"activation-code": "222222"})
        see()
    with services.database.reading() as session:
        record = find_for_sign_in(session, username)
    assert record is not None
    for _ in range(PER_HOUR.attempts):
        rate_limit.forget(services.store, PAUSE, f"{CodePurpose.ACTIVATION}\n{record.person_id}")
        browser.press("#resend-code")
        see()
    browser.authorize("plain").sign_in(username, NEW_PASSWORD)
    see()
    browser.authorize("plain", prompt="login").sign_in(email, NEW_PASSWORD)
    see()
    browser.sign_in(username, "not the password")
    see()
    return seen


def test_every_page_is_the_same_for_an_address_that_is_known(
    idp_app: Flask, services: Services, office: Office
) -> None:
    known = walk(Browser(idp_app.test_client()), services, "zora.een", KNOWN)
    unknown = walk(Browser(idp_app.test_client()), services, "zora.twee", UNKNOWN)

    for number, (one, other) in enumerate(zip(known, unknown, strict=True)):
        assert difference(str(one["text"]).splitlines(), str(other["text"]).splitlines()) == "", f"page {number}"
        assert one == other
    assert len({page["status"] for page in known}) == 3, "the way led past success, refusal and limit"


def test_the_mail_to_the_address_is_what_tells(browser: Browser, services: Services, office: Office) -> None:
    register(open_registration(browser), username="zora.een", email=KNOWN.upper())

    [mail] = mails(services)

    assert (mail.template, mail.address, mail.recipient_person_id) == ("address-known", KNOWN, office.anna)
    assert mail.sealed is None
    assert "code" not in mail.values


def test_the_mail_shows_how_two_accounts_become_one(browser: Browser, services: Services, office: Office) -> None:
    register(open_registration(browser), username="zora.een", email=KNOWN)

    [letter] = letters(services, "address-known")

    assert "/account/security/other-account" in letter.text


def test_the_owner_of_the_address_signs_in_as_before(browser: Browser, services: Services) -> None:
    register(open_registration(browser), username="zora.een", email=KNOWN)

    assert browser.authorize("plain").sign_in(KNOWN).page.has("#allow")


def test_somebody_elses_address_changed_back_to_ones_own_gets_a_code(browser: Browser, services: Services) -> None:
    register(open_registration(browser), username="zora.een", email=KNOWN)
    browser.get(browser.page.one("#change-address-link").attributes["href"])

    browser.press("#change-address", email=UNKNOWN)

    assert [mail.template for mail in mails(services)] == ["address-known", "activation-code"]


def steps(browser: Browser, services: Services, act: Callable[[], object]) -> Trail:
    """Return what the server does for one request."""
    # Looked up every other second, whoever asks: here rather than within one of the two requests.
    known_client(services.database, services.store, "plain")
    with followed(services.database) as trail:
        act()
    return trail


def difference(one: list[str], other: list[str]) -> str:
    """Return what two trails do not share."""
    return "\n".join(unified_diff(one, other, lineterm="", n=1))


def test_the_server_takes_the_same_steps_whether_the_address_is_known(
    idp_app: Flask, services: Services, office: Office
) -> None:
    """Statements to the database, hashes, sealed values, mails: in the same number and order.

    It fails as soon as one of the two ways leaves out what the other does, for instance the hash of the
    password or the mail; and it cannot fail because the machine is busy, as a measured time would.
    """
    trails: dict[str, list[Trail]] = {KNOWN: [], UNKNOWN: []}
    for number, email in enumerate((UNKNOWN, KNOWN) * 2):
        browser = open_registration(Browser(idp_app.test_client()))
        username = f"zora.nr{number}"
        trails[email].append(
            steps(browser, services, lambda b=browser, u=username, e=email: register(b, username=u, email=e))  # type: ignore[misc]
        )

    # The first of each warms what is made once in a process.
    known, unknown = trails[KNOWN][1], trails[UNKNOWN][1]
    assert difference(unknown.statements, known.statements) == ""
    assert difference(unknown.calls, known.calls) == ""
    assert known.calls.count("/idp/credentials/passwords.py:hash_password") == 1
    assert known.calls.count("/core/infra/outbox.py:enqueue") == 1
    assert known.calls.count("/core/infra/sealing.py:seal") == 1


def test_the_server_takes_the_same_steps_for_a_wrong_code(idp_app: Flask, services: Services, office: Office) -> None:
    """Entering a code of an address that has an account already costs what any wrong code costs."""
    trails: dict[str, list[Trail]] = {KNOWN: [], UNKNOWN: []}
    for number, email in enumerate((UNKNOWN, KNOWN) * 2):
        browser = register(open_registration(Browser(idp_app.test_client())), username=f"zora.nr{number}", email=email)
        trails[email].append(
            steps(browser, services, lambda b=browser: b.press("#activate", **{"activation-code": "222222"}))  # type: ignore[misc]
        )

    known, unknown = trails[KNOWN][1], trails[UNKNOWN][1]
    assert difference(unknown.statements, known.statements) == ""
    assert difference(unknown.calls, known.calls) == ""
