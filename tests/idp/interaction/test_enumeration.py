"""Who has an account shows neither at the sign-in nor at the recovery: text, status, headers, work, time.

Times are those of the processor for this thread alone, so that other programs of a busy machine are
not in them, and of several tries the shortest counts, which is the one that was disturbed least. A
sign-in costs one argon2 hash, about 18 ms of some 28; without it it is a third. The bound of 1.6 is
far from both. What the database is asked is compared statement by statement: that finds a row which
is written for known addresses only, long before a clock would.
"""

import re
import time
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from core.people.profiles import NewPerson, create
from idp.wiring import Services
from tests.idp.interaction.recovering import ADDRESS, ask, begin, enter
from tests.support.letters import letters
from tests.support.sign_in import Browser
from tests.support.statements import counted
from tests.support.tools import Office

# As long as the known one, so that pages are of one length too.
UNKNOWN = "emma.peeters@people.example"
PENDING = "olga.peeters@people.example"
TIMES_AT_MOST = 1.6
# Below the limits of one mailbox and of one account, so that each try does all of the work.
TRIES = 7


@pytest.fixture
def new_browser(idp: Callable[[], FlaskClient], office: Office) -> Callable[[], Browser]:
    """Return a maker of browsers that were never here before."""
    return lambda: Browser(idp())


@pytest.fixture(autouse=True)
def pending(services: Services, office: Office) -> None:
    """Let an account wait for its code at `PENDING`."""
    with services.database.transaction() as session:
        create(session, NewPerson("olga.peeters", PENDING, "Olga", "Peeters", "en"), now=services.clock.now())


def seen(browser: Browser, typed: str) -> tuple[int, str, list[tuple[str, str]], str]:
    """Return all that an answer says, without what belongs to this one interaction and to what was typed."""
    assert browser.response is not None
    headers = [(name, plain(value, typed)) for name, value in browser.response.headers]
    return browser.status, plain(browser.url, typed), sorted(headers), plain(browser.response.text, typed)


def plain(text: str, typed: str) -> str:
    text = re.sub(r"itx_\w+", "itx", text.replace(typed, "…"))
    # The seconds until another code may be asked for go on while the test runs.
    text = re.sub(r'(countdown="|<time class="number">)[\d:]+', r"\1", text)
    return re.sub(r'(csrf_token" value="|nonce[="-]+|challenge&#34;:&#34;)[\w.-]+', r"\1", text)


def kinds(asked: list[str]) -> list[str]:
    """Return the statements without their values: the verb and the table."""
    return [" ".join(re.findall(r"\b(?:SELECT|INSERT INTO|UPDATE|DELETE FROM|FROM) *\w*", s)[:3]) for s in asked]


@pytest.mark.parametrize("other", [UNKNOWN, PENDING])
def test_recovery_answers_alike_for_known_and_unknown(new_browser: Callable[[], Browser], other: str) -> None:
    answers = []
    for address in (ADDRESS, other):
        browser = begin(new_browser())
        posted = browser.client.post(*browser.form("#send-code"), data=browser.fields("#send-code", email=address))
        headers = sorted((name, plain(value, address)) for name, value in posted.headers)
        answers.append((posted.status_code, headers, seen(browser.get(posted.headers["Location"]), address)))

    assert answers[0] == answers[1]


def test_wrong_codes_are_refused_alike_until_they_run_out(new_browser: Callable[[], Browser]) -> None:
    known, unknown = (
        [seen(enter(browser, "234567"), address) for _ in range(7)]
        for browser, address in ((ask(begin(new_browser()), a), a) for a in (ADDRESS, UNKNOWN))
    )

    assert known == unknown


def test_limits_are_alike(new_browser: Callable[[], Browser]) -> None:
    answers = []
    for address in (ADDRESS, UNKNOWN):
        browser = ask(begin(new_browser()), address)
        ask(browser.get(browser.page.one("#other-address").attributes["href"]), address)
        answers.append((browser.status, plain(browser.page.text, address)))

    assert answers[0] == answers[1]
    assert answers[0][0] == 429


@pytest.mark.parametrize("other", [UNKNOWN, PENDING])
def test_recovery_asks_the_database_the_same_for_known_and_unknown(
    new_browser: Callable[[], Browser], services: Services, other: str
) -> None:
    asked = []
    for address in (ADDRESS, other):
        browser = begin(new_browser())
        form, fields = browser.form("#send-code"), browser.fields("#send-code", email=address)
        with counted(services.database) as statements:
            browser.client.post(*form, data=fields)
        asked.append(kinds(statements))

    assert asked[0] == asked[1]
    assert any("mailed_code" in kind for kind in asked[0]) and any("outbox" in kind for kind in asked[0])


def test_each_address_gets_one_mail_whatever_it_says(new_browser: Callable[[], Browser], services: Services) -> None:
    for address in (ADDRESS, UNKNOWN):
        ask(begin(new_browser()), address)

    assert [(mail.template, mail.address) for mail in letters(services)] == [
        ("recovery", ADDRESS),
        ("recovery-unknown", UNKNOWN),
    ]
    assert not re.search(r"\b[2-9A-Z]{6}\b", letters(services, "recovery-unknown")[0].text)


def test_recovery_takes_as_long_for_unknown_addresses(new_browser: Callable[[], Browser]) -> None:
    def cost(address: str, caller: str) -> float:
        browser = begin(new_browser())
        form, fields = browser.form("#send-code"), browser.fields("#send-code", email=address)
        return spent(lambda: browser.client.post(*form, data=fields, environ_base={"REMOTE_ADDR": caller}))

    assert_alike(cost, ADDRESS, UNKNOWN)


def test_sign_in_answers_alike_for_known_and_unknown(new_browser: Callable[[], Browser]) -> None:
    answers = []
    for name in ("anna.peeters", "emma.peeters", ADDRESS, UNKNOWN):
        browser = new_browser().authorize("plain").sign_in(name, "wrong password")
        status, url, headers, text = seen(browser, name)
        answers.append((status, url, [h for h in headers if h[0] != "Content-Length"], text))

    assert all(answer == answers[0] for answer in answers)


def test_sign_in_takes_as_long_for_unknown_names(new_browser: Callable[[], Browser]) -> None:
    def cost(name: str, caller: str) -> float:
        browser = new_browser().authorize("plain")
        form, fields = browser.form("#sign-in"), browser.fields("#sign-in", username=name, password="wrong password")
        return spent(lambda: browser.client.post(*form, data=fields, environ_base={"REMOTE_ADDR": caller}))

    assert_alike(cost, "anna.peeters", "emma.peeters")


def spent(act: Callable[[], object]) -> float:
    """Return what something costs the processor in this thread."""
    began = time.thread_time()
    act()
    return time.thread_time() - began


def assert_alike(cost: Callable[[str, str], float], known: str, unknown: str) -> None:
    """Fail where one takes so much longer that it tells; each try comes from another network."""
    tries = [(cost(known, f"192.0.2.{n}"), cost(unknown, f"192.0.2.{n}")) for n in range(TRIES)]
    least = [min(column) for column in zip(*tries, strict=True)]
    assert max(least) / min(least) < TIMES_AT_MOST, least
