"""Mails to managers about what the company register says of their organisation."""

from collections.abc import Mapping

from core.infra.mail_templates.letter import Letter
from core.infra.messages import N_

_ORGANISATION = "%(portal_url)s/organisations/%(organisation_id)s"
_SEE = N_("See the data of my organisation")
_TO_MANAGER = N_("You receive this message because you are a manager of %(organisation)s.")

LETTERS: Mapping[str, Letter] = {
    "company-differs": Letter(
        subject=N_("The company register says something else about %(organisation)s"),
        paragraphs=(
            N_("The Belgian company register does not say the same about %(organisation)s as you do: %(fields)s."),
            N_("Nothing was changed. Choose for each what is right: take over what the register says, or keep yours."),
            N_("Is the register wrong? Then have it corrected there, for example by your accountant."),
        ),
        action=_SEE,
        address=_ORGANISATION,
        reason=_TO_MANAGER,
        may_wait=True,
    ),
    "company-stopped": Letter(
        subject=N_("The company of %(organisation)s has stopped"),
        paragraphs=(
            N_("According to the Belgian company register the company of %(organisation)s has stopped."),
            N_("From now on nobody can ask to join the organisation, and no further tools can be registered for it."),
            N_("What you use already goes on working, and all data stay, so that you can finish your work."),
            N_("Is this not right? Then have the register corrected: as soon as it says so, all of this opens again."),
        ),
        action=_SEE,
        address=_ORGANISATION,
        reason=_TO_MANAGER,
    ),
    "company-active-again": Letter(
        subject=N_("%(organisation)s is open again"),
        paragraphs=(
            N_("The Belgian company register names the company of %(organisation)s as active again."),
            N_("People can ask to join the organisation again, and tools can be registered for it."),
        ),
        action=_SEE,
        address=_ORGANISATION,
        reason=_TO_MANAGER,
    ),
}
