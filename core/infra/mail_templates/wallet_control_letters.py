"""Mails about who may do what with an organisation's wallet, and about money that leaves it."""

from collections.abc import Mapping

from core.infra.mail_templates.letter import Letter
from core.infra.messages import N_

_WALLET = "%(portal_url)s/organisations/%(organisation_id)s/wallet"
_TO_MANAGER = N_("You receive this message because you are a manager of %(organisation)s.")

LETTERS: Mapping[str, Letter] = {
    "wallet-low": Letter(
        subject=N_("The wallet of %(organisation)s runs low"),
        paragraphs=(
            N_("The wallet of %(organisation)s fell below %(below)s. There was %(balance)s left."),
            N_("When it is empty, tools that have to be paid for can no longer be used."),
        ),
        action=N_("Recharge the wallet"),
        address=f"{_WALLET}/recharge",
        reason=_TO_MANAGER,
        may_wait=True,
    ),
    "wallet-transferred": Letter(
        subject=N_("Money was transferred from the wallet of %(organisation)s"),
        paragraphs=(
            N_("%(person)s transferred %(amount)s from the wallet of %(organisation)s to that of %(receiver)s."),
            N_("Did you not expect this? Then speak to %(person)s, or tell our helpdesk at once."),
        ),
        action=N_("See the transactions"),
        address=_WALLET,
        reason=_TO_MANAGER,
    ),
    "wallet-rights-changed": Letter(
        subject=N_("What you may do with the wallet of %(organisation)s was changed"),
        paragraphs=(
            N_("A manager of %(organisation)s has changed what you may do with its wallet."),
            N_("On the page below you see what you may do, and up to which amounts."),
        ),
        action=N_("See what I may do"),
        address=f"{_WALLET}/mine",
        reason=N_("You receive this message because you belong to %(organisation)s."),
    ),
}
