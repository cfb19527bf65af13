from dataclasses import fields, replace

import pytest

from idp.eid.card.cards import Want
from idp.eid.card.prompts.interface import Question
from idp.eid.card.prompts.messages import Kind, message_for, words_of
from idp.eid.card.prompts.words import WORDS, Words
from tests.support.card_agent import ORIGIN

SIGN_IN = Question(ORIGIN, "en", signs_in=True, tries=3)
PLACES = {"%(origin)s", "%(what)s", "%(tries)s"}


def test_every_language_has_its_own_words_with_the_same_places() -> None:
    assert set(WORDS) == {"nl", "fr", "en"}
    for field in fields(Words):
        said = {language: str(getattr(words, field.name)) for language, words in WORDS.items()}
        assert len({frozenset(place for place in PLACES if place in text) for text in said.values()}) == 1, field.name
        if field.name != "photo":
            assert len(set(said.values())) == 3, field.name


def test_a_language_that_we_do_not_speak_is_answered_in_english() -> None:
    assert words_of("de") == WORDS["en"]


@pytest.mark.parametrize("language", ["nl", "fr", "en"])
@pytest.mark.parametrize("wants", [frozenset(), frozenset({Want.ADDRESS}), frozenset(Want)])
@pytest.mark.parametrize("signs_in", [True, False])
def test_who_asks_for_what_is_always_said(language: str, *, wants: frozenset[Want], signs_in: bool) -> None:
    message = message_for(Question(ORIGIN, language, signs_in=signs_in, wants=wants), Kind.CONSENT)

    words = WORDS[language]
    assert ORIGIN in message.text[0]
    assert (words.address in message.text[0]) is (Want.ADDRESS in wants)
    assert (words.photo in message.text[0]) is (Want.PHOTO in wants)
    assert (words.identity in message.text[0]) is bool(wants)
    assert words.check in message.text


def test_a_wrong_pin_is_told_with_what_is_left() -> None:
    fresh = message_for(SIGN_IN, Kind.PIN)
    wrong = message_for(replace(SIGN_IN, tries=2, was_wrong=True), Kind.PIN)
    unknown = message_for(replace(SIGN_IN, tries=None, was_wrong=True), Kind.PIN)

    assert fresh.warning == ""
    assert wrong.warning == "That PIN was not right. Tries left: 2."
    assert unknown.warning == "That PIN was not right."


@pytest.mark.parametrize("language", ["nl", "fr", "en"])
def test_the_last_try_is_warned_of(language: str) -> None:
    message = message_for(Question(ORIGIN, language, signs_in=True, tries=1), Kind.PIN)

    assert message.warning == WORDS[language].last_try


def test_a_pad_is_named_as_the_place_for_the_pin() -> None:
    assert WORDS["en"].on_pad in message_for(SIGN_IN, Kind.PAD).text
