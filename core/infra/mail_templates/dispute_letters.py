"""Mails about whose an organisation is: what is proven, disputes, and managers whom the helpdesk appoints."""

from collections.abc import Mapping

from core.infra.mail_templates.letter import Letter
from core.infra.messages import N_

_PORTAL = "%(portal_url)s/"
_HELP = "%(issuer_url)s/help/contact"
_SEE_ORGANISATIONS = N_("See my organisations")
_WRITE = N_("Write to the helpdesk")
_TO_MANAGER = N_("You receive this message because you are a manager of %(organisation)s.")
_TO_CLAIMANT = N_("You receive this message because you claimed %(organisation)s.")

LETTERS: Mapping[str, Letter] = {
    "dispute-opened": Letter(
        subject=N_("Somebody claims %(organisation)s"),
        paragraphs=(
            N_("%(person)s says that %(organisation)s is theirs. Our helpdesk asks both sides for proof."),
            N_("Until it is decided, nobody can be made a manager or lose that role. Nothing else changes."),
            N_(
                "Send the helpdesk what shows that you speak for the company: an extract of its register, or a statute."
            ),
        ),
        action=_WRITE,
        address=_HELP,
        reason=_TO_MANAGER,
    ),
    "dispute-received": Letter(
        subject=N_("Your claim to %(organisation)s"),
        paragraphs=(
            N_("We have noted that you claim %(organisation)s. Until it is decided, its managers stay the same."),
            N_("Send the helpdesk what shows that you speak for the company. People decide, never a deadline."),
        ),
        action=_WRITE,
        address=_HELP,
        reason=_TO_CLAIMANT,
    ),
    "dispute-withdrawn": Letter(
        subject=N_("The claim to %(organisation)s was withdrawn"),
        paragraphs=(
            N_("Whoever claimed %(organisation)s no longer does so."),
            N_("You can change again who manages it."),
        ),
        action=_SEE_ORGANISATIONS,
        address=_PORTAL,
        reason=_TO_MANAGER,
    ),
    "dispute-kept-managers": Letter(
        subject=N_("%(organisation)s stays with you"),
        paragraphs=(
            N_("The claim to %(organisation)s was examined and not accepted."),
            N_("You can change again who manages it."),
        ),
        action=_SEE_ORGANISATIONS,
        address=_PORTAL,
        reason=_TO_MANAGER,
    ),
    "dispute-kept-claimant": Letter(
        subject=N_("Your claim to %(organisation)s was not accepted"),
        paragraphs=(
            N_("We have examined what both sides sent us. %(organisation)s stays with those who manage it."),
            N_("Do you have better proof? Then write to the helpdesk."),
        ),
        action=_WRITE,
        address=_HELP,
        reason=_TO_CLAIMANT,
    ),
    "dispute-taken-over-managers": Letter(
        subject=N_("Somebody else now manages %(organisation)s"),
        paragraphs=(
            N_("We examined what both sides sent us. Whoever claimed %(organisation)s now manages it."),
            N_("They decide who else manages it."),
        ),
        action=_WRITE,
        address=_HELP,
        reason=_TO_MANAGER,
    ),
    "dispute-taken-over-claimant": Letter(
        subject=N_("You now manage %(organisation)s"),
        paragraphs=(
            N_("We have examined what both sides sent us, and accepted your claim to %(organisation)s."),
            N_(
                "Look at who works there. Those who managed it before still do; you can end that role for each of them."
            ),
        ),
        action=_SEE_ORGANISATIONS,
        address=_PORTAL,
        reason=_TO_CLAIMANT,
    ),
    "dispute-shared-managers": Letter(
        subject=N_("%(organisation)s has one more manager"),
        paragraphs=(
            N_("We examined what both sides sent us. Whoever claimed %(organisation)s now manages it with you."),
        ),
        action=_SEE_ORGANISATIONS,
        address=_PORTAL,
        reason=_TO_MANAGER,
    ),
    "dispute-shared-claimant": Letter(
        subject=N_("You now manage %(organisation)s together with others"),
        paragraphs=(
            N_("We examined what both sides sent us. You manage %(organisation)s with those who did so before."),
        ),
        action=_SEE_ORGANISATIONS,
        address=_PORTAL,
        reason=_TO_CLAIMANT,
    ),
    "organisation-verified": Letter(
        subject=N_("%(organisation)s is confirmed"),
        paragraphs=(
            N_("Our helpdesk has confirmed that %(organisation)s belongs to those who manage it here."),
            N_("You do not have to do anything."),
        ),
        action=_SEE_ORGANISATIONS,
        address=_PORTAL,
        reason=_TO_MANAGER,
    ),
    "manager-appointed": Letter(
        subject=N_("You are now a manager of %(organisation)s"),
        paragraphs=(
            N_("%(organisation)s had no manager any more. Our helpdesk has made you its manager."),
            N_("Its tools work again. Make a second person a manager, so that this does not happen again."),
        ),
        action=_SEE_ORGANISATIONS,
        address=_PORTAL,
        reason=N_("You receive this message because you work for %(organisation)s."),
    ),
}
