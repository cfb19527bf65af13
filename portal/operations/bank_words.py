"""What the desk of the bank says: why money waits and for whom it may be, what decisions do. Source strings."""

from collections.abc import Mapping
from dataclasses import dataclass

from core.closing.bank_desk import BOOK, DISMISS, GIVE_BACK
from core.infra.messages import N_
from core.wallet.bank.desk import Sign
from core.wallet.bank.entries import Waiting


@dataclass(frozen=True, slots=True)
class Words:
    """What a decision is called, and what it does."""

    title: str
    consequence: str
    yes: str


REASONS: Mapping[Waiting, str] = {
    Waiting.NO_REFERENCE: N_("There is no structured message."),
    Waiting.WRONG_CHECK_DIGITS: N_("The check digits of the structured message are wrong."),
    Waiting.UNKNOWN_REFERENCE: N_("No wallet has this structured message."),
    Waiting.SEVERAL_REFERENCES: N_("It names several wallets."),
    Waiting.REVERSAL: N_("It takes another payment back."),
    Waiting.BATCH: N_("The bank does not tell its payments apart."),
    Waiting.TOO_LARGE: N_("It is more than may be put on a wallet at once."),
}

SIGNS: Mapping[Sign, str] = {
    Sign.SAME_SENDER: N_("the same account paid for it before"),
    Sign.SIMILAR_MESSAGE: N_("its message differs by one digit"),
}

ASKED: Mapping[str, str] = {
    BOOK.name: N_("A second operator was asked to put it on a wallet."),
    GIVE_BACK.name: N_("A second operator was asked to give it back."),
    DISMISS.name: N_("A second operator was asked to agree that it is not for a wallet."),
}

DECISIONS: Mapping[str, Words] = {
    "book": Words(
        N_("For a wallet"),
        N_("The amount is put on the wallet of this organisation. What the bank took back is taken from it."),
        N_("Ask a second operator"),
    ),
    "give-back": Words(
        N_("Give back"),
        N_("The amount is to be transferred to the account from which it came, with the bank's own program."),
        N_("Ask a second operator"),
    ),
    "dismiss": Words(
        N_("Not for a wallet"),
        N_("It is money of our own, or a payment of ours that came back. The wallets have nothing to do with it."),
        N_("Ask a second operator"),
    ),
}
