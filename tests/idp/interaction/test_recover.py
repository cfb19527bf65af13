"""Forgotten password (A13): the way through it, what it ends, and whom it lets in."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from core.infra.audit import AuditRow
from core.infra.clock import FixedClock
from core.infra.ids import digest
from core.infra.store.interface import Kind
from core.people.email_addresses import adopt, propose
from core.people.identifiers import PersonId
from core.people.profiles import NewPerson, create, find_for_sign_in
from idp.credentials.passwords import hash_password, store_password
from idp.credentials.tables import PasswordRow
from idp.wiring import Services
from tests.idp.interaction.recovering import ADDRESS, NEW, a_minute_later, ask, begin, choose, code_of, enter, proven
from tests.support.factors import code_at, with_authenticator
from tests.support.letters import letters
from tests.support.sign_in import HOST, Browser
from tests.support.tools import PASSWORD, Office

NewBrowser = Callable[[], Browser]


@pytest.fixture
def new_browser(idp: Callable[[], FlaskClient], office: Office) -> NewBrowser:
    """Return a maker of browsers that were never here before."""
    return lambda: Browser(idp())


def hash_of(services: Services, person_id: str) -> str:
    with services.database.reading() as session:
        return session.get_one(PasswordRow, person_id).hash


def is_signed_in(browser: Browser) -> bool:
    return browser.get("/account/devices").page.has("#devices")


def at_account(browser: Browser, username: str = "anna.peeters") -> Browser:
    return browser.get("/account/devices").sign_in(username)


# The way through


def test_new_password_is_no_trap(browser: Browser, services: Services, office: Office) -> None:
    proven(browser, services)

    assert browser.get(browser.page.one("#to-sign-in").attributes["href"]).page.has("#login")


def test_person_goes_on_to_the_tool_with_the_new_password(
    browser: Browser, stranger: Browser, services: Services, office: Office
) -> None:
    choose(proven(browser, services))

    assert browser.page.has("#allow")
    assert browser.press("#allow").answer["code"]
    assert stranger.authorize("plain").sign_in(password=PASSWORD).status == 422
    assert stranger.sign_in(password=NEW).answer["code"]


def test_from_the_account_the_way_leads_back_to_it(browser: Browser, services: Services) -> None:
    ask(browser.get("/account/recover"))
    enter(browser, code_of(services))

    choose(browser)

    assert browser.url.startswith("/account/")
    assert is_signed_in(browser)


def test_somebody_who_is_signed_in_and_forgot_it_gets_there_too(browser: Browser, services: Services) -> None:
    at_account(browser).get("/account/security/password")
    browser.get(browser.page.one("#forgot-password").attributes["href"])
    ask(browser)
    enter(browser, code_of(services))

    choose(browser)

    assert is_signed_in(browser)


def test_mail_names_the_code_and_links_to_a_page_that_opens_nothing(
    browser: Browser, new_browser: NewBrowser, services: Services
) -> None:
    ask(begin(browser))
    (mail,) = letters(services, "recovery")
    link = next(line for line in mail.text.splitlines() if "/account/recover/" in line)

    elsewhere = new_browser().get(link.removeprefix("https://login.immo.test"))

    assert mail.address == ADDRESS
    assert mail.code not in mail.row and mail.code not in link
    assert elsewhere.page.has("#recovery-code")
    assert elsewhere.cookie("immo-idp") is None
    assert ADDRESS not in elsewhere.page.text
    assert not is_signed_in(elsewhere)


def link_of(services: Services) -> str:
    """Return the path of the link in the newest mail."""
    (line,) = [line for line in letters(services, "recovery")[-1].text.splitlines() if "/account/recover/" in line]
    return line.removeprefix("https://login.immo.test")


def test_link_in_the_same_browser_leads_back_to_the_tool(browser: Browser, services: Services) -> None:
    ask(begin(browser))

    browser.get(link_of(services))
    enter(browser, code_of(services))
    choose(browser)

    assert browser.page.has("#allow")


def test_link_in_another_browser_changes_the_password_and_signs_nobody_in_there(
    browser: Browser, stranger: Browser, services: Services
) -> None:
    ask(begin(browser))
    page, code = browser.url, code_of(services)

    stranger.get(link_of(services))
    choose(enter(stranger, code))

    assert stranger.page.has("#recovered")
    assert stranger.cookie("immo-idp") is None
    assert enter(browser.get(page), code).status == 422
    assert browser.authorize("plain").sign_in(password=NEW).page.has("#allow")


def test_unknown_link_leads_to_a_page_that_leads_on(browser: Browser) -> None:
    browser.get("/account/recover/cod_unknown")
    assert browser.page.has("#recovery-code")

    assert enter(browser, "234567").status == 422
    assert browser.press("#resend-code").page.has("#email")


def test_link_that_no_mail_of_ours_holds_leads_nowhere(browser: Browser) -> None:
    """On PostgreSQL no text holds a null character: asking for one must not end in an error of ours."""
    assert browser.get("/account/recover/cod_%00").status == 404


def test_address_is_known_whatever_its_case(browser: Browser, services: Services) -> None:
    ask(begin(browser), "Anna.Peeters@PEOPLE.example")

    assert [mail.address for mail in letters(services, "recovery")] == [ADDRESS]


def test_another_code_replaces_the_first(browser: Browser, services: Services) -> None:
    ask(begin(browser))
    first = code_of(services)
    assert browser.press("#resend-code").status == 429
    a_minute_later(services)

    browser.get(browser.url).press("#resend-code")

    second = code_of(services)
    assert first != second
    assert enter(browser, first).status == 422
    assert enter(browser, second).page.has("#new-password")


# What it ends, and whom it tells


def test_all_sign_ins_of_the_person_end(browser: Browser, new_browser: NewBrowser, services: Services) -> None:
    others = [at_account(new_browser()) for _ in range(2)]
    untouched = at_account(new_browser(), "bert.janssens")

    choose(proven(browser, services))

    assert not any(is_signed_in(other) for other in others)
    assert is_signed_in(untouched)


def test_session_of_the_same_browser_is_a_new_one_whose_tokens_work(browser: Browser, services: Services) -> None:
    """The old `sid` is dead: nothing that the new session gives may be refused because of it."""
    at_account(browser).get("/account/recover")
    ask(browser)
    enter(browser, code_of(services))
    choose(browser)

    code = browser.authorize("plain").press("#allow").answer["code"]
    grant = {"grant_type": "authorization_code", "code": code, "redirect_uri": "https://tool.example/callback"}
    tokens = browser.client.post("/token", data=grant, auth=("plain", "plain-secret")).get_json()

    bearer = {"Authorization": f"Bearer {tokens['access_token']}"}
    assert browser.client.get("/userinfo", headers=bearer).status_code == 200


def test_owner_is_told_and_the_history_says_so(browser: Browser, services: Services, office: Office) -> None:
    choose(proven(browser, services))

    (mail,) = letters(services, "password-changed")
    assert mail.address == ADDRESS
    assert NEW not in mail.text
    with services.database.reading() as session:
        row = session.scalars(select(AuditRow).where(AuditRow.action == "password-recovered")).one()
    assert (row.subject_id, row.details) == (office.anna, {})


def test_device_of_a_stranger_who_has_the_mailbox_is_told_of(
    browser: Browser, services: Services, clock: FixedClock
) -> None:
    clock.advance(timedelta(hours=2))
    choose(proven(browser, services))

    assert len(letters(services, "new-device")) == 1


def test_password_that_was_right_is_worth_nothing_after_a_recovery(
    browser: Browser, stranger: Browser, services: Services, office: Office, clock: FixedClock
) -> None:
    """Somebody with the old password waits at the second factor while the owner recovers."""
    shared, _ = with_authenticator(services.database, services.settings.secret, office.anna, now=clock.now())
    stranger.authorize("plain").sign_in()
    assert stranger.page.has("#authenticator-code")
    clock.advance(timedelta(minutes=1))
    choose(proven(browser, services))

    stranger.press("#confirm-code", **{"authenticator-code": code_at(shared, clock.now(), steps=1)})

    assert stranger.page.has("#login")
    assert stranger.cookie("immo-idp") is None


# Second factor


def test_recovery_never_goes_past_the_second_factor(
    browser: Browser, services: Services, office: Office, clock: FixedClock
) -> None:
    shared, _ = with_authenticator(services.database, services.settings.secret, office.anna, now=clock.now())

    choose(proven(browser, services))

    assert browser.page.has("#authenticator-code")
    assert browser.cookie("immo-idp") is None
    browser.press("#confirm-code", **{"authenticator-code": code_at(shared, clock.now())})
    assert browser.page.has("#allow")


# Whose address it is


def never_activated(services: Services, username: str, address: str) -> PersonId:
    with services.database.transaction() as session:
        person = NewPerson(username, address, "Never", "Active", "en")
        return create(session, person, now=services.clock.now())


def test_address_that_was_never_activated_is_proven_by_it(browser: Browser, services: Services) -> None:
    person_id = never_activated(services, "never.active", "never@people.example")

    choose(proven(browser, services, "never@people.example"))

    assert browser.page.has("#allow")
    with services.database.reading() as session:
        record = find_for_sign_in(session, "never@people.example")
    assert record is not None and (record.person_id, record.email_verified) == (person_id, True)


def test_address_that_waits_beside_a_current_one_recovers_nothing(
    browser: Browser, services: Services, office: Office
) -> None:
    """A mistyped new address is a stranger's mailbox: it must not open the account."""
    with services.database.transaction() as session:
        propose(session, office.anna, "mistyped@people.example", now=services.clock.now())

    ask(begin(browser), "mistyped@people.example")

    assert [mail.template for mail in letters(services)] == ["recovery-unknown"]


def test_former_address_recovers_nothing(browser: Browser, services: Services, office: Office) -> None:
    with services.database.transaction() as session:
        propose(session, office.anna, "newer@people.example", now=services.clock.now())
        adopt(session, office.anna, "newer@people.example", now=services.clock.now())

    ask(begin(browser))

    assert [mail.template for mail in letters(services)] == ["recovery-unknown"]


def test_mailbox_that_the_owner_left_meanwhile_recovers_nothing(
    browser: Browser, services: Services, office: Office
) -> None:
    """Whoever reads the mailbox that was lost to them entered its code before the owner changed the address."""
    proven(browser, services)
    before = hash_of(services, office.anna)
    with services.database.transaction() as session:
        propose(session, office.anna, "newer@people.example", now=services.clock.now())
        adopt(session, office.anna, "newer@people.example", now=services.clock.now())

    choose(browser)

    assert browser.page.has("#email") and browser.page.has(".banner")
    assert hash_of(services, office.anna) == before
    assert not is_signed_in(browser)


def test_address_that_another_account_has_meanwhile_leads_to_that_one(
    browser: Browser, services: Services, office: Office
) -> None:
    never_activated(services, "never.active", "never@people.example")
    proven(browser, services, "never@people.example")
    with services.database.transaction() as session:
        propose(session, office.bert, "never@people.example", now=services.clock.now())
        adopt(session, office.bert, "never@people.example", now=services.clock.now())

    choose(browser)

    assert browser.page.has("#email") and browser.page.has(".banner")
    assert letters(services, "password-changed") == []


def test_account_without_a_password_gets_one(browser: Browser, services: Services, office: Office) -> None:
    with services.database.transaction() as session:
        session.delete(session.get_one(PasswordRow, office.anna))

    choose(proven(browser, services))

    assert browser.page.has("#allow")


def test_username_is_not_enough_and_the_page_says_why(browser: Browser, services: Services) -> None:
    for username in ("anna.peeters", "nobody.known"):
        ask(begin(browser), username)
        assert browser.status == 422
        assert "username is not enough" in browser.page.text
        assert browser.page.one("#email").attributes["value"] == username

    assert letters(services) == []


def test_whoever_lost_everything_is_led_to_the_helpdesk(browser: Browser) -> None:
    for page in (begin(browser).page, ask(browser, "nobody@people.example").page):
        helpdesk = page.one("#ask-helpdesk").attributes["href"]
        assert browser.client.get(helpdesk).status_code == 200


# What is refused


def test_wrong_codes_run_out(browser: Browser, services: Services, office: Office) -> None:
    before = hash_of(services, office.anna)
    ask(begin(browser))
    right = code_of(services)
    wrong = "222222" if right != "222222" else "333333"

    statuses = [enter(browser, wrong).status for _ in range(5)]

    assert statuses == [422] * 5
    assert enter(browser, right).status == 422
    assert hash_of(services, office.anna) == before


def test_code_is_over_after_half_an_hour(
    browser: Browser, stranger: Browser, services: Services, clock: FixedClock
) -> None:
    ask(begin(browser))
    code, link = code_of(services), link_of(services)
    clock.advance(timedelta(minutes=30))

    stranger.get(link)

    assert enter(stranger, code).status == 422


def test_proof_is_used_up_by_the_first_password(browser: Browser, services: Services, office: Office) -> None:
    proven(browser, services)
    fields = browser.fields("#save-password", **{"new-password": NEW, "new-password-again": NEW})
    page = browser.url
    choose(browser)
    after = hash_of(services, office.anna)

    browser.post(page, data={**fields, "new-password": "fiets-wolk-17-dak", "new-password-again": "fiets-wolk-17-dak"})

    assert hash_of(services, office.anna) == after


def test_third_page_is_closed_to_whoever_did_not_enter_the_code(
    browser: Browser, services: Services, office: Office
) -> None:
    before = hash_of(services, office.anna)
    ask(begin(browser))
    page = browser.url.removesuffix("code") + "password"
    fields = browser.fields("#confirm-code", **{"new-password": NEW, "new-password-again": NEW})

    assert browser.get(page).page.has("#email")
    assert browser.post(page, data=fields).page.has("#email")
    assert hash_of(services, office.anna) == before


def test_proof_belongs_to_the_browser_that_entered_the_code(
    browser: Browser, stranger: Browser, services: Services
) -> None:
    proven(browser, services)

    stranger.get(browser.url)

    assert (stranger.status, stranger.error_code) == (403, "interaction-elsewhere")


def test_forgotten_proof_begins_again(browser: Browser, services: Services, office: Office) -> None:
    proven(browser, services)
    uid = browser.url.split("/")[2]
    # The store forgets by the real time, which the clock of the test does not move.
    services.store.delete(Kind.RECOVERY_PROOF, digest(uid))

    assert choose(browser).page.has("#email")
    assert browser.page.has(".banner")


@pytest.mark.parametrize(
    ("new", "again", "field"),
    [
        ("short", "short", "new-password"),
        ("password123", "password123", "new-password"),
        ("anna.peeters", "anna.peeters", "new-password"),
        (NEW, NEW + "x", "new-password-again"),
    ],
)
def test_bad_password_is_refused_at_its_field_and_may_be_mended(
    browser: Browser, services: Services, office: Office, new: str, again: str, field: str
) -> None:
    before = hash_of(services, office.anna)
    proven(browser, services)

    choose(browser, new, again)

    assert browser.status == 422
    assert browser.page.has(f"#{field}-error")
    assert browser.page.one("#new-password").attributes.get("value", "") == ""
    assert hash_of(services, office.anna) == before
    assert choose(browser).page.has("#allow")


@pytest.mark.parametrize("step", ["", "/code", "/password"])
def test_forms_without_their_token_do_nothing(browser: Browser, services: Services, office: Office, step: str) -> None:
    before = hash_of(services, office.anna)
    proven(browser, services)
    uid = browser.url.split("/")[2]
    sent = len(letters(services))

    typed = {"email": "bert.janssens@people.example", "new-password": NEW, "new-password-again": NEW}
    browser.post(f"/interaction/{uid}/recover{step}", data=typed)

    assert (browser.status, browser.error_code) == (403, "form-token-invalid")
    assert hash_of(services, office.anna) == before
    assert len(letters(services)) == sent


def test_person_who_is_signed_in_is_led_on(browser: Browser) -> None:
    browser.authorize("plain").sign_in()
    uid = browser.url.split("/")[2]

    for step in ("", "/code", "/password"):
        assert browser.get(f"/interaction/{uid}/recover{step}").page.has("#allow")


# Races


def test_code_that_is_entered_in_two_browsers_at_once_opens_one(
    browser: Browser, stranger: Browser, services: Services
) -> None:
    ask(begin(browser))
    code = code_of(services)
    stranger.get(link_of(services))
    together = Barrier(2)

    def send(one: Browser) -> bool:
        together.wait()
        return enter(one, code).page.has("#new-password")

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(send, [browser, stranger])) == [False, True]


def test_of_two_who_save_at_once_one_wins(browser: Browser, services: Services, office: Office) -> None:
    proven(browser, services)
    fields, page = browser.fields("#save-password"), browser.form("#save-password")[0]
    uid = browser.url.split("/")[2]
    cookie = str(browser.cookie(f"immo-interaction-{uid}"))
    app, together = browser.client.application, Barrier(2)
    passwords = ["trein-boom-42-zee", "fiets-wolk-17-dak"]

    def send(new: str) -> bool:
        client = app.test_client()
        client.set_cookie(f"__Host-immo-interaction-{uid}", cookie, domain=HOST, secure=True)
        together.wait()
        client.post(page, data={**fields, "new-password": new, "new-password-again": new})
        return client.get_cookie("__Host-immo-idp", domain=HOST) is not None

    with ThreadPoolExecutor(2) as pool:
        won = [new for new, is_in in zip(passwords, pool.map(send, passwords), strict=True) if is_in]

    assert len(won) == 1
    assert len(letters(services, "password-changed")) == 1
    assert Browser(app.test_client()).authorize("plain").sign_in(password=won[0]).page.has("#allow")


def test_of_two_recoveries_with_codes_of_their_own_one_wins(
    browser: Browser, stranger: Browser, services: Services, office: Office
) -> None:
    proven(browser, services)
    a_minute_later(services)
    proven(stranger, services)
    together = Barrier(2)

    def send(one: tuple[Browser, str]) -> bool:
        together.wait()
        return choose(*one).page.has("#allow")

    with ThreadPoolExecutor(2) as pool:
        won = list(pool.map(send, [(browser, "trein-boom-42-zee"), (stranger, "fiets-wolk-17-dak")]))

    assert sorted(won) == [False, True]
    assert len(letters(services, "password-changed")) == 1


def test_recovery_is_void_where_the_owner_changed_the_password_meanwhile(
    browser: Browser, services: Services, office: Office
) -> None:
    proven(browser, services)
    with services.database.transaction() as session:
        hashed = hash_password("fiets-wolk-17-dak")
        store_password(session, person_id=office.anna, hashed=hashed, now=services.clock.now())

    choose(browser)

    assert browser.page.has("#email")
    assert hash_of(services, office.anna) == hashed
