"""Samples of the pages of somebody who registers."""

from collections.abc import Callable
from dataclasses import replace

from idp.demo import logos
from idp.interaction.registration_pages import ActivatePage, CompletePage, RegisterPage, TermsPage
from idp.web.page import FieldError, Page, RequestingTool

TOOL = RequestingTool("CadastreFinder", "ORIS NV", logos.CADASTREFINDER)

REGISTER = RegisterPage(
    action="/interaction/uid/register",
    csrf_token="token",
    tool=TOOL,
    sign_in_url="/interaction/uid/login",
    terms_url="/terms",
    terms_version="2026-1",
    proposal_url="/interaction/uid/register/proposal",
)
REFUSED = replace(
    REGISTER,
    given_name="Clara",
    family_name="Van den Broeck",
    username="clara.vdb",
    email="info@kantoor.example",
    seen_warning="info@kantoor.example",
    looks_up_leaks=True,
    errors=(
        FieldError("username", "Iemand heeft deze gebruikersnaam al. Kies een andere, zoals clara.vandenbroeck."),
        FieldError("email", "Dit lijkt het adres van een kantoor."),
        FieldError("password", "Het wachtwoord heeft ten minste 8 tekens nodig."),
        FieldError("accept-terms", "Aanvaard de gebruiksvoorwaarden."),
    ),
)
ACTIVATE = ActivatePage(
    action="/interaction/uid/activate",
    csrf_token="token",
    tool=TOOL,
    address="clara.van.den.broeck@een-heel-lang-kantoor.example",
    code_url="/interaction/uid/activate",
    change_url="/interaction/uid/activate?show=address",
    sign_out_url="/end_session",
    until="3 november 2026, 10:05",
    seconds_to_wait=59,
    wait="0:59",
)
COMPLETE = CompletePage(
    action="/interaction/uid/complete",
    csrf_token="token",
    tool=TOOL,
    sign_out_url="/end_session",
    person_name="Clara",
    wants_given_name=True,
    wants_family_name=True,
    wants_email=True,
    wants_terms=True,
    terms_url="/terms",
    terms_version="2026-1",
)

SAMPLES: dict[str, Callable[[], Page]] = {
    "register": lambda: replace(REGISTER, tool=None),
    "register-refused": lambda: REFUSED,
    "activate": lambda: ACTIVATE,
    "activate-refused": lambda: replace(
        ACTIVATE, until=None, wait="", seconds_to_wait=0, errors=(FieldError("activation-code", "Dat is het niet."),)
    ),
    "activate-signed-in": lambda: replace(ACTIVATE, tool=None, is_signed_in=True, notice="Er is een code verstuurd."),
    "activate-elsewhere": lambda: replace(ACTIVATE, changes_address=True),
    "complete": lambda: COMPLETE,
    "complete-terms": lambda: replace(
        COMPLETE, tool=None, wants_given_name=False, wants_family_name=False, wants_email=False, had_terms=True,
        errors=(FieldError("accept-terms", "Aanvaard de gebruiksvoorwaarden."),),
    ),
    "terms": lambda: TermsPage("2026-1"),
}  # fmt: skip
