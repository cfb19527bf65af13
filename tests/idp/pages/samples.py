"""One sample of every page of the provider, in every state that looks different."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime

from core.infra.localised import Localised
from core.organisations.identifiers import MembershipId, OrganisationId
from core.tools.context import (
    AccreditationFacts,
    OfferedContext,
    OrganisationFacts,
    Reason,
    ReasonCode,
)
from core.tools.identifiers import MandateId, RegistrationId, ToolId
from idp.claims.scopes import ConsentKind
from idp.demo import logos
from idp.help.pages import ContactPage, QuestionsPage, SentPage
from idp.interaction.pages import (
    Consent,
    ConsentPage,
    ContextChoicePage,
    ErrorPage,
    FormPostPage,
    HomePage,
    LoginPage,
    Received,
    ReceivedGroup,
    SignedOutPage,
    SignOutPage,
    Terms,
)
from idp.web.page import FieldError, Page, RequestingTool
from tests.idp.pages import (
    device_samples,
    eid_samples,
    entering_samples,
    factor_samples,
    leaving_samples,
    office_samples,
    profile_samples,
    registration_samples,
    security_samples,
)
from tests.support.claims import a_membership

ACTION = "/interaction/uid/consent"
TOOL = RequestingTool("CadastreFinder", "ORIS NV", logos.CADASTREFINDER)
UNMARKED = RequestingTool("Plain client")
NAMES = {"be.biv": Localised("Vastgoedmakelaar (BIV)", "Agent immobilier (IPI)", "Estate agent (BIV/IPI)")}
AGENT = Localised("Vastgoedmakelaar", "Agent immobilier", "Estate agent")
SYNDIC = Localised("Syndicus", "Syndic", "Syndic")
USER = Localised("gebruiker", "utilisateur", "user")

SUSPENDED = Reason(ReasonCode.REGISTRATION_SUSPENDED)
MANY_REASONS = Reason(
    ReasonCode.ALL_NEEDED,
    causes=(
        SUSPENDED,
        Reason(ReasonCode.NO_ACCESS),
        Reason(
            ReasonCode.ANY_NEEDED,
            causes=(Reason(ReasonCode.ACCREDITATION_LAPSED, "be.biv"), Reason(ReasonCode.MANDATE_MISSING)),
        ),
    ),
)


def organisation(name: str, company_number: str) -> OrganisationFacts:
    """Return an active organisation."""
    return OrganisationFacts(
        id=OrganisationId(f"org_{company_number}"),
        name=name,
        company_number=company_number,
        country="BE",
        kind="legal_person",
        status="active",
        verified_source=None,
        verified_at=None,
    )


NOORD = organisation("Immo Demo Noord BV", "0100001060")
ZUID = organisation("Immo Demo Zuid SRL", "0100002050")


def accreditation(*, lent_by: str | None = None) -> AccreditationFacts:
    """Return an accreditation of one's own, or one that a colleague lends."""
    return AccreditationFacts(
        id="acr_1",
        kind="be.biv",
        number="500123",
        list="tableau",
        column="intermediary",
        status="active",
        valid_until=date(2027, 12, 31),
        checked_at=datetime(2026, 9, 20, tzinfo=UTC),
        mandate_id=MandateId("mnd_1") if lent_by else None,
        holder_name=lent_by,
    )


def context(
    registration: str,
    where: OrganisationFacts,
    usage: Localised = AGENT,
    *,
    accreditations: tuple[AccreditationFacts, ...] = (),
    reason: Reason | None = None,
) -> OfferedContext:
    """Return a context that is usable, or closed for a reason."""
    return OfferedContext(
        tool_id=ToolId("tol_1"),
        tool_code="atlas",
        registration_id=RegistrationId(registration),
        usage=usage.en.lower().replace(" ", "-"),
        usage_name=usage,
        role=None if reason else "user",
        role_name=None if reason else USER,
        entitlements=(),
        organisation=where,
        membership=a_membership(id=MembershipId("mem_1")),
        accreditations=accreditations,
        wallet_id=None,
        expires_at=None,
        reason=reason,
    )


def choice(
    *contexts: OfferedContext, consent: Consent | None = None, errors: tuple[FieldError, ...] = ()
) -> ContextChoicePage:
    """Return the page that offers these contexts."""
    return ContextChoicePage(ACTION, "token", TOOL, "Anna Peeters", contexts, NAMES, consent, errors)


GROUPS = (
    ReceivedGroup(ConsentKind.IDENTITY, "Wie", (Received("uw naam"), Received("uw taal", is_new=True))),
    ReceivedGroup(ConsentKind.CONTACT, "Contact", (Received("uw e-mailadres"),)),
    ReceivedGroup(ConsentKind.ORGANISATION, "Organisatie", (Received("haar naam"),)),
    ReceivedGroup(ConsentKind.ACCREDITATION, "Erkenningen", (Received("nummer en status"),)),
    ReceivedGroup(ConsentKind.WALLET, "Wallet", (Received("welke wallet betaalt"),)),
    ReceivedGroup(ConsentKind.SIGN_IN, "Aanmelding", (Received("wanneer en hoe"),)),
)
FIRST_CONSENT = Consent(
    GROUPS,
    purpose="Kadastrale gegevens opzoeken.",
    terms=Terms("v1", "https://tool.example/terms"),
    privacy_url="https://tool.example/privacy",
)
CHANGED_CONSENT = Consent(GROUPS, is_changed=True, lasts=True)
WRONG = (FieldError("username", "De gebruikersnaam en het wachtwoord horen niet bij elkaar."),)
GONE = (FieldError("contexts", "Deze keuze is niet meer mogelijk."),)

OFFICES = [organisation(f"Kantoor {number}", f"010000{number:04}") for number in range(9)]

SAMPLES: dict[str, Callable[[], Page]] = {
    **registration_samples.SAMPLES,
    **profile_samples.SAMPLES,
    **entering_samples.SAMPLES,
    **device_samples.SAMPLES,
    **eid_samples.SAMPLES,
    **factor_samples.SAMPLES,
    **leaving_samples.SAMPLES,
    **office_samples.SAMPLES,
    **security_samples.SAMPLES,
    "choice-and-waiting": lambda: replace(
        choice(context("reg_1", NOORD), context("reg_2", ZUID, reason=Reason(ReasonCode.NO_ACCESS))),
        waiting=(replace(office_samples.WAITING, company_number="0866381630"), office_samples.INVITED),
        waiting_action="/interaction/uid/waiting",
    ),
    "login": lambda: LoginPage("/interaction/uid/login", "token", TOOL, may_cancel=True),
    "login-refused": lambda: LoginPage("/interaction/uid/login", "token", UNMARKED, "demo.manager", errors=WRONG),
    "login-again": lambda: LoginPage("/interaction/uid/login", "token", None, notice="Meld u opnieuw aan."),
    "choice": lambda: choice(
        context("reg_1", NOORD, accreditations=(accreditation(),)), context("reg_2", ZUID, reason=SUSPENDED)
    ),
    "choice-lent": lambda: choice(context("reg_1", NOORD, accreditations=(accreditation(lent_by="Anna Peeters"),))),
    "choice-and-consent": lambda: choice(
        context("reg_1", NOORD), context("reg_2", ZUID, reason=SUSPENDED), consent=FIRST_CONSENT
    ),
    "choice-and-changed-consent": lambda: replace(
        choice(context("reg_1", NOORD), consent=CHANGED_CONSENT), tool=replace(TOOL, is_elsewhere=True)
    ),
    "choice-of-many": lambda: choice(
        *(context(f"reg_{n}", organisation(f"Kantoor {n}", f"010000{n:04}")) for n in range(9))
    ),
    "choice-too-weak": lambda: choice(
        context("reg_1", NOORD), context("reg_2", ZUID, reason=entering_samples.TOO_WEAK)
    ),
    "choice-of-none": lambda: choice(context("reg_2", ZUID, reason=MANY_REASONS), errors=GONE),
    "consent": lambda: ConsentPage(ACTION, "token", UNMARKED, "Anna Peeters", FIRST_CONSENT),
    "error": lambda: ErrorPage(
        "interaction-expired", "Verlopen", "Te laat.", "Begin opnieuw.", "req_1", TOOL, "https://tool.example/"
    ),
    "sign-out": lambda: SignOutPage("/end_session", "token", "Anna Peeters", TOOL),
    "signed-out": lambda: SignedOutPage(TOOL, "https://tool.example/"),
    "form-post": lambda: FormPostPage("https://tool.example/callback", (("code", "c"), ("state", "<s>")), TOOL),
    "home": lambda: HomePage("https://portal.immo.test", "/account", "/end_session", "Anna Peeters"),
    "help": lambda: QuestionsPage("/help/contact"),
    "contact": lambda: ContactPage("/help/contact", "token", "/help", "an@example.be", system="Firefox, Windows"),
    "contact-wrong": lambda: ContactPage(
        "/help/contact", "token", "/help", errors=(FieldError("message", "Vertel wat er misging."),)
    ),
    "contact-sent": lambda: SentPage("hlp_1", "/help"),
    "home-unknown": lambda: HomePage("https://portal.immo.test", "/account", "/end_session"),
}
