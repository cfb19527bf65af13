import json
from pathlib import Path

import pytest

from idp.eid.card.pairing import Pairings
from idp.eid.card.problems import CardProblem, Problem
from idp.eid.card.software_cards import SoftwareCards
from tests.support.card_agent import NONCE, ORIGIN, Page, Sitter, agent_with
from tests.support.software_cards import a_card

OTHER = "https://tool.immo.test"


def a_wrong(code: str) -> str:
    return f"{(int(code) + 1) % 10**6:06}"


def test_a_page_is_paired_by_the_code_that_the_user_copies(tmp_path: Path) -> None:
    sitter = Sitter()
    with agent_with(SoftwareCards((a_card(1),)), sitter, folder=tmp_path) as (page, _):
        refused = page.post("/authenticate", nonce=NONCE, card="1")
        pairing = page.post("/pair", lang="nl").json["pairing"]
        token = str(page.post("/pair/confirm", pairing=pairing, code=sitter.codes[0]).json["token"])
        paired = Page(page.port, headers={"Immo-Card-Pairing": token})

        assert (refused.status, refused.problem) == (403, "not-paired")
        assert paired.post("/authenticate", nonce=NONCE, card="1").status == 200
        with page.states() as states:
            assert next(states)["paired"] is False
        with paired.states() as states:
            assert next(states)["paired"] is True


def test_the_code_is_told_to_nobody_but_the_user(tmp_path: Path) -> None:
    sitter = Sitter()
    with agent_with(SoftwareCards((a_card(1),)), sitter, folder=tmp_path) as (page, _):
        answer = page.post("/pair")

    assert len(sitter.codes[0]) == 6
    assert sitter.codes[0].encode() not in answer.body


def test_reading_needs_pairing_too(tmp_path: Path) -> None:
    with agent_with(SoftwareCards((a_card(1),)), Sitter(), folder=tmp_path) as (page, _):
        answer = page.post("/identity", nonce=NONCE, want=["identity"], card="1")

    assert (answer.status, answer.problem) == (403, "not-paired")


def test_the_third_wrong_code_ends_the_pairing(tmp_path: Path) -> None:
    pairings = Pairings(tmp_path / "pairings.json")
    pairing, code = pairings.begin(ORIGIN)

    for _ in range(3):
        with pytest.raises(CardProblem) as caught:
            pairings.confirm(ORIGIN, pairing, a_wrong(code))
        assert caught.value.problem is Problem.NOT_PAIRED

    with pytest.raises(CardProblem):
        pairings.confirm(ORIGIN, pairing, code)


def test_two_wrong_codes_do_not(tmp_path: Path) -> None:
    pairings = Pairings(tmp_path / "pairings.json")
    pairing, code = pairings.begin(ORIGIN)
    for _ in range(2):
        with pytest.raises(CardProblem):
            pairings.confirm(ORIGIN, pairing, a_wrong(code))

    assert pairings.is_paired(ORIGIN, pairings.confirm(ORIGIN, pairing, code))


def test_a_code_works_once_and_for_its_origin_and_pairing(tmp_path: Path) -> None:
    pairings = Pairings(tmp_path / "pairings.json")
    pairing, code = pairings.begin(ORIGIN)

    for origin, name in ((OTHER, pairing), (ORIGIN, "another")):
        with pytest.raises(CardProblem):
            pairings.confirm(origin, name, code)
    token = pairings.confirm(ORIGIN, pairing, code)
    with pytest.raises(CardProblem):
        pairings.confirm(ORIGIN, pairing, code)

    assert pairings.is_paired(ORIGIN, token)
    assert not pairings.is_paired(OTHER, token)
    assert not pairings.is_paired(ORIGIN, token + "x")
    assert not pairings.is_paired(ORIGIN, None)


def test_a_code_is_good_for_two_minutes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    now = [1000.0]
    monkeypatch.setattr("idp.eid.card.pairing._now", lambda: now[0])
    pairings = Pairings(tmp_path / "pairings.json")
    pairing, code = pairings.begin(ORIGIN)

    now[0] += 120

    with pytest.raises(CardProblem):
        pairings.confirm(ORIGIN, pairing, code)


def test_a_newer_code_replaces_the_older(tmp_path: Path) -> None:
    pairings = Pairings(tmp_path / "pairings.json")
    older = pairings.begin(ORIGIN)
    newer = pairings.begin(ORIGIN)

    with pytest.raises(CardProblem):
        pairings.confirm(ORIGIN, *older)
    assert pairings.confirm(ORIGIN, *newer)


def test_pairings_outlive_the_program_and_are_kept_as_hashes(tmp_path: Path) -> None:
    path = tmp_path / "new" / "pairings.json"
    pairings = Pairings(path)
    token = pairings.confirm(ORIGIN, *pairings.begin(ORIGIN))

    assert Pairings(path).is_paired(ORIGIN, token)
    assert token not in path.read_text("utf-8")
    assert path.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("content", ["", "[]", '{"https://login.immo.test": 1}', "\x00"])
def test_a_damaged_file_pairs_nobody_and_hinders_nobody(tmp_path: Path, content: str) -> None:
    path = tmp_path / "pairings.json"
    path.write_text(content, "utf-8")
    pairings = Pairings(path)

    assert not pairings.is_paired(ORIGIN, "anything")
    assert pairings.is_paired(ORIGIN, pairings.confirm(ORIGIN, *pairings.begin(ORIGIN)))


def test_the_oldest_of_many_browsers_makes_room(tmp_path: Path) -> None:
    path = tmp_path / "pairings.json"
    pairings = Pairings(path)
    tokens = [pairings.confirm(ORIGIN, *pairings.begin(ORIGIN)) for _ in range(9)]

    assert [pairings.is_paired(ORIGIN, token) for token in tokens] == [False] + [True] * 8
    assert len(json.loads(path.read_text("utf-8"))[ORIGIN]) == 8
