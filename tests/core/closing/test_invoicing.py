"""The invoices of a month: each line once, numbers without gaps, credit notes about what was invoiced (W13)."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import event, func, select, text
from sqlalchemy.orm import Session

from core.closing.invoicing import MonthNotInvoiced, invoice_months
from core.infra.db import Database
from core.infra.outbox import OutboxRow
from core.infra.settings import Settings
from core.infra.topics import MailRequested
from core.organisations.tables import OrganisationRow
from core.tools.tables import ToolRow
from core.wallet import accounts, charging, holds, ledger
from core.wallet.charging import Done
from core.wallet.documents.check import problems
from core.wallet.documents.invoice_content import InvoiceContent, Preceding
from core.wallet.documents.tables import InvoicedTransactionRow, InvoiceRow
from core.wallet.documents.ubl import electronic_invoice
from core.wallet.identifiers import TransactionId, WalletId
from core.wallet.proof import differences
from core.wallet.states import InvoiceKind
from core.wallet.tables import PostingRow, WalletRow
from core.wallet.transactions import failed
from tests.support.at_once import at_once
from tests.support.mortal import Killed
from tests.support.offices import a_tool, kinds
from tests.support.wallets import a_wallet, an_order

NOVEMBER = datetime(2026, 11, 10, 12, tzinfo=UTC)
# Half past midnight in Brussels: it is December there and November in Greenwich.
DECEMBER = datetime(2026, 11, 30, 23, 30, tzinfo=UTC)
JANUARY = datetime(2027, 1, 2, 9, tzinfo=UTC)


def wallet_of(database: Database) -> WalletId:
    with database.transaction() as session:
        return a_wallet(session, cents=10_000, now=NOVEMBER)


def charge(database: Database, wallet: WalletId, cents: int, *, now: datetime = NOVEMBER, tool: str = "finder") -> Done:
    with database.transaction() as session:
        return charging.charge(session, replace(an_order(wallet, cents=cents), tool_code=tool), now=now)


def give_back(database: Database, charged: Done, cents: int | None = None, *, now: datetime = NOVEMBER) -> None:
    with database.transaction() as session:
        charging.refund(session, TransactionId(charged.id), cents, client_id="finder", now=now)


def run(database: Database, settings: Settings, *, now: datetime) -> int:
    return invoice_months(database, settings.wallet.seller, now=now)


def documents(database: Database) -> list[InvoiceContent]:
    """Return all documents in the order of their numbers; each is sound, and its file follows from its content."""
    with database.reading() as session:
        rows = session.scalars(select(InvoiceRow).order_by(InvoiceRow.year, InvoiceRow.sequence)).all()
    contents = [InvoiceContent.from_json(row.content) for row in rows]
    for row, content in zip(rows, contents, strict=True):
        assert problems(row.xml) == ()
        assert electronic_invoice(content) == row.xml
        assert (row.net_cents, row.gross_cents) == (content.totals.net_cents, content.totals.paid_cents)
    return contents


def vat_due(database: Database) -> int:
    with database.reading() as session:
        assert list(differences(session)) == []
        found = select(func.sum(PostingRow.amount_cents)).where(PostingRow.account == accounts.VAT_DUE)
        return session.scalar(found) or 0


def amounts(content: InvoiceContent) -> dict[str, int]:
    return {line.name: line.paid_cents for line in content.lines}


def test_a_month_is_one_invoice_with_a_line_for_each_tool(database: Database, settings: Settings) -> None:
    wallet = wallet_of(database)
    with database.transaction() as session:
        kinds(session)
        a_tool(session, "finder", now=NOVEMBER)
        session.scalars(select(ToolRow)).one().name_nl = "Zoeker"
    for cents in (250, 250, 251):
        charge(database, wallet, cents)
    charge(database, wallet, 1_000, tool="gone")
    with database.transaction() as session:
        held = holds.reserve(session, an_order(wallet, cents=500), life=holds.LONGEST, now=NOVEMBER)
        holds.capture(session, held.id, 300, client_id="finder", now=NOVEMBER)
        failed(session, _row(session, wallet), an_order(wallet, cents=900).line, "insufficient-funds", now=NOVEMBER)
    charge(database, wallet, 777, now=DECEMBER)

    assert run(database, settings, now=DECEMBER) == 1

    (november,) = documents(database)
    assert amounts(november) == {"Zoeker": 1_051, "gone": 1_000}
    # 20.51 with VAT: what is owed is computed on the total, and all of it is paid.
    assert (november.totals.net_cents, november.totals.vat_cents, november.totals.paid_cents) == (1_695, 356, 2_051)
    assert (november.number, november.month, november.last_day) == (
        "2026-000001",
        date(2026, 11, 1),
        date(2026, 11, 30),
    )
    assert november.issued_on == date(2026, 12, 1)
    charges = {line.name: line.description.split()[-1] for line in november.lines}
    assert charges == {"Zoeker": "4", "gone": "1"}
    assert "november 2026" in november.lines[0].description
    assert november.seller.number == settings.wallet.seller.number
    with database.reading() as session:
        organisation = session.scalars(select(OrganisationRow).where(OrganisationRow.wallet_id == wallet)).one()
        assert november.buyer.number == organisation.company_number
        assert session.scalar(select(OutboxRow.topic).where(OutboxRow.topic == "invoice-issued")) is not None


def test_what_was_invoiced_is_not_invoiced_again(database: Database, settings: Settings) -> None:
    charge(database, wallet_of(database), 250)

    refused = at_once(*[lambda: run(database, settings, now=DECEMBER)] * 4)

    assert refused == []
    assert run(database, settings, now=DECEMBER) == 0
    assert run(database, settings, now=JANUARY) == 0
    assert [one.number for one in documents(database)] == ["2026-000001"]


def test_months_that_were_missed_are_invoiced_each_for_itself_with_the_numbers_of_the_year(
    database: Database, settings: Settings
) -> None:
    first, second = wallet_of(database), wallet_of(database)
    charge(database, first, 100)
    charge(database, first, 200, now=DECEMBER)
    charge(database, second, 300)

    assert run(database, settings, now=JANUARY) == 3

    made = documents(database)
    assert [one.number for one in made] == ["2027-000001", "2027-000002", "2027-000003"]
    assert {(one.month, one.totals.paid_cents) for one in made} == {
        (date(2026, 11, 1), 100),
        (date(2026, 12, 1), 200),
        (date(2026, 11, 1), 300),
    }


def test_what_is_given_back_in_the_month_lessens_the_invoice(database: Database, settings: Settings) -> None:
    wallet = wallet_of(database)
    give_back(database, charge(database, wallet, 500), 200)
    give_back(database, charge(database, wallet, 400))

    run(database, settings, now=DECEMBER)

    (november,) = documents(database)
    assert amounts(november) == {"finder": 300}
    assert november.lines[0].description.endswith(": 1")


def test_a_month_that_came_to_nothing_has_no_invoice_and_takes_no_number(
    database: Database, settings: Settings
) -> None:
    give_back(database, charge(database, wallet_of(database), 400))

    assert run(database, settings, now=DECEMBER) == 0

    with database.reading() as session:
        assert session.scalars(select(InvoicedTransactionRow.invoice_id)).all() == [None, None]
    other = wallet_of(database)
    charge(database, other, 100, now=DECEMBER)
    run(database, settings, now=JANUARY)
    assert [one.number for one in documents(database)] == ["2027-000001"]


def test_what_is_given_back_later_makes_a_credit_note_about_its_invoice(database: Database, settings: Settings) -> None:
    wallet = wallet_of(database)
    charged, other = charge(database, wallet, 500), charge(database, wallet, 600)
    run(database, settings, now=DECEMBER)
    give_back(database, charged, 200, now=DECEMBER)
    give_back(database, charged, now=DECEMBER)
    give_back(database, other, 100, now=DECEMBER)
    charge(database, wallet, 50, now=DECEMBER)

    assert run(database, settings, now=JANUARY) == 2

    november, december, credited = documents(database)
    assert (december.kind, december.totals.paid_cents) == (InvoiceKind.INVOICE, 50)
    assert (credited.kind, credited.totals.paid_cents) == (InvoiceKind.CREDIT_NOTE, 600)
    assert credited.about == Preceding(november.number, november.issued_on)
    assert credited.lines[0].description.endswith(": 2")
    with database.reading() as session:
        bodies = session.scalars(select(OutboxRow.body).where(OutboxRow.topic == MailRequested.topic)).all()
    mails = {mail.values["invoice_number"]: mail for mail in map(MailRequested.from_json, bodies)}
    assert {number: (mail.template, mail.values["amount"]) for number, mail in mails.items()} == {
        november.number: ("invoice-ready", "€\xa011,00"),
        december.number: ("invoice-ready", "€\xa00,50"),
        credited.number: ("credit-note-ready", "€\xa06,00"),
    }


def test_the_ledger_owes_the_vat_that_invoices_say(database: Database, settings: Settings) -> None:
    """0.03 holds a cent of VAT by itself; a hundred of them hold 52, and three given back one."""
    wallet = wallet_of(database)
    charged = [charge(database, wallet, 3) for _ in range(100)]
    assert vat_due(database) == 100

    run(database, settings, now=DECEMBER)
    assert vat_due(database) == 52
    for one in charged[:3]:
        give_back(database, one, now=DECEMBER)
    run(database, settings, now=JANUARY)

    invoice, credited = documents(database)
    assert (invoice.totals.vat_cents, credited.totals.vat_cents) == (52, 1)
    assert vat_due(database) == 51


@pytest.mark.parametrize(
    ("statement", "found"),
    [
        ("UPDATE invoice SET sequence = 3 WHERE sequence = 2", {"invoice numbers"}),
        ("UPDATE invoice_counter SET last = 5", {"invoice numbers"}),
        ("UPDATE invoice SET gross_cents = gross_cents + 1 WHERE kind = 'credit-note'", {"invoice"}),
        ("UPDATE invoice SET vat_cents = vat_cents - 1", {"VAT due"}),
        ("UPDATE invoiced_transaction SET invoice_id = NULL", {"invoice", "VAT due"}),
    ],
)
def test_the_proof_finds_what_was_changed_in_invoices(
    database: Database, settings: Settings, statement: str, found: set[str]
) -> None:
    charged = charge(database, wallet_of(database), 500)
    charge(database, wallet_of(database), 100)
    run(database, settings, now=DECEMBER)
    give_back(database, charged, 200, now=DECEMBER)
    run(database, settings, now=JANUARY)
    assert vat_due(database) == 87 + 17 - 35
    with database.transaction() as session:
        session.execute(text(statement))

    with database.reading() as session:
        assert {difference.what for difference in differences(session)} == found


def test_what_cannot_be_written_takes_no_number_and_holds_nobody_else_up(
    database: Database, settings: Settings
) -> None:
    """A name with a character that XML has not; it comes from outside, and is mended later."""
    broken, sound = wallet_of(database), wallet_of(database)
    _rename(database, broken, "Immo \x01")
    charge(database, broken, 100)
    charge(database, sound, 200)

    with pytest.raises(MonthNotInvoiced) as refused:
        run(database, settings, now=DECEMBER)

    assert refused.value.details["wallets"] == broken
    assert [one.totals.paid_cents for one in documents(database)] == [200]
    _rename(database, broken, "Immo")
    assert run(database, settings, now=DECEMBER) == 1
    assert [one.number for one in documents(database)] == ["2026-000001", "2026-000002"]


def test_a_run_that_dies_at_any_statement_loses_nothing_and_doubles_nothing(
    database: Database, settings: Settings
) -> None:
    wallets = [wallet_of(database) for _ in range(3)]
    for wallet in wallets:
        charge(database, wallet, 100)
        charge(database, wallet, 200, now=DECEMBER)

    statements = 0
    while _dies(database, lambda: run(database, settings, now=JANUARY), at=statements):
        statements += 1

    assert statements > 20
    made = documents(database)
    assert [one.number for one in made] == [f"2027-{place:06d}" for place in range(1, 7)]
    assert sorted(one.totals.paid_cents for one in made) == [100] * 3 + [200] * 3
    with database.reading() as session:
        topics = session.scalars(select(OutboxRow.topic)).all()
        assert (topics.count("invoice-issued"), topics.count(MailRequested.topic)) == (6, 6)


def _dies(database: Database, act: Callable[[], object], *, at: int) -> bool:
    """Do something in a process that dies before its nth statement; tell whether it came so far."""
    left = at

    def strike(*_: object) -> None:
        nonlocal left
        left -= 1
        if left < 0:
            raise Killed

    event.listen(database.engine, "before_cursor_execute", strike)
    event.listen(database.engine, "commit", strike)
    try:
        act()
    except Killed:
        return True
    finally:
        event.remove(database.engine, "before_cursor_execute", strike)
        event.remove(database.engine, "commit", strike)
        database.engine.dispose()
    return False


def _rename(database: Database, wallet: WalletId, name: str) -> None:
    with database.transaction() as session:
        session.scalars(select(OrganisationRow).where(OrganisationRow.wallet_id == wallet)).one().name = name


def _row(session: Session, wallet: WalletId) -> WalletRow:
    return ledger.lock(session, [wallet])[wallet]
