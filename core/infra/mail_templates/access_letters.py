"""Mails about access that ends."""

from collections.abc import Mapping

from core.infra.mail_templates.letter import Letter
from core.infra.messages import N_

LETTERS: Mapping[str, Letter] = {
    "access-closed": Letter(
        subject=N_("Your access to %(tool)s has ended"),
        paragraphs=(
            N_("You can no longer use %(tool)s on behalf of %(organisation)s."),
            N_("If you were using it, you are signed out there."),
            N_("Your account and your access to other tools stay as they are."),
        ),
        action=N_("See my organisations"),
        address="%(portal_url)s/",
        reason=N_("You receive this message because your access to %(tool)s was changed."),
    ),
}
