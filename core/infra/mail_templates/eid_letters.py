"""Mails about the identity card of an account: none of them says a number, or names another account."""

from collections.abc import Mapping

from core.infra.mail_templates.letter import Letter
from core.infra.messages import N_

_FROM_WHERE = N_("It was done with %(browser)s on %(system)s, from the network %(network)s, on %(when)s.")
_CARD = "%(issuer_url)s/account/eid"
_NOTHING_TO_DO = N_("If it was you, there is nothing to do.")
_OWNER = N_("You receive this message because the account belongs to this address.")

LETTERS: Mapping[str, Letter] = {
    "eid-linked": Letter(
        subject=N_("An identity card was linked to your account"),
        paragraphs=(
            N_("From now on you can sign in with your identity card and its PIN."),
            N_("What the card proves about you is locked in your data."),
            _FROM_WHERE,
            _NOTHING_TO_DO,
            N_("If it was not you, end that sign-in, change your password, and tell our helpdesk."),
        ),
        action=N_("See what was linked"),
        address=_CARD,
        reason=_OWNER,
    ),
    "eid-renewed": Letter(
        subject=N_("Another identity card of yours was used"),
        paragraphs=(
            N_("Your account was used with an identity card of yours that we did not know yet."),
            N_("That is how it should be once you have a new card. You need not link it again."),
            _FROM_WHERE,
            N_("If you have no new card, end that sign-in and tell our helpdesk and your municipality."),
        ),
        action=N_("See what is linked"),
        address=_CARD,
        reason=_OWNER,
    ),
    "eid-unlinked": Letter(
        subject=N_("Your identity card is no longer linked"),
        paragraphs=(
            N_("The link between your account and your identity card was removed on %(when)s."),
            N_("The card no longer opens your account, and you can edit again what it had locked."),
            N_("Tools that ask for an identity card stay closed until you link one again."),
            N_("If you did not ask for this, tell our helpdesk."),
        ),
        action=N_("Link my identity card"),
        address=_CARD,
        reason=_OWNER,
    ),
    "eid-of-other-account": Letter(
        subject=N_("This identity card could not be linked to your account"),
        paragraphs=(
            N_("Somebody who is signed in to this account tried to link an identity card to it."),
            N_("Its holder already has an account here, and nobody has two. Nothing was changed."),
            _FROM_WHERE,
            N_("If it was you, sign in to your other account; there you can merge this one into it."),
            N_("If you no longer know how to sign in there, choose a new password, or ask our helpdesk."),
            N_("If it was not you, end that sign-in, change your password, and tell our helpdesk."),
        ),
        action=N_("Find my other account"),
        address="%(issuer_url)s/account/recover",
        reason=_OWNER,
    ),
    "eid-tried-elsewhere": Letter(
        subject=N_("Your identity card was used with another account"),
        paragraphs=(
            N_("Somebody tried to link your identity card, with its PIN, to another account than yours."),
            N_("We refused it: your card stays linked to this account, and nothing was changed."),
            _FROM_WHERE,
            N_("If it was you, you have two accounts: sign in to this one, and merge the other into it."),
            N_("If it was not you, somebody has your card and knows its PIN. Tell your municipality at once."),
        ),
        action=N_("See my account"),
        address=_CARD,
        reason=_OWNER,
    ),
}
