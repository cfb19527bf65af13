"""Whose money it is: what was taken from an employee is closed at every address, and nobody reaches another wallet.

By standing alone `tests/portal/test_rights_matrix.py` goes through the same addresses.
"""

import pytest
from sqlalchemy import select

from core.organisations import employees
from core.organisations.identifiers import MembershipId
from core.organisations.rights import Right
from core.organisations.tables import MembershipRow
from core.organisations.wallet_rights import WalletRights, write
from core.wallet.control.tables import LimitRow
from core.wallet.tables import EntryRow
from tests.portal.test_rights_matrix import GETS, POSTS
from tests.portal.wallet.control.conftest import World

READ = {end: right for end, right in GETS.items() if end.startswith("/wallet")}
SENT = {end: right for end, right in POSTS.items() if end.startswith("/wallet")}
LEFT = [WalletRights(sees=sees, recharges=recharges) for sees in (True, False) for recharges in (True, False)]
# A page, a file, a way on, or nothing there under a made-up identifier.
OPEN = {200, 303, 404}


def traces(world: World) -> tuple[int, ...]:
    """Return how many entries and limits there are: what nobody may cause here."""
    with world.portal.services.database.reading() as session:
        return tuple(len(session.scalars(select(row.id)).all()) for row in (EntryRow, LimitRow))


@pytest.mark.parametrize("rights", LEFT, ids=str)
def test_an_employee_opens_what_was_left_to_them_and_nothing_else(world: World, rights: WalletRights) -> None:
    with world.portal.services.database.transaction() as session:
        write(session.get_one(MembershipRow, world.bram), rights)
    left = {
        Right.SEE_WALLET: rights.sees,
        Right.RECHARGE_WALLET: rights.recharges,
        Right.SEE_DATA: True,
        Right.MANAGE_WALLET: False,
    }
    bram, before = world.of("bram"), traces(world)
    token = bram.get("/mine").all("input[name=csrf_token]")[0].attributes["value"]
    office = bram.url.removesuffix("/wallet")

    wrong = {}
    for end, right in READ.items():
        status = bram.browser.get(office + end.replace("MEMBER", world.bram)).status_code
        if (status == 403) is left[right] or status not in {403, *OPEN}:
            wrong["GET", end] = status
    for end, right in SENT.items():
        if not left[right]:
            status = bram.browser.post(
                office + end.replace("MEMBER", world.bram), data={"csrf_token": token}
            ).status_code
            if status != 403:
                wrong["POST", end] = status

    assert wrong == {}
    assert traces(world) == before


def test_no_page_that_is_left_tells_what_is_on_the_wallet_to_whom_that_was_taken_from(world: World) -> None:
    with world.portal.services.database.transaction() as session:
        write(session.get_one(MembershipRow, world.bram), WalletRights(sees=False))
    bram, anna = world.of("bram"), world.of("anna")
    office = bram.url.removesuffix("/wallet")
    answers = {end: bram.browser.get(office + end.replace("MEMBER", world.bram)) for end in READ}

    assert {"/wallet/recharge", "/wallet/mine"} <= {end for end, answer in answers.items() if answer.status_code == 200}
    assert [end for end, answer in answers.items() if "€100.00" in answer.text] == []
    assert "€100.00" in anna.get("/recharge").body


def test_no_form_reaches_from_one_wallet_into_another(world: World) -> None:
    """Forms of one's own organisation, with the identifiers of somebody else's put into them."""
    carl, anna, before = world.of("carl"), world.of("anna"), traces(world)
    carl_west = f"/organisations/{world.west}/wallet"
    token = carl.browser.get(carl_west).text.partition('name="csrf_token" value="')[2].partition('"')[0]
    taken = {"csrf_token": token, "amount": "10", "key": "k", "per-charge": "0"}
    anna_form = anna.form("/transfer", "transfer") | {"amount": "10"}

    statuses = [
        # Another organisation's money, by its address; then one's own organisation and another one's employee.
        carl.browser.post(f"{carl.url}/transfer", data=taken | {"to": world.west}).status_code,
        carl.browser.post(f"{carl.url}/control", data=taken).status_code,
        carl.browser.post(f"{carl_west}/control/{world.bram}", data=taken).status_code,
        carl.browser.get(f"{carl_west}/control/{world.bram}").status_code,
        # To an organisation that one does not manage, also where one works there.
        carl.browser.post(f"{carl_west}/transfer", data=taken | {"to": world.noord}).status_code,
        anna.send("/transfer", anna_form | {"to": world.west}).status,
    ]

    assert statuses == [404, 404, 404, 404, 422, 422]
    assert world.balances() == (100_00, 0, 0)
    assert traces(world) == before


def test_who_manages_no_longer_when_the_form_arrives_moves_nothing(world: World) -> None:
    anna = world.of("anna")
    sent = anna.form("/transfer", "transfer") | {"to": world.zuid, "amount": "10"}
    now = world.portal.clock.now()
    with world.portal.services.database.transaction() as session:
        employees.promote(session, world.bram, by=world.people["anna"], now=now)
        mine = select(MembershipRow.id).where(
            MembershipRow.person_id == world.people["anna"], MembershipRow.organisation_id == world.noord
        )
        employees.demote(session, MembershipId(session.scalars(mine).one()), by=world.people["bram"], now=now)

    assert anna.send("/transfer", sent).status == 403
    assert world.balances() == (100_00, 0, 0)
