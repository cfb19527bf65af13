"""Mails about what proves who somebody is: password, address, factors, devices."""

from collections.abc import Mapping

from core.infra.mail_templates.letter import Letter
from core.infra.messages import N_

_FROM_WHERE = N_("It was done with %(browser)s on %(system)s, from the network %(network)s, on %(when)s.")
_DEVICES = "%(issuer_url)s/account/devices"
_RECOVER = "%(issuer_url)s/account/recover"
_PASSKEYS = "%(issuer_url)s/account/security/passkeys"
_AUTHENTICATOR = "%(issuer_url)s/account/security/authenticator"
_RECOVERY_CODES = "%(issuer_url)s/account/security/recovery-codes"
_NOTHING_TO_DO = N_("If it was you, there is nothing to do.")
_OWNER = N_("You receive this message because the account belongs to this address.")

LETTERS: Mapping[str, Letter] = {
    "new-device": Letter(
        subject=N_("A new device signed in to your account"),
        paragraphs=(
            N_("Your account was used on a device on which you had not signed in before."),
            _FROM_WHERE,
            _NOTHING_TO_DO,
            N_("If it was not you, end that sign-in, change your password, and tell our helpdesk."),
        ),
        action=N_("See where I am signed in"),
        address=_DEVICES,
        reason=_OWNER,
    ),
    "accounts-merged": Letter(
        subject=N_("Your two accounts are one now"),
        paragraphs=(
            N_("The account %(username)s was merged into this one and no longer exists."),
            _FROM_WHERE,
            _NOTHING_TO_DO,
            N_("If it was not you, change your password and tell our helpdesk at once."),
        ),
        action=N_("See my account"),
        address="%(issuer_url)s/account/history",
        reason=_OWNER,
    ),
    "account-merged-away": Letter(
        subject=N_("Your account became part of another one"),
        paragraphs=(
            N_("Your account %(username)s was merged into another account, with its organisations, and is gone."),
            _FROM_WHERE,
            _NOTHING_TO_DO,
            N_("If it was not you, tell our helpdesk at once."),
        ),
        action=N_("Write to the helpdesk"),
        address="%(issuer_url)s/help/contact",
        reason=N_("You receive this message because the account belonged to this address."),
    ),
    "password-changed": Letter(
        subject=N_("Your password was changed"),
        paragraphs=(
            N_("The password of your account was changed. On all other devices you are signed out."),
            _FROM_WHERE,
            _NOTHING_TO_DO,
            N_("If it was not you, choose a new password at once and tell our helpdesk."),
        ),
        action=N_("It was not me: choose a new password"),
        address=_RECOVER,
        reason=_OWNER,
    ),
    "recovery": Letter(
        subject=N_("Choose a new password"),
        paragraphs=(
            N_("Your code is: %(code)s"),
            N_("Enter it on the page on which you asked for it, or follow the link below."),
            N_("It works once, for half an hour."),
            N_("We never ask for this code by telephone or in another message."),
            N_("If you did not ask for it, do nothing: your password stays as it is."),
        ),
        action=N_("Choose a new password"),
        address="%(issuer_url)s/account/recover/%(code_id)s",
        reason=N_("You receive this message because somebody asked for a new password for this address."),
    ),
    "recovery-unknown": Letter(
        subject=N_("No account belongs to this address"),
        paragraphs=(
            N_("Somebody, probably you, asked for a new password for this address. No account belongs to it."),
            N_("Perhaps your account has another address: try with that one."),
            N_("If you did not ask for it, you can forget this message."),
        ),
        action=N_("Try another address"),
        address=_RECOVER,
        reason=N_("You receive this message because somebody asked for a new password for this address."),
    ),
    "address-code": Letter(
        subject=N_("Confirm your new e-mail address"),
        paragraphs=(
            N_("Your code is: %(code)s"),
            N_("Enter it on the page on which you changed your address."),
            N_("It works once, for half an hour."),
            N_("Until then your former address stays in force."),
        ),
        action=N_("Enter the code"),
        address="%(issuer_url)s/account/security/email",
        reason=N_("You receive this message because somebody wants to use this address for their account."),
    ),
    "address-belongs-to-account": Letter(
        subject=N_("This address already belongs to an account"),
        paragraphs=(
            N_("Somebody wants to use this address for another account than the one it belongs to."),
            N_("If it was you, you have two accounts: sign in with this address, or ask our helpdesk for help."),
            N_("If it was not you, there is nothing to do: your account stays as it is."),
        ),
        action=N_("Sign in with this address"),
        address="%(issuer_url)s/account",
        reason=N_("You receive this message because somebody wants to use this address for their account."),
    ),
    "address-change-asked": Letter(
        subject=N_("The e-mail address of your account is about to change"),
        paragraphs=(
            N_("Somebody who is signed in to your account asked for another e-mail address."),
            _FROM_WHERE,
            N_("This address stays in force until the new one is confirmed."),
            N_("If it was not you, end that sign-in, change your password, and tell our helpdesk."),
        ),
        action=N_("See where I am signed in"),
        address=_DEVICES,
        reason=_OWNER,
    ),
    "address-changed": Letter(
        subject=N_("The e-mail address of your account was changed"),
        paragraphs=(
            N_("Your account now has another e-mail address. You can no longer sign in with this one."),
            _FROM_WHERE,
            N_("If it was not you, tell our helpdesk at once, and sign in with your username to end that sign-in."),
        ),
        action=N_("See where I am signed in"),
        address=_DEVICES,
        reason=N_("You receive this message because the account belonged to this address."),
    ),
    "passkey-added": Letter(
        subject=N_("A passkey was added to your account"),
        paragraphs=(
            N_("The passkey “%(passkey)s” was added to your account. Whoever has it can sign in with it."),
            _FROM_WHERE,
            _NOTHING_TO_DO,
            N_("If it was not you, remove the passkey, change your password, and tell our helpdesk."),
        ),
        action=N_("See my passkeys"),
        address=_PASSKEYS,
        reason=_OWNER,
    ),
    "passkey-removed": Letter(
        subject=N_("A passkey was removed from your account"),
        paragraphs=(
            N_("The passkey “%(passkey)s” was removed from your account. It no longer opens it."),
            _FROM_WHERE,
            N_("You can now delete it on your device too."),
            N_("If it was not you, end that sign-in, change your password, and tell our helpdesk."),
        ),
        action=N_("See my passkeys"),
        address=_PASSKEYS,
        reason=_OWNER,
    ),
    "passkey-copied": Letter(
        subject=N_("We refused a sign-in with one of your passkeys"),
        paragraphs=(
            N_("Somebody tried to sign in with the passkey “%(passkey)s”."),
            N_("What it answered looked like a copy of your passkey, so we refused it."),
            _FROM_WHERE,
            N_("If it was you, remove this passkey and add it again on your device."),
            N_("If it was not you, remove the passkey and tell our helpdesk."),
        ),
        action=N_("See my passkeys"),
        address=_PASSKEYS,
        reason=_OWNER,
    ),
    "authenticator-added": Letter(
        subject=N_("An authenticator app was added to your account"),
        paragraphs=(
            N_("From now on signing in with your password also takes a code from the app."),
            _FROM_WHERE,
            _NOTHING_TO_DO,
            N_("If it was not you, tell our helpdesk at once: without a code of the app you cannot sign in yourself."),
        ),
        action=N_("See my authenticator"),
        address=_AUTHENTICATOR,
        reason=_OWNER,
    ),
    "authenticator-removed": Letter(
        subject=N_("The authenticator app was removed from your account"),
        paragraphs=(
            N_("Signing in with your password no longer takes a code from the app. Your recovery codes are void too."),
            _FROM_WHERE,
            _NOTHING_TO_DO,
            N_("If it was not you, end that sign-in, change your password, and tell our helpdesk."),
        ),
        action=N_("See my authenticator"),
        address=_AUTHENTICATOR,
        reason=_OWNER,
    ),
    "recovery-code-used": Letter(
        subject=N_("A recovery code was used to sign in"),
        paragraphs=(
            N_("Somebody signed in to your account with your password and one of your recovery codes."),
            _FROM_WHERE,
            N_("Recovery codes that are left: %(left)s."),
            N_("If it was not you, end that sign-in, change your password, and tell our helpdesk."),
        ),
        action=N_("See my recovery codes"),
        address=_RECOVERY_CODES,
        reason=_OWNER,
    ),
    "recovery-codes-renewed": Letter(
        subject=N_("You have new recovery codes"),
        paragraphs=(
            N_("New recovery codes were made for your account. The old ones no longer work."),
            _FROM_WHERE,
            _NOTHING_TO_DO,
            N_("If it was not you, end that sign-in, change your password, and tell our helpdesk."),
        ),
        action=N_("See my recovery codes"),
        address=_RECOVERY_CODES,
        reason=_OWNER,
    ),
}
