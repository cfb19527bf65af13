"""`/operations/bank`: files of the bank, and the money on our account that waits for a decision (W10)."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

from flask import Blueprint, redirect
from flask_babel import gettext as _
from flask_babel import ngettext

from core.closing import bank_desk, bank_uploads
from core.closing.bank_desk import NamedEntry
from core.closing.bank_uploads import WaitingFile
from core.infra import log
from core.infra.errors import Conflict, RuleError
from core.infra.forms import Reading
from core.infra.messages import N_
from core.infra.money import euros
from core.organisations.numbers import normalise
from core.staff.reasons import Reason
from core.wallet.bank import desk as waiting_desk
from core.wallet.bank import rules
from core.wallet.bank.desk import ReadStatement
from core.wallet.bank.errors import BankFileKnown, BankFileWaits
from core.wallet.bank.files import BYTES_MAX
from core.web.locale import current_language
from core.web.uploaded import read_form
from portal import pages
from portal.operations.asking import Answer, Field, Question, ask, carry_out, nothing
from portal.operations.bank_words import ASKED, DECISIONS, REASONS, SIGNS
from portal.operations.opening import OperationsFrame, Part, around, open_operations
from portal.staff_area import Desk
from portal.visit import check_form

bp = Blueprint("operations_bank", __name__)

URL = Part.BANK.value
_NO_FILE = N_("Choose a file of the bank: CODA or CAMT.053, of at most 8 MB.")
_NO_COMPANY = N_("Enter the company number of the organisation whose wallet it is for.")
_COMPANY, _SKIP = "company_number", "may_skip_numbers"
_DECISION = "any(book, 'give-back', dismiss)"


@dataclass(frozen=True, slots=True)
class WaitingShown:
    """An entry that waits, in the language of the page: why, and for whom it may be."""

    found: NamedEntry
    reason: str
    message: str
    candidates: tuple[str, ...]
    asked: tuple[tuple[str, str], ...]
    decisions: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, slots=True)
class BankPage:
    """Files and payments that wait, and the statements that were read in last."""

    template: ClassVar[str] = "operations/bank.html"

    frame: OperationsFrame
    files: tuple[WaitingFile, ...]
    waiting: tuple[WaitingShown, ...]
    further: int
    statements: tuple[ReadStatement, ...]


@bp.get(URL)
def show() -> str:
    """Show what waits."""
    desk = open_operations()
    with desk.services.database.reading() as session:
        found, statements = bank_desk.waiting(session, now=desk.now), waiting_desk.read_statements(session)
        count, files = waiting_desk.count_waiting(session), bank_uploads.waiting(session, now=desk.now)
    shown = tuple(map(_shown, found))
    page = BankPage(around(desk, Part.BANK), files, shown, count - len(shown), statements)
    return pages.render(page, menu=page.frame.menu)


@bp.get(f"{URL}/upload")
def show_form() -> str:
    """Show the form of a file, to somebody who proved just now who they are."""
    desk = open_operations()
    # Asked here already, because a file is not kept on the way to the provider and back.
    desk.require_fresh()
    return ask(desk, _upload())


@bp.post(f"{URL}/upload")
def send() -> Answer:
    """Ask a second operator to agree with a file, which is judged at once and booked by their word."""
    desk = open_operations()
    sent = read_form("file", bytes_max=BYTES_MAX)
    check_form(sent.texts)
    if not desk.is_fresh:
        return redirect(f"{URL}/upload", 303)

    def read(reading: Reading) -> tuple[bytes, bool]:
        if sent.file is None:
            reading.refuse("file", _NO_FILE)
        return sent.file or b"", reading.tick(_SKIP)

    def do(value: tuple[bytes, bool], why: Reason) -> None:
        content, may_skip = value
        account, by = desk.services.settings.wallet.bank.iban, desk.actor.person_id
        try:
            with desk.services.database.transaction() as session:
                bank_uploads.ask_to_read(
                    session, content, account=account, may_skip_numbers=may_skip, why=why, by=by, now=desk.now
                )
        except (BankFileKnown, BankFileWaits):
            raise
        except (RuleError, Conflict) as error:
            log.event("bank_file_refused", log.ERROR, error_code=error.code)
            raise

    texts = {name: str(text) for name, text in sent.texts.items()}
    return carry_out(desk, _upload(), read, do, to=URL, done="operations-asked", sent=texts)


@bp.get(f"{URL}/<entry_id>/<{_DECISION}:decision>")
def show_deciding(entry_id: str, decision: str) -> str:
    """Ask before a decision is asked for."""
    desk = open_operations()
    found = _find(desk, entry_id)
    first = next((one.company_number for one in found.candidates), "")
    return ask(desk, _question(found, decision), {_COMPANY: first})


@bp.post(f"{URL}/<entry_id>/<{_DECISION}:decision>")
def decide(entry_id: str, decision: str) -> Answer:
    """Ask a second operator to agree with a decision."""
    check_form()
    desk = open_operations()
    by, now = desk.actor.person_id, desk.now

    def do(company_number: str | None, why: Reason) -> None:
        desk.require_fresh()
        with desk.services.database.transaction() as session:
            match decision:
                case "book":
                    bank_desk.ask_to_book(session, entry_id, company_number or "", why=why, by=by, now=now)
                case "give-back":
                    bank_desk.ask_to_give_back(session, entry_id, why=why, by=by, now=now)
                case _:
                    bank_desk.ask_to_dismiss(session, entry_id, why=why, by=by, now=now)

    question = _question(_find(desk, entry_id), decision)
    read: Callable[[Reading], str | None] = _company if decision == "book" else nothing
    return carry_out(desk, question, read, do, to=URL, done="operations-asked")


def attention(desk: Desk) -> list[tuple[str, str]]:
    """Return what an operator is to look at: a code and a sentence."""
    with desk.services.database.reading() as session:
        count = waiting_desk.count_waiting(session)
    text = ngettext(
        "%(num)s payment to our account waits for a decision.",
        "%(num)s payments to our account wait for a decision.",
        count,
    )
    return [("bank-waiting", text)] if count else []


def _company(reading: Reading) -> str | None:
    return reading.checked(_COMPANY, normalise, wrong=_NO_COMPANY, required=_NO_COMPANY)


def _find(desk: Desk, entry_id: str) -> NamedEntry:
    with desk.services.database.reading() as session:
        return bank_desk.find(session, entry_id)


def _upload() -> Question:
    return Question(
        code="bank-file",
        part=Part.BANK,
        title=_("Read a file of the bank in"),
        lead=_("A file is booked whole or not at all, and once: the same payments again do nothing."),
        back_url=URL,
        back=_("Bank"),
        url=f"{URL}/upload",
        consequences=(
            _("The file is checked at once. A second operator has to agree before it is booked."),
            _("Payments with the structured message of a wallet are then put on that wallet."),
            _("All others wait here for a decision."),
        ),
        fields=(
            Field("file", _("File"), "file", hint=_("CODA or CAMT.053, of at most 8 MB."), required=True, accept=""),
            Field(
                *(_SKIP, _("Also where the bank left a number out"), "tick"),
                hint=_(
                    "Only where the bank says that there is no such statement. The balances have to agree in any case."
                ),
            ),
        ),
        yes=_("Ask a second operator"),
        has_file=True,
    )


def _question(found: NamedEntry, decision: str) -> Question:
    words, entry = DECISIONS[decision], found.entry
    sender = " · ".join(part for part in (entry.counterparty_name, entry.counterparty_iban) if part)
    hint = "; ".join(_candidates(found))
    company = Field(_COMPANY, _("Company number"), hint=hint, required=True, longest=40)
    return Question(
        code=f"bank-{decision}",
        part=Part.BANK,
        title=_(words.title),
        lead=_(
            "%(amount)s from %(sender)s: %(reason)s",
            amount=euros(entry.amount_cents, current_language()),
            sender=sender or _("an account that the bank does not name"),
            reason=_(REASONS[entry.reason]),
        ),
        back_url=URL,
        back=_("Bank"),
        url=f"{URL}/{entry.id}/{decision}",
        consequences=(_(words.consequence), _("A second operator has to agree.")),
        fields=(company,) if decision == "book" else (),
        yes=_(words.yes),
        is_danger=True,
    )


def _shown(found: NamedEntry) -> WaitingShown:
    entry = found.entry
    can_give_back = entry.amount_cents > 0 and entry.counterparty_iban is not None
    return WaitingShown(
        found=found,
        reason=_(REASONS[entry.reason]),
        message=rules.shown(entry.structured) if entry.structured is not None else entry.message,
        candidates=_candidates(found),
        asked=tuple((act, _(ASKED[act])) for act in found.asked),
        decisions=tuple(
            (decision, _(words.title), f"{URL}/{entry.id}/{decision}")
            for decision, words in DECISIONS.items()
            if decision != "give-back" or can_give_back
        ),
    )


def _candidates(found: NamedEntry) -> tuple[str, ...]:
    return tuple(
        _(
            "Perhaps for %(name)s (%(number)s): %(sign)s",
            name=one.name,
            number=one.company_number,
            sign=_(SIGNS[one.sign]),
        )
        for one in found.candidates
    )
