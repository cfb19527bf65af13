"""What is shown for a question, in words: the same in a window and in a terminal."""

from dataclasses import dataclass
from enum import StrEnum

from idp.eid.card.cards import Want
from idp.eid.card.prompts.interface import Question
from idp.eid.card.prompts.words import WORDS, Words


class Kind(StrEnum):
    """What is expected of the user."""

    CONSENT = "consent"
    PIN = "pin"
    PAD = "pad"
    CODE = "code"


@dataclass(frozen=True, slots=True)
class Message:
    """What is shown; `warning` and `code` are empty where there is none."""

    kind: Kind
    language: str
    text: tuple[str, ...]
    warning: str = ""
    code: str = ""


def words_of(language: str) -> Words:
    """Return the words of a language; those of English for one that we do not speak."""
    return WORDS.get(language, WORDS["en"])


def message_for(question: Question, kind: Kind) -> Message:
    """Put a question in words."""
    words = words_of(question.language)
    about = {"origin": question.origin, "what": _what(question.wants, words)}
    if not question.signs_in:
        asked = words.read % about
    elif question.wants:
        asked = words.sign_in_and_read % about
    else:
        asked = words.sign_in % about
    text = (asked, words.on_pad) if kind is Kind.PAD else (asked, words.check)
    return Message(kind, question.language, text, _warning(question, words) if question.signs_in else "")


def message_with_code(origin: str, code: str, language: str) -> Message:
    """Put the code of a pairing in words."""
    words = words_of(language)
    return Message(Kind.CODE, language, (words.code % {"origin": origin}, words.code_unasked), code=code)


def _warning(question: Question, words: Words) -> str:
    parts = [words.wrong] if question.was_wrong else []
    if question.tries == 1:
        parts.append(words.last_try)
    elif question.was_wrong and question.tries is not None:
        parts.append(words.tries % {"tries": question.tries})
    return " ".join(parts)


def _what(wants: frozenset[Want], words: Words) -> str:
    names = {Want.IDENTITY: words.identity, Want.ADDRESS: words.address, Want.PHOTO: words.photo}
    # The identity is read with anything else: an address or a photo alone proves nothing.
    shown = [name for want, name in names.items() if want in wants or (wants and want is Want.IDENTITY)]
    if len(shown) < 2:
        return "".join(shown)
    return f"{', '.join(shown[:-1])} {words.conjunction} {shown[-1]}"
