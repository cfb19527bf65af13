"""Mails to somebody who registers."""

from collections.abc import Mapping

from core.infra.mail_templates.letter import Letter
from core.infra.messages import N_

LETTERS: Mapping[str, Letter] = {
    "activation-code": Letter(
        subject=N_("Confirm your e-mail address"),
        paragraphs=(
            N_("Your code is: %(code)s"),
            N_("Enter it on the page that asks for it. Capital or small letters make no difference."),
            N_("It works once, until %(until)s. If you ask for another code, only the newest one counts."),
            N_("We never ask for this code by telephone or in another message."),
        ),
        action=N_("Sign in and enter the code"),
        address="%(issuer_url)s/account",
        reason=N_(
            "You receive this message because on %(when)s somebody gave this address for an Immo-Connect account. "
            "If it was not you, do nothing: without the code the address is not used."
        ),
    ),
    "address-known": Letter(
        subject=N_("You already have an account"),
        paragraphs=(
            N_("On %(when)s somebody, probably you, gave this address for another account. You have one already."),
            N_(
                "Sign in with this address and the password you have. "
                "You need no second account, whichever tool you use."
            ),
            N_("If you no longer know the password, choose a new one here: %(issuer_url)s/account/recover"),
            N_(
                "Is the other account of an older tool? Make one of both here: "
                "%(issuer_url)s/account/security/other-account"
            ),
            N_("If it was not you, do nothing: your account stays as it is, and nobody was told that it exists."),
        ),
        action=N_("Sign in"),
        address="%(issuer_url)s/account",
        reason=N_("You receive this message because your account has this address."),
    ),
}
