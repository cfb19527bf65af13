"""What an account lacks is asked for once, and nothing else: names, an address, the terms in force (A8)."""

from collections.abc import Callable

import pytest
from sqlalchemy import delete, select, update

from core.infra.audit import AuditRow
from core.people.profiles import person_facts
from core.people.rules import TERMS_VERSION, AddressState
from core.people.tables import EmailAddressRow, PersonRow
from idp.wiring import Services
from tests.idp.interaction.registering import mailed_code, mails
from tests.support.sign_in import Browser
from tests.support.tools import Office

Lacking = Callable[..., None]


@pytest.fixture
def anna_lacks(services: Services, office: Office) -> Lacking:
    """Return what takes something from Anna's account, as one that was imported lacks it."""

    def lack(*, address: bool = False, **columns: str | None) -> None:
        with services.database.transaction() as session:
            if columns:
                session.execute(update(PersonRow).where(PersonRow.id == office.anna).values(**columns))
            if address:
                session.execute(delete(EmailAddressRow).where(EmailAddressRow.person_id == office.anna))

    return lack


def fields(browser: Browser) -> set[str]:
    """Return the fields that the page asks for."""
    known = ("given-name", "family-name", "email", "accept-terms")
    return {name for name in known if browser.page.has(f"#{name}")}


def row(services: Services, office: Office) -> PersonRow:
    """Return Anna's row."""
    with services.database.reading() as session:
        return session.get_one(PersonRow, office.anna)


@pytest.mark.parametrize(
    ("missing", "asked"),
    [
        ({"given_name": None}, {"given-name"}),
        ({"family_name": ""}, {"family-name"}),
        ({"given_name": None, "family_name": None}, {"given-name", "family-name"}),
        ({"terms_version": None}, {"accept-terms"}),
        ({"terms_version": "2020-1"}, {"accept-terms"}),
        ({"address": True}, {"email"}),
        (
            {"address": True, "given_name": None, "family_name": None, "terms_version": None},
            {"given-name", "family-name", "email", "accept-terms"},
        ),
    ],
)
def test_only_what_is_missing_is_asked_for(
    browser: Browser, anna_lacks: Lacking, missing: dict[str, object], asked: set[str]
) -> None:
    anna_lacks(**missing)

    browser.authorize("plain").sign_in()

    assert fields(browser) == asked


def test_names_are_filled_in_and_the_way_goes_on(
    browser: Browser, services: Services, office: Office, anna_lacks: Lacking
) -> None:
    anna_lacks(given_name=None, family_name=None)
    browser.authorize("plain").sign_in()

    browser.press("#complete-account", **{"given-name": " Anna ", "family-name": "Van  Damme"})

    assert browser.page.has("#allow")
    found = row(services, office)
    assert (found.given_name, found.family_name) == ("Anna", "Van Damme")


def test_a_name_that_stands_is_not_changed_by_this_page(
    browser: Browser, services: Services, office: Office, anna_lacks: Lacking
) -> None:
    anna_lacks(given_name=None)
    browser.authorize("plain").sign_in()

    browser.press("#complete-account", **{"given-name": "Anneke", "family-name": "Somebody-Else"})

    found = row(services, office)
    assert (found.given_name, found.family_name) == ("Anneke", "Peeters")


def test_accepting_the_terms_keeps_version_and_time(
    browser: Browser, services: Services, office: Office, anna_lacks: Lacking
) -> None:
    anna_lacks(terms_version="2020-1")
    browser.authorize("plain").sign_in()
    assert "terms of use have changed" in browser.page.text

    browser.press("#complete-account", **{"accept-terms": "yes"})

    assert browser.page.has("#allow")
    found = row(services, office)
    assert (found.terms_version, found.terms_accepted_at) == (TERMS_VERSION, services.clock.now())
    with services.database.reading() as session:
        accepted = session.scalars(select(AuditRow).where(AuditRow.action == "terms-accepted")).one()
    assert (accepted.subject_id, accepted.details) == (office.anna, {"version": TERMS_VERSION})


def test_terms_that_were_not_in_force_any_more_are_not_accepted(browser: Browser, anna_lacks: Lacking) -> None:
    anna_lacks(terms_version=None)
    browser.authorize("plain").sign_in()

    browser.press("#complete-account", **{"accept-terms": "yes", "terms-version": "2020-1"})

    assert browser.status == 422
    assert "have changed since" in browser.page.one("#accept-terms-error").text


def test_an_address_goes_on_to_its_code_and_then_to_the_tool(
    browser: Browser, services: Services, office: Office, anna_lacks: Lacking
) -> None:
    anna_lacks(address=True, terms_version=None)
    browser.authorize("plain").sign_in()

    browser.press("#complete-account", **{"email": "anna.new@people.example", "accept-terms": "yes"})

    assert browser.page.has("#activation-code"), browser.page.text
    assert mails(services)[-1].address == "anna.new@people.example"
    browser.press("#activate", **{"activation-code": mailed_code(services)})
    assert browser.page.has("#allow")
    with services.database.reading() as session:
        facts = person_facts(session, office.anna)
    assert facts is not None and (facts.email, facts.email_verified) == ("anna.new@people.example", True)


def test_an_address_of_another_account_is_told_by_mail_only(
    browser: Browser, services: Services, anna_lacks: Lacking
) -> None:
    anna_lacks(address=True)
    browser.authorize("plain").sign_in()

    browser.press("#complete-account", email="bert.janssens@people.example")

    assert browser.page.has("#activation-code")
    assert [mail.template for mail in mails(services)] == ["address-known"]


def test_an_imported_address_that_was_never_proved_gets_a_code_at_the_first_sign_in(
    browser: Browser, services: Services, office: Office
) -> None:
    with services.database.transaction() as session:
        session.execute(
            update(EmailAddressRow)
            .where(EmailAddressRow.person_id == office.anna)
            .values(state=AddressState.PENDING, verified_at=None)
        )

    browser.authorize("plain").sign_in("anna.peeters")

    assert browser.page.has("#activation-code")
    assert [mail.address for mail in mails(services)] == ["anna.peeters@people.example"]
    assert browser.press("#activate", **{"activation-code": mailed_code(services)}).page.has("#allow")


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("given-name", "", "Fill in your first name"),
        ("family-name", "x" * 201, "too long"),
        ("email", "anna", "not an e-mail address"),
        ("email", "info@kantoor.example", "address of an office"),
        ("accept-terms", "", "accept them"),
    ],
)
def test_each_mistake_is_said_at_its_field_and_nothing_is_kept(
    browser: Browser, services: Services, office: Office, anna_lacks: Lacking, field: str, value: str, said: str
) -> None:
    anna_lacks(address=True, given_name=None, family_name=None, terms_version=None)
    browser.authorize("plain").sign_in()
    good = {"given-name": "Anna", "family-name": "Peeters", "email": "anna@people.example", "accept-terms": "yes"}

    browser.press("#complete-account", **{**good, field: value})

    assert browser.status == 422
    assert said in browser.page.one(f"#{field}-error").text
    found = row(services, office)
    assert (found.given_name, found.terms_version, mails(services)) == (None, None, [])
    kept = {name: browser.page.one(f"#{name}").attributes["value"] for name in ("given-name", "family-name", "email")}
    assert kept == {name: {**good, field: value}[name] for name in kept}


def test_our_own_pages_ask_for_it_too(browser: Browser, anna_lacks: Lacking) -> None:
    anna_lacks(terms_version=None)

    browser.get("/account/profile").sign_in()

    assert fields(browser) == {"accept-terms"}
    assert not browser.page.has("#cancel")
    browser.press("#complete-account", **{"accept-terms": "yes"})
    assert browser.url.startswith("/account/profile")


def test_a_silent_request_is_answered_with_an_error(browser: Browser, anna_lacks: Lacking) -> None:
    browser.authorize("plain").sign_in().press("#allow")
    anna_lacks(terms_version=None)

    answer = browser.authorize("plain", prompt="none").answer

    assert answer["error"] == "interaction_required"


def test_cancelling_goes_back_to_the_tool(browser: Browser, anna_lacks: Lacking) -> None:
    anna_lacks(given_name=None)

    assert browser.authorize("plain").sign_in().press("#cancel").answer["error"] == "access_denied"


def test_a_second_press_goes_on(browser: Browser, anna_lacks: Lacking) -> None:
    anna_lacks(given_name=None)
    browser.authorize("plain").sign_in()
    form, data = browser.form("#complete-account"), browser.fields("#complete-account", **{"given-name": "Anna"})
    browser.post(*form, data=data)

    assert browser.post(*form, data=data).page.has("#allow")


def test_an_altered_form_is_refused(browser: Browser, services: Services, office: Office, anna_lacks: Lacking) -> None:
    anna_lacks(given_name=None)
    browser.authorize("plain").sign_in()

    browser.press("#complete-account", **{"given-name": "Anna", "csrf_token": "x"})

    assert (browser.status, browser.error_code) == (403, "form-token-invalid")
    assert row(services, office).given_name is None


def test_who_lacks_nothing_is_asked_nothing(browser: Browser) -> None:
    browser.authorize("plain").sign_in()

    assert browser.get(browser.url.replace("consent", "complete")).page.has("#allow")
