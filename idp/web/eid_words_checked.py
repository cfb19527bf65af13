"""What is said where the server refuses a card: what is wrong with it, or with what it sent (E4, eid.md 8)."""

from collections.abc import Mapping

from core.infra.messages import N_
from idp.eid.problems import EidProblem
from idp.web.eid_next_step import AGAIN, EidWords, NextStep, Stage

CHECKED: Mapping[EidProblem, EidWords] = {
    EidProblem.CHALLENGE_GONE: EidWords(
        Stage.PIN,
        N_("This took too long"),
        N_("For your safety each reading of a card counts for five minutes, and once only. Nothing was kept."),
        NextStep.AGAIN,
        N_("Start again"),
    ),
    EidProblem.BAD_TOKEN: EidWords(
        Stage.PROGRAM,
        N_("The answer of the card could not be read"),
        N_("The program that reads your card sent something that we do not understand. It is probably too old."),
        NextStep.PROGRAM,
        N_("See which program is needed"),
    ),
    EidProblem.BAD_SIGNATURE: EidWords(
        Stage.PROGRAM,
        N_("The card answered for another page"),
        N_(
            "What your card confirmed is not meant for this page, so it was refused. Look at the address at the top "
            "of your browser: go on only if it is the one you know."
        ),
        NextStep.AGAIN,
        AGAIN,
    ),
    EidProblem.NOT_FOR_LOGIN: EidWords(
        Stage.CARD,
        N_("The wrong certificate was chosen"),
        N_(
            "An identity card has one certificate to sign in with and one to sign documents with. Choose the one "
            "whose name ends in “(Authentication)”."
        ),
        NextStep.AGAIN,
        AGAIN,
    ),
    EidProblem.CERTIFICATE_MISSING_NUMBER: EidWords(
        Stage.CARD,
        N_("The card does not say clearly whose it is"),
        N_("We recognise you by the national number in the card's certificate, and this card does not carry one."),
        NextStep.HELPDESK,
    ),
    EidProblem.CERTIFICATE_EXPIRED: EidWords(
        Stage.CARD,
        N_("The certificate of your card has expired"),
        N_(
            "Your municipality renews it, or gives you a new card. An account that is linked stays linked: your new "
            "card opens it too."
        ),
        NextStep.OTHER_WAY,
    ),
    EidProblem.CERTIFICATE_NOT_YET: EidWords(
        Stage.CARD,
        N_("The certificate of your card is not valid yet"),
        N_("It can be used from a later day on. Until then, go on without it."),
        NextStep.OTHER_WAY,
    ),
    EidProblem.CERTIFICATE_REVOKED: EidWords(
        Stage.CARD,
        N_("This card was withdrawn"),
        N_(
            "The government has withdrawn its certificate, for a while or for good, as it does when a card is "
            "reported lost or stolen or is replaced. If you did not know, ask your municipality."
        ),
        NextStep.OTHER_WAY,
    ),
    EidProblem.CERTIFICATE_UNKNOWN: EidWords(
        Stage.CARD,
        N_("The government's service does not know this card"),
        N_("Ask your municipality whether the certificates of your card are active."),
        NextStep.OTHER_WAY,
    ),
    EidProblem.WEAK_ALGORITHM: EidWords(
        Stage.CARD,
        N_("This card is too old"),
        N_("It protects itself in a way that is no longer safe enough. Your municipality can replace it."),
        NextStep.OTHER_WAY,
    ),
    EidProblem.ISSUER_UNKNOWN: EidWords(
        Stage.CARD,
        N_("We do not know who issued this card"),
        N_(
            "It was not issued by one of the authorities for Belgian identity cards that we know. Our helpdesk can "
            "find out why."
        ),
        NextStep.HELPDESK,
    ),
    EidProblem.REVOCATION_UNAVAILABLE: EidWords(
        Stage.CARD,
        N_("Your card could not be checked just now"),
        N_(
            "The government's service that tells whether a card is still valid does not answer. Nothing is wrong "
            "with your card. Try again in a few minutes."
        ),
        NextStep.AGAIN,
        AGAIN,
    ),
    EidProblem.FILES_INVALID: EidWords(
        Stage.CARD,
        N_("The data on the card could not be confirmed"),
        N_(
            "They do not carry the valid seal of the National Register, so nothing was kept. If this happens again, "
            "tell our helpdesk."
        ),
        NextStep.AGAIN,
        AGAIN,
    ),
    EidProblem.FILES_OF_OTHER_PERSON: EidWords(
        Stage.CARD,
        N_("These data belong to another card"),
        N_(
            "The card of the PIN and the card of the data are not of the same person, so nothing was kept. Leave one "
            "card in the reader until this page goes on."
        ),
        NextStep.AGAIN,
        AGAIN,
    ),
    EidProblem.DOCUMENT_EXPIRED: EidWords(
        Stage.CARD,
        N_("Your identity card is no longer valid"),
        N_("Your municipality gives you a new one, with which you can do this later."),
        NextStep.OTHER_WAY,
    ),
    EidProblem.NOT_LINKED: EidWords(
        Stage.CARD,
        N_("Your card is fine, but no account is linked to it yet"),
        N_(
            "Sign in another way this once, or create an account, and link your card then. From that moment the card "
            "alone is enough."
        ),
        NextStep.OTHER_WAY,
    ),
    EidProblem.LINKED_TO_OTHER_ACCOUNT: EidWords(
        Stage.CARD,
        N_("This card is linked to another account"),
        N_(
            "A person has one account, and a card belongs to one account. If it is your card, sign out and sign in "
            "with it: that opens the other account. Our helpdesk helps you to keep the account that you want. If it is "
            "somebody else's card, insert your own."
        ),
        NextStep.HELPDESK,
        leads_out=True,
    ),
    EidProblem.OTHER_HOLDER: EidWords(
        Stage.CARD,
        N_("This is the card of somebody else"),
        N_("It does not belong to the person whose account this is. Insert your own card."),
        NextStep.AGAIN,
        AGAIN,
    ),
    EidProblem.TOO_OFTEN: EidWords(
        Stage.CARD,
        N_("There were too many attempts"),
        N_("Where a card is refused again and again, we stop for a while. Wait some minutes and try again then."),
        NextStep.AGAIN,
        AGAIN,
    ),
}
