"""Linking the identity card on the way to a tool (A6, E1, E3): proposed, demanded, shown before it is stored."""

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from core.infra.audit import AuditRow
from core.people import eid_standing
from core.people.assurance import Acr
from core.people.identifiers import PersonId
from core.people.profile_editing import own_profile
from core.people.tables import EidLinkRow
from core.tools.publishing import NewRole, NewTool, NewUsage, publish, set_requirement
from core.tools.registration import register
from core.tools.requirements import Requirement
from idp.eid.card.software.holders import HOLDERS
from idp.wiring import Services
from tests.support.card_holder import AtPage, CardDesk, believing, link_to
from tests.support.offices import same
from tests.support.sign_in import Browser, id_token
from tests.support.tools import TOOL_SCOPE, Office, a_client

ESSENTIAL_HIGH = json.dumps({"id_token": {"acr": {"essential": True, "values": [Acr.HIGH.value]}}})


@pytest.fixture
def services(services: Services, desk: CardDesk, tmp_path: Path) -> Services:
    """Return services that believe the test cards."""
    return believing(services, desk, tmp_path / "roots")


@pytest.fixture
def browser(idp: Callable[[], FlaskClient], office: Office) -> Browser:
    """Return a browser whose person has a card at hand."""
    return Browser(idp(), skips_card=False)


def read(page: AtPage, number: int, desk: CardDesk) -> Browser:
    """Let the page read a card; the browser is at what will be stored."""
    return page.go_on(page.present(desk.card(number)))


def a_card_tool(services: Services, office: Office, *, eid_usages: tuple[str, ...], usages: tuple[str, ...]) -> None:
    """Publish `vault`, whose first usages require the card, registered by Anna for Noord."""
    now = services.clock.now()
    tool = NewTool(
        code="vault",
        name=same("Vault"),
        description=same("Vault"),
        purpose=same("Vault"),
        publisher="Tool Makers NV",
        support_address="help@tool.example",
        home_url="https://tool.example",
        roles=(NewRole("user", same("user")),),
        usages=tuple(NewUsage(one, same(one), Requirement(), "user") for one in usages),
    )
    with services.database.transaction() as session:
        vault = publish(session, tool, by=None, now=now)
        for usage in usages:
            register(session, office.noord, vault, usage, by=office.anna, acr=Acr.PASSWORD, now=now)
        # Registered before it was required.
        for usage in eid_usages:
            set_requirement(session, vault, usage, Requirement(eid=True), applies_from=now, by=None, now=now)
    a_client(services, "vault", tool_id=vault, policy={"scope": TOOL_SCOPE})


def hrefs(browser: Browser) -> list[str]:
    return [link.attributes.get("href", "") for link in browser.page.all("a")]


def linked(services: Services, person_id: PersonId) -> EidLinkRow | None:
    with services.database.reading() as session:
        return session.get(EidLinkRow, person_id)


def actions(services: Services, person_id: PersonId) -> list[str]:
    with services.database.reading() as session:
        found = session.scalars(select(AuditRow).where(AuditRow.subject_id == person_id).order_by(AuditRow.id)).all()
    return [row.action for row in found]


def test_card_is_proposed_at_each_sign_in_and_can_be_put_off(browser: Browser) -> None:
    first = browser.authorize("plain").sign_in()
    assert first.page.has("#link-eid") and first.page.has("#skip-eid")

    assert first.press("#skip-eid").page.has("#allow")
    first.press("#allow")

    assert "code" in browser.authorize("plain").answer
    assert browser.authorize("plain", prompt="login").sign_in().page.has("#skip-eid")


def test_linked_card_is_not_proposed(browser: Browser, services: Services, office: Office, desk: CardDesk) -> None:
    link_to(services, office.anna, desk.card(1))

    assert browser.authorize("plain").sign_in().page.has("#allow")


def test_nothing_is_stored_before_it_is_confirmed(
    browser: Browser, services: Services, office: Office, desk: CardDesk
) -> None:
    page = AtPage(browser.authorize("plain").sign_in())

    read(page, 3, desk)

    holder = HOLDERS[2]
    assert browser.url == f"/interaction/{page.told['data-uid']}/link-eid/confirm"
    assert holder.given_names in browser.page.text and holder.family_name in browser.page.text
    assert holder.national_number not in browser.page.text
    assert linked(services, office.anna) is None
    assert "eid-linked" not in actions(services, office.anna)


def test_confirmed_card_is_linked_locks_its_fields_and_raises_the_session(
    browser: Browser, services: Services, office: Office, desk: CardDesk
) -> None:
    page = AtPage(browser.authorize("plain").sign_in())
    before = browser.cookie("immo-idp")
    read(page, 3, desk)

    browser.press("#store-eid")

    assert browser.page.has("#allow")
    assert browser.cookie("immo-idp") not in {None, before}
    claims = id_token(services, browser.press("#allow"))
    assert (claims["acr"], claims["amr"]) == (Acr.HIGH.value, ["sc", "pin", "mfa"])
    with services.database.reading() as session:
        own, standing = own_profile(session, office.anna), eid_standing.standing(session, office.anna)
    assert own.locked == {"given_name", "family_name", "birthdate", "place_of_birth", "gender", "nationality"}
    assert (own.profile.details.family_name, own.profile.details.birthdate) == ("Lambert", date(1988, 1, 23))
    assert standing is not None and standing.locked == own.locked
    assert "eid-linked" in actions(services, office.anna)


def test_confirmation_counts_once(browser: Browser, services: Services, office: Office, desk: CardDesk) -> None:
    page = AtPage(browser.authorize("plain").sign_in())
    read(page, 3, desk)
    url, fields = browser.form("#store-eid")[0], browser.fields("#store-eid")
    read_once = browser.post(url, data={**fields, "decision": "again"})
    assert read_once.page.has("#link-eid")

    browser.post(url, data=fields)

    assert browser.page.has("#link-eid")
    assert linked(services, office.anna) is None


def test_confirmation_needs_the_token_of_its_form(
    browser: Browser, services: Services, office: Office, desk: CardDesk
) -> None:
    page = AtPage(browser.authorize("plain").sign_in())
    read(page, 3, desk)

    browser.press("#store-eid", csrf_token="x.y")

    assert browser.error_code == "form-token-invalid"
    assert linked(services, office.anna) is None


def test_what_was_read_of_one_person_is_not_stored_for_another(
    browser: Browser, services: Services, office: Office, desk: CardDesk
) -> None:
    """Bert signs in in the same browser after Anna's card was read: nothing waits for him."""
    page = AtPage(browser.authorize("plain").sign_in())
    uid = page.told["data-uid"]
    read(page, 3, desk)
    browser.authorize("plain", prompt="login").sign_in("bert.janssens")

    browser.get(f"/interaction/{uid}/link-eid/confirm")

    assert not browser.page.has("#store-eid")
    assert linked(services, office.bert) is None


def test_card_without_files_is_linked_with_what_its_certificate_says(
    browser: Browser, services: Services, office: Office, desk: CardDesk
) -> None:
    """The extension of the browser reads no files (eid.md 5.1)."""
    page = AtPage(browser.authorize("plain").sign_in())

    page.go_on(page.present(desk.card(3), files=None, source="web-eid")).press("#store-eid")

    with services.database.reading() as session:
        assert own_profile(session, office.anna).locked == {"given_name", "family_name"}


def test_files_of_somebody_else_are_refused(
    browser: Browser, services: Services, office: Office, desk: CardDesk
) -> None:
    page = AtPage(browser.authorize("plain").sign_in())
    asked = page.challenge()

    response = page.post(desk.card(3), asked, files=page.files(desk.card(2), asked))

    assert (response.status_code, response.get_json()["problem"]) == (422, "files-of-other-person")
    assert "eid-refused" in actions(services, office.anna)
    assert browser.get(f"/interaction/{page.told['data-uid']}/link-eid/confirm").page.has("#link-eid")


def test_altered_file_is_refused(browser: Browser, desk: CardDesk) -> None:
    page = AtPage(browser.authorize("plain").sign_in())
    asked = page.challenge()
    files = page.files(desk.card(3), asked)
    other = page.files(desk.card(2), asked)

    response = page.post(desk.card(3), asked, files={**files, "addressSignature": other["addressSignature"]})

    assert (response.status_code, response.get_json()["problem"]) == (422, "files-invalid")


def test_holder_of_another_account_is_refused_before_anything_is_shown(
    browser: Browser, services: Services, office: Office, desk: CardDesk
) -> None:
    """E3: said only to whoever has card and PIN; at both accounts it is written down, and neither is named."""
    link_to(services, office.bert, desk.card(3))
    page = AtPage(browser.authorize("plain").sign_in())

    response = page.present(desk.card(3))

    answer = response.get_json()
    assert (response.status_code, answer["problem"]) == (422, "linked-to-other-account")
    assert "eid-link-refused" in actions(services, office.anna)
    assert "eid-tried-elsewhere" in actions(services, office.bert)
    browser.get(answer["next"])
    assert browser.status == 200 and "bert" not in browser.page.text.lower()
    assert linked(services, office.anna) is None


def test_card_that_another_account_took_meanwhile_is_refused_when_it_is_stored(
    browser: Browser, services: Services, office: Office, desk: CardDesk
) -> None:
    page = AtPage(browser.authorize("plain").sign_in())
    read(page, 3, desk)
    link_to(services, office.bert, desk.card(3))

    browser.press("#store-eid")

    assert browser.url.startswith("/eid/problem/linked-to-other-account")
    assert linked(services, office.anna) is None


def test_challenge_to_sign_in_links_nothing(browser: Browser, stranger: Browser, desk: CardDesk) -> None:
    """What a card signs to sign in is not taken for a link, also in the same browser."""
    uid = browser.authorize("plain").url.split("/")[2]
    asked = browser.client.get(f"/eid/challenge?purpose=login&uid={uid}").get_json()
    page = AtPage(browser.sign_in())

    response = page.post(desk.card(3), asked)

    assert (response.status_code, response.get_json()["problem"]) == (409, "challenge-gone")


def test_nothing_is_linked_where_linking_is_not_due(browser: Browser, services: Services, office: Office) -> None:
    uid = browser.authorize("plain").url.split("/")[2]

    response = browser.client.get(f"/eid/challenge?purpose=link&uid={uid}")

    assert (response.status_code, response.get_json()["next"]) == (409, f"/interaction/{uid}")


def test_usage_that_requires_the_card_leaves_no_skip(
    browser: Browser, services: Services, office: Office, desk: CardDesk
) -> None:
    a_card_tool(services, office, eid_usages=("syndic",), usages=("syndic",))
    browser.authorize("vault", scope="openid organization").sign_in()
    page = AtPage(browser)
    assert not browser.page.has("#skip-eid")

    uid = page.told["data-uid"]
    browser.press("#cancel", decision="skip")
    assert browser.url == f"/interaction/{uid}/link-eid"

    read(page, 3, desk).press("#store-eid")
    assert browser.page.has("button.start-context")


def test_usage_that_requires_the_card_can_be_left_for_the_tool(
    browser: Browser, services: Services, office: Office
) -> None:
    a_card_tool(services, office, eid_usages=("syndic",), usages=("syndic",))

    browser.authorize("vault", scope="openid organization").sign_in().press("#cancel")

    assert browser.answer["error"] == "access_denied"


def test_running_session_signs_in_once_more_before_a_card_is_linked(
    browser: Browser, services: Services, office: Office
) -> None:
    """A stolen session gets no card of its own: neither the page nor a challenge."""
    a_card_tool(services, office, eid_usages=("syndic",), usages=("syndic",))
    browser.get("/account/sign-in").sign_in()

    browser.authorize("vault", scope="openid organization")

    assert browser.page.has("#login")
    uid = browser.url.split("/")[2]
    assert browser.client.get(f"/eid/challenge?purpose=link&uid={uid}").status_code == 409
    assert browser.sign_in().page.has("#link-eid")


def test_silent_request_for_what_requires_the_card_needs_interaction(
    browser: Browser, services: Services, office: Office
) -> None:
    a_card_tool(services, office, eid_usages=("syndic",), usages=("syndic",))
    browser.get("/account/sign-in").sign_in()

    answer = browser.authorize("vault", scope="openid organization", prompt="none").answer
    assert answer["error"] == "interaction_required"


def test_only_some_usages_require_the_card_and_it_can_be_linked_from_the_choice(
    browser: Browser, services: Services, office: Office, desk: CardDesk
) -> None:
    a_card_tool(services, office, eid_usages=("syndic",), usages=("syndic", "estate-agent"))
    browser.authorize("vault", scope="openid organization").sign_in().press("#skip-eid")
    assert len(browser.page.all("button.start-context")) == 1

    browser.press("#link-my-eid")
    assert browser.page.has("#back") and not browser.page.has("#skip-eid")
    assert len(browser.press("#back").page.all("button.start-context")) == 1
    browser.press("#link-my-eid")
    read(AtPage(browser), 3, desk).press("#store-eid")

    assert len(browser.page.all("button.start-context")) == 2


def test_wish_survives_the_sign_in_that_it_asks_for(
    browser: Browser, services: Services, office: Office, desk: CardDesk
) -> None:
    a_card_tool(services, office, eid_usages=("syndic",), usages=("syndic", "estate-agent"))
    browser.get("/account/sign-in").sign_in()
    browser.authorize("vault", scope="openid organization").press("#link-my-eid")
    assert browser.page.has("#login")

    browser.sign_in()

    assert browser.page.has("#link-eid") and browser.page.has("#back")


def test_usage_that_cannot_be_registered_without_the_card_leads_to_linking_it_and_back(
    browser: Browser, services: Services, office: Office, desk: CardDesk
) -> None:
    a_card_tool(services, office, eid_usages=("syndic",), usages=("syndic", "estate-agent"))
    browser.authorize("vault", scope="openid organization").sign_in().press("#skip-eid").press("#add-context")
    browser.get(next(link for link in hrefs(browser) if office.zuid in link))
    browser.get(next(link for link in hrefs(browser) if office.zuid in link and "usage=syndic" in link))
    assert not browser.page.has("#register-tool")

    browser.press("#link-my-eid")
    read(AtPage(browser), 3, desk).press("#store-eid")

    assert browser.page.has("#register-tool")
    assert browser.page.one("[data-usage]").attributes["data-usage"] == "syndic"
    assert office.zuid in browser.page.one("form#register").attributes["action"]
    assert len(browser.press("#register-tool").page.all("button.start-context")) == 3


def test_tool_that_demands_the_level_high_leads_to_linking_and_on(
    browser: Browser, services: Services, desk: CardDesk
) -> None:
    """E2: the card is mandatory there; whoever has none linked links it on the way."""
    browser.authorize("plain", claims=ESSENTIAL_HIGH).sign_in()
    assert browser.page.has("#link-eid") and not browser.page.has("#skip-eid")

    read(AtPage(browser), 3, desk).press("#store-eid").press("#allow")

    assert id_token(services, browser)["acr"] == Acr.HIGH.value


def test_running_session_is_stepped_up_with_the_card(
    browser: Browser, services: Services, office: Office, desk: CardDesk
) -> None:
    link_to(services, office.anna, desk.card(1))
    browser.authorize("plain").sign_in().press("#allow")
    browser.authorize("plain", claims=ESSENTIAL_HIGH)
    assert browser.page.has("#login")

    browser.get(browser.page.one("#eid-login").attributes["href"])
    page = AtPage(browser)
    page.go_on(page.present(desk.card(1)))

    assert id_token(services, browser)["acr"] == Acr.HIGH.value


def test_password_alone_is_told_that_only_the_card_is_enough(
    browser: Browser, services: Services, office: Office, desk: CardDesk
) -> None:
    link_to(services, office.anna, desk.card(1))

    browser.authorize("plain", claims=ESSENTIAL_HIGH).sign_in()

    assert browser.page.has("#sign-in-with-card") and not browser.page.has("#sign-in-again")
    page = AtPage(browser.get(browser.page.one("#sign-in-with-card").attributes["href"]))
    page.go_on(page.present(desk.card(1))).press("#allow")
    assert "code" in browser.answer


def test_page_of_ours_proposes_no_card(browser: Browser) -> None:
    assert browser.get("/account/sign-in").sign_in().url == "/account/profile"
