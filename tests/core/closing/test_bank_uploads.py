"""Files of the bank that two operators answer for: judged without a trace, kept once, booked once."""

import pytest
from sqlalchemy import func, select

from core.closing import bank_uploads
from core.closing.staff_deeds import DEEDS
from core.infra.audit import AuditRow
from core.infra.clock import FixedClock
from core.infra.db import Base, Database
from core.infra.errors import ImmoError
from core.people.identifiers import PersonId
from core.staff import approvals, roles
from core.staff.errors import ApprovalOver, NotStaff, SamePerson
from core.staff.reasons import Reason, StaffReason
from core.staff.rules import Decision
from core.staff.states import StaffRole
from core.wallet.bank.errors import BankFileKnown, BankFileWaits, DamagedBankFile, StatementGap
from core.wallet.proof import differences
from core.wallet.tables import WalletRow
from tests.support.at_once import at_once
from tests.support.bank_files import ACCOUNT, NORTH, SOUTH_SENDER, a_statement, brought, kept, two_wallets
from tests.support.offices import a_person

WHY = Reason(StaffReason.MAINTENANCE, "OPS-7")


class Desk:
    """Three operators, somebody who is none, and two wallets whose messages the files know."""

    def __init__(self, database: Database, clock: FixedClock) -> None:
        self.database, self.clock = database, clock
        with database.transaction() as session:
            people = [
                PersonId(a_person(session, name, now=clock.now())) for name in ("gilles", "joke.o", "ann.op", "nobody")
            ]
            for one in people[:3]:
                roles.give(session, one, StaffRole.OPERATOR, by=None, why=None, now=clock.now())
            self.north, _south = two_wallets(session, clock)
        self.gilles, self.joke, self.ann, self.nobody = people

    def ask(self, content: bytes, by: PersonId | None = None) -> str:
        with self.database.transaction() as session:
            return bank_uploads.ask_to_read(
                session,
                content,
                account=ACCOUNT,
                may_skip_numbers=False,
                why=WHY,
                by=by or self.gilles,
                now=self.clock.now(),
            )

    def approve(self, asked: str, by: PersonId | None = None) -> None:
        with self.database.transaction() as session:
            approvals.decide(session, asked, Decision.APPROVE, by=by or self.joke, deeds=DEEDS, now=self.clock.now())

    def balance(self) -> int:
        with self.database.reading() as session:
            assert list(differences(session)) == []
            return session.get_one(WalletRow, self.north).balance_cents

    def rows(self) -> dict[str, int]:
        with self.database.reading() as session:
            tables = Base.metadata.sorted_tables
            return {table.name: session.scalar(select(func.count()).select_from(table)) or 0 for table in tables}


@pytest.fixture
def desk(database: Database, clock: FixedClock) -> Desk:
    return Desk(database, clock)


def test_what_is_judged_leaves_only_the_question_and_the_bytes(desk: Desk) -> None:
    before = desk.rows()
    # The first of its two statements could be booked, the second one does not follow it.
    second = a_statement(opening=9, name="S2", number=2)
    second = second[second.index(b"<Stmt>") : second.index(b"</BkToCstmrStmt>")]
    gap_later = a_statement((2500, SOUTH_SENDER, NORTH)).replace(b"</Stmt>", b"</Stmt>" + second)
    refusals: tuple[tuple[bytes, PersonId, type[ImmoError]], ...] = (
        (gap_later, desk.gilles, StatementGap),
        (kept("several.cod")[:-1000], desk.gilles, DamagedBankFile),
        (kept("several.cod"), desk.nobody, NotStaff),
    )
    for content, by, refusal in refusals:
        with pytest.raises(refusal):
            desk.ask(content, by)
    assert desk.rows() == before

    desk.ask(kept("several.cod"))

    changed = {name: count - before[name] for name, count in desk.rows().items() if count != before[name]}
    assert changed == {"approval": 1, "bank_upload": 1, "audit": 1}
    assert desk.balance() == 0


def test_of_two_who_bring_the_same_file_or_agree_with_it_one_is_first(desk: Desk) -> None:
    content = a_statement((2500, SOUTH_SENDER, NORTH))
    asked: list[str] = []

    late = at_once(*[lambda by=by: asked.append(desk.ask(content, by)) for by in (desk.gilles, desk.ann)])
    assert ([type(one) for one in late], len(asked)) == ([BankFileWaits], 1)
    late = at_once(*[lambda: desk.approve(asked[0])] * 2)

    assert [type(one) for one in late] == [ApprovalOver]
    assert (desk.balance(), desk.rows()["bank_upload"]) == (2500, 0)
    with pytest.raises(BankFileKnown):
        desk.ask(content)


def test_the_question_stays_where_it_cannot_be_carried_out_and_is_asked_of_somebody_else(desk: Desk) -> None:
    asked = desk.ask(a_statement((2500, SOUTH_SENDER, NORTH), opening=100, name="S2", number=2))
    with pytest.raises(SamePerson):
        desk.approve(asked, desk.gilles)
    with desk.database.transaction() as session:
        brought(session, a_statement(opening=50, name="S1"), desk.clock)
    with pytest.raises(StatementGap):
        desk.approve(asked)
    assert (desk.balance(), desk.rows()["bank_upload"]) == (0, 1)

    # What was missing is read in, and the same question is answered.
    with desk.database.transaction() as session:
        brought(session, a_statement((50, "", ""), opening=50, name="S1b"), desk.clock)
    desk.approve(asked)
    assert desk.balance() == 2500
    with desk.database.reading() as session:
        deed = session.scalars(
            select(AuditRow).where(AuditRow.action == "bank-file-read").order_by(AuditRow.id.desc())
        ).first()
        assert deed is not None
        assert (deed.actor_id, deed.details["asked_by"]) == (desk.joke, desk.gilles)
