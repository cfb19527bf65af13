"""Files of the bank in the ledger: each payment once, whatever comes twice, late, damaged or in the other form."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from core.infra.clock import FixedClock
from core.infra.db import Database
from core.infra.errors import ImmoError
from core.wallet import accounts
from core.wallet.bank.desk import dismiss, waiting
from core.wallet.bank.errors import DamagedBankFile, NoAccountOfOurs, NumberGap, StatementGap
from core.wallet.bank.settlements import match_settlements
from core.wallet.bank.statements import Imported, import_file
from core.wallet.bank.tables import BankEntryRow, BankFileRow, BankStatementRow
from core.wallet.identifiers import WalletId
from core.wallet.payments import settlements
from core.wallet.payments.provider import Settlement
from core.wallet.proof import differences
from core.wallet.tables import PostingRow, TransactionRow, WalletRow
from tests.support.at_once import at_once
from tests.support.bank_files import (
    ACCOUNT,
    NORTH,
    NORTH_SENDER,
    SOUTH_SENDER,
    a_statement,
    brought,
    kept,
    two_wallets,
)
from tests.support.killed import in_a_process_that_dies_at

LARGEST = 100_000_00


@pytest.fixture
def wallets(database: Database, clock: FixedClock) -> tuple[WalletId, WalletId]:
    with database.transaction() as session:
        return two_wallets(session, clock)


def bring(database: Database, clock: FixedClock, content: bytes) -> Imported:
    with database.transaction() as session:
        return brought(session, content, clock)


def refused(database: Database, clock: FixedClock, content: bytes) -> type[ImmoError]:
    before = stands(database)
    with pytest.raises(ImmoError) as found:
        bring(database, clock, content)
    assert stands(database) == before
    return found.type


def stands(database: Database) -> tuple[object, ...]:
    """Return everything that a file could have changed, after the ledger is proven."""
    with database.reading() as session:
        assert list(differences(session)) == []
        counts = [
            session.scalar(select(func.count()).select_from(row))
            for row in (BankFileRow, BankStatementRow, BankEntryRow, PostingRow, TransactionRow)
        ]
        return (*counts, tuple(session.scalars(select(WalletRow.balance_cents).order_by(WalletRow.id))))


def on(database: Database, *names: str) -> tuple[int, ...]:
    """Return what stands on accounts of the ledger."""
    with database.reading() as session:
        sums = dict(
            session.execute(
                select(PostingRow.account, func.sum(PostingRow.amount_cents)).group_by(PostingRow.account)
            ).all()
        )
    return tuple(int(sums.get(name, 0)) for name in names)


def fate(database: Database) -> list[tuple[int, str, str | None]]:
    with database.reading() as session:
        rows = session.execute(
            select(BankEntryRow.amount_cents, BankEntryRow.status, BankEntryRow.reason)
            .join(BankStatementRow)
            .order_by(BankStatementRow.closed_on, BankStatementRow.opening_cents, BankEntryRow.position)
        )
        return [(row.amount_cents, row.status, row.reason) for row in rows]


@pytest.mark.parametrize("name", ["several.cod", "several.xml"])
def test_only_a_right_message_puts_money_on_a_wallet(
    database: Database, clock: FixedClock, wallets: tuple[WalletId, WalletId], name: str
) -> None:
    told = bring(database, clock, kept(name))

    assert told == Imported(statements=2, others=2, credited=3, waiting=4, not_ours=1)
    assert fate(database) == [
        (7500, "credited", None),
        (4000, "waiting", "wrong-check-digits"),
        (6050, "credited", None),
        (3300, "waiting", "no-reference"),
        (-125, "not-ours", None),
        (1500, "waiting", "unknown-reference"),
        (-4000, "waiting", "reversal"),
        (2000, "credited", None),
    ]
    north, south = (accounts.wallet(wallet) for wallet in wallets)
    assert on(database, north, south, accounts.UNMATCHED) == (7500, 6050 + 2000, 4000 + 3300 + 1500 - 4000)
    # What is on our account but for what we paid is what wallets and suspense hold.
    assert on(database, accounts.BANK_CLEARING) == (-(7500 + 6050 + 2000 + 4800),)


@pytest.mark.parametrize(
    ("name", "credited", "waiting"), [("batches.cod", [7000, 9000, 1200], 2), ("batches.xml", [7000], 5)]
)
def test_payments_of_a_batch_are_booked_one_by_one_where_the_bank_tells_them_apart(
    database: Database,
    clock: FixedClock,
    wallets: tuple[WalletId, WalletId],
    name: str,
    credited: list[int],
    waiting: int,
) -> None:
    told = bring(database, clock, kept(name))

    assert (told.credited, told.waiting) == (len(credited), waiting)
    assert [cents for cents, status, _ in fate(database) if status == "credited"] == credited
    assert [cents for cents, _, reason in fate(database) if reason == "batch"] == (
        [5500] if name.endswith("cod") else [5500, 4000]
    )


@pytest.mark.parametrize(("first", "again"), [("several.cod", "several.xml"), ("several.xml", "several.cod")])
def test_the_same_file_or_statement_again_has_no_effect_also_in_the_other_form(
    database: Database, clock: FixedClock, wallets: tuple[WalletId, WalletId], first: str, again: str
) -> None:
    bring(database, clock, kept(first))
    before = stands(database)

    assert bring(database, clock, kept(first)) == Imported(is_known=True)
    assert stands(database) == before
    # Other bytes of the same statements: the file is noted, and nothing else.
    for other in (kept(first) + b"\n", kept(again)):
        assert bring(database, clock, other) == Imported(known=2, others=2)
    assert stands(database)[1:] == before[1:]


def test_days_follow_each_other_and_a_file_may_hold_days_that_are_known(
    database: Database, clock: FixedClock, wallets: tuple[WalletId, WalletId]
) -> None:
    bring(database, clock, kept("several.cod"))

    coda = b"".join(kept(name) for name in ("several.cod", "batches.cod", "nothing.cod"))
    assert bring(database, clock, coda) == Imported(statements=2, known=2, others=2, credited=3, waiting=2, not_ours=2)
    with database.reading() as session:
        ends = session.execute(select(BankStatementRow.closing_cents, BankStatementRow.sequence)).all()
    assert sorted(map(tuple, ends)) == [(120225, 212), (122225, 211), (145625, 213), (145625, 214)]


def test_a_missing_day_stops_everything_until_it_is_there(
    database: Database, clock: FixedClock, wallets: tuple[WalletId, WalletId]
) -> None:
    day = date(2026, 11, 9)
    bring(database, clock, a_statement((5000, NORTH_SENDER, NORTH), name="S1", number=1))
    nothing_moved = a_statement(opening=5000, name="S3", number=3)

    assert refused(database, clock, a_statement((100, "", NORTH), opening=6000, name="S3", number=3)) is StatementGap
    # The balances agree, because what is missing came and went; the number tells.
    assert refused(database, clock, nothing_moved) is NumberGap

    bring(database, clock, a_statement((1, "", ""), (-1, "", ""), opening=5000, name="S2", number=2))
    bring(database, clock, nothing_moved)
    # The bank counts anew every year.
    bring(database, clock, a_statement(opening=5000, name="S1/27", number=1, on=day.replace(year=2027)))
    skipped = a_statement(opening=5000, name="S5/27", number=5, on=day.replace(year=2027))
    with database.transaction() as session:
        told = import_file(session, skipped, account=ACCOUNT, by=None, may_skip_numbers=True, now=clock.now())
    assert told.statements == 1


def test_what_cannot_be_right_is_refused_whole(
    database: Database, clock: FixedClock, wallets: tuple[WalletId, WalletId]
) -> None:
    good = kept("several.xml")
    first_of_two = good.replace(b">20.00<", b">20.01<", 1)
    elsewhere = good.replace(ACCOUNT.encode(), b"BE62510007547061")

    assert refused(database, clock, first_of_two) is DamagedBankFile
    assert refused(database, clock, elsewhere) is NoAccountOfOurs
    assert refused(database, clock, b"") is DamagedBankFile
    bring(database, clock, good)
    renamed = a_statement((7500, "", NORTH), opening=120225, name="BE71-20261103", number=302)
    assert refused(database, clock, renamed) is DamagedBankFile


def test_messages_that_contradict_each_other_and_too_much_money_wait(
    database: Database, clock: FixedClock, wallets: tuple[WalletId, WalletId]
) -> None:
    text = "010806817183 of 123456789002"
    content = a_statement((100, "", text), (LARGEST + 1, "", NORTH), (LARGEST, "", NORTH), (50, "", f"{NORTH} {NORTH}"))

    bring(database, clock, content)

    assert [reason for *_, reason in fate(database)] == ["several-references", "too-large", None, None]
    assert on(database, accounts.wallet(wallets[0])) == (LARGEST + 50,)


def test_what_the_payment_provider_pays_out_is_no_wallets_whoever_tells_of_it_first(
    database: Database, clock: FixedClock, wallets: tuple[WalletId, WalletId]
) -> None:
    paid_out = [
        Settlement(f"stl_{number}", f"REF.{number}", 4961, 39, clock.now() + timedelta(days=number))
        for number in (1, 2)
    ]

    def tell(*told: Settlement) -> None:
        with database.transaction() as session:
            settlements.record(session, "provider", told, now=clock.now())
            match_settlements(session, now=clock.now())

    tell(paid_out[0])
    on_statement = a_statement((4961, "", "Settlement REF.1"), (4961, "", "Settlement REF.2"), (4960, "", "REF.2"))
    assert bring(database, clock, on_statement).waiting == 3
    assert [status for _, status, _ in fate(database)] == ["booked", "waiting", "waiting"]
    # Somebody saw before the provider told that it is no wallet's.
    with database.transaction() as session:
        dismiss(session, next(one.id for one in waiting(session) if one.amount_cents == 4961), now=clock.now())
    tell(*paid_out)
    tell(*paid_out)

    assert [status for _, status, _ in fate(database)] == ["booked", "booked", "waiting"]
    assert on(database, accounts.UNMATCHED, accounts.BANK_CLEARING) == (4960, -(2 * 4961 + 4960))
    stands(database)


def test_payments_that_look_alike_all_count(
    database: Database, clock: FixedClock, wallets: tuple[WalletId, WalletId]
) -> None:
    alike = (2500, SOUTH_SENDER, NORTH)

    assert bring(database, clock, a_statement(alike, alike, alike)).credited == 3
    assert bring(database, clock, a_statement(alike, opening=7500, name="S2", number=2)).credited == 1
    assert on(database, accounts.wallet(wallets[0])) == (4 * 2500,)


def test_a_file_brought_by_many_at_once_is_booked_once(
    database: Database, clock: FixedClock, wallets: tuple[WalletId, WalletId]
) -> None:
    same = kept("several.cod")
    rivals = [a_statement((900, "", NORTH), opening=120225, name=name, number=303) for name in ("A", "B")]

    told: list[Imported] = []

    def deed(content: bytes) -> Callable[[], None]:
        return lambda: told.append(bring(database, clock, content))

    at_once(*[deed(same)] * 4)
    refused_rivals = at_once(*map(deed, rivals))

    assert len([one for one in told if not one.is_known]) == 2
    assert len(refused_rivals) == 1
    assert on(database, accounts.wallet(wallets[0])) == (7500 + 900,)
    stands(database)


def test_killed_at_any_step_a_file_that_is_brought_again_is_booked_once(
    database: Database, clock: FixedClock, wallets: tuple[WalletId, WalletId]
) -> None:
    lasted_when_killed, opening, times, step = set[bool](), 0, 0, 0
    # Every other step: before a statement is after the one before it.
    for times, step in enumerate(range(0, 200, 2), 1):
        content = a_statement((100, SOUTH_SENDER, NORTH), (7, "", ""), opening=opening, name=f"S{step}", number=0)
        died = in_a_process_that_dies_at(step, database.engine, lambda: bring(database, clock, content))  # noqa: B023
        lasts = bring(database, clock, content).is_known
        opening += 107
        assert on(database, accounts.wallet(wallets[0]), accounts.UNMATCHED) == (100 * times, 7 * times)
        if not died:
            break
        lasted_when_killed.add(lasts)

    # Killed before the commit, and after it.
    assert lasted_when_killed == {False, True}
    assert times > 10
    stands(database)
