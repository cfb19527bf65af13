"""A page that is closed, or loaded again, while its user is asked for the PIN."""

import json
from collections.abc import Iterator
from http.client import HTTPConnection

import pytest

from idp.eid.card.http_api import LOOPBACK
from idp.eid.card.plastic_cards import PlasticCards
from idp.eid.card.problems import CardProblem, Problem
from tests.support.card_agent import NONCE, ORIGIN, Page, Sitter, agent_with, verify_token
from tests.support.card_slot import a_chip, inserted
from tests.support.pcsc import SmartCardService
from tests.support.virtual_card.chip import PIN, VERIFY, Chip


@pytest.fixture
def chip(smart_card_service: SmartCardService) -> Iterator[Chip]:
    found = a_chip(2)
    with inserted(smart_card_service, found):
        yield found


def ask_and_leave(page: Page, sitter: Sitter) -> None:
    connection = HTTPConnection(LOOPBACK, page.port, timeout=20)
    headers = {"Origin": ORIGIN, "Immo-Card": "1", "Content-Type": "application/json"}
    connection.request("POST", "/authenticate", json.dumps({"nonce": NONCE}).encode(), headers)
    assert sitter.asked.wait(15)
    connection.close()


def test_the_question_is_taken_away_and_the_next_page_is_served(chip: Chip, capfd: pytest.CaptureFixture[str]) -> None:
    def see_it_vanish() -> str:
        assert sitter.hidden.wait(15)
        raise CardProblem(Problem.CANCELLED)

    sitter = Sitter(see_it_vanish, PIN)
    with agent_with(PlasticCards(sitter, ()), sitter) as (page, _):
        ask_and_leave(page, sitter)
        answer = page.post("/authenticate", nonce=NONCE)

    assert answer.status == 200
    verify_token(answer.json, chip.card)
    assert chip.heard.count(VERIFY) == 1
    assert capfd.readouterr().err == ""


def test_a_page_that_leaves_while_it_waits_is_never_asked_about(chip: Chip) -> None:
    def let_another_come_and_go() -> str:
        impatient = HTTPConnection(LOOPBACK, page.port, timeout=20)
        headers = {"Origin": ORIGIN, "Immo-Card": "1", "Content-Type": "application/json"}
        impatient.request("POST", "/authenticate", json.dumps({"nonce": NONCE}).encode(), headers)
        impatient.close()
        # Nothing is taken away from the page whose turn it is.
        assert not sitter.hidden.wait(1.5)
        return PIN

    sitter = Sitter(let_another_come_and_go, PIN)
    with agent_with(PlasticCards(sitter, ()), sitter) as (page, _):
        first = page.post("/authenticate", nonce=NONCE)
        third = page.post("/authenticate", nonce=NONCE)

    assert (first.status, third.status) == (200, 200)
    assert len(sitter.questions) == 2


def test_a_second_page_is_told_that_the_card_is_busy(chip: Chip) -> None:
    def let_another_ask() -> str:
        second.append(page.post("/authenticate", nonce=NONCE).problem)
        return PIN

    second: list[object] = []
    sitter = Sitter(let_another_ask)
    with agent_with(PlasticCards(sitter, ()), sitter) as (page, _):
        answer = page.post("/authenticate", nonce=NONCE)

    assert second == ["card-busy"]
    assert answer.status == 200
