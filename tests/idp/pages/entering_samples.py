"""One sample of every page about how surely somebody signs in, in every state that looks different."""

from collections.abc import Callable
from dataclasses import replace

from core.tools.context import Reason, ReasonCode
from idp.interaction.pages import LoginPage
from idp.interaction.stronger_page import StrongerPage
from idp.web.doors import Door
from idp.web.page import Page
from idp.web.passkey import PasskeyForm
from tests.idp.pages.factor_samples import TOOL

_LOGIN = "/interaction/uid/login"
_STRONGER = "/interaction/uid/stronger-sign-in"
_PASSKEY = PasskeyForm(_LOGIN, "token", "{}")

TOO_WEAK = Reason(ReasonCode.LOGIN_TOO_WEAK, "urn:immo-connect:acr:mfa")


def doors(last: Door | None) -> LoginPage:
    """Return the sign-in page with every door that there is."""
    return LoginPage(
        _LOGIN,
        "token",
        TOOL,
        may_cancel=True,
        register_url="/interaction/uid/register",
        recover_url="/interaction/uid/recover",
        passkey=_PASSKEY,
        last_door=last,
    )


def stronger(*, has_means: bool, may_choose: bool) -> StrongerPage:
    """Return the page that says what a stronger sign-in takes."""
    return StrongerPage(
        _STRONGER, "token", TOOL, _LOGIN, "/account/security", has_means=has_means, may_choose=may_choose
    )


SAMPLES: dict[str, Callable[[], Page]] = {
    "login-doors": lambda: doors(None),
    "login-last-password": lambda: doors(Door.PASSWORD),
    "login-last-passkey": lambda: doors(Door.PASSKEY),
    "login-account": lambda: LoginPage(_LOGIN, "token", None, may_cancel=True, register_url="/register"),
    "stronger": lambda: stronger(has_means=True, may_choose=False),
    "stronger-for-choice": lambda: stronger(has_means=True, may_choose=True),
    "stronger-set-up": lambda: stronger(has_means=False, may_choose=False),
    "stronger-with-card": lambda: replace(stronger(has_means=True, may_choose=True), card_url="/interaction/uid/eid"),
    "stronger-card-only": lambda: replace(
        stronger(has_means=True, may_choose=False), needs_card=True, card_url="/interaction/uid/eid"
    ),
    "stronger-link-card": lambda: replace(stronger(has_means=True, may_choose=False), needs_card=True),
}
