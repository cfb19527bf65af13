"""The four live steps in a real browser, before our own agent: they go on by themselves, or say what to do."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from core.infra.settings import Settings
from idp.eid.card.cards import State
from idp.eid.card.pairing import Pairings
from idp.eid.card.problems import CardProblem, Problem
from idp.eid.card.software_cards import SoftwareCards
from tests.idp.pages.eid_site import NONCE, Site, serving
from tests.support.accessibility import violations
from tests.support.card_desk import EMPTY, INSERTED, TOKEN, UNPLUGGED, CodesShown, Desk, RunningAgent
from tests.support.software_cards import a_card


@pytest.fixture
def site(base_settings: Settings) -> Iterator[Site]:
    with serving(Site(), base_settings) as site:
        yield site


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.fixture
def agent(site: Site, desk: Desk) -> Iterator[RunningAgent]:
    running = RunningAgent(desk, site.url)
    site.agent_url = running.url
    yield running
    running.close()


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    context = chromium.new_context(locale="en")
    page = context.new_page()
    page.set_default_timeout(10_000)
    yield page
    context.close()


def is_in(page: Page, step: str, state: str) -> None:
    expect(page.locator(f"[data-step={step}]")).to_have_attribute("data-state", state)


def told(page: Page, problem: str) -> None:
    """Wait until a problem, and only that, is shown, with one button."""
    expect(page.locator(f"#problem-{problem}")).to_be_visible()
    expect(page.locator(".eid-problem:visible")).to_have_count(1)
    expect(page.locator(".eid-problem:visible .button:visible")).to_have_count(1)


def done(page: Page) -> None:
    page.wait_for_url("**/signed-in")


def test_each_step_goes_on_by_itself(page: Page, site: Site, desk: Desk, agent: RunningAgent) -> None:
    page.goto(f"{site.url}/login?language=en")
    expect(page.locator("[data-step=reader] [data-says=missing]")).to_be_visible()
    desk.put(EMPTY)
    expect(page.locator("[data-step=card] [data-says=missing]")).to_be_visible()
    is_in(page, "reader", "done")
    desk.put(INSERTED)
    expect(page.locator("[data-step=pin] [data-says=ask]")).to_be_visible()
    is_in(page, "card", "done")
    is_in(page, "pin", "active")
    desk.sign()
    done(page)

    [received] = site.received
    assert received == {"use": "login", "uid": "uid", "csrf": "token", "token": TOKEN, "source": "agent"}
    assert [(request.origin, request.nonce) for request in desk.asked] == [(site.url, NONCE)]


def test_linking_reads_the_files_after_one_consent(page: Page, site: Site, desk: Desk, agent: RunningAgent) -> None:
    desk.put(INSERTED)
    page.goto(f"{site.url}/link?language=en")
    expect(page.locator("#eid")).to_be_hidden()
    page.click("#link-eid")
    expect(page.locator("#eid")).to_be_focused()
    desk.sign()
    done(page)

    [received] = site.received
    assert received["files"] == {"identity": "aWRlbnRpdHk=", "identitySignature": "c2lnbmF0dXJl"}
    assert "uid" not in received
    assert [sorted(request.wants) for request in desk.asked] == [["address", "identity"]] * 2


def test_wrong_pin_says_how_many_tries_are_left_and_then_warns(
    page: Page, site: Site, desk: Desk, agent: RunningAgent
) -> None:
    desk.put(INSERTED)
    page.goto(f"{site.url}/login?language=en")
    desk.fail(CardProblem(Problem.PIN_WRONG, tries=2))
    told(page, "pin-wrong")
    expect(page.locator("#problem-pin-wrong [data-tries]")).to_contain_text("Tries left: 2")
    page.click("#problem-pin-wrong button")
    desk.fail(CardProblem(Problem.PIN_LAST_TRY, tries=1))
    told(page, "pin-last-try")
    page.click("#problem-pin-last-try button")
    desk.fail(CardProblem(Problem.PIN_BLOCKED))
    told(page, "pin-blocked")

    expect(page.locator("#problem-pin-blocked a.button")).to_have_attribute("href", "/other-way")
    assert site.received == []


def test_card_with_one_try_left_is_not_asked_without_a_warning(
    page: Page, site: Site, desk: Desk, agent: RunningAgent
) -> None:
    desk.put(replace(INSERTED, tries=1))
    page.goto(f"{site.url}/login?language=en")
    told(page, "pin-last-try")
    assert desk.asked == []
    page.click("#problem-pin-last-try button")
    desk.sign()
    done(page)


def test_card_that_was_taken_out_is_read_when_it_is_back(
    page: Page, site: Site, desk: Desk, agent: RunningAgent
) -> None:
    desk.put(INSERTED)
    page.goto(f"{site.url}/login?language=en")
    expect(page.locator("[data-step=pin] [data-says=ask]")).to_be_visible()
    desk.put(EMPTY)
    desk.fail(CardProblem(Problem.CARD_REMOVED))
    told(page, "card-removed")
    desk.put(INSERTED)
    desk.sign()
    done(page)


@pytest.mark.parametrize("is_quick", [False, True], ids=["after what went wrong", "before it is told"])
def test_other_card_is_read_though_nobody_saw_the_reader_empty(
    page: Page, site: Site, desk: Desk, agent: RunningAgent, *, is_quick: bool
) -> None:
    blocked, other = replace(INSERTED, insertion=1), replace(INSERTED, insertion=2)
    desk.put(blocked)
    page.goto(f"{site.url}/login?language=en")
    expect(page.locator("[data-step=pin] [data-says=ask]")).to_be_visible()
    if is_quick:
        desk.put(other)
    desk.fail(CardProblem(Problem.PIN_BLOCKED))
    if not is_quick:
        told(page, "pin-blocked")
        desk.put(other)
    desk.sign()
    done(page)


def test_reader_that_was_unplugged_is_waited_for(page: Page, site: Site, desk: Desk, agent: RunningAgent) -> None:
    desk.put(EMPTY)
    page.goto(f"{site.url}/login?language=en")
    expect(page.locator("[data-step=card] [data-says=missing]")).to_be_visible()
    desk.put(UNPLUGGED)
    expect(page.locator("[data-step=reader] [data-says=missing]")).to_be_visible()
    is_in(page, "card", "waiting")
    desk.put(INSERTED)
    desk.sign()
    done(page)


@pytest.mark.parametrize(
    ("problem", "then"),
    [(Problem.NO_SERVICE, UNPLUGGED), (Problem.UNSUPPORTED_CARD, EMPTY), (Problem.CARD_BUSY, EMPTY)],
)
def test_what_is_wrong_with_the_desk_is_told_and_taken_back(
    page: Page, site: Site, desk: Desk, agent: RunningAgent, problem: Problem, then: State
) -> None:
    desk.put(replace(INSERTED, problem=problem))
    page.goto(f"{site.url}/login?language=en")
    told(page, problem.value)
    desk.put(then)
    expect(page.locator(f"#problem-{problem.value}")).to_be_hidden()
    desk.put(INSERTED)
    desk.sign()
    done(page)


def test_agent_that_is_not_there_is_found_once_it_is(page: Page, site: Site, desk: Desk, agent: RunningAgent) -> None:
    desk.put(INSERTED)
    agent.close()
    page.goto(f"{site.url}/login?language=en")
    told(page, "no-client")
    expect(page.locator("#problem-no-client a.button")).to_have_attribute("href", "/eid/help?uid=uid#program")
    agent.start_again()
    desk.sign()
    done(page)


def test_agent_that_ends_while_it_asks_is_waited_for(page: Page, site: Site, desk: Desk, agent: RunningAgent) -> None:
    desk.put(INSERTED)
    page.goto(f"{site.url}/login?language=en")
    expect(page.locator("[data-step=pin] [data-says=ask]")).to_be_visible()
    agent.close()
    desk.leave()
    told(page, "no-client")
    assert site.challenges == 1
    agent.start_again()
    desk.sign()
    done(page)
    assert site.challenges == 2


def test_pin_of_a_pad_is_typed_on_the_reader(page: Page, site: Site, desk: Desk, agent: RunningAgent) -> None:
    desk.put(replace(INSERTED, has_pad=True))
    page.goto(f"{site.url}/login?language=en")
    expect(page.locator("[data-step=pin] [data-says=pad]")).to_be_visible()
    desk.sign()
    done(page)


def test_what_the_server_refuses_is_told_with_its_day(page: Page, site: Site, desk: Desk, agent: RunningAgent) -> None:
    site.refuses = [{"problem": "certificate-expired", "day": "2026-01-31", "next": "/eid/problem/certificate-expired"}]
    desk.put(INSERTED)
    page.goto(f"{site.url}/login?language=en")
    desk.sign()
    told(page, "certificate-expired")
    expect(page.locator("#problem-certificate-expired [data-day]")).to_contain_text("31 January 2026")
    expect(page.locator("#problem-certificate-expired [data-tries]")).to_be_hidden()
    # Another card is another try.
    desk.put(EMPTY)
    expect(page.locator("[data-step=card] [data-says=missing]")).to_be_visible()
    desk.put(INSERTED)
    desk.sign()
    done(page)
    assert site.challenges == 2


def test_problem_that_no_page_knows_is_told_as_one_that_it_knows(
    page: Page, site: Site, desk: Desk, agent: RunningAgent
) -> None:
    site.refuses = [{"problem": "made-up"}]
    desk.put(INSERTED)
    page.goto(f"{site.url}/login?language=en")
    desk.sign()
    told(page, "failed")


@pytest.mark.parametrize("answer", ["https://elsewhere.example/", "//elsewhere.example/", "javascript:alert(1)"])
def test_page_goes_on_to_nobody_else(page: Page, site: Site, desk: Desk, agent: RunningAgent, answer: str) -> None:
    page.route("**/eid/login", lambda route: route.fulfill(json={"next": answer}))
    desk.put(INSERTED)
    page.goto(f"{site.url}/login?language=en")
    desk.sign()
    expect(page.locator("[data-step=pin] [data-says=done]")).to_be_visible()
    page.wait_for_timeout(300)
    assert page.url.startswith(site.url)


def test_server_that_is_away_is_no_fault_of_the_card(page: Page, site: Site, desk: Desk, agent: RunningAgent) -> None:
    desk.put(INSERTED)
    page.route("**/eid/challenge*", lambda route: route.abort())
    page.goto(f"{site.url}/login?language=en")
    told(page, "unreachable")
    page.unroute("**/eid/challenge*")
    page.click("#problem-unreachable button")
    desk.sign()
    done(page)


def test_page_and_agent_are_introduced_once(page: Page, site: Site, desk: Desk, tmp_path: Path) -> None:
    codes = CodesShown()
    agent = RunningAgent(desk, site.url, prompts=codes, pairings=Pairings(tmp_path / "pairings.json"))
    site.agent_url = agent.url
    desk.put(INSERTED)
    try:
        page.goto(f"{site.url}/login?language=en")
        page.click("[data-pairing] [data-begin]")
        expect(page.locator("#pairing-code")).to_be_focused()
        page.fill("#pairing-code", "000000" if codes.last() != "000000" else "111111")
        page.keyboard.press("Enter")
        expect(page.locator("#pairing-code-error")).to_be_visible()
        assert violations(page) == []
        page.fill("#pairing-code", f"{codes.last()[:3]} {codes.last()[3:]}")
        page.keyboard.press("Enter")
        desk.sign()
        done(page)
        page.goto(f"{site.url}/login?language=en")
        expect(page.locator("[data-step=pin] [data-says=ask]")).to_be_visible()
        desk.sign()
        done(page)
    finally:
        agent.close()
    assert len(codes.shown) == 1


def test_test_card_is_chosen_on_the_page(page: Page, site: Site) -> None:
    agent = RunningAgent(SoftwareCards([a_card(1), a_card(3)]), site.url)
    site.agent_url = agent.url
    try:
        page.goto(f"{site.url}/link?language=en")
        page.click("#link-eid")
        expect(page.locator("#test-card-3")).to_have_text("Damien Lambert")
        page.click("#test-card-3")
        done(page)
    finally:
        agent.close()
    [received] = site.received
    assert received["token"]["format"].startswith("web-eid:1")
    assert {"identity", "identitySignature", "rrnCertificate"} <= set(received["files"])
    assert "photo" not in received["files"]


def test_button_waits_for_its_script(page: Page, site: Site) -> None:
    """On a slow line, a press that nothing listens to yet would be lost."""
    agent = RunningAgent(SoftwareCards([a_card(3)]), site.url)
    site.agent_url = agent.url
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    try:
        page.route("**/eid_steps.js", hold)
        with page.expect_request("**/eid_steps.js"):
            page.goto(f"{site.url}/link?language=en", wait_until="commit")
        expect(page.locator("#link-eid")).to_be_disabled()
        held.pop().continue_()
        page.click("#link-eid")
        page.click("#test-card-3")
        done(page)
    finally:
        agent.close()


def test_news_are_said_to_those_who_listen(page: Page, site: Site, desk: Desk, agent: RunningAgent) -> None:
    page.goto(f"{site.url}/login?language=en")
    desk.put(EMPTY)

    expect(page.locator("[data-live]")).to_contain_text("Identity card: Insert your identity card")
    assert page.locator("[data-live]").get_attribute("role") == "status"
    assert page.locator("div:has(> .eid-problem)").get_attribute("role") == "alert"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_in_the_middle_of_it(
    chromium: Browser, site: Site, desk: Desk, agent: RunningAgent, scheme: str
) -> None:
    context = chromium.new_context(viewport={"width": 320, "height": 800}, color_scheme=scheme)  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(f"{site.url}/login?language=en")
    desk.put(INSERTED)
    expect(page.locator("[data-step=pin] [data-says=ask]")).to_be_visible()
    assert violations(page) == []
    desk.fail(CardProblem(Problem.PIN_WRONG, tries=2))
    told(page, "pin-wrong")
    assert violations(page) == []
    assert not page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
    context.close()


def test_keyboard_walks_to_the_one_button_and_then_to_the_ways_out(
    page: Page, site: Site, desk: Desk, agent: RunningAgent
) -> None:
    desk.put(INSERTED)
    page.goto(f"{site.url}/login?language=en")
    desk.fail(CardProblem(Problem.CANCELLED))
    told(page, "cancelled")
    reached = []
    for _ in range(8):
        page.keyboard.press("Tab")
        reached.append(page.evaluate("document.activeElement.id || document.activeElement.textContent"))

    assert reached[-4:] == ["Try again", "other-way", "no-reader", "eid-help"]


def test_without_scripts_it_is_said_why_and_another_way_is_there(chromium: Browser, site: Site) -> None:
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{site.url}/login?language=en")
    expect(page.locator("#eid")).to_be_hidden()
    expect(page.locator("#needs-script")).to_contain_text("JavaScript")
    page.click("#other-way")
    page.wait_for_url("**/other-way")
    context.close()
