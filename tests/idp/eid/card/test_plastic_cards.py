"""Cards in a reader: our own virtual card behind a real smart-card service, read by pyscard, signed with by OpenSC."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from idp.eid.card.cards import CardPresence, ReaderState, Request, State, Want
from idp.eid.card.modules import CHOSEN, ModulePlace, installed
from idp.eid.card.plastic_cards import PlasticCards
from idp.eid.card.problems import CardProblem, Problem
from tests.support.card_agent import NONCE, ORIGIN, Sitter, der_of, problem_of, verify_token
from tests.support.card_slot import a_chip, insert, inserted, wait_until
from tests.support.pcsc import SmartCardService
from tests.support.virtual_card.chip import READ, SIGN, VERIFY
from tests.support.virtual_card.insertion import Insertion

OPENSC = tuple(place for place in installed("Linux") if place.maker == "OpenSC")
ASKED = Request(ORIGIN, NONCE, "en", wants=frozenset({Want.IDENTITY, Want.ADDRESS}))


def cards_with(*reactions: str | Callable[[], str], modules: Sequence[ModulePlace] = ()) -> tuple[PlasticCards, Sitter]:
    sitter = Sitter(*reactions)
    return PlasticCards(sitter, modules), sitter


@pytest.mark.parametrize("number", [1, 2], ids=["1.7", "1.8"])
@pytest.mark.parametrize("modules", [(), OPENSC], ids=["commands", "OpenSC"])
def test_the_card_signs_in_and_is_left_closed(
    smart_card_service: SmartCardService, number: int, modules: Sequence[ModulePlace]
) -> None:
    chip = a_chip(number)
    cards, sitter = cards_with(chip.pin, modules=modules)

    with inserted(smart_card_service, chip):
        token = cards.authenticate(ASKED)

        verify_token(token, chip.card)
        assert not chip.is_open
    assert len(sitter.questions) == 1
    assert (sitter.questions[0].origin, sitter.questions[0].tries) == (ORIGIN, 3)


def test_opensc_is_really_asked_where_it_can_sign(smart_card_service: SmartCardService) -> None:
    """It hands the old card a DigestInfo of 51 bytes; our own commands hand over the digest's 32."""
    lengths = []

    def listen(_: Insertion, command: bytes) -> None:
        if command[1] == SIGN:
            lengths.append(command[4])

    for modules in ((), OPENSC):
        chip = a_chip(1)
        insertion = insert(smart_card_service, chip, before=listen)
        try:
            cards_with(chip.pin, modules=modules)[0].authenticate(ASKED)
        finally:
            insertion.remove()
            wait_until(has_card=False)

    assert lengths == [32, 51]


@pytest.mark.parametrize("modules", [(), OPENSC], ids=["commands", "OpenSC"])
def test_a_certificate_that_cannot_be_read_costs_nobody_a_pin(
    smart_card_service: SmartCardService, modules: Sequence[ModulePlace]
) -> None:
    chip = a_chip(2)
    chip.files["3F00/DF00/5038"] = bytes.fromhex("30820008") + b"damaged!" + bytes(1100)
    cards, sitter = cards_with(chip.pin, modules=modules)
    with inserted(smart_card_service, chip):
        assert problem_of(lambda: cards.authenticate(ASKED)) == (Problem.UNSUPPORTED_CARD, None)
    assert not sitter.questions


def test_a_module_that_was_chosen_must_be_there(smart_card_service: SmartCardService, tmp_path: Path) -> None:
    cards, sitter = cards_with("1234", modules=(ModulePlace(CHOSEN, tmp_path / "none.so"),))
    with inserted(smart_card_service, a_chip(1)):
        assert problem_of(lambda: cards.authenticate(ASKED)) == (Problem.MIDDLEWARE_MISSING, None)
    assert not sitter.questions


@pytest.mark.parametrize("number", [1, 2], ids=["1.7", "1.8"])
@pytest.mark.parametrize("modules", [(), OPENSC], ids=["commands", "OpenSC"])
def test_a_wrong_pin_is_asked_for_again_until_one_try_is_left(
    smart_card_service: SmartCardService, number: int, modules: Sequence[ModulePlace]
) -> None:
    chip = a_chip(number)
    cards, sitter = cards_with("0000", "1111", "2222", modules=modules)

    with inserted(smart_card_service, chip):
        first = problem_of(lambda: cards.authenticate(ASKED))
        state_between = cards.state()
        second = problem_of(lambda: cards.authenticate(ASKED))
        state_after = cards.state()
        third = problem_of(lambda: cards.authenticate(ASKED))

    assert first == (Problem.PIN_LAST_TRY, 1)
    assert (state_between.tries, state_between.problem) == (1, None)
    assert second == third == (Problem.PIN_BLOCKED, 0)
    assert (state_after.tries, state_after.problem) == (0, Problem.PIN_BLOCKED)
    assert [(asked.tries, asked.was_wrong) for asked in sitter.questions] == [(3, False), (2, True), (1, False)]
    assert chip.tries == 0


def test_the_right_pin_after_a_wrong_one_signs(smart_card_service: SmartCardService) -> None:
    chip = a_chip(2)
    cards, _ = cards_with("0000", chip.pin)

    with inserted(smart_card_service, chip):
        verify_token(cards.authenticate(ASKED), chip.card)

    assert chip.tries == 3


def test_who_cancels_sends_nothing_to_the_card(smart_card_service: SmartCardService) -> None:
    chip = a_chip(2)

    def cancel() -> str:
        raise CardProblem(Problem.CANCELLED)

    cards, _ = cards_with(cancel)
    with inserted(smart_card_service, chip):
        assert problem_of(lambda: cards.authenticate(ASKED)) == (Problem.CANCELLED, None)

    assert VERIFY not in chip.heard
    assert SIGN not in chip.heard


@pytest.mark.parametrize("modules", [(), OPENSC], ids=["commands", "OpenSC"])
@pytest.mark.parametrize("at", [VERIFY, SIGN], ids=["at the PIN", "at the signature"])
def test_a_card_pulled_out_is_told_and_works_when_it_is_back(
    smart_card_service: SmartCardService, modules: Sequence[ModulePlace], at: int
) -> None:
    chip = a_chip(1)

    def pull(insertion: Insertion, command: bytes) -> None:
        if command[1] == at and len(command) > 5:
            insertion.remove()

    cards, _ = cards_with(chip.pin, chip.pin, modules=modules)
    insertion = insert(smart_card_service, chip, before=pull)
    try:
        assert problem_of(lambda: cards.authenticate(ASKED)) == (Problem.CARD_REMOVED, None)
    finally:
        insertion.remove()
        wait_until(has_card=False)
    with inserted(smart_card_service, chip):
        verify_token(cards.authenticate(ASKED), chip.card)


def test_a_card_pulled_out_while_the_pin_is_asked_ends_the_question(smart_card_service: SmartCardService) -> None:
    chip = a_chip(2)
    insertion = insert(smart_card_service, chip)

    def pull() -> str:
        insertion.remove()
        wait_until(has_card=False)
        # The window is taken away, which looks like a refusal.
        raise CardProblem(Problem.CANCELLED)

    cards, _ = cards_with(pull)

    assert problem_of(lambda: cards.authenticate(ASKED)) == (Problem.CARD_REMOVED, None)


def test_the_pin_of_one_card_is_never_sent_to_another(smart_card_service: SmartCardService) -> None:
    first, second = a_chip(2), a_chip(3)
    insertion = insert(smart_card_service, first)
    later: list[Insertion] = []

    def swap() -> str:
        insertion.remove()
        wait_until(has_card=False)
        later.append(insert(smart_card_service, second))
        return first.pin

    cards, _ = cards_with(swap)
    try:
        assert problem_of(lambda: cards.authenticate(ASKED)) == (Problem.CARD_REMOVED, None)
    finally:
        later[0].remove()
        wait_until(has_card=False)

    assert VERIFY not in second.heard


def test_files_are_read_once_the_user_allows_it(smart_card_service: SmartCardService) -> None:
    chip = a_chip(2)
    cards, sitter = cards_with("allowed")

    with inserted(smart_card_service, chip):
        files = cards.identity(ASKED)

    assert (sitter.questions[0].signs_in, sitter.questions[0].wants) == (False, ASKED.wants)
    assert files["identity"] == chip.card.files()["identity"]
    assert "photo" not in files
    key = serialization.load_der_public_key(files["basicPublicKey"])
    assert isinstance(key, ec.EllipticCurvePublicKey)
    key.verify(
        der_of(files["chipSignature"]), b"immo-connect eid chip" + (ORIGIN + NONCE).encode(), ec.ECDSA(hashes.SHA384())
    )


def test_the_old_card_has_no_key_of_its_chip(smart_card_service: SmartCardService) -> None:
    cards, _ = cards_with("allowed")

    with inserted(smart_card_service, a_chip(1)):
        files = cards.identity(ASKED)

    assert "chipSignature" not in files
    assert "basicPublicKey" not in files


def test_nothing_is_read_for_who_refuses(smart_card_service: SmartCardService) -> None:
    chip = a_chip(2)

    def refuse() -> str:
        raise CardProblem(Problem.CANCELLED)

    cards, _ = cards_with(refuse)
    with inserted(smart_card_service, chip):
        assert problem_of(lambda: cards.identity(ASKED)) == (Problem.CANCELLED, None)

    assert READ not in chip.heard


def test_signing_in_and_reading_are_one_question(smart_card_service: SmartCardService) -> None:
    chip = a_chip(2)
    more = Request(ORIGIN, NONCE, "en", wants=frozenset(Want))
    cards, sitter = cards_with(chip.pin, "allowed", "allowed")

    with inserted(smart_card_service, chip):
        cards.authenticate(ASKED)
        cards.identity(ASKED)
        assert len(sitter.questions) == 1
        cards.identity(ASKED)
        assert len(sitter.questions) == 2
        cards.identity(more)
        assert len(sitter.questions) == 3


def test_what_lies_in_the_reader_is_told(smart_card_service: SmartCardService) -> None:
    cards, _ = cards_with()

    empty = cards.state()
    with inserted(smart_card_service, a_chip(1)):
        full = cards.state()
        still_full = cards.state()
    with inserted(smart_card_service, a_chip(1)):
        full_again = cards.state()

    assert empty == State(ReaderState.PRESENT)
    assert full == State(ReaderState.PRESENT, CardPresence.PRESENT, applet=17, tries=3, insertion=1)
    assert still_full == full
    assert full_again == replace(full, insertion=2)
    assert problem_of(lambda: cards.authenticate(ASKED)) == (Problem.NO_CARD, None)
