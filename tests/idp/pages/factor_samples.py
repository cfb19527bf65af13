"""One sample of every page of second factors and passkeys, in every state that looks different."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

from core.web.name_menu import MenuEntry, NameMenu
from core.web.qr_code import qr_code
from idp.account.factors_pages import (
    AddPasskeyPage,
    AuthenticatorPage,
    ListedPasskey,
    NewRecoveryCodesPage,
    PasskeysPage,
    QuestionPage,
    RecoveryCodesPage,
    RemovePasskeyPage,
    RenamePasskeyPage,
    SetUpAuthenticatorPage,
)
from idp.account.page import Frame, Tab
from idp.credentials.authenticator import key_uri
from idp.credentials.passkeys import Passkey
from idp.interaction.pages import LoginPage
from idp.interaction.second_factor_page import Means, SecondFactorPage
from idp.web.page import FieldError, Page, RequestingTool
from idp.web.passkey import PasskeyForm

SECOND = "/interaction/uid/second-factor"
TOOL = RequestingTool("CadastreFinder", "ORIS NV")
WHEN = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
_DESCRIBED = '"challenge":"AAAA","rpId":"localhost","allowCredentials":[],"userVerification":"required"'
SIGN_IN = PasskeyForm("/interaction/uid/login", "token", f"{{{_DESCRIBED}}}")
BESIDE = PasskeyForm(SECOND, "token", f"{{{_DESCRIBED}}}")
CREATE = PasskeyForm(
    "/account/security/passkeys/add",
    "token",
    '{"challenge":"AAAA","rp":{"id":"localhost","name":"Immo-Connect"},"user":{"id":"AAAA","name":"anna","displayName":'
    '"Anna"},"pubKeyCredParams":[{"type":"public-key","alg":-7}],"excludeCredentials":[]}',
)
FRAME = Frame(
    NameMenu("Anna Peeters", None, (MenuEntry("Mijn profiel", "/account/profile"),), "/account/sign-out", "token"),
    (
        Tab("Mijn gegevens", "/account/profile", is_current=False),
        Tab("Aanmelden", "/account/security", is_current=True),
    ),
)
DONE = replace(FRAME, notice="De passkey is toegevoegd.")
LAPTOP = Passkey("pky_1", "Werklaptop", is_backed_up=False, created_at=WHEN, last_used_at=None)
PHONE = Passkey(
    "pky_2", "Firefox op Windows, met een heel lange naam", is_backed_up=True, created_at=WHEN, last_used_at=WHEN
)
KEY = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
CODES = tuple(f"ABCDE-FGHJ{digit}" for digit in "23456789AB")


def listed(*passkeys: Passkey) -> tuple[ListedPasskey, ...]:
    """Return passkeys with their addresses."""
    return tuple(ListedPasskey(found, f"/{found.id}/rename", f"/{found.id}/remove") for found in passkeys)


def second_factor(means: Means = Means.AUTHENTICATOR, **changes: object) -> SecondFactorPage:
    """Return the page of the second factor."""
    page = SecondFactorPage(SECOND, "token", TOOL, means, f"{SECOND}?with=x", "/help/contact")
    return replace(page, **changes)  # type: ignore[arg-type]


def set_up(**changes: object) -> SetUpAuthenticatorPage:
    """Return the page that shows the key."""
    uri = key_uri(KEY, "anna.peeters")
    page = SetUpAuthenticatorPage(FRAME, "/set-up", "token", "/back", qr_code(uri), "GEZD GNBV GY3T QOJQ", uri)
    return replace(page, **changes)  # type: ignore[arg-type]


def wrong(field: str) -> tuple[FieldError, ...]:
    """Return an error at a field."""
    return (FieldError(field, "Dit is niet de code die de app nu toont."),)


SAMPLES: dict[str, Callable[[], Page]] = {
    "login-passkey": lambda: LoginPage("/interaction/uid/login", "token", TOOL, may_cancel=True, passkey=SIGN_IN),
    "login-passkey-refused": lambda: LoginPage(
        "/interaction/uid/login", "token", TOOL, passkey=SIGN_IN, errors=wrong("passkey-login")
    ),
    "second-factor": second_factor,
    "second-factor-passkey": lambda: second_factor(passkey=BESIDE, tool=None),
    "second-factor-refused": lambda: second_factor(passkey=BESIDE, errors=wrong("authenticator-code")),
    "second-factor-recovery": lambda: second_factor(Means.RECOVERY_CODE, errors=wrong("recovery-code")),
    "passkeys": lambda: PasskeysPage(DONE, listed(LAPTOP, PHONE), "/account/security", "/add"),
    "passkeys-none": lambda: PasskeysPage(FRAME, (), "/account/security", "/add"),
    "passkeys-full": lambda: PasskeysPage(FRAME, listed(LAPTOP), "/account/security", None),
    "passkey-add": lambda: AddPasskeyPage(FRAME, CREATE, "Firefox op Windows", "/back"),
    "passkey-add-refused": lambda: AddPasskeyPage(
        FRAME, CREATE, "", "/back", (*wrong("passkey-name"), *wrong("create-passkey"))
    ),
    "passkey-rename": lambda: RenamePasskeyPage(FRAME, "/x", "token", "/back", "Werklaptop"),
    "passkey-remove": lambda: RemovePasskeyPage(FRAME, "/x", "token", "/back", PHONE, is_last_way=False),
    "passkey-last": lambda: RemovePasskeyPage(FRAME, "/x", "token", "/back", LAPTOP, is_last_way=True),
    "authenticator": lambda: AuthenticatorPage(FRAME, "/account/security", WHEN, "/set-up", "/remove", "/codes"),
    "authenticator-none": lambda: AuthenticatorPage(FRAME, "/account/security", None, "/set-up", "/remove", "/codes"),
    "authenticator-set-up": set_up,
    "authenticator-replace": lambda: set_up(replaces=True, errors=wrong("authenticator-code")),
    "factor-question": lambda: QuestionPage(
        FRAME,
        "/x",
        "token",
        "/back",
        "Verwijderen?",
        "Daarna geldt het wachtwoord.",
        "Ja, verwijderen",
        is_dangerous=True,
    ),
    "recovery-codes": lambda: RecoveryCodesPage(
        FRAME,
        "/account/security",
        9,
        WHEN,
        are_few=False,
        are_needed=True,
        renew_url="/renew",
        authenticator_url="/app",
    ),
    "recovery-codes-few": lambda: RecoveryCodesPage(
        FRAME, "/account/security", 2, WHEN, are_few=True, are_needed=True, renew_url="/renew", authenticator_url="/app"
    ),
    "recovery-codes-gone": lambda: RecoveryCodesPage(
        FRAME, "/account/security", 0, None, are_few=True, are_needed=True, renew_url="/renew", authenticator_url="/app"
    ),
    "recovery-codes-unused": lambda: RecoveryCodesPage(
        FRAME,
        "/account/security",
        0,
        None,
        are_few=True,
        are_needed=False,
        renew_url="/renew",
        authenticator_url="/app",
    ),
    "recovery-codes-new": lambda: NewRecoveryCodesPage(FRAME, "/x", "token", "anna.peeters", CODES),
}
