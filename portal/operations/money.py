"""`/operations/money`: what the daily comparison of provider, bank and ledger found, and corrections (W12)."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar

from flask import Blueprint
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response as AnyResponse

from core.closing import reconciling, wallet_corrections
from core.closing.wallet_corrections import Correction
from core.infra.money import euros
from core.staff.reasons import Reason
from core.wallet.control import reconciliation
from core.wallet.control.reconciliation import Reconciliation
from core.wallet.proof import Difference
from core.web.locale import current_language
from portal import notices, pages
from portal.operations import correction_form
from portal.operations.asking import Answer, ask, carry_out
from portal.operations.money_words import BOOKS, COUNTED, FOUND
from portal.operations.opening import OperationsFrame, Part, around, open_operations
from portal.staff_area import Desk
from portal.staff_words import ACCOUNTS
from portal.visit import check_form

bp = Blueprint("operations_money", __name__)

URL = Part.MONEY.value
_DAYS_SHOWN = 30


@dataclass(frozen=True, slots=True)
class Found:
    """Something that does not agree, in words: of what, how it stands, and how it was proven to be."""

    code: str
    text: str
    of: str
    stands: str
    proven: str


@dataclass(frozen=True, slots=True)
class MoneyPage:
    """The last comparison, what stood on the accounts then, and how many differences the days before had."""

    template: ClassVar[str] = "operations/money.html"

    frame: OperationsFrame
    checked_at: datetime | None
    found: tuple[Found, ...]
    balances: tuple[tuple[str, str, int], ...]
    days: tuple[tuple[date, int], ...]


@bp.get(URL)
def show() -> str:
    """Show what was found last."""
    desk = open_operations()
    with desk.services.database.reading() as session:
        days = reconciliation.latest(session, most=_DAYS_SHOWN)
    last = days[0] if days else None
    page = MoneyPage(
        frame=around(desk, Part.MONEY),
        checked_at=None if last is None else last.checked_at,
        found=() if last is None else tuple(map(_found, last.differences)),
        balances=() if last is None else _balances(last),
        days=tuple((one.day, len(one.differences)) for one in days[1:]),
    )
    return pages.render(page, menu=page.frame.menu)


@bp.post(f"{URL}/compare")
def compare() -> AnyResponse:
    """Ask the provider and compare now; what was found before on this day is replaced."""
    check_form()
    desk = open_operations()
    reconciling.compare(desk.services.database, desk.services.payments.provider, now=desk.now)
    return notices.done(URL, "operations-compared")


@bp.get(f"{URL}/correct")
def show_correcting() -> str:
    """Ask what is to be corrected."""
    return ask(open_operations(), correction_form.question())


@bp.post(f"{URL}/correct")
def correct() -> Answer:
    """Ask a second operator for a correction."""
    check_form()
    desk = open_operations()

    def do(correction: Correction | None, why: Reason) -> None:
        assert correction is not None
        desk.require_fresh()
        with desk.services.database.transaction() as session:
            wallet_corrections.ask_to_correct(session, correction, why=why, by=desk.actor.person_id, now=desk.now)

    return carry_out(desk, correction_form.question(), correction_form.read, do, to=URL, done="operations-asked")


def attention(desk: Desk) -> list[tuple[str, str]]:
    """Return what an operator is to look at: a code and a sentence."""
    with desk.services.database.reading() as session:
        last = reconciliation.latest(session, most=1)
    count = sum(len(one.differences) for one in last)
    text = ngettext(
        "%(num)s thing differs between provider, bank and books.",
        "%(num)s things differ between provider, bank and books.",
        count,
    )
    return [("money-differs", text)] if count else []


def _found(one: Difference) -> Found:
    text = _(FOUND[one.what]) if one.what in FOUND else _(BOOKS, what=one.what)
    of = _(ACCOUNTS[one.of]) if one.of in ACCOUNTS else one.of
    return Found(one.what, text, of, _figure(one, one.stands), _figure(one, one.proven))


def _balances(last: Reconciliation) -> tuple[tuple[str, str, int], ...]:
    named = [(account, _(label)) for account, label in ACCOUNTS.items() if account in last.balances]
    return tuple((account, label, last.balances[account]) for account, label in named)


def _figure(one: Difference, figure: int) -> str:
    if one.stands == one.proven:
        # Nothing was compared: it is told of for itself.
        return "\N{EN DASH}"
    return str(figure) if one.what in COUNTED else euros(figure, current_language())
