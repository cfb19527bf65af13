"""One sample of every page about the identity card, in every state that looks different without a card."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date

from idp.account import eid_page
from idp.eid.problems import EidProblem
from idp.help.eid_pages import EidHelpPage, EidProblemPage, NoReaderPage
from idp.interaction.eid_pages import CardSignInPage, ConfirmEidPage, LinkEidPage
from idp.interaction.pages import LoginPage
from idp.web.card import CardDialogue, CardFact, CardToStore, CardUse
from idp.web.doors import Door
from idp.web.eid_words import WORDS
from idp.web.page import FieldError, Page
from tests.idp.pages.factor_samples import DONE, FRAME, SIGN_IN, TOOL

# There is no program at this machine, and no agent to look for: the page says so.
LOGIN = CardDialogue(
    CardUse.LOGIN, "/eid/challenge?purpose=login&uid=uid", "/eid/login", "token", agent_url="", uid="uid"
)
LINK = replace(LOGIN, use=CardUse.LINK, answer_url="/eid/link", wanted_files=("identity", "address"), uid=None)
READ = CardToStore(
    (
        CardFact("given_name", "Voornamen", "Damien Louis", before="Damien"),
        CardFact("family_name", "Familienaam", "Lambert"),
        CardFact("birthdate", "Geboortedatum", "23 januari 1988"),
        CardFact("nationality", "Nationaliteit", "Belg", before="Belgische nationaliteit"),
    )
)
LINKED = eid_page.LinkedCard(
    "2 november 2026", "3 november 2026, 9:00", "4 juni 2031", is_document_over=False, locked=READ.facts
)


def link(**changes: object) -> LinkEidPage:
    """Return the page that offers to link."""
    page = LinkEidPage("/interaction/uid/link-eid", "token", LINK, TOOL, "Damien Lambert", may_skip=True)
    return replace(page, **changes)  # type: ignore[arg-type]


def problem(found: EidProblem, day: date | None = None) -> EidProblemPage:
    """Return the page of a problem."""
    return EidProblemPage(found, WORDS[found], "/interaction/uid/eid", "/interaction/uid", day)


def confirm(**changes: object) -> ConfirmEidPage:
    """Return the page that asks before anything is kept."""
    page = ConfirmEidPage("/interaction/uid/link-eid", "token", TOOL, READ)
    return replace(page, **changes)  # type: ignore[arg-type]


SAMPLES: dict[str, Callable[[], Page]] = {
    "login-eid": lambda: LoginPage(
        "/interaction/uid/login",
        "token",
        TOOL,
        may_cancel=True,
        passkey=SIGN_IN,
        register_url="/register",
        card_url="/interaction/uid/eid",
        last_door=Door.CARD,
    ),
    "eid-login": lambda: CardSignInPage(LOGIN, TOOL, "/interaction/uid/login"),
    "eid-login-certificate": lambda: CardSignInPage(
        LOGIN, TOOL, "/interaction/uid/login", certificate_url="/interaction/uid/eid/certificate"
    ),
    "eid-link": link,
    "eid-link-demanded": lambda: link(may_skip=False, leads_back=True),
    "eid-no-reader": lambda: NoReaderPage("/interaction/uid"),
    "eid-help": lambda: EidHelpPage("/help/contact", "/interaction/uid/eid"),
    # One for each next step; the others differ in their words alone.
    "eid-problem-again": lambda: problem(EidProblem.REVOCATION_UNAVAILABLE),
    "eid-problem-other-way": lambda: problem(EidProblem.CERTIFICATE_EXPIRED, date(2026, 1, 31)),
    "eid-problem-program": lambda: problem(EidProblem.NO_CLIENT),
    "eid-problem-permission": lambda: problem(EidProblem.PERMISSION_DENIED),
    "eid-problem-helpdesk": lambda: problem(EidProblem.LINKED_TO_OTHER_ACCOUNT),
    "eid-confirm": confirm,
    "eid-confirm-partly": lambda: confirm(
        card=replace(READ, address=("Rue de Fer 40", "5000 Namur"), not_read=("geboortedatum",)),
        errors=(FieldError("card-facts", "De kaart is niet meer geldig."),),
    ),
    "account-eid": lambda: eid_page.EidPage(DONE, "/account/security", "/account/eid/link", LINKED),
    "account-eid-over": lambda: eid_page.EidPage(
        FRAME, "/account/security", "/account/eid/link", replace(LINKED, is_document_over=True)
    ),
    "account-eid-none": lambda: eid_page.EidPage(FRAME, "/account/security", "/account/eid/link"),
    "account-eid-link": lambda: eid_page.LinkCardPage(FRAME, "/account/eid", LINK, is_renewal=False),
    "account-eid-confirm": lambda: eid_page.ConfirmCardPage(
        FRAME, "/account/eid/confirm", "token", "/account/eid", READ
    ),
}
