"""A sign-in that is not sure enough: stepped up where it can be, and told how to get there where not."""

import json

import pytest

from core.people.assurance import Acr
from core.people.identifiers import PersonId
from core.tools.identifiers import RegistrationId
from core.tools.publishing import NewRole, NewTool, NewUsage, publish
from core.tools.registration import register
from core.tools.requirements import Requirement
from idp.oidc import codes
from idp.wiring import Services
from tests.support.factors import with_passkey
from tests.support.offices import same
from tests.support.sign_in import TOOL, Browser
from tests.support.soft_passkey import SoftPasskey
from tests.support.tools import TOOL_SCOPE, Office, a_client

MFA = Acr.MFA.value
ESSENTIAL = json.dumps({"id_token": {"acr": {"essential": True, "values": [MFA]}}})


@pytest.fixture
def supervisor(services: Services, office: Office) -> RegistrationId:
    """Return a context of Anna's at the tool `vault` that needs more than a password."""
    now = services.clock.now()
    tool = NewTool(
        code="vault",
        name=same("Vault"),
        description=same("Vault"),
        purpose=same("Vault"),
        publisher="Tool Makers NV",
        support_address="help@tool.example",
        home_url="https://tool.example",
        roles=(NewRole("supervisor", same("supervisor")),),
        usages=(
            NewUsage("syndic", same("Syndic"), Requirement(role_min_acr=(("supervisor", Acr.MFA),)), "supervisor"),
        ),
    )
    with services.database.transaction() as session:
        vault = publish(session, tool, by=None, now=now)
        context = register(session, office.noord, vault, "syndic", by=office.anna, acr=Acr.MFA, now=now)
    a_client(services, "vault", tool_id=vault, policy={"scope": TOOL_SCOPE})
    return context


def laptop(services: Services, person_id: PersonId) -> SoftPasskey:
    """Give somebody a passkey and return the device that has it."""
    found, issuer = services, services.settings.issuer
    return with_passkey(found.database, found.store, issuer, person_id, now=found.clock.now())


def by_passkey(browser: Browser, device: SoftPasskey) -> Browser:
    """Press the button of the passkey on the sign-in page that is shown."""
    asked = browser.page.one("form[data-passkey=get]").attributes["data-options"]
    return browser.press("#passkey-login", **{"passkey-answer": device.get(asked)})


def vault(browser: Browser, **changes: str | None) -> Browser:
    return browser.authorize("vault", scope=TOOL, **changes)


def test_account_without_means_is_told_to_set_one_up(browser: Browser) -> None:
    browser.authorize("plain", claims=ESSENTIAL).sign_in()

    assert browser.page.one("#set-up-factor").attributes["href"] == "/account/security"
    assert not browser.page.has("#error")


def test_whoever_gives_up_goes_back_to_the_tool(browser: Browser) -> None:
    browser.authorize("plain", claims=ESSENTIAL).sign_in().press("#cancel")

    assert browser.answer["error"] == "access_denied"


@pytest.mark.parametrize("prompt", [None, "login"])
def test_page_is_shown_at_once_to_somebody_signed_in(browser: Browser, prompt: str | None) -> None:
    browser.authorize("plain").sign_in().press("#allow")

    assert browser.authorize("plain", claims=ESSENTIAL, prompt=prompt).page.has("#set-up-factor")


def test_silent_request_says_that_it_is_not_met(browser: Browser) -> None:
    browser.authorize("plain").sign_in().press("#allow")

    answer = browser.authorize("plain", claims=ESSENTIAL, prompt="none").answer

    assert answer["error"] == "unmet_authentication_requirements"


def test_silent_request_of_somebody_who_could_asks_for_a_sign_in(
    browser: Browser, services: Services, office: Office
) -> None:
    browser.authorize("plain").sign_in().press("#allow")
    laptop(services, office.anna)

    assert browser.authorize("plain", claims=ESSENTIAL, prompt="none").answer["error"] == "login_required"


def test_another_account_that_has_the_means_gets_in(browser: Browser, services: Services, office: Office) -> None:
    device = laptop(services, office.bert)
    browser.authorize("plain", claims=ESSENTIAL).sign_in("anna.peeters")

    browser.get(browser.page.one("#sign-in-again").attributes["href"])
    by_passkey(browser, device).press("#allow")

    grant = codes.redeem(services.store, browser.answer["code"], "plain")
    assert (grant.subject.person_id, grant.subject.authentication.acr) == (office.bert, Acr.MFA)


def test_password_where_a_passkey_is_needed_leads_to_the_passkey(
    browser: Browser, services: Services, office: Office
) -> None:
    device = laptop(services, office.anna)
    browser.authorize("plain", claims=ESSENTIAL).sign_in()
    assert not browser.page.has("#set-up-factor")

    browser.get(browser.page.one("#sign-in-again").attributes["href"])
    by_passkey(browser, device).press("#allow")

    assert codes.redeem(services.store, browser.answer["code"], "plain").subject.authentication.acr is Acr.MFA


def test_context_that_needs_more_is_closed_to_an_account_without_means(
    browser: Browser, supervisor: RegistrationId
) -> None:
    vault(browser).sign_in()

    assert not browser.page.has("button.start-context")
    assert browser.page.one("a.set-up-factor").attributes["href"] == "/account/security"


def test_choice_that_needs_more_is_kept_through_the_stronger_sign_in(
    browser: Browser, services: Services, office: Office, supervisor: RegistrationId
) -> None:
    device = laptop(services, office.anna)
    vault(browser).sign_in().start(supervisor)
    assert browser.page.has("#login") and browser.page.has(".banner")

    by_passkey(browser, device)

    subject = codes.redeem(services.store, browser.answer["code"], "vault").subject
    assert subject.context is not None and subject.context.registration_id == supervisor
    assert subject.authentication.acr is Acr.MFA


def test_choice_does_not_pass_to_somebody_else_who_signs_in(
    browser: Browser, services: Services, office: Office, supervisor: RegistrationId
) -> None:
    laptop(services, office.anna)
    bert = laptop(services, office.bert)
    vault(browser).sign_in().start(supervisor)

    by_passkey(browser, bert)

    assert browser.page.has("#company-number")  # Bert works nowhere: asked as if he had come first


def test_weak_sign_in_again_says_what_to_do_and_never_loops(
    browser: Browser, services: Services, office: Office, supervisor: RegistrationId
) -> None:
    laptop(services, office.anna)
    vault(browser).sign_in().start(supervisor).sign_in()
    assert browser.page.has("#sign-in-again")

    browser.press("#choose-other")
    assert browser.page.has("button.start-context")
    browser.start(supervisor)

    assert browser.page.has("#login")


def test_silence_does_not_grant_what_needs_more(
    browser: Browser, services: Services, office: Office, supervisor: RegistrationId
) -> None:
    device = laptop(services, office.anna)
    by_passkey(vault(browser), device).start(supervisor)
    assert "code" in browser.answer
    browser.get("/end_session").press("#sign-out")
    browser.authorize("plain").sign_in()

    assert vault(browser, prompt="none").answer["error"] == "account_selection_required"


def test_remembered_choice_that_needs_more_is_shown_and_not_demanded(
    browser: Browser, services: Services, office: Office, supervisor: RegistrationId
) -> None:
    """Nobody has to sign in twice for what the page can say first."""
    device = laptop(services, office.anna)
    by_passkey(vault(browser), device).start(supervisor, remember="yes")
    browser.get("/end_session").press("#sign-out")

    vault(browser).sign_in()

    assert browser.page.has("button.start-context")


def test_form_of_another_page_is_refused(browser: Browser) -> None:
    browser.authorize("plain", claims=ESSENTIAL).sign_in()

    browser.post(*browser.form("#cancel"), data={"decision": "cancel", "csrf_token": "x"})

    assert browser.error_code == "form-token-invalid"
