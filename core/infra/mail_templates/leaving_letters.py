"""Mails about an account that goes."""

from collections.abc import Mapping

from core.infra.mail_templates.letter import Letter
from core.infra.messages import N_

LETTERS: Mapping[str, Letter] = {
    "erasure-requested": Letter(
        subject=N_("Your account will be deleted"),
        paragraphs=(
            N_("You asked us to delete your account %(username)s. We will do so on %(due)s."),
            N_("Until then your account works as before, and you can undo your request at any time."),
            N_("It was done with %(browser)s on %(system)s, from the network %(network)s, on %(when)s."),
        ),
        action=N_("Keep my account"),
        address="%(issuer_url)s/account/privacy",
        reason=N_("You receive this message because the deletion of your account was requested."),
    ),
    "erasure-requested-by-helpdesk": Letter(
        subject=N_("Your account will be deleted"),
        paragraphs=(
            N_("On %(when)s our helpdesk noted that your account %(username)s is to be deleted."),
            N_("We will delete it on %(due)s."),
            N_("Until then your account works as before, and you can undo it at any time."),
        ),
        action=N_("Keep my account"),
        address="%(issuer_url)s/account/privacy",
        reason=N_("You receive this message because the deletion of your account was requested."),
    ),
    "erasure-undone-by-helpdesk": Letter(
        subject=N_("Your account stays"),
        paragraphs=(
            N_("On %(when)s our helpdesk withdrew the request to delete your account %(username)s. It stays as it is."),
        ),
        action=N_("To my account"),
        address="%(issuer_url)s/account/privacy",
        reason=N_("You receive this message because the deletion of your account was withdrawn."),
    ),
    "erasure-undone": Letter(
        subject=N_("Your account stays"),
        paragraphs=(
            N_("The deletion of your account %(username)s was undone. Nothing was deleted."),
            N_("It was done with %(browser)s on %(system)s, from the network %(network)s, on %(when)s."),
            N_("If you did not do this yourself, change your password and tell our helpdesk."),
        ),
        action=N_("See my account"),
        address="%(issuer_url)s/account/privacy",
        reason=N_("You receive this message because a request to delete your account was undone."),
    ),
    "erasure-waits": Letter(
        subject=N_("Your account could not be deleted yet"),
        paragraphs=(
            N_("Your account was to be deleted, but %(organisation)s would be left without a manager."),
            N_("Make a colleague manager there. Your account will then be deleted within a day."),
            N_("If you changed your mind, you can undo your request on the page about your privacy."),
        ),
        action=N_("See what to do"),
        address="%(issuer_url)s/account/privacy",
        reason=N_("You receive this message because the deletion of your account was requested."),
    ),
    "account-deleted": Letter(
        subject=N_("Your account is deleted"),
        paragraphs=(
            N_("Your account and everything we kept about you are deleted. This cannot be undone."),
            N_("The tools you used were told that you are signed out."),
            N_("This is the last message to this address: we no longer keep it."),
        ),
        action=N_("Go to Immo-Connect"),
        address="%(issuer_url)s/",
        reason=N_("You receive this message because your account was deleted."),
    ),
    "account-anonymised": Letter(
        subject=N_("Your account is deleted"),
        paragraphs=(
            N_("Your account is closed, and every personal detail in it is erased. This cannot be undone."),
            N_("What was done with the account stays in the books of the organisations, without your name."),
            N_("The tools you used were told that you are signed out."),
            N_("This is the last message to this address: we no longer keep it."),
        ),
        action=N_("Go to Immo-Connect"),
        address="%(issuer_url)s/",
        reason=N_("You receive this message because your account was deleted."),
    ),
    "colleague-erased": Letter(
        subject=N_("Somebody has left %(organisation)s"),
        paragraphs=(
            N_("%(name)s no longer has an account and is no longer a member of %(organisation)s."),
            N_("Tools that rested on an accreditation of theirs are stopped until another one takes its place."),
        ),
        action=N_("See my organisations"),
        address="%(portal_url)s/",
        reason=N_("You receive this message because you manage %(organisation)s."),
    ),
    "organisation-ended": Letter(
        subject=N_("%(organisation)s is no longer in Immo-Connect"),
        paragraphs=(
            N_("The last member of %(organisation)s has left, and with that the organisation has ended here."),
            N_("Your request or invitation is no longer open. If you work there, you can add the organisation again."),
        ),
        action=N_("See my organisations"),
        address="%(portal_url)s/",
        reason=N_("You receive this message because you asked to join %(organisation)s, or were invited to it."),
    ),
}
