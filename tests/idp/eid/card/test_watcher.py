"""What a page sees while readers and cards come and go."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from idp.eid.card.board import Board
from idp.eid.card.cards import CardPresence, ReaderState, Request, State
from idp.eid.card.plastic_cards import PlasticCards
from idp.eid.card.problems import CardProblem, Problem
from idp.eid.card.software.folder import IssuedCards
from idp.eid.card.watcher import Watcher
from tests.support.card_agent import NONCE, ORIGIN, Sitter, problem_of
from tests.support.card_slot import a_chip, insert, inserted
from tests.support.pcsc import SmartCardService
from tests.support.software_cards import a_card, an_authority
from tests.support.virtual_card.chip import SIGN, Chip
from tests.support.virtual_card.insertion import Insertion

EMPTY = State(ReaderState.PRESENT)
OLD = State(ReaderState.PRESENT, CardPresence.PRESENT, applet=17, tries=3)
NEW = State(ReaderState.PRESENT, CardPresence.PRESENT, applet=18, tries=3)
ASKED = Request(ORIGIN, NONCE, "en")


class Foreign(Chip):
    """A card that knows nothing of our commands."""

    def transmit(self, _sent: bytes) -> bytes:
        return b"\x6d\x00"


class Watch:
    """Follows a board that is watched."""

    def __init__(self, *reactions: str | Callable[[], str]) -> None:
        self.sitter = Sitter(*reactions)
        self.cards = PlasticCards(self.sitter, ())
        self.board = Board(State(ReaderState.NO_SERVICE))
        self.lock = threading.Lock()
        self.watcher = Watcher(self.cards, self.board, self.lock)
        self._number, _ = self.board.read()

    def next(self) -> State:
        """Return the next state that differs from the last."""
        news = self.board.wait(self._number, 15)
        assert news is not None and news[0] != self._number, "nothing was told"
        self._number = news[0]
        return news[1]

    def until(self, expected: State) -> None:
        """Follow the states to one; a card that was just put in may be busy for a moment."""
        for _ in range(6):
            if replace(self.next(), insertion=0) == expected:
                return
        raise AssertionError(f"never told: {expected}")


@pytest.fixture
def watch(smart_card_service: SmartCardService) -> Iterator[Watch]:
    found = Watch()
    found.watcher.start()
    yield found
    found.watcher.stop()


def test_cards_are_told_as_they_come_and_go(watch: Watch, smart_card_service: SmartCardService) -> None:
    watch.until(EMPTY)
    with inserted(smart_card_service, a_chip(1)):
        watch.until(OLD)
    watch.until(EMPTY)
    with inserted(smart_card_service, a_chip(2)):
        watch.until(NEW)
    watch.until(EMPTY)


def test_card_of_the_same_kind_is_told_though_nobody_saw_the_reader_empty(
    watch: Watch, smart_card_service: SmartCardService
) -> None:
    """The watcher looks twice a second, and somebody in a hurry is quicker."""
    watch.until(EMPTY)
    with inserted(smart_card_service, a_chip(2)):
        watch.until(NEW)
        _, first = watch.board.read()
        watch.watcher.stop()
    with inserted(smart_card_service, a_chip(3)):
        watch.watcher = Watcher(watch.cards, watch.board, watch.lock)
        watch.watcher.start()
        watch.until(NEW)
        _, second = watch.board.read()

    assert second != first


def test_a_blocked_card_is_told_at_once(watch: Watch, smart_card_service: SmartCardService) -> None:
    chip = a_chip(1)
    chip.tries = 0
    watch.until(EMPTY)

    with inserted(smart_card_service, chip):
        watch.until(replace(OLD, tries=0, problem=Problem.PIN_BLOCKED))


def test_a_foreign_card_is_told_as_such(watch: Watch, smart_card_service: SmartCardService) -> None:
    chip = Foreign(IssuedCards(an_authority(), (a_card(1),)), a_card(1))
    watch.until(EMPTY)

    with inserted(smart_card_service, chip):
        watch.until(State(ReaderState.PRESENT, CardPresence.UNSUPPORTED))


def test_a_service_that_stops_and_comes_back_is_told(watch: Watch, smart_card_service: SmartCardService) -> None:
    watch.until(EMPTY)
    try:
        smart_card_service.stop()
        watch.until(State(ReaderState.NO_SERVICE))
        assert problem_of(lambda: watch.cards.authenticate(ASKED)) == (Problem.NO_SERVICE, None)

        smart_card_service.start(readers=0)
        watch.until(State(ReaderState.NONE))
        assert problem_of(lambda: watch.cards.authenticate(ASKED)) == (Problem.NO_READER, None)
    finally:
        smart_card_service.stop()
        smart_card_service.start()
    watch.until(EMPTY)
    with inserted(smart_card_service, a_chip(2)):
        watch.until(NEW)


def test_a_card_that_goes_while_a_page_waits_takes_the_question_away(
    watch: Watch, smart_card_service: SmartCardService
) -> None:
    watch.until(EMPTY)
    sitter = watch.sitter

    def wait_for_the_end() -> str:
        assert sitter.hidden.wait(15)
        raise CardProblem(Problem.CANCELLED)

    def sign() -> None:
        with watch.lock:
            problems.append(problem_of(lambda: watch.cards.authenticate(ASKED)))

    problems: list[tuple[Problem, int | None]] = []
    signing = threading.Thread(target=sign)
    sitter.reactions.append(wait_for_the_end)
    with inserted(smart_card_service, a_chip(2)) as insertion:
        watch.until(NEW)
        signing.start()
        assert sitter.asked.wait(15)
        insertion.remove()
        signing.join(20)
    assert problems == [(Problem.CARD_REMOVED, None)]
    watch.until(EMPTY)


def test_a_card_pulled_out_of_its_signature_is_told_when_it_is_back(
    watch: Watch, smart_card_service: SmartCardService
) -> None:
    def pull(insertion: Insertion, command: bytes) -> None:
        if command[1] == SIGN:
            insertion.remove()

    chip = a_chip(2)
    watch.sitter.reactions.append(chip.pin)
    watch.until(EMPTY)
    insertion = insert(smart_card_service, chip, before=pull)
    watch.until(NEW)

    with watch.lock:
        assert problem_of(lambda: watch.cards.authenticate(ASKED)) == (Problem.CARD_REMOVED, None)

    watch.until(EMPTY)
    insertion.remove()
    with inserted(smart_card_service, chip):
        watch.until(NEW)


def test_what_an_operation_saw_in_passing_does_not_stay(watch: Watch, smart_card_service: SmartCardService) -> None:
    watch.until(EMPTY)
    with inserted(smart_card_service, a_chip(2)):
        watch.until(NEW)
        for passing in (EMPTY, replace(NEW, problem=Problem.CARD_BUSY), replace(NEW, problem=Problem.FAILED)):
            watch.board.post(passing)
            watch.until(NEW)
