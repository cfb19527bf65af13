"""Changing the e-mail address in two steps (A12): proof, code, who is told, and whose the address is."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from sqlalchemy import select

from core.infra import rate_limit
from core.infra.audit import AuditRow
from core.infra.clock import FixedClock
from core.infra.ids import digest
from core.infra.store.interface import Kind
from core.people.email_addresses import adopt, propose, purge_proposals
from core.people.profiles import find_for_sign_in, person_facts
from core.people.tables import EmailAddressRow
from idp.credentials import code_requests
from idp.credentials.tables import CodePurpose, SignInRow
from idp.wiring import Services
from tests.support.letters import letters
from tests.support.sign_in import HOST, Browser
from tests.support.tools import PASSWORD, Office

PAGE = "/account/security/email"
OLD, NEW = "anna.peeters@people.example", "Anna@New.example"

NewBrowser = Callable[[], Browser]


def proven(browser: Browser) -> Browser:
    """Open the page: sign in, and prove once more."""
    browser.get(PAGE)
    while browser.page.has("#login"):
        browser.sign_in()
    assert browser.page.has("#new-email"), browser.page.text
    return browser


def ask(browser: Browser, address: str = NEW) -> Browser:
    """Fill in the first step."""
    return browser.press("#send-code", **{"new-email": address})


def enter(browser: Browser, code: str) -> Browser:
    """Fill in the second step."""
    return browser.press("#confirm-email", **{"email-code": code})


def code_of(services: Services) -> str:
    return letters(services, "address-code")[-1].code


def current(services: Services, office: Office) -> str | None:
    with services.database.reading() as session:
        facts = person_facts(session, office.anna)
    return None if facts is None else facts.email


def test_code_from_the_new_mailbox_makes_the_address_current(
    browser: Browser, stranger: Browser, services: Services, office: Office
) -> None:
    ask(proven(browser))
    assert current(services, office) == OLD

    enter(browser, code_of(services))

    assert browser.page.has("#done")
    assert current(services, office) == NEW
    assert stranger.authorize("plain").sign_in("anna@NEW.example").page.has("#allow")


def test_former_address_is_kept_and_signs_nobody_in(
    browser: Browser, stranger: Browser, services: Services, office: Office
) -> None:
    ask(proven(browser))
    enter(browser, code_of(services))

    assert stranger.authorize("plain").sign_in(OLD).status == 422
    with services.database.reading() as session:
        rows = session.execute(select(EmailAddressRow.address, EmailAddressRow.state)).all()
    assert (OLD, "former") in [tuple(row) for row in rows]


def test_until_the_code_is_entered_the_former_address_signs_in_and_the_new_one_does_not(
    browser: Browser, stranger: Browser
) -> None:
    ask(proven(browser))

    assert stranger.authorize("plain").sign_in(NEW).status == 422
    assert stranger.sign_in(OLD).page.has("#allow")


def test_first_sign_in_is_no_proof(browser: Browser) -> None:
    browser.get(PAGE).sign_in()

    assert browser.page.has("#login")


def test_stolen_session_cannot_ask_for_another_address(
    browser: Browser, new_browser: NewBrowser, services: Services, office: Office
) -> None:
    """Not by the page, and not by the form of a page that the thief made: the proof is asked for again."""
    browser.get("/account/devices").sign_in()
    thief = new_browser()
    thief.client.set_cookie("__Host-immo-idp", str(browser.cookie("immo-idp")), domain=HOST, secure=True)
    thief.get("/account/devices/end-others")
    fields = thief.fields("#end-device", **{"new-email": "thief@evil.example"})

    thief.post(PAGE, data=fields)

    assert thief.page.has("#login")
    assert letters(services, "address-code") == []
    with services.database.reading() as session:
        held = session.scalars(select(EmailAddressRow.address).where(EmailAddressRow.person_id == office.anna)).all()
    assert held == [OLD]


def test_proof_of_the_owner_is_worth_nothing_to_the_copy_of_an_earlier_cookie(
    browser: Browser, new_browser: NewBrowser
) -> None:
    browser.get("/account/devices").sign_in()
    thief = new_browser()
    thief.client.set_cookie("__Host-immo-idp", str(browser.cookie("immo-idp")), domain=HOST, secure=True)
    browser.get(PAGE).sign_in()
    assert browser.page.has("#new-email")

    assert thief.get(PAGE).page.has("#login")


def test_without_the_proof_the_form_is_worth_nothing(browser: Browser, services: Services) -> None:
    proven(browser)
    with services.database.reading() as session:
        sid = session.scalars(select(SignInRow.sid)).one()
    # The store forgets by the real time, which the clock of the test does not move.
    services.store.delete(Kind.PROOF, digest(sid))

    assert ask(browser).page.has("#login")
    assert letters(services, "address-code") == []


# Who is told


def test_both_mailboxes_hear_of_both_steps(browser: Browser, services: Services) -> None:
    ask(proven(browser))
    enter(browser, code_of(services))

    told = [(mail.template, mail.address) for mail in letters(services) if mail.template.startswith("address")]
    assert told == [("address-code", NEW), ("address-change-asked", OLD), ("address-changed", OLD)]
    for mail in letters(services):
        if mail.address == OLD:
            assert "https://login.immo.test/account/devices" in mail.text
            assert "https://login.immo.test/help/contact" in mail.text


def test_code_lies_nowhere_in_clear(browser: Browser, services: Services) -> None:
    ask(proven(browser))

    (mail,) = letters(services, "address-code")
    assert mail.code not in mail.row
    assert mail.code not in browser.page.body


def test_change_ends_nothing_and_is_in_the_history(
    browser: Browser, stranger: Browser, services: Services, office: Office
) -> None:
    stranger.get("/account/devices").sign_in()
    ask(proven(browser))
    enter(browser, code_of(services))

    assert stranger.get("/account/devices").page.has("#devices")
    with services.database.reading() as session:
        actions = session.scalars(select(AuditRow.action).where(AuditRow.subject_id == office.anna)).all()
        rows = session.scalars(select(AuditRow).where(AuditRow.action.like("address-%"))).all()
    assert {"address-proposed", "address-changed"} <= set(actions)
    assert all("example" not in str(row.details) for row in rows)


# What is refused


@pytest.mark.parametrize("typed", ["", "anna", "anna@", "anna@new", "a b@new.example"])
def test_what_is_no_address_is_refused_and_kept_in_the_field(browser: Browser, services: Services, typed: str) -> None:
    ask(proven(browser), typed)

    assert browser.status == 422
    assert browser.page.has("#new-email-error")
    assert browser.page.one("#new-email").attributes["value"] == typed
    assert letters(services, "address-code") == []


def test_present_address_is_no_new_one(browser: Browser) -> None:
    assert ask(proven(browser), OLD.upper()).status == 422


def test_address_of_another_account_looks_the_same_here_and_is_told_there(browser: Browser, services: Services) -> None:
    shown = {}
    for address in ("bert.janssens@people.example", "nobody@people.example"):
        ask(proven(browser), address)
        shown[address] = (browser.status, browser.page.text.replace(address, "…"))
        browser.press("#cancel-change")

    assert len(set(shown.values())) == 1
    (mail,) = letters(services, "address-belongs-to-account")
    assert (mail.address, mail.language) == ("bert.janssens@people.example", "fr")
    assert [code.address for code in letters(services, "address-code")] == ["nobody@people.example"]


def test_address_that_another_account_gets_meanwhile_is_refused(
    browser: Browser, services: Services, office: Office
) -> None:
    ask(proven(browser))
    with services.database.transaction() as session:
        propose(session, office.bert, NEW.lower(), now=services.clock.now())
        adopt(session, office.bert, NEW.lower(), now=services.clock.now())

    enter(browser, code_of(services))

    assert browser.status == 422
    assert browser.page.has("#new-email-error")
    assert current(services, office) == OLD
    with services.database.reading() as session:
        record = find_for_sign_in(session, NEW)
    assert record is not None and record.person_id == office.bert
    assert letters(services, "address-changed") == []


def test_wrong_codes_run_out(browser: Browser, services: Services, office: Office) -> None:
    ask(proven(browser))
    right = code_of(services)
    wrong = "222222" if right != "222222" else "333333"

    statuses = [enter(browser, wrong).status for _ in range(5)]
    enter(browser, right)

    assert statuses == [422] * 5
    assert browser.status == 422
    assert current(services, office) == OLD


def test_code_is_typed_as_people_type_it(browser: Browser, services: Services, office: Office) -> None:
    ask(proven(browser))
    code = code_of(services)

    enter(browser, f" {code[:3].lower()}-{code[3:]} ")

    assert current(services, office) == NEW


def test_code_is_over_after_half_an_hour_and_another_one_is_sent(
    browser: Browser, services: Services, office: Office, clock: FixedClock
) -> None:
    ask(proven(browser))
    first = code_of(services)
    clock.advance(timedelta(minutes=31))
    assert enter(browser, first).status == 422
    assert browser.press("#resend-code").status == 429

    # The store forgets by the real time, which the clock of the test does not move.
    whose = f"{office.anna}\n{NEW.lower()}"
    rate_limit.forget(services.store, code_requests.PAUSE, f"{CodePurpose.EMAIL_CHANGE}\n{whose}")
    browser.get(PAGE).press("#resend-code")
    enter(browser, code_of(services))

    assert code_of(services) != first
    assert current(services, office) == NEW


def test_cancelled_change_leaves_nothing(browser: Browser, services: Services, office: Office) -> None:
    ask(proven(browser))
    code = code_of(services)
    fields = browser.fields("#confirm-email", **{"email-code": code})

    browser.press("#cancel-change")
    browser.post(f"{PAGE}/code", data=fields)

    assert current(services, office) == OLD
    assert browser.page.has("#new-email")


def test_mistyped_address_is_corrected_at_once(browser: Browser, services: Services, office: Office) -> None:
    ask(proven(browser), "mistyped@new.example")
    browser.press("#cancel-change").get(PAGE)
    ask(browser)

    enter(browser, code_of(services))

    assert current(services, office) == NEW


def test_pending_change_is_shown_when_the_page_is_opened_again(browser: Browser) -> None:
    ask(proven(browser))

    assert NEW in browser.get("/account/security").page.text
    assert browser.get(PAGE).page.has("#email-code")


def test_mailboxes_of_strangers_are_not_flooded(browser: Browser, services: Services) -> None:
    proven(browser)
    for number in range(11):
        ask(browser, f"stranger{number}@new.example")
        if browser.status == 429:
            break
        browser.press("#cancel-change").get(PAGE)

    assert browser.status == 429
    assert len(letters(services, "address-code")) == 10


@pytest.mark.parametrize("path", ["", "/code", "/resend", "/cancel"])
def test_forms_without_their_token_change_nothing(
    browser: Browser, services: Services, office: Office, path: str
) -> None:
    ask(proven(browser))

    browser.post(f"{PAGE}{path}", data={"new-email": "other@new.example", "email-code": code_of(services)})

    assert (browser.status, browser.error_code) == (403, "form-token-invalid")
    assert current(services, office) == OLD
    assert browser.get(PAGE).page.has("#email-code")


# Races


def test_code_that_is_entered_twice_at_once_counts_once(browser: Browser, services: Services, office: Office) -> None:
    ask(proven(browser))
    fields = browser.fields("#confirm-email", **{"email-code": code_of(services)})
    cookie = str(browser.cookie("immo-idp"))
    app, together = browser.client.application, Barrier(4)

    def send(_: int) -> str:
        client = app.test_client()
        client.set_cookie("__Host-immo-idp", cookie, domain=HOST, secure=True)
        together.wait()
        return client.post(f"{PAGE}/code", data=fields).headers.get("Location", "")

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(send, range(4)))

    assert sum("address-changed" in answer for answer in answers) == 1
    assert current(services, office) == NEW
    assert len(letters(services, "address-changed")) == 1


def test_of_two_accounts_that_enter_a_code_for_one_address_one_has_it(
    browser: Browser, stranger: Browser, services: Services, office: Office
) -> None:
    ask(proven(browser))
    first = code_of(services)
    stranger.get(PAGE).sign_in("bert.janssens")
    stranger.sign_in("bert.janssens")
    ask(stranger)
    second = code_of(services)
    together = Barrier(2)

    def send(one: tuple[Browser, str]) -> int:
        together.wait()
        return enter(*one).status

    with ThreadPoolExecutor(2) as pool:
        statuses = sorted(pool.map(send, [(browser, first), (stranger, second)]))

    assert statuses == [200, 422]
    with services.database.reading() as session:
        held = session.scalars(select(EmailAddressRow.person_id).where(EmailAddressRow.state == "current")).all()
    assert len(held) == len(set(held)) == 2


def test_proposal_that_nobody_confirms_is_forgotten_and_an_account_that_waits_is_not(
    browser: Browser, services: Services, office: Office
) -> None:
    ask(proven(browser))
    later = services.clock.now() + timedelta(days=8)

    with services.database.transaction() as session:
        assert purge_proposals(session, older_than=later - timedelta(days=7)) == 1
        assert purge_proposals(session, older_than=later - timedelta(days=7)) == 0
    assert current(services, office) == OLD


def test_password_is_no_code(browser: Browser, services: Services, office: Office) -> None:
    ask(proven(browser))

    assert enter(browser, PASSWORD).status == 422
