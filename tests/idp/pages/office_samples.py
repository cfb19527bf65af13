"""Samples of the pages on which a person adds an organisation and registers a tool."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta

from core.infra.localised import Localised
from core.organisations.identifiers import MembershipId, OrganisationId
from core.organisations.joining import FoundOrganisation
from core.organisations.states import MembershipStatus, OrganisationStatus
from core.organisations.waiting import Wait
from core.tools.catalogue import UsageFacts
from core.tools.choices import Doable, UsageChoice
from core.tools.context import Reason, ReasonCode
from core.tools.identifiers import RegistrationId
from core.tools.needs import NeedLine
from core.tools.requirements import Requirement
from idp.demo import logos
from idp.interaction.organisation_page import OrganisationPage, View, WaitingCard, WithdrawRequestPage
from idp.interaction.tool_page import Link, ToolPage
from idp.web.page import FieldError, Page, RequestingTool

HERE = "/interaction/uid/organisation"
NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
TOOL = RequestingTool("CadastreFinder", "ORIS NV", logos.CADASTREFINDER)
NAMES = {"be.biv": Localised("Vastgoedmakelaar (BIV)", "Agent immobilier (IPI)", "Estate agent (BIV/IPI)")}
NOORD = ("Immo Demo Noord BV", "0100001060")
WAITING = WaitingCard(
    *("mem_1", *NOORD),
    is_invitation=False,
    since="sinds 30 oktober 2026 (3 dagen)",
    managers="An Peeters, Bram Claes",
    may_remind=True,
    remind_from="",
    ends="29 november 2026",
)
ASKED = WaitingCard(
    *("mem_2", "Immo Demo Zuid SRL", "0100002050"),
    is_invitation=False,
    since="sinds 2 november 2026",
    managers="Élise Dubois",
    may_remind=False,
    remind_from="3 november 2026, 10:00",
    ends="2 december 2026",
)
INVITED = WaitingCard(
    *("mem_3", "Kantoor West BV", "0403019261"),
    is_invitation=True,
    since="sinds 2 november 2026",
    managers="Jan Vos",
    may_remind=False,
    remind_from="",
    ends="2 december 2026",
)
EMPTY = (
    FieldError("organisation-name", "Vul de naam van de organisatie in."),
    FieldError("work-email", "Dit is geen e-mailadres. Het lijkt op naam@voorbeeld.be."),
)


def organisation(
    view: View,
    *waiting: WaitingCard,
    standing: MembershipStatus | None = None,
    status: OrganisationStatus | None = None,
    number: str | None = None,
    typed: Mapping[str, str] | None = None,
    errors: tuple[FieldError, ...] = (),
    notice: str | None = None,
) -> OrganisationPage:
    """Return one face of the page; `status` is that of the organisation that was found."""
    found = None
    if status is not None:
        found = FoundOrganisation(OrganisationId("org_1"), *NOORD, status, MembershipId("mem_1"), standing)
    return OrganisationPage(
        view=view,
        action=HERE,
        here=HERE,
        another_url=f"{HERE}?another=yes",
        waiting_action="/interaction/uid/waiting",
        csrf_token="token",
        tool=TOOL,
        leads_back=False,
        waiting=waiting,
        number=number,
        found=found,
        typed=typed or {},
        errors=errors,
        notice=notice,
    )


def usage(code: str, name: Localised, *, terms: str | None = None) -> UsageFacts:
    """Return a usage of the tool."""
    return UsageFacts(code, name, "user", Requirement(terms=terms), terms, terms and "https://tool.example/terms")


AGENT = usage("estate-agent", Localised("Vastgoedmakelaar", "Agent immobilier", "Estate agent"))
SURVEYOR = usage("surveyor", Localised("Landmeter", "Géomètre", "Surveyor"), terms="v1")
MISSING = ((NeedLine("be.biv", ("tableau",), ("intermediary",)),),)
OWN_OR_LENT = ((NeedLine("be.biv", is_met=True), NeedLine(None)),)
NO_ACCESS = Reason(ReasonCode.NO_ACCESS)


def tool(
    doable: Doable,
    of: UsageFacts = AGENT,
    *,
    to_register: tuple[tuple[NeedLine, ...], ...] = (),
    to_use: tuple[tuple[NeedLine, ...], ...] = (),
    reason: Reason | None = None,
    wait: Wait | None = None,
    errors: tuple[FieldError, ...] = (),
    notice: str | None = None,
) -> ToolPage:
    """Return the page for a usage about which this can be done."""
    is_registered = doable not in {Doable.REGISTER, Doable.SHUT}
    registration = RegistrationId("reg_1") if is_registered else None
    others = (("West", "Kantoor West BV", "0403019261"), ("Noord", *NOORD))
    return ToolPage(
        action="/interaction/uid/tool",
        csrf_token="token",
        tool=TOOL,
        organisation_name=NOORD[0],
        company_number=NOORD[1],
        organisations=tuple(Link(name, f"?o={key}", key == "Noord", number) for key, name, number in others),
        usages=tuple(Link(one.name.en, f"?u={one.code}", one is of) for one in (AGENT, SURVEYOR)),
        choice=UsageChoice(of, doable, to_register, to_use, registration, reason, wait),
        accreditation_names=NAMES,
        leads_back=True,
        now=NOW,
        errors=errors,
        notice=notice,
    )


_ACTIVE = OrganisationStatus.ACTIVE
_FOUND = View.FOUND
SAMPLES: dict[str, Callable[[], Page]] = {
    "withdraw-request": lambda: WithdrawRequestPage("/interaction/uid/waiting", "token", WAITING, "/interaction/uid"),
    "organisation": lambda: organisation(View.SEARCH),
    "organisation-wrong-number": lambda: organisation(
        View.SEARCH,
        WAITING,
        typed={"company-number": "0100001061"},
        errors=(FieldError("company-number", "Dit is geen Belgisch ondernemingsnummer."),),
    ),
    "organisation-new": lambda: organisation(View.NEW, number="0403019261"),
    "organisation-new-refused": lambda: organisation(
        View.NEW, number="0403019261", typed={"organisation-locality": "Gent", "work-email": "x"}, errors=EMPTY
    ),
    "organisation-join": lambda: organisation(_FOUND, status=_ACTIVE, number=NOORD[1], notice="Iemand was u voor."),
    "organisation-waiting": lambda: organisation(View.WAITING, WAITING, ASKED, INVITED, notice="Verstuurd."),
    "organisation-requested": lambda: organisation(
        _FOUND, WAITING, standing=MembershipStatus.REQUESTED, status=_ACTIVE
    ),
    "organisation-invited": lambda: organisation(_FOUND, INVITED, standing=MembershipStatus.INVITED, status=_ACTIVE),
    "organisation-own": lambda: organisation(_FOUND, standing=MembershipStatus.ACTIVE, status=_ACTIVE),
    "organisation-blocked": lambda: organisation(_FOUND, standing=MembershipStatus.BLOCKED, status=_ACTIVE),
    "organisation-closing": lambda: organisation(_FOUND, status=OrganisationStatus.CLOSING),
    "organisation-ownerless": lambda: organisation(_FOUND, status=OrganisationStatus.OWNERLESS),
    "tool-register": lambda: tool(Doable.REGISTER, SURVEYOR),
    "tool-register-accredited": lambda: tool(
        Doable.REGISTER, to_register=((NeedLine("be.biv", ("tableau",), is_met=True),),), to_use=OWN_OR_LENT
    ),
    "tool-terms-missing": lambda: tool(
        Doable.REGISTER, SURVEYOR, errors=(FieldError("accept-tool-terms", "Aanvaard de voorwaarden."),)
    ),
    "tool-shut": lambda: tool(
        Doable.SHUT,
        to_register=MISSING,
        to_use=OWN_OR_LENT,
        reason=Reason(ReasonCode.ACCREDITATION_MISSING, "be.biv"),
    ),
    "tool-ask": lambda: tool(Doable.ASK, to_use=OWN_OR_LENT, reason=NO_ACCESS),
    "tool-wait": lambda: tool(Doable.WAIT, reason=NO_ACCESS, wait=Wait(NOW - timedelta(hours=2)), notice="Verstuurd."),
    "tool-wait-long": lambda: tool(Doable.WAIT, reason=NO_ACCESS, wait=Wait(NOW - timedelta(days=3))),
    "tool-take": lambda: tool(Doable.TAKE, reason=NO_ACCESS),
    "tool-start": lambda: tool(Doable.START),
}
