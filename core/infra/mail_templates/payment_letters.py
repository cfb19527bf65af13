"""Mails about what was paid into an organisation's wallet, and about what was taken back of it."""

from collections.abc import Mapping

from core.infra.mail_templates.letter import Letter
from core.infra.messages import N_

_WALLET = "%(portal_url)s/organisations/%(organisation_id)s/wallet"
_SEE_WALLET = N_("See the wallet")
_TO_MANAGER = N_("You receive this message because you are a manager of %(organisation)s.")

LETTERS: Mapping[str, Letter] = {
    "wallet-recharged": Letter(
        subject=N_("The wallet of %(organisation)s is recharged"),
        paragraphs=(
            N_("Your online payment of %(amount)s has arrived. It stands on the wallet of %(organisation)s."),
            N_("The receipt is with the transaction, on the page of the wallet."),
        ),
        action=_SEE_WALLET,
        address=_WALLET,
        reason=N_("You receive this message because you recharged the wallet of %(organisation)s."),
    ),
    "wallet-credited": Letter(
        subject=N_("A bank transfer to the wallet of %(organisation)s has arrived"),
        paragraphs=(
            N_(
                "%(amount)s arrived on the wallet of %(organisation)s by bank transfer. Afterwards there was"
                " %(balance)s on it."
            ),
            N_("The receipt is with the transaction, on the page of the wallet."),
        ),
        action=_SEE_WALLET,
        address=_WALLET,
        reason=_TO_MANAGER,
        may_wait=True,
    ),
    "wallet-recharge-refunded": Letter(
        subject=N_("A payment for the wallet of %(organisation)s was paid back"),
        paragraphs=(
            N_("We paid back %(amount)s of an online payment to the account or card that it came from."),
            N_("The amount was taken from the wallet of %(organisation)s."),
        ),
        action=_SEE_WALLET,
        address=_WALLET,
        reason=_TO_MANAGER,
    ),
    "wallet-recharge-charged-back": Letter(
        subject=N_("A payment for the wallet of %(organisation)s was undone"),
        paragraphs=(
            N_("The payer's bank took back %(amount)s of an online payment."),
            N_(
                "The amount was taken from the wallet of %(organisation)s. If less was left, nothing can be paid"
                " from it until it is recharged."
            ),
        ),
        action=_SEE_WALLET,
        address=_WALLET,
        reason=_TO_MANAGER,
    ),
}
