"""The words of a problem with a card, and where the one thing to do next leads."""

from dataclasses import dataclass
from enum import StrEnum

from core.infra.messages import N_

AGAIN = N_("Try again")


class NextStep(StrEnum):
    """Where the one button of a problem leads."""

    AGAIN = "again"
    OTHER_WAY = "other-way"
    PROGRAM = "program"
    PERMISSION = "permission"
    HELPDESK = "helpdesk"


class Stage(StrEnum):
    """At which of the four live steps a problem shows."""

    PROGRAM = "program"
    READER = "reader"
    CARD = "card"
    PIN = "pin"


@dataclass(frozen=True, slots=True)
class EidWords:
    """A problem in words; `label` is what its button says, None where that depends on the page.

    `leads_out` tells that signing out is a way on too, because the account of the card is another one.
    """

    stage: Stage
    title: str
    text: str
    next_step: NextStep
    label: str | None = None
    leads_out: bool = False
