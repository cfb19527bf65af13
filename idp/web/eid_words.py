"""What is said about each problem with a card, and the one thing to do next (E4, eid.md 8).

Source strings, translated where they are shown. The same words stand in the live dialogue and on the
problem's own page; a day or a number of tries stands beside them, where one is known.
"""

from collections.abc import Mapping

from core.infra.messages import N_
from idp.eid.problems import EidProblem
from idp.web.eid_next_step import AGAIN, EidWords, NextStep, Stage
from idp.web.eid_words_checked import CHECKED

_CHECK = N_("Check again")

_AT_THE_USER: Mapping[EidProblem, EidWords] = {
    EidProblem.UNREACHABLE: EidWords(
        Stage.PROGRAM,
        N_("This page cannot reach Immo-Connect"),
        N_("Check that this computer is connected to the internet. Nothing is wrong with your card."),
        NextStep.AGAIN,
        AGAIN,
    ),
    EidProblem.NO_CLIENT: EidWords(
        Stage.PROGRAM,
        N_("No program was found that reads your card"),
        N_(
            "A browser cannot read a card by itself: it takes Web eID or the card agent on this computer. If you have "
            "it, start it or switch it on, and this page goes on by itself."
        ),
        NextStep.PROGRAM,
        N_("See what to install"),
    ),
    EidProblem.INSECURE_CONTEXT: EidWords(
        Stage.PROGRAM,
        N_("The browser allows no cards on this page"),
        N_("Cards are read only over a protected connection, whose address begins with https."),
        NextStep.OTHER_WAY,
    ),
    EidProblem.PERMISSION_DENIED: EidWords(
        Stage.PROGRAM,
        N_("The browser may not reach the card agent"),
        N_(
            "Your browser asks whether this page may reach programs on this computer, and the answer was no. You can "
            "change that, and this page goes on by itself."
        ),
        NextStep.PERMISSION,
        N_("See how to allow it"),
    ),
    EidProblem.NOT_PAIRED: EidWords(
        Stage.PROGRAM,
        N_("This page and the card agent do not know each other yet"),
        N_("They are introduced once, by a code that the card agent shows and that you type here."),
        NextStep.AGAIN,
        N_("Introduce them"),
    ),
    EidProblem.MIDDLEWARE_MISSING: EidWords(
        Stage.PROGRAM,
        N_("The eID software is missing on this computer"),
        N_("The program that reads your card needs the government's free eID software beside it."),
        NextStep.PROGRAM,
        N_("See what to install"),
    ),
    EidProblem.NO_SERVICE: EidWords(
        Stage.READER,
        N_("This computer's service for cards is not running"),
        N_("Leave the reader connected and restart the computer: that starts it."),
        NextStep.AGAIN,
        _CHECK,
    ),
    EidProblem.NO_READER: EidWords(
        Stage.READER,
        N_("No card reader is connected"),
        N_("Connect the reader to this computer. This page goes on by itself."),
        NextStep.AGAIN,
        _CHECK,
    ),
    EidProblem.NO_CARD: EidWords(
        Stage.CARD,
        N_("There is no card in the reader"),
        N_("Insert your identity card, with the chip first. This page goes on by itself."),
        NextStep.AGAIN,
        _CHECK,
    ),
    EidProblem.UNSUPPORTED_CARD: EidWords(
        Stage.CARD,
        N_("This is not a Belgian identity card that can be read"),
        N_(
            "Take it out and insert your identity card, with the chip first. A card that was never activated cannot be "
            "read: your municipality activates it."
        ),
        NextStep.AGAIN,
        _CHECK,
    ),
    EidProblem.CERTIFICATE_MISSING: EidWords(
        Stage.CARD,
        N_("This card has no certificate to sign in with"),
        N_("That is so for the cards of children, and where it was not asked for. Your municipality can add it."),
        NextStep.OTHER_WAY,
    ),
    EidProblem.PIN_WRONG: EidWords(
        Stage.PIN,
        N_("The PIN was not right"),
        N_("It is the PIN of your identity card, not that of your bank card or your telephone."),
        NextStep.AGAIN,
        N_("Enter the PIN again"),
    ),
    EidProblem.PIN_LAST_TRY: EidWords(
        Stage.PIN,
        N_("One try is left before the card is blocked"),
        N_(
            "Another wrong PIN blocks the card, and only your municipality can open it again. If you are not sure, "
            "stop here and go on without the card."
        ),
        NextStep.AGAIN,
        N_("I am sure of my PIN"),
    ),
    EidProblem.PIN_FORMAT: EidWords(
        Stage.PIN,
        N_("A PIN has 4 to 12 digits"),
        N_("Nothing was sent to the card, so you still have all your tries."),
        NextStep.AGAIN,
        N_("Enter the PIN again"),
    ),
    EidProblem.PIN_BLOCKED: EidWords(
        Stage.PIN,
        N_("The PIN of your card is blocked"),
        N_(
            "After three wrong PINs a card closes itself. Your municipality opens it again. What is linked stays "
            "linked; until then, go on without the card."
        ),
        NextStep.OTHER_WAY,
    ),
    EidProblem.CANCELLED: EidWords(
        Stage.PIN,
        N_("You stopped the reading of the card"),
        N_("Nothing was read and nothing was kept."),
        NextStep.AGAIN,
        AGAIN,
    ),
    EidProblem.TIMEOUT: EidWords(
        Stage.PIN,
        N_("The program waited for you, and then stopped"),
        N_("Nothing was kept. Its window may be hidden behind this one."),
        NextStep.AGAIN,
        AGAIN,
    ),
    EidProblem.CARD_REMOVED: EidWords(
        Stage.CARD,
        N_("The card was taken out too early"),
        N_("Insert it again, and leave it in until this page goes on."),
        NextStep.AGAIN,
        AGAIN,
    ),
    EidProblem.CARD_BUSY: EidWords(
        Stage.CARD,
        N_("Another program is using the card"),
        N_("Close the other programs and windows that use your identity card, and try again."),
        NextStep.AGAIN,
        AGAIN,
    ),
    EidProblem.FAILED: EidWords(
        Stage.CARD,
        N_("The card could not be used"),
        N_(
            "Take it out, insert it again and try once more. If that does not help, restart the computer with the "
            "reader connected."
        ),
        NextStep.AGAIN,
        AGAIN,
    ),
}

WORDS: Mapping[EidProblem, EidWords] = {**CHECKED, **_AT_THE_USER}
