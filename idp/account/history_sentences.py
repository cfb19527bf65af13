"""What each action of the audit trail is called on the page of the person it concerns (A19).

Source strings, translated where they are shown. `%(organisation)s` and `%(tool)s` are names; where one
is not known any more, a neutral word stands for it. An action without a sentence here fails a test.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from core.infra.messages import N_


@dataclass(frozen=True, slots=True)
class Sentence:
    """How an action reads: `own` where the person did it, `about` where somebody else, or we, did it to them."""

    own: str
    about: str


def _alike(text: str) -> Sentence:
    return Sentence(text, text)


UNKNOWN = N_("Something was changed in your account.")
SOME_ORGANISATION = N_("an organisation")
SOME_TOOL = N_("a tool")

# Never of a person, nor about one.
NOT_OF_PEOPLE = frozenset(
    {
        *("company-differences-found", "organisation-closing", "organisation-reopened"),
        *("client-policy-changed", "client-changed", "client-deleted", "client-disabled", "client-enabled"),
        *("invitation-expired", "offices-imported", "organisation-verified", "register-imported"),
        *("signing-key-made", "signing-key-activated", "signing-key-retired", "signing-key-destroyed"),
        *("tool-changed", "tool-unpublished", "accreditation-kind-changed", "register-file-sent", "client-connected"),
        "wallet-corrected",
        *("bank-file-read", "bank-entry-booked", "bank-entry-given-back", "bank-entry-dismissed"),
        *("tool-published", "tool-requirement-set", "tool-registration-active", "tool-registration-suspended"),
    }
)

# Nobody is left to read of their own end: who reads of one that they caused gave up that other account.
_GONE = N_("The account that was merged into this one no longer exists.")

_ACCOUNT = {
    "person-created": _alike(N_("Your account was created.")),
    "accounts-merged": _alike(N_("Another account of yours was merged into this one.")),
    "memberships-joined": _alike(N_("Your two memberships of an organisation became one.")),
    "person-imported": _alike(N_("Your account was taken over from an older tool.")),
    "person-details-changed": _alike(N_("Your data were changed.")),
    "profile-changed": _alike(N_("Your data were changed.")),
    "details-changed": _alike(N_("Your data were completed.")),
    "terms-accepted": _alike(N_("You accepted the terms of use.")),
    "eid-linked": _alike(N_("Your identity card was linked.")),
    "eid-renewed": _alike(N_("Another identity card of yours was recognised.")),
    "eid-read-again": _alike(N_("Your data were brought up to date from your identity card.")),
    "eid-unlinked": _alike(N_("The link with your identity card was removed.")),
    "eid-refused": _alike(N_("An identity card was refused.")),
    "eid-link-refused": _alike(N_("An identity card that belongs to another account was refused.")),
    "eid-tried-elsewhere": _alike(N_("Somebody tried to link your identity card to another account.")),
    "address-activated": _alike(N_("You activated your e-mail address.")),
    "address-proposed": _alike(N_("A new e-mail address was entered. It counts once its code is entered.")),
    "address-changed": _alike(N_("Your e-mail address was changed.")),
    "accreditation-entered": _alike(N_("An accreditation of yours was added.")),
    "accreditation-changed": _alike(N_("The state of an accreditation of yours changed.")),
    "accreditation-corrected": _alike(N_("An accreditation of yours was corrected by hand.")),
    "accreditation-disputed": _alike(
        N_("A register named you under a number that stands with another account; the helpdesk settles it.")
    ),
    "staff-role-given": Sentence(
        N_("You gave somebody a role at Immo-Connect."), N_("You were given a role at Immo-Connect.")
    ),
    "staff-role-taken": Sentence(
        N_("You took a role at Immo-Connect away from somebody."), N_("A role at Immo-Connect was taken from you.")
    ),
    "staff-acted": Sentence(
        N_("You did something as staff of Immo-Connect."), N_("The helpdesk did something for your account.")
    ),
    "approval-asked": Sentence(
        N_("You asked a second person to approve something."),
        N_("A step of the helpdesk that concerns you was prepared."),
    ),
    "approval-given": Sentence(
        N_("You approved, as second person, what somebody asked for."),
        N_("A step of the helpdesk that concerns you was approved."),
    ),
    "approval-refused": Sentence(
        N_("You refused, as second person, what somebody asked for."),
        N_("A step of the helpdesk that concerns you was not carried out."),
    ),
    "approval-withdrawn": Sentence(
        N_("You withdrew what you had asked a second person to approve."),
        N_("A step of the helpdesk that concerns you was not carried out."),
    ),
    "helpdesk-searched": _alike(N_("You searched at the helpdesk.")),
    "data-downloaded": _alike(N_("You downloaded your data.")),
    "erasure-requested": _alike(N_("You asked for your account to be deleted.")),
    "erasure-undone": _alike(N_("You undid the request to delete your account.")),
    "person-anonymised": Sentence(_GONE, N_("Your account was closed, and your personal details were erased.")),
    "person-deleted": Sentence(_GONE, N_("Your account was deleted.")),
}
_SECURITY = {
    "signed-in": _alike(N_("You signed in to %(tool)s.")),
    "signed-out": _alike(N_("You signed out.")),
    "device-signed-out": _alike(N_("A device was signed out.")),
    "password-changed": _alike(N_("Your password was changed.")),
    "password-recovered": _alike(N_("You chose a new password because the old one was forgotten.")),
    "passkey-added": _alike(N_("A passkey was added.")),
    "passkey-renamed": _alike(N_("A passkey was renamed.")),
    "passkey-removed": _alike(N_("A passkey was removed.")),
    "passkey-copy-refused": _alike(N_("A passkey was refused because it may have been copied.")),
    "authenticator-added": _alike(N_("An authenticator app was added.")),
    "authenticator-removed": _alike(N_("The authenticator app was removed.")),
    "recovery-codes-made": _alike(N_("New recovery codes were made.")),
    "recovery-code-used": _alike(N_("A recovery code was used.")),
}
_MEMBERSHIPS = {
    "organisation-added": _alike(N_("You added %(organisation)s and became its manager.")),
    "company-register-imported": _alike(N_("You read an extract of the company register in.")),
    "company-suggestion-taken": _alike(N_("You took data of %(organisation)s over from the company register.")),
    "company-suggestion-declined": _alike(
        N_("You kept data of %(organisation)s that the company register has otherwise.")
    ),
    "organisation-changed": _alike(N_("You changed the data of %(organisation)s.")),
    "notices-chosen": _alike(N_("You chose which mails you receive as a manager of %(organisation)s.")),
    "organisation-ended": _alike(N_("%(organisation)s ended here with its last member.")),
    "membership-requested": Sentence(
        N_("You asked to join %(organisation)s."), N_("You asked to join %(organisation)s.")
    ),
    "membership-reminded": Sentence(
        N_("You reminded the managers of %(organisation)s of your request."),
        N_("The managers of %(organisation)s were reminded of your request."),
    ),
    "membership-withdrawn": _alike(N_("You withdrew your request to join %(organisation)s.")),
    "membership-expired": _alike(N_("Your request or invitation for %(organisation)s ended without an answer.")),
    "membership-confirmed": Sentence(
        N_("You confirmed a member of %(organisation)s."), N_("You were confirmed as a member of %(organisation)s.")
    ),
    "membership-refused": Sentence(
        N_("You refused a request to join %(organisation)s."), N_("Your request to join %(organisation)s was refused.")
    ),
    "membership-blocked": Sentence(
        N_("You blocked somebody at %(organisation)s."), N_("You were blocked at %(organisation)s.")
    ),
    "membership-activated": Sentence(
        N_("You let a blocked member of %(organisation)s in again."),
        N_("You are no longer blocked at %(organisation)s."),
    ),
    "membership-removed": Sentence(
        N_("You removed a member of %(organisation)s."), N_("You were removed from %(organisation)s.")
    ),
    "membership-invited": Sentence(
        N_("You invited somebody to %(organisation)s."), N_("You were invited to %(organisation)s.")
    ),
    "membership-added": Sentence(
        N_("You added a member to %(organisation)s."), N_("You were added as a member of %(organisation)s.")
    ),
    "membership-accepted": _alike(N_("You accepted the invitation to %(organisation)s.")),
    "membership-details-changed": Sentence(
        N_("You changed data of an employee of %(organisation)s."),
        N_("Your data as an employee of %(organisation)s were changed."),
    ),
    "employee-looked-up": Sentence(
        N_("You looked for an account to add to %(organisation)s."),
        N_("A manager of %(organisation)s looked up your account, to add you."),
    ),
    "employees-imported": _alike(N_("You added employees to %(organisation)s from a file.")),
    "invitation-sent": _alike(N_("You invited somebody to %(organisation)s by mail.")),
    "invitation-sent-again": _alike(N_("You sent an invitation to %(organisation)s again.")),
    "invitation-withdrawn": _alike(N_("You withdrew an invitation to %(organisation)s.")),
    "invitation-turned-down": _alike(N_("You turned down an invitation to %(organisation)s.")),
    "invitation-declined": _alike(N_("You declined the invitation to %(organisation)s.")),
    "membership-left": _alike(N_("You left %(organisation)s.")),
    "membership-ended-with-account": _alike(N_("Your membership of %(organisation)s ended with your account.")),
    "membership-ended-with-organisation": _alike(
        N_("%(organisation)s has ended, and with it your request or invitation.")
    ),
    "manager-made": Sentence(
        N_("You made somebody manager of %(organisation)s."), N_("You became manager of %(organisation)s.")
    ),
    "manager-appointed": Sentence(
        N_("You agreed that somebody manages %(organisation)s."),
        N_("The helpdesk made you manager of %(organisation)s."),
    ),
    "dispute-opened": Sentence(
        N_("You claimed %(organisation)s as yours."), N_("Your claim to %(organisation)s was noted.")
    ),
    "dispute-evidence-noted": Sentence(
        N_("You noted what somebody proved in a dispute about %(organisation)s."),
        N_("The helpdesk noted what was proven about your claim to %(organisation)s."),
    ),
    "dispute-withdrawn": _alike(N_("You withdrew your claim to %(organisation)s.")),
    "dispute-ended": _alike(N_("The dispute about %(organisation)s ended, because one side is gone.")),
    "dispute-settled": Sentence(
        N_("You settled a dispute about %(organisation)s."), N_("Your claim to %(organisation)s was decided.")
    ),
    "manager-demoted": Sentence(
        N_("You made a manager of %(organisation)s an ordinary member."),
        N_("You are no longer manager of %(organisation)s."),
    ),
}
_TOOLS = {
    "consent-given": _alike(N_("You allowed %(tool)s to receive data about you.")),
    "consent-withdrawn": _alike(N_("You withdrew the access of %(tool)s.")),
    "tool-registered": _alike(N_("You registered %(tool)s for %(organisation)s.")),
    "tool-registration-ended": _alike(N_("%(organisation)s no longer uses %(tool)s.")),
    "tool-access-requested": _alike(N_("You asked for access to %(tool)s for %(organisation)s.")),
    "tool-access-reminded": _alike(
        N_("The managers of %(organisation)s were reminded that you ask for access to %(tool)s.")
    ),
    "tool-role-given": Sentence(
        N_("You gave a member of %(organisation)s a role in %(tool)s."),
        N_("You were given a role in %(tool)s for %(organisation)s."),
    ),
    "tool-role-withdrawn": Sentence(
        N_("You took away the role of a member of %(organisation)s in %(tool)s."),
        N_("Your role in %(tool)s for %(organisation)s was taken away."),
    ),
    "tool-access-blocked": Sentence(
        N_("You blocked a member of %(organisation)s in %(tool)s."),
        N_("You were blocked in %(tool)s for %(organisation)s."),
    ),
    "tool-access-refused": Sentence(
        N_("You refused a member of %(organisation)s access to %(tool)s."),
        N_("Your request to use %(tool)s for %(organisation)s was refused."),
    ),
    "tool-terms-accepted": _alike(N_("You accepted the terms of use of %(tool)s for %(organisation)s.")),
    "client-registered": _alike(N_("You registered a program for signing in with Immo-Connect.")),
    "client-management-renewed": _alike(N_("You renewed the token that manages a program of yours.")),
    "registration-token-made": _alike(N_("You were given a token with which you can register programs.")),
    "registration-token-revoked": _alike(N_("A token with which you could register programs was withdrawn.")),
    "mandate-proposed": _alike(N_("You proposed that %(tool)s at %(organisation)s rests on somebody's accreditation.")),
    "mandate-declined": _alike(N_("You declined that %(tool)s at %(organisation)s rests on your accreditation.")),
    "mandate-expired": _alike(N_("The year ended for which %(organisation)s used %(tool)s under your accreditation.")),
    "mandate-renewed": _alike(N_("You renewed that %(organisation)s uses %(tool)s under your accreditation.")),
    "mandate-accepted": _alike(N_("You let %(organisation)s use %(tool)s under your accreditation.")),
    "mandate-withdrawn": _alike(N_("You ended that %(organisation)s uses %(tool)s under an accreditation.")),
}
_WALLET = {
    "wallet-control-changed": _alike(
        N_("You changed the limits for everybody, or the warning, of the wallet of %(organisation)s.")
    ),
    "wallet-rights-changed": Sentence(
        N_("You changed what somebody may do with the wallet of %(organisation)s."),
        N_("What you may do with the wallet of %(organisation)s was changed."),
    ),
    "wallet-transfer-sent": _alike(N_("You transferred money from the wallet of %(organisation)s.")),
    "wallet-transfer-received": _alike(N_("You transferred money to the wallet of %(organisation)s.")),
    "wallet-recharged": _alike(N_("You recharged the wallet of %(organisation)s.")),
    "wallet-recharge-refunded": _alike(N_("Your payment for the wallet of %(organisation)s was paid back to you.")),
    "wallet-recharge-charged-back": _alike(N_("Your payment for the wallet of %(organisation)s was undone by a bank.")),
    "wallet-recharge-returned": _alike(
        N_("What had been taken back of your payment for the wallet of %(organisation)s came back.")
    ),
}

SENTENCES: Mapping[str, Sentence] = {**_ACCOUNT, **_SECURITY, **_MEMBERSHIPS, **_TOOLS, **_WALLET}
