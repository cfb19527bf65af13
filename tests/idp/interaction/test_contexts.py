"""The context choice: when it is shown, when it is skipped, and that silence never guesses (C1, C2, C5)."""

from datetime import timedelta

import pytest

from core.infra.clock import FixedClock
from core.organisations.employees import block
from core.organisations.enrolment import add_member
from core.organisations.rules import MemberDetails
from core.tools import registration
from core.tools.context import ChosenContext
from idp.oidc import codes
from idp.oidc.codes import CodeGrant
from idp.wiring import Services
from tests.support.sign_in import TOOL, Browser
from tests.support.tools import TOOL_SCOPE, Office, a_client, a_registration


def granted(services: Services, browser: Browser, client_id: str = "rent") -> CodeGrant:
    """Return what the code that the tool got stands for."""
    return codes.redeem(services.store, browser.answer["code"], client_id)


@pytest.fixture
def at_rent(browser: Browser, office: Office) -> Browser:
    """Return a browser in which Anna signed in to `rent` for Noord."""
    return browser.authorize("rent").sign_in().start(office.noord_rent)


def test_page_shows_every_context_by_organisation(browser: Browser, office: Office) -> None:
    browser.authorize("rent").sign_in()

    buttons = [button.attributes for button in browser.page.all("button.start-context")]
    assert [(b["value"], b["data-organization"], b["data-usage"], b["data-role"]) for b in buttons] == [
        (office.noord_rent, "0100001060", "estate-agent", "user"),
        (office.zuid_rent, "0100002050", "syndic", "user"),
    ]
    assert browser.page.has("#cancel")
    assert not browser.page.has("#allow")


def test_chosen_context_is_in_the_grant(services: Services, at_rent: Browser, office: Office) -> None:
    expected = ChosenContext(office.noord, office.noord_rent, "estate-agent", "user")

    assert granted(services, at_rent).subject.context == expected


def test_single_context_is_shown_too_unless_the_client_skips_it(
    services: Services, browser: Browser, office: Office
) -> None:
    browser.authorize("atlas").sign_in()

    assert browser.page.has("button.start-context")


def test_client_may_skip_a_single_context(services: Services, browser: Browser, office: Office) -> None:
    policy = {"scope": TOOL_SCOPE, "skip_single_context": True, "first_party": True}
    a_client(services, "quick", tool_id=office.atlas, policy=policy)
    a_client(services, "quick-rent", tool_id=office.rent, policy=policy)

    browser.authorize("quick", scope=TOOL).sign_in()
    assert granted(services, browser, "quick").subject.context is not None

    browser.authorize("quick-rent", scope=TOOL)
    assert len(browser.page.all("button.start-context")) == 2


def test_context_of_this_session_and_client_is_not_asked_again(
    services: Services, at_rent: Browser, office: Office
) -> None:
    again = granted(services, at_rent.authorize("rent"))
    silent = granted(services, at_rent.authorize("rent", prompt="none"))

    assert again.subject.context == silent.subject.context
    assert again.subject.context is not None and again.subject.context.registration_id == office.noord_rent


def test_another_client_asks_for_its_own_context(at_rent: Browser, office: Office) -> None:
    at_rent.authorize("atlas")

    assert [b.attributes["value"] for b in at_rent.page.all("button.start-context")] == [office.noord_atlas]


def test_every_sign_in_asks_again(at_rent: Browser) -> None:
    at_rent.authorize("rent", prompt="login").sign_in()

    assert at_rent.page.has("button.start-context")


def test_select_account_shows_the_picker_even_if_remembered(
    services: Services, browser: Browser, office: Office
) -> None:
    browser.authorize("rent").sign_in().start(office.noord_rent, remember="yes")

    browser.authorize("rent", prompt="select_account")
    assert browser.page.has("button.start-context")
    chosen = granted(services, browser.start(office.zuid_rent)).subject.context

    assert chosen is not None and chosen.registration_id == office.zuid_rent
    kept = granted(services, browser.authorize("rent", prompt="none")).subject.context
    assert kept == chosen


def test_remembering_is_off_by_default_and_skips_the_picker_where_ticked(
    services: Services, browser: Browser, office: Office
) -> None:
    browser.authorize("rent").sign_in()
    assert "checked" not in browser.page.one("#remember").attributes
    browser.start(office.zuid_rent, remember="yes")

    browser.authorize("rent", prompt="login").sign_in()

    chosen = granted(services, browser).subject.context
    assert chosen is not None and chosen.registration_id == office.zuid_rent


def test_choosing_without_the_tick_forgets_what_was_remembered(browser: Browser, office: Office) -> None:
    browser.authorize("rent").sign_in().start(office.zuid_rent, remember="yes")
    browser.authorize("rent", prompt="select_account").start(office.noord_rent)

    browser.authorize("rent", prompt="login").sign_in()

    assert browser.page.has("button.start-context")


# prompt=none (claims.md, principle 3)


def test_silence_never_guesses_among_several_contexts(browser: Browser) -> None:
    browser.authorize("plain").sign_in().press("#allow")

    assert browser.authorize("rent", prompt="none").answer["error"] == "account_selection_required"


def test_silence_with_no_usable_context_is_interaction_required(browser: Browser) -> None:
    browser.authorize("plain").sign_in("bert.janssens").press("#allow")

    assert browser.authorize("rent", prompt="none").answer["error"] == "interaction_required"


def test_silence_may_take_the_only_context_once_consented(services: Services, browser: Browser, office: Office) -> None:
    browser.authorize("atlas").sign_in().start(office.noord_atlas)
    browser.get("/end_session").press("#sign-out")
    browser.authorize("plain").sign_in().press("#allow")

    context = granted(services, browser.authorize("atlas", prompt="none"), "atlas").subject.context

    assert context is not None and context.registration_id == office.noord_atlas


def test_silence_with_the_only_context_and_no_consent_is_consent_required(browser: Browser) -> None:
    browser.authorize("plain").sign_in().press("#allow")

    assert browser.authorize("atlas", prompt="none").answer["error"] == "consent_required"


def test_silence_forgets_a_context_that_closed(
    services: Services, at_rent: Browser, office: Office, clock: FixedClock
) -> None:
    """Of two contexts one is left, and it is not the one that was chosen for this client."""
    with services.database.transaction() as session:
        registration.end(session, office.noord_rent, by=office.anna, now=clock.now())

    chosen = granted(services, at_rent.authorize("rent", prompt="none")).subject.context

    assert chosen is not None and chosen.registration_id == office.zuid_rent


# unusable contexts


def test_closed_context_is_shown_with_reason_and_next_step(
    services: Services, browser: Browser, office: Office, clock: FixedClock
) -> None:
    with services.database.transaction() as session:
        add_member(session, office.noord, office.bert, by=office.anna, details=MemberDetails(), now=clock.now())

    browser.authorize("rent", ui_locales="en").sign_in("bert.janssens")

    assert not browser.page.has("button.start-context")
    assert "Noord BV" in browser.page.text
    assert browser.page.one(".next-step").text
    assert browser.press("#cancel").answer["error"] == "access_denied"


def test_context_that_closes_before_the_button_is_pressed_is_refused(
    services: Services, browser: Browser, office: Office, clock: FixedClock
) -> None:
    browser.authorize("rent").sign_in()
    with services.database.transaction() as session:
        registration.end(session, office.noord_rent, by=office.anna, now=clock.now())

    browser.start(office.noord_rent)

    assert browser.status == 422
    assert browser.location is None
    assert [b.attributes["value"] for b in browser.page.all("button.start-context")] == [office.zuid_rent]


@pytest.mark.parametrize("wanted", ["", "reg_unknown", "atlas"])
def test_choice_that_was_not_offered_is_refused(browser: Browser, office: Office, wanted: str) -> None:
    browser.authorize("rent").sign_in()
    other = office.noord_atlas if wanted == "atlas" else wanted

    browser.start(office.noord_rent, context=other)

    assert (browser.status, browser.location) == (422, None)


def test_context_that_closes_between_choice_and_answer_is_not_granted(
    services: Services, browser: Browser, office: Office, clock: FixedClock
) -> None:
    browser.authorize("rent").sign_in()
    posted = browser.client.post(
        *browser.form("#cancel"), data=browser.fields(f"button.start-context[value={office.noord_rent}]")
    )
    with services.database.transaction() as session:
        registration.end(session, office.noord_rent, by=office.anna, now=clock.now())

    browser.get(posted.headers["Location"])

    assert browser.page.has("button.start-context")


def test_blocked_member_loses_the_remembered_context(
    services: Services, browser: Browser, office: Office, clock: FixedClock
) -> None:
    with services.database.transaction() as session:
        member = add_member(
            session, office.noord, office.bert, by=office.anna, details=MemberDetails(), now=clock.now()
        )
        office_rent = a_second_usage(session, office, clock)
    browser.authorize("rent").sign_in("bert.janssens").start(office_rent, remember="yes")
    with services.database.transaction() as session:
        block(session, member.id, by=office.anna, now=clock.now())

    browser.authorize("rent", prompt="none")

    assert browser.answer["error"] == "interaction_required"


def a_second_usage(session: object, office: Office, clock: FixedClock) -> str:
    """Let Bert register the syndic usage of `rent` for Noord."""
    return a_registration(session, office.noord, office.rent, "syndic", by=office.bert, now=clock.now(), terms="v1")  # type: ignore[arg-type]


# filters (claims.md, principle 2)


@pytest.mark.parametrize("by", ["company number", "id"])
def test_organization_is_a_filter(browser: Browser, office: Office, by: str) -> None:
    wanted = office.zuid if by == "id" else "0100002050"

    browser.authorize("rent", organization=wanted).sign_in()

    assert [b.attributes["value"] for b in browser.page.all("button.start-context")] == [office.zuid_rent]


def test_usage_is_a_filter(browser: Browser, office: Office) -> None:
    browser.authorize("rent", usage="estate-agent").sign_in()

    assert [b.attributes["value"] for b in browser.page.all("button.start-context")] == [office.noord_rent]


@pytest.mark.parametrize("wanted", [{"organization": "0123456749"}, {"usage": "notary"}, {"organization": "org_no"}])
def test_filter_that_nothing_passes_is_an_error_and_never_a_token_without_it(
    browser: Browser, wanted: dict[str, str]
) -> None:
    browser.authorize("rent", **wanted).sign_in()
    assert browser.answer["error"] == "access_denied"

    assert browser.authorize("rent", prompt="none", **wanted).answer["error"] == "interaction_required"


def test_filter_that_nothing_passes_says_nothing_before_sign_in(browser: Browser) -> None:
    assert browser.authorize("rent", organization="0123456749").page.has("#login")


def test_filter_wins_over_what_the_session_remembers(services: Services, at_rent: Browser, office: Office) -> None:
    answer = at_rent.authorize("rent", organization=office.zuid, prompt="none")

    context = granted(services, answer).subject.context
    assert context is not None and context.organisation_id == office.zuid


def test_choice_outside_the_filter_is_refused(browser: Browser, office: Office) -> None:
    browser.authorize("rent", organization=office.zuid).sign_in()

    browser.start(office.zuid_rent, context=office.noord_rent)

    assert (browser.status, browser.location) == (422, None)


def test_clock_does_not_wear_out_a_choice(services: Services, at_rent: Browser, clock: FixedClock) -> None:
    clock.advance(timedelta(hours=8))

    assert granted(services, at_rent.authorize("rent", prompt="none")).subject.context is not None
