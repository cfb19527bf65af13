"""Samples of the pages about devices, password and e-mail address, and of a forgotten password."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

from core.web.name_menu import MenuEntry, NameMenu
from idp.account.devices_page import Device, DevicesPage, EndDevicePage
from idp.account.page import Frame, Section, Tab
from idp.account.security_page import AddressCodePage, NewAddressPage, Part, PasswordPage, SecurityPage
from idp.interaction.recover_pages import NewPasswordPage, RecoveredPage, RecoverPage, RecoveryCodePage
from idp.web.page import FieldError, Page, RequestingTool

TOOL = RequestingTool("CadastreFinder", "ORIS NV")
WHEN = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
_LABELS = ("Mijn gegevens", "Erkenningen", "Aanmelden", "Toestellen", "Tools", "Geschiedenis", "Privacy")
FRAME = Frame(
    NameMenu("Anna Peeters", None, (MenuEntry("Mijn profiel", "/account/profile"),), "/account/sign-out", "token"),
    tuple(
        Tab(label, section.url, is_current=section is Section.SECURITY)
        for label, section in zip(_LABELS, Section, strict=True)
    ),
)
DONE = replace(FRAME, notice="Uw wachtwoord is gewijzigd. Op alle andere toestellen bent u afgemeld.")
HERE = Device("Firefox op Windows", "Netwerk 192.0.2.7", ("wachtwoord",), WHEN, WHEN, is_this=True, end_url="/end/1")
THERE = Device(
    "Samsung Internet op Android", "Netwerk 2001:db8:1:2::/64", ("wachtwoord", "code van de app"), WHEN, WHEN,
    is_this=False, end_url="/end/2",
)  # fmt: skip
UNKNOWN = Device(
    "Een onbekende browser", "Onbekend netwerk", (), WHEN, WHEN,
    is_this=False, end_url="/end/3",
)  # fmt: skip
LONG = "voornaam.achternaam-van-het-hele-kantoor@een-heel-lange-naam-van-een-makelaar.example"
PARTS = (
    Part("password", "Wachtwoord", "Gewijzigd op 2 november 2026, 10:00", "/account/security/password", "Wijzigen"),
    Part("email", "E-mailadres", f"{LONG}. Wacht op zijn code: {LONG}", "/account/security/email", "Wijzigen"),
    Part("passkeys", "Passkeys", "Nog geen", "/account/security/passkeys", "Beheren"),
)
RECOVER = "/interaction/uid/recover"
SIGN_IN = "/interaction/uid/login"
REFUSED = FieldError("recovery-code", "Dit is niet de code van het nieuwste bericht. U kunt nog 4 keer proberen.")


def devices(*shown: Device, frame: Frame = FRAME) -> DevicesPage:
    """Return the tab of devices."""
    return DevicesPage(frame, "token", shown, "/account/devices/end-others")


def password(*errors: FieldError, has_password: bool = True) -> PasswordPage:
    """Return the form for a new password."""
    return PasswordPage(
        FRAME, "/account/security/password", "token", "/account/security", "/account/recover", "anna.peeters",
        has_password, errors,
    )  # fmt: skip


def address_code(*errors: FieldError, seconds: int = 0, wait: str = "") -> AddressCodePage:
    """Return the second step of a change of address."""
    return AddressCodePage(
        FRAME, "/code", "/resend", "/cancel", "token", "anna@people.example", LONG, seconds, wait, errors
    )


SAMPLES: dict[str, Callable[[], Page]] = {
    "devices": lambda: devices(HERE, THERE, UNKNOWN),
    "devices-alone": lambda: devices(HERE, frame=DONE),
    "end-device": lambda: EndDevicePage(FRAME, "token", "/end/2", "/account/devices", THERE),
    "end-this-device": lambda: EndDevicePage(FRAME, "token", "/end/1", "/account/devices", HERE),
    "end-other-devices": lambda: EndDevicePage(FRAME, "token", "/end-others", "/account/devices"),
    "security": lambda: SecurityPage(DONE, PARTS),
    "password": password,
    "password-refused": lambda: password(
        FieldError("current-password", "Dit is niet uw huidige wachtwoord. Probeer opnieuw.")
    ),
    "password-first": lambda: password(has_password=False),
    "new-email": lambda: NewAddressPage(
        FRAME, "/account/security/email", "token", "/account/security", "anna@people.example"
    ),
    "new-email-refused": lambda: NewAddressPage(
        FRAME,
        "/account/security/email",
        "token",
        "/account/security",
        LONG,
        "anna@",
        (FieldError("new-email", "Dit is geen e-mailadres. Het ziet eruit als naam@voorbeeld.be."),),
    ),
    "email-code": lambda: address_code(seconds=45, wait="0:45"),
    "email-code-refused": lambda: address_code(FieldError("email-code", "Deze code is niet meer geldig.")),
    "recover": lambda: RecoverPage(RECOVER, "token", TOOL, "/interaction/uid/login", "/help/contact"),
    "recover-again": lambda: RecoverPage(
        RECOVER,
        "token",
        None,
        "/interaction/uid/login",
        "/help/contact",
        "anna",
        "Het duurde te lang.",
        (FieldError("email", "Een gebruikersnaam is niet genoeg."),),
    ),
    "recover-code": lambda: RecoveryCodePage(
        f"{RECOVER}/code", "token", TOOL, RECOVER, "/help/contact", LONG, 60, "1:00", "Er is een andere code verstuurd."
    ),
    "recover-code-by-link": lambda: RecoveryCodePage(
        f"{RECOVER}/code", "token", None, RECOVER, "/help/contact", None, errors=(REFUSED,)
    ),
    "recover-password": lambda: NewPasswordPage(f"{RECOVER}/password", "token", TOOL, SIGN_IN, "anna.peeters"),
    "recover-password-refused": lambda: NewPasswordPage(
        f"{RECOVER}/password",
        "token",
        None,
        SIGN_IN,
        "anna.peeters",
        (FieldError("new-password-again", "De twee wachtwoorden zijn niet gelijk."),),
    ),
    "recovered": lambda: RecoveredPage("/account"),
}
