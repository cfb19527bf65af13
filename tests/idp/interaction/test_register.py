"""Making an account, on the way to a tool and by oneself: every refusal at its field, every way on (A1 to A4, A21)."""

from collections.abc import Callable
from dataclasses import replace
from threading import Barrier, Thread

import pytest
from flask import Flask
from sqlalchemy import func, select

from core.infra.audit import AuditRow
from core.infra.http import OutboundHttp
from core.infra.settings import Mode, OutboundSettings
from core.people.profiles import find_for_sign_in, person_facts
from core.people.rules import TERMS_VERSION
from core.people.tables import PersonRow
from idp.app import create_app
from idp.credentials.registration import PER_NETWORK, QUESTIONS_PER_NETWORK
from idp.credentials.tables import PasswordRow
from idp.wiring import Services
from tests.idp.interaction.registering import (
    GOOD,
    NEW_PASSWORD,
    all_cookies,
    mailed_code,
    mails,
    open_registration,
    register,
)
from tests.support.html_page import Element
from tests.support.product import HttpsClient
from tests.support.range_server import RangeServer
from tests.support.sign_in import Browser
from tests.support.tools import Office, an_office


def accounts(services: Services) -> int:
    """Return how many accounts there are."""
    with services.database.reading() as session:
        return session.scalar(select(func.count()).select_from(PersonRow)) or 0


def said_at(browser: Browser, field: str) -> str:
    """Return what the page says is wrong with a field; fail where it is not marked as wrong, or not in the summary."""
    element = browser.page.one(f"#{field}")
    assert element.attributes.get("aria-invalid") == "true", browser.page.text
    summary = [link.attributes["href"] for link in inside(browser.page.one(".error-summary"), "a")]
    assert f"#{field}" in summary
    return browser.page.one(f"#{field}-error").text


def inside(element: Element, tag: str) -> list[Element]:
    return [found for found in element.walk() if found.tag == tag]


@pytest.fixture
def production(services: Services, idp_app: Flask) -> Callable[[Services], Browser]:
    """Return a maker of browsers at a provider with changed services, such as one with limits per network."""

    def browser(changed: Services) -> Browser:
        app = create_app(changed.settings, services=changed)
        app.config["TEST_BASE_URL"] = changed.settings.issuer
        app.test_client_class = HttpsClient
        return Browser(app.test_client())

    an_office(services)
    return browser


def limited(services: Services) -> Services:
    """Return services whose limits per network are those of production."""
    return replace(services, settings=replace(services.settings, mode=Mode.DEMO))


def test_from_nothing_to_the_tool(browser: Browser, services: Services) -> None:
    register(open_registration(browser))
    assert browser.page.has("#activation-code"), browser.page.text
    assert browser.cookie("immo-idp") is None

    browser.press("#activate", **{"activation-code": mailed_code(services)})

    assert browser.page.has("#allow"), browser.page.text
    assert browser.cookie("immo-idp") is not None
    assert "code" in browser.press("#allow").answer


def test_what_was_filled_in_is_what_the_account_says(browser: Browser, services: Services) -> None:
    register(open_registration(browser), given_name="  Clara  Maria ", username=" Clara.VDB ")

    with services.database.reading() as session:
        found = find_for_sign_in(session, "clara.vdb")
        assert found is not None
        facts = person_facts(session, found.person_id)
        row = session.get_one(PersonRow, found.person_id)
        password = session.get_one(PasswordRow, found.person_id)
    assert facts is not None
    assert (facts.given_name, facts.family_name, facts.username) == ("Clara Maria", "Van den Broeck", "Clara.VDB")
    assert facts.email is None
    assert (row.terms_version, row.language) == (TERMS_VERSION, "en")
    assert row.terms_accepted_at == services.clock.now()
    assert password.hash.startswith("$argon2id$")


def test_the_account_speaks_the_language_of_the_page(browser: Browser, services: Services) -> None:
    open_registration(browser)
    browser.get(f"{browser.url}?language=fr")

    register(browser)

    assert mails(services)[-1].language == "fr"
    with services.database.reading() as session:
        found = find_for_sign_in(session, "clara.vdb")
    assert found is not None and found.language == "fr"


def test_an_account_can_be_made_without_a_tool(browser: Browser, services: Services) -> None:
    browser.get("/account/register")
    assert browser.page.has("#create-account"), browser.page.text

    register(browser).press("#activate", **{"activation-code": mailed_code(services)})

    assert browser.url.startswith("/account/profile")


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("given-name", "", "Fill in your first name"),
        ("given-name", "   ", "Fill in your first name"),
        ("given-name", "x" * 201, "too long"),
        ("given-name", "Cla\x00ra", "cannot be shown"),
        ("family-name", "", "Fill in your last name"),
        ("family-name", "x" * 201, "too long"),
        ("username", "clara", "6 to 100"),
        ("username", "clara vdb", "6 to 100"),
        ("username", "clara@people.example", "6 to 100"),
        ("username", "x" * 101, "6 to 100"),
        ("email", "", "Fill in your e-mail address"),
        ("email", "clara", "not an e-mail address"),
        ("email", "clara@people", "not an e-mail address"),
        ("email", "clara @people.example", "not an e-mail address"),
        ("email", f"{'x' * 250}@people.example", "not an e-mail address"),
        ("password", "", "at least 8"),
        ("password", "kort-42", "at least 8"),
        ("password", "x" * 129, "at most 128"),
        ("password", "Password2026", "among the first"),
        ("password", "clara.vdb", "made of your name"),
        ("password", "immo-connect", "name of this site"),
        ("password-again", "trein-boom-43-zee", "not the same"),
        ("accept-terms", "", "accept them"),
        ("terms-version", "2020-1", "have changed"),
    ],
)
def test_each_mistake_is_said_at_its_field_and_nothing_is_made(
    browser: Browser, services: Services, field: str, value: str, said: str
) -> None:
    before = accounts(services)
    # Both passwords as typed, so that only what is tested is wrong.
    again = {"password-again": value} if field == "password" else {}

    browser_ = register(open_registration(browser), **{field: value, **again})

    assert browser_.status == 422
    assert said in said_at(browser_, "accept-terms" if field == "terms-version" else field)
    assert browser_.page.one("title").text.startswith("Error:")
    assert accounts(services) == before
    assert mails(services) == []


def test_what_was_typed_is_there_again_but_never_a_password(browser: Browser) -> None:
    register(open_registration(browser), email="clara", password="geheim-geheim-geheim")

    shown = {
        name: browser.page.one(f"#{name}").attributes.get("value", "")
        for name in ("given-name", "family-name", "username", "email", "password", "password-again")
    }

    typed = {name: GOOD[name] for name in ("given-name", "family-name", "username")}
    assert shown == {**typed, "email": "clara", "password": "", "password-again": ""}
    assert "checked" in browser.page.one("#accept-terms").attributes
    assert browser.response is not None and "geheim" not in browser.response.text


def test_all_mistakes_are_said_at_once(browser: Browser) -> None:
    nothing = dict.fromkeys(("given-name", "family-name", "username", "email", "password", "password-again"), "")

    register(open_registration(browser), **{**nothing, "accept-terms": ""})

    summary = [link.attributes["href"] for link in inside(browser.page.one(".error-summary"), "a")]
    assert summary == ["#given-name", "#family-name", "#email", "#password", "#accept-terms"]


def test_a_taken_username_is_said_with_one_that_is_free(browser: Browser, services: Services) -> None:
    register(open_registration(browser), username="ANNA.Peeters")

    said = said_at(browser, "username")
    assert "Somebody has this username" in said
    assert "Perhaps you have an account" in said
    assert "clara.vandenbroeck" in said
    register(browser, username="clara.vandenbroeck")
    assert browser.page.has("#activation-code")


def test_without_names_no_username_is_asked_for_that_would_be_proposed(browser: Browser) -> None:
    register(open_registration(browser), username="", family_name="")

    assert browser.status == 422
    assert browser.page.has("#family-name-error")
    assert not browser.page.has("#username-error")


def test_without_a_username_one_is_filled_in_to_be_confirmed(browser: Browser, services: Services) -> None:
    before = accounts(services)

    register(open_registration(browser), username="")

    assert browser.status == 422
    assert "We propose this username" in said_at(browser, "username")
    assert browser.page.one("#username").attributes["value"] == "clara.vandenbroeck"
    assert accounts(services) == before
    browser.press("#create-account", **{"password": NEW_PASSWORD, "password-again": NEW_PASSWORD})
    assert browser.page.has("#activation-code"), browser.page.text


def test_a_name_that_gives_no_username_is_no_dead_end(browser: Browser) -> None:
    register(open_registration(browser), given_name="-", family_name="'", username="")

    assert "Choose a username" in said_at(browser, "username")


def test_an_offices_address_is_asked_about_once(browser: Browser, services: Services) -> None:
    register(open_registration(browser), email="info@kantoor.example")
    assert browser.status == 422
    assert "address of an office" in said_at(browser, "email")

    browser.press("#create-account", **{"password": NEW_PASSWORD, "password-again": NEW_PASSWORD})

    assert browser.page.has("#activation-code"), browser.page.text
    assert mails(services)[-1].address == "info@kantoor.example"


def test_another_offices_address_is_asked_about_again(browser: Browser) -> None:
    register(open_registration(browser), email="info@kantoor.example")

    register(browser, email="sales@kantoor.example", **{"seen-warning": "info@kantoor.example"})

    assert "address of an office" in said_at(browser, "email")


def test_a_press_that_comes_twice_makes_one_account(browser: Browser, services: Services) -> None:
    before = accounts(services)
    open_registration(browser)
    form = browser.form("#create-account")
    data = browser.fields("#create-account", **GOOD)

    browser.post(*form, data=data)
    again = browser.post(*form, data={**data, "username": "clara.second", "email": "other@people.example"})

    assert again.page.has("#activation-code")
    assert "clara@people.example" in again.page.text
    assert accounts(services) == before + 1


def test_two_tabs_at_once_make_one_account(browser: Browser, services: Services, idp_app: Flask) -> None:
    before = accounts(services)
    open_registration(browser)
    [address] = browser.form("#create-account")
    data = browser.fields("#create-account", **GOOD)
    cookies = all_cookies(browser)
    barrier, answers = Barrier(3), []

    def press(number: int) -> None:
        client = idp_app.test_client()
        for key, value in cookies.items():
            client.set_cookie(key, value, domain="login.immo.test", secure=True)
        barrier.wait()
        # Each tab with a username of its own, so that no constraint of the database helps.
        answers.append(client.post(address, data={**data, "username": f"clara.tab{number}"}).status_code)

    threads = [Thread(target=press, args=(number,)) for number in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert answers == [303, 303, 303]
    assert accounts(services) == before + 1
    assert len(mails(services)) == 1


def test_a_username_that_somebody_was_quicker_with_is_said_and_not_an_error(
    browser: Browser, stranger: Browser, services: Services, idp_app: Flask
) -> None:
    """Both saw that it was free; the database settles it."""
    before = accounts(services)
    barrier, statuses = Barrier(2), []
    for person in (browser, stranger):
        open_registration(person)

    def press(person: Browser, email: str) -> None:
        data = person.fields("#create-account", **{**GOOD, "email": email})
        barrier.wait()
        statuses.append(person.client.post(*person.form("#create-account"), data=data).status_code)

    threads = [
        Thread(target=press, args=(browser, "one@people.example")),
        Thread(target=press, args=(stranger, "two@people.example")),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(statuses) == [303, 422]
    assert accounts(services) == before + 1


def test_an_altered_form_is_refused(browser: Browser, services: Services) -> None:
    before = accounts(services)
    open_registration(browser)

    browser.post(*browser.form("#create-account"), data={**GOOD, "csrf_token": "x"})

    assert (browser.status, browser.error_code) == (403, "form-token-invalid")
    assert accounts(services) == before


def test_somebody_who_is_signed_in_registers_nobody(browser: Browser, services: Services) -> None:
    browser.authorize("plain").sign_in()
    before = accounts(services)
    address = browser.url.replace("/consent", "/register")

    assert browser.get(address).page.has("#allow")
    assert browser.post(address, data=GOOD).page.has("#allow")
    assert accounts(services) == before


def test_who_has_an_account_after_all_gets_back_to_the_sign_in(browser: Browser) -> None:
    open_registration(browser)

    browser.get(browser.page.one("#to-sign-in").attributes["href"])

    assert browser.page.has("#login")


def test_the_terms_can_be_read_in_the_version_that_is_accepted(browser: Browser) -> None:
    open_registration(browser)
    [link] = [a for a in inside(browser.page.one("body"), "a") if a.attributes["href"] == "/terms"]

    browser.get(link.attributes["href"])

    assert browser.status == 200
    assert TERMS_VERSION.replace("-", "\u2011") in browser.page.text


def test_the_audit_trail_tells_of_the_account_without_a_name(
    browser: Browser, services: Services, office: Office
) -> None:
    register(open_registration(browser))

    with services.database.reading() as session:
        found = find_for_sign_in(session, "clara.vdb")
        assert found is not None
        rows = session.scalars(select(AuditRow).where(AuditRow.subject_id == found.person_id)).all()
    assert [row.action for row in rows] == ["person-created"]
    assert all("clara" not in str(row.details).lower() for row in rows)


# The page's script


def ask(browser: Browser, **fields: str) -> tuple[int, object]:
    """Ask for a proposal as the page's script does."""
    [address] = [form.attributes["data-proposal"] for form in browser.page.all("#registration")]
    token = browser.page.all("input[name=csrf_token]")[0].attributes["value"]
    answer = browser.client.post(address, data={"csrf_token": token, **fields})
    return answer.status_code, answer.get_json(silent=True)


def test_a_username_is_proposed_while_the_name_is_typed(browser: Browser) -> None:
    open_registration(browser)

    assert ask(browser, **{"given-name": "Anna", "family-name": "Peeters"}) == (
        200,
        {"username": "annapeeters", "role_address": False},
    )
    assert ask(browser, email="info@kantoor.example") == (200, {"username": None, "role_address": True})


def test_a_proposal_is_for_the_page_of_this_browser_only(browser: Browser, stranger: Browser) -> None:
    open_registration(browser)
    [address] = [form.attributes["data-proposal"] for form in browser.page.all("#registration")]

    assert browser.client.post(address, data={"csrf_token": "x", "given-name": "Anna"}).status_code == 403
    token = browser.page.all("input[name=csrf_token]")[0].attributes["value"]
    assert stranger.client.post(address, data={"csrf_token": token}).status_code != 200
    assert browser.client.get(address).status_code == 405


# Limits


def test_too_many_accounts_from_one_network_have_to_wait(
    services: Services, production: Callable[[Services], Browser]
) -> None:
    browser = production(limited(services))
    statuses = []
    for number in range(PER_NETWORK[0].attempts + 1):
        open_registration(browser)
        register(browser, username=f"clara.{number:03}", email=f"c{number}@people.example")
        statuses.append(browser.status)

    assert statuses == [200] * PER_NETWORK[0].attempts + [429]
    assert "Too many accounts were made from here. Try again in" in browser.page.text
    assert browser.response is not None and int(browser.response.headers["Retry-After"]) > 0
    assert browser.page.one("#email").attributes["value"] == f"c{PER_NETWORK[0].attempts}@people.example"


def test_too_many_questions_about_usernames_have_to_wait(
    services: Services, production: Callable[[Services], Browser]
) -> None:
    browser = production(limited(services))
    open_registration(browser)

    statuses = [ask(browser)[0] for _ in range(QUESTIONS_PER_NETWORK.attempts + 1)]

    assert statuses == [200] * QUESTIONS_PER_NETWORK.attempts + [429]
    assert register(browser, username="anna.peeters").status == 429


# Leaked passwords


def test_a_leaked_password_is_refused_where_a_service_is_asked(
    services: Services, production: Callable[[Services], Browser]
) -> None:
    with RangeServer(NEW_PASSWORD) as server:
        outbound = OutboundSettings(frozenset({("127.0.0.1", server.port)}), insecure=False)
        settings = replace(services.settings, outbound=outbound, breached_passwords_url=server.url)
        http = OutboundHttp(outbound, settings.mode)
        browser = production(replace(services, settings=settings, http=http))

        register(open_registration(browser))

    assert "stolen somewhere before" in said_at(browser, "password")
    assert "We check, without passing it on" in browser.page.text
    assert len(server.asked) == 1


def test_a_page_that_asks_no_service_does_not_say_so(browser: Browser) -> None:
    assert "We check" not in open_registration(browser).page.text


def test_the_form_is_shown_to_nobody_but_the_browser_it_is_for(browser: Browser, stranger: Browser) -> None:
    open_registration(browser)

    assert stranger.get(browser.url).error_code == "interaction-elsewhere"
    assert stranger.post(browser.url, data=GOOD).error_code == "interaction-elsewhere"
    assert stranger.get("/interaction/itx_unknown/register").error_code == "interaction-unknown"
