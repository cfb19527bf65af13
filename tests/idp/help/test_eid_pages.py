"""The pages about a problem with a card, over HTTP: readable by anybody, and leading nowhere but back."""

from collections.abc import Callable
from html import escape

import pytest
from flask.testing import FlaskClient

from idp.eid.problems import EidProblem
from idp.web.card import problem_url
from idp.web.eid_words import WORDS
from tests.support.html_page import Element, Page, parse

Product = Callable[[], FlaskClient]
UID = "itx_01m83phyegfc88n39b01e5sc0p"


@pytest.fixture
def client(idp: Product) -> FlaskClient:
    return idp()


def document(html: str) -> Page:
    return parse("", 200, {"content-type": "text/html"}, html)


def inside(element: Element, tag: str) -> list[Element]:
    return [child for child in element.walk() if child.tag == tag]


@pytest.mark.parametrize("problem", EidProblem)
@pytest.mark.parametrize("uid", [UID, None])
def test_each_problem_has_a_page_with_one_next_step(client: FlaskClient, problem: EidProblem, uid: str | None) -> None:
    address = problem_url(problem, uid)
    answer = client.get(f"{address}{'&' if uid else '?'}language=en")

    page = document(answer.text)
    assert answer.status_code == 200
    assert page.one("#eid-problem").attributes["data-code"] == problem.value
    assert escape(WORDS[problem].title, quote=False) in answer.text.replace("&#39;", "'")
    [step] = inside(page.one("#next-step"), "a")
    assert step.text.strip()
    assert step.attributes["href"].startswith("/") or step.attributes["href"].endswith("/help/contact")


def test_next_step_leads_back_into_the_interaction(client: FlaskClient) -> None:
    again = document(client.get(f"/eid/problem/timeout?uid={UID}").text)
    other = document(client.get(f"/eid/problem/pin-blocked?uid={UID}").text)

    assert inside(again.one("#next-step"), "a")[0].attributes["href"] == f"/interaction/{UID}/eid"
    assert inside(other.one("#next-step"), "a")[0].attributes["href"] == f"/interaction/{UID}"


@pytest.mark.parametrize("uid", ["../../logout", "//elsewhere.example", "a/b", "a?b", "é", "", "a" * 5000 + "/"])
def test_address_that_names_no_interaction_leads_to_no_path_of_its_own(client: FlaskClient, uid: str) -> None:
    answer = client.get("/eid/problem/timeout", query_string={"uid": uid})

    [step] = inside(document(answer.text).one("#next-step"), "a")
    assert step.attributes["href"] in {"/account/eid", f"/interaction/{'a' * 100}/eid"}


def test_day_is_told_in_words_and_anything_else_is_not(client: FlaskClient) -> None:
    told = client.get("/eid/problem/certificate-expired?day=2026-01-31&language=en").text
    nonsense = client.get("/eid/problem/certificate-expired?day=soon&language=en").text

    assert "31 January 2026" in told
    assert "Day on the card" not in nonsense
    assert "soon" not in document(nonsense).one("#eid-problem").text


def test_what_is_no_problem_has_no_page(client: FlaskClient) -> None:
    assert client.get("/eid/problem/made-up").status_code == 404


def test_those_without_a_reader_are_led_on(client: FlaskClient) -> None:
    page = document(client.get(f"/eid/no-reader?uid={UID}").text)

    assert page.one("#go-on").attributes["href"] == f"/interaction/{UID}"
    assert page.one("#ask-helpdesk").attributes["href"].endswith("/help/contact")


@pytest.mark.parametrize("place", ["program", "permission", "pin", "not-read"])
def test_help_has_the_places_that_problems_lead_to(client: FlaskClient, place: str) -> None:
    assert document(client.get("/eid/help").text).has(f"#{place}")


def test_help_leads_back_to_the_card(client: FlaskClient) -> None:
    from_card = document(client.get(f"/eid/help?uid={UID}").text)
    from_elsewhere = document(client.get("/eid/help").text)
    from_account = document(client.get("/eid/help?account=1").text)

    assert from_card.one("#back").attributes["href"] == f"/interaction/{UID}/eid"
    assert from_account.one("#back").attributes["href"] == "/account/eid"
    assert not from_elsewhere.has("#back")


def test_problem_that_help_solves_leads_to_help_that_leads_back(client: FlaskClient) -> None:
    page = document(client.get(f"/eid/problem/no-client?uid={UID}").text)

    [step] = inside(page.one("#next-step"), "a")
    helping = document(client.get(step.attributes["href"]).text)
    assert helping.one("#back").attributes["href"] == f"/interaction/{UID}/eid"


def test_card_of_another_account_can_be_followed_there(client: FlaskClient) -> None:
    """E3: a way to the first account, which the card opens once nobody is signed in."""
    page = document(client.get(f"/eid/problem/linked-to-other-account?uid={UID}").text)

    assert page.one("#sign-out-link").attributes["href"] == "/end_session"
    assert not document(client.get(f"/eid/problem/other-holder?uid={UID}").text).has("#sign-out-link")
