"""A frequent question with its answer, and the topic that it belongs to."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Question:
    """One question; `anchor` is its stable place on the page."""

    anchor: str
    question: str
    answer: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Topic:
    """Questions that belong together."""

    anchor: str
    heading: str
    questions: tuple[Question, ...]
