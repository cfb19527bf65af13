"""An office with a wallet and two tools, and what can be done with its money."""

from collections.abc import Callable
from datetime import timedelta
from typing import TypeVar

from flask.testing import FlaskClient
from sqlalchemy import insert
from sqlalchemy.orm import Session

from core.wallet import charging, holds
from core.wallet.charging import ChargeOrder, Done
from core.wallet.holds import Hold
from core.wallet.identifiers import TransactionId
from core.wallet.queries import wallet_of
from core.wallet.states import EntryKind, TransactionKind, TransactionStatus
from core.wallet.tables import TransactionRow, WalletRow
from tests.portal.conftest import Portal
from tests.support import deposits
from tests.support.html_page import Page, parse
from tests.support.offices import a_person, a_tool, an_office, kinds

_REFUSED = {
    "kind": TransactionKind.TOOL,
    "status": TransactionStatus.FAILED,
    "tool_code": "finder",
    "description": "Search",
    **dict.fromkeys(("amount_cents", "balance_before_cents", "balance_after_cents"), 0),
}
CLIENT = "a-client"
Result = TypeVar("Result")


class Office:
    """Anna manages it; `finder` and `rentals` can be paid. The clock moves on by a minute with each deed."""

    def __init__(self, portal: Portal) -> None:
        self.portal = portal
        now = portal.clock.now()
        with portal.services.database.transaction() as session:
            self.anna = a_person(session, "anna.manages", now=now)
            self.organisation = an_office(session, self.anna, now=now).organisation_id
            kinds(session)
            for tool in ("finder", "rentals"):
                a_tool(session, tool, now=now)
            wallet = wallet_of(session, self.organisation)
        assert wallet is not None
        self.wallet = wallet.id
        self.url = f"/organisations/{self.organisation}/wallet"

    def deposit(self, cents: int, *, kind: EntryKind = EntryKind.TOP_UP_BANK) -> Done:
        return self._do(
            lambda session: deposits.credit(
                session, self.wallet, cents, kind=kind, reference="paid-1", now=self.portal.clock.now()
            )
        )

    def charge(self, cents: int, *, tool: str = "finder", description: str = "Search of a parcel") -> Done:
        order = self._order(cents, tool, description)
        return self._do(lambda session: charging.charge(session, order, now=self.portal.clock.now()))

    def refuse(self, cents: int, reason: str, *, tool: str = "finder") -> None:
        order = self._order(cents, tool, "Search of a parcel")
        self._do(lambda session: charging.refuse(session, order, reason, now=self.portal.clock.now()))

    def hold(self, cents: int) -> Hold:
        order = self._order(cents, "finder", "Large search")
        life = timedelta(days=1)
        return self._do(lambda session: holds.reserve(session, order, life=life, now=self.portal.clock.now()))

    def refund(self, transaction: TransactionId, cents: int) -> Done:
        now = self.portal.clock.now()
        return self._do(lambda session: charging.refund(session, transaction, cents, client_id=CLIENT, now=now))

    def take_back(self, cents: int) -> Done:
        now = self.portal.clock.now()
        return self._do(lambda session: deposits.take_back(session, self.wallet, cents, reference="back-1", now=now))

    def fill_up(self, count: int) -> None:
        """Add so many refused charges at once."""
        with self.portal.services.database.transaction() as session:
            wallet = session.get_one(WalletRow, self.wallet)
            first, now = wallet.transactions + 1, self.portal.clock.now()
            lines = [
                {**_REFUSED, "id": f"txn_{number}", "wallet_id": self.wallet, "number": number, "at": now}
                for number in range(first, first + count)
            ]
            session.execute(insert(TransactionRow), lines)
            wallet.transactions += count

    def browser(self) -> FlaskClient:
        return self.portal.signed_in(self.anna)

    def look(self, end: str = "", *, language: str = "en", browser: FlaskClient | None = None) -> Page:
        path = self.url + end
        answer = (browser or self.browser()).get(path, headers={"Accept-Language": language})
        return parse(path, answer.status_code, dict(answer.headers.to_wsgi_list()), answer.text)

    def _order(self, cents: int, tool: str, description: str) -> ChargeOrder:
        return ChargeOrder(self.wallet, CLIENT, tool, self.anna, cents, description)

    def _do(self, act: Callable[[Session], Result]) -> Result:
        self.portal.clock.advance(timedelta(minutes=1))
        with self.portal.services.database.transaction() as session:
            return act(session)
