"""Who may open and do what in an organisation: every address by every kind of person (O12).

The table is that of `organisations.md`, by `core.organisations.rights`. Whoever may not is refused by the
server, also where no page shows a button, and nothing changes.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from core.closing import membership as endings
from core.closing.invoicing import invoice_months
from core.infra.audit import AuditRow
from core.infra.outbox import OutboxRow
from core.organisations.enrolment import invite, request_membership
from core.organisations.identifiers import MembershipId, OrganisationId
from core.organisations.rights import Right, Standing, may
from core.people.assurance import Acr
from core.people.identifiers import PersonId
from core.tools.registration import register
from core.wallet.charging import charge
from core.wallet.documents.invoices import invoices_of
from core.wallet.identifiers import InvoiceId, TransactionId
from core.wallet.payments.topups import intend
from core.wallet.queries import wallet_of
from core.wallet.states import EntryKind
from tests.portal.conftest import Portal
from tests.support.deposits import credit
from tests.support.html_page import parse
from tests.support.offices import NO_DETAILS, a_member, a_person, a_staffed_office, an_office
from tests.support.wallets import an_order

_DEEDS = ("refuse", "block", "activate", "remove", "promote", "demote")
_USAGE = "/tools/finder/estate-agent"
# Behind `/organisations/<id>`: what it takes to open it, and to send a form to it. `MEMBER` is a colleague,
# who is neither whoever asks nor a manager.
GETS: Mapping[str, Right] = {
    "": Right.SEE_NAME,
    "/edit": Right.EDIT_DATA,
    "/pictures/logo": Right.EDIT_DATA,
    "/pictures/cover": Right.EDIT_DATA,
    "/notices": Right.EDIT_DATA,
    "/leave": Right.LEAVE,
    "/history": Right.SEE_OWN_HISTORY,
    "/employees": Right.SEE_EMPLOYEES,
    "/employees/add": Right.MANAGE_EMPLOYEES,
    "/employees/invite": Right.MANAGE_EMPLOYEES,
    "/employees/import": Right.MANAGE_EMPLOYEES,
    "/employees/import/example.csv": Right.MANAGE_EMPLOYEES,
    "/employees/invitations": Right.MANAGE_EMPLOYEES,
    "/employees/MEMBER": Right.SEE_EMPLOYEES,
    "/employees/MEMBER/edit": Right.MANAGE_EMPLOYEES,
    "/employees/MEMBER/confirm": Right.MANAGE_EMPLOYEES,
    **{f"/employees/MEMBER/{deed}": Right.MANAGE_EMPLOYEES for deed in _DEEDS},
    "/tools": Right.SEE_TOOLS,
    "/tools/finder": Right.SEE_TOOLS,
    _USAGE: Right.SEE_TOOLS,
    f"{_USAGE}/register": Right.REGISTER_TOOL,
    f"{_USAGE}/access": Right.MANAGE_ACCESS,
    f"{_USAGE}/mandate": Right.MANAGE_ACCESS,
    f"{_USAGE}/mandate/end": Right.MANAGE_ACCESS,
    f"{_USAGE}/end": Right.MANAGE_ACCESS,
    f"{_USAGE}/terms": Right.MANAGE_ACCESS,
    "/wallet": Right.SEE_WALLET,
    "/wallet/export.csv": Right.SEE_WALLET,
    "/wallet/spending": Right.SEE_WALLET,
    "/wallet/transfer": Right.MANAGE_WALLET,
    "/wallet/control": Right.MANAGE_WALLET,
    "/wallet/control/MEMBER": Right.MANAGE_WALLET,
    "/wallet/mine": Right.SEE_DATA,
    "/wallet/transactions/TRANSACTION/receipt.pdf": Right.SEE_WALLET,
    "/wallet/invoices": Right.SEE_WALLET,
    **{f"/wallet/invoices/INVOICE{end}": Right.SEE_WALLET for end in ("", ".pdf", ".xml")},
    "/wallet/recharge": Right.RECHARGE_WALLET,
    "/wallet/recharge/top_begun": Right.RECHARGE_WALLET,
    "/wallet/recharge/transfer": Right.RECHARGE_WALLET,
}
POSTS: Mapping[str, Right] = {
    "/edit": Right.EDIT_DATA,
    "/pictures/logo": Right.EDIT_DATA,
    "/pictures/cover": Right.EDIT_DATA,
    "/notices": Right.EDIT_DATA,
    "/second-manager": Right.EDIT_DATA,
    "/suggestions/sug_none/take": Right.EDIT_DATA,
    "/suggestions/sug_none/decline": Right.EDIT_DATA,
    "/employees/add": Right.MANAGE_EMPLOYEES,
    "/employees/invite": Right.MANAGE_EMPLOYEES,
    "/employees/import": Right.MANAGE_EMPLOYEES,
    "/employees/invitations/inv_none/again": Right.MANAGE_EMPLOYEES,
    "/employees/invitations/inv_none/withdraw": Right.MANAGE_EMPLOYEES,
    "/employees/MEMBER/edit": Right.MANAGE_EMPLOYEES,
    "/employees/MEMBER/confirm": Right.MANAGE_EMPLOYEES,
    **{f"/employees/MEMBER/{deed}": Right.MANAGE_EMPLOYEES for deed in _DEEDS},
    f"{_USAGE}/access": Right.MANAGE_ACCESS,
    f"{_USAGE}/mandate": Right.MANAGE_ACCESS,
    f"{_USAGE}/mandate/end": Right.MANAGE_ACCESS,
    f"{_USAGE}/end": Right.MANAGE_ACCESS,
    f"{_USAGE}/terms": Right.MANAGE_ACCESS,
    f"{_USAGE}/register": Right.REGISTER_TOOL,
    "/wallet/recharge": Right.RECHARGE_WALLET,
    "/wallet/transfer": Right.MANAGE_WALLET,
    "/wallet/control": Right.MANAGE_WALLET,
    "/wallet/control/MEMBER": Right.MANAGE_WALLET,
}
# What concerns only oneself, asked of those to whom it does not apply: nobody else's is ever touched.
OWN = {"/accept": {Standing.INVITED}, "/remind": {Standing.WAITING}, "/leave": set(Standing) - {Standing.STRANGER}}
PEOPLE = ("manager", "employee", "waiting", "invited", "blocked", "stranger", "foreign-manager")


@dataclass(frozen=True)
class Office:
    """An organisation with one person of each kind, and a colleague to whom things could be done."""

    id: OrganisationId
    member: MembershipId
    transaction: TransactionId
    invoice: InvoiceId
    people: Mapping[str, PersonId]

    def path(self, end: str) -> str:
        filled = end.replace("MEMBER", self.member).replace("TRANSACTION", self.transaction)
        filled = filled.replace("INVOICE", self.invoice)
        return f"/organisations/{self.id}{filled}"


@pytest.fixture
def office(portal: Portal) -> Office:
    now = portal.clock.now()
    with portal.services.database.transaction() as session:
        staffed = a_staffed_office(session, now=now)
        manager, organisation = staffed.manager, staffed.organisation_id
        register(session, organisation, staffed.tool_id, "estate-agent", by=manager.person_id, acr=Acr.HIGH, now=now)
        people = {name: a_person(session, f"{name}.person", now=now) for name in PEOPLE[2:]}
        request_membership(session, organisation, by=people["waiting"], details=NO_DETAILS, now=now)
        invite(session, organisation, people["invited"], by=manager.person_id, details=NO_DETAILS, now=now)
        shut = a_member(session, manager, people["blocked"], now=now)
        endings.block(session, shut.id, by=manager.person_id, now=now)
        an_office(session, people["foreign-manager"], now=now, number=2)
        colleague = a_member(session, manager, a_person(session, "some.colleague", now=now), now=now)
        people |= {"manager": manager.person_id, "employee": staffed.colleague.person_id}
        wallet = wallet_of(session, organisation)
        assert wallet is not None
        top_up = credit(session, wallet.id, 500, kind=EntryKind.TOP_UP_BANK, reference="bank-1", now=now)
        payer = manager.person_id
        intend(session, wallet.id, 500, top_up_id="top_begun", provider="mollie", by=payer, language="nl", now=now)
        charge(session, an_order(wallet.id, cents=100), now=now)
    database = portal.services.database
    invoice_months(database, portal.services.settings.wallet.seller, now=now + timedelta(days=32))
    with database.reading() as session:
        (invoiced,) = invoices_of(session, wallet.id)
    return Office(organisation, colleague.id, top_up.id, invoiced.id, people)


def standing(name: str) -> Standing:
    return Standing.STRANGER if name == "foreign-manager" else Standing(name)


def token(browser: FlaskClient) -> str:
    answer = browser.get("/context")
    page = parse("/context", answer.status_code, dict(answer.headers), answer.text)
    return page.all("input[name=csrf_token]")[0].attributes["value"]


def written(portal: Portal) -> tuple[int, int]:
    """Return how much was recorded and how much is to be sent."""
    with portal.services.database.reading() as session:
        counts = [session.scalar(select(func.count()).select_from(row)) or 0 for row in (AuditRow, OutboxRow)]
    return counts[0], counts[1]


@pytest.mark.parametrize("name", PEOPLE)
def test_each_page_opens_for_those_who_may_and_for_nobody_else(portal: Portal, office: Office, name: str) -> None:
    browser = portal.signed_in(office.people[name])

    wrong = {}
    for end, right in GETS.items():
        status = browser.get(office.path(end)).status_code
        refused = 404 if standing(name) is Standing.STRANGER else 403
        if may(standing(name), right) is (status in {403, 404}) or (status in {403, 404} and status != refused):
            wrong[end] = status
    assert wrong == {}


@pytest.mark.parametrize("name", PEOPLE)
def test_no_form_is_taken_from_those_who_may_not_and_nothing_changes(portal: Portal, office: Office, name: str) -> None:
    browser = portal.signed_in(office.people[name])
    sent, before = {"csrf_token": token(browser)}, written(portal)

    wrong = {}
    for end, right in POSTS.items():
        if not may(standing(name), right):
            status = browser.post(office.path(end), data=sent).status_code
            if status not in {403, 404}:
                wrong[end] = status
    for end, whose in OWN.items():
        if standing(name) not in whose:
            status = browser.post(office.path(end), data=sent).status_code
            if status not in {403, 404, 409} and written(portal) != before:
                wrong[end] = status
    assert wrong == {}
    assert written(portal) == before


def test_nobody_is_let_in_without_signing_in_or_without_a_form_token(portal: Portal, office: Office) -> None:
    nobody, manager, before = portal.browser(), portal.signed_in(office.people["manager"]), written(portal)

    opened = {end: nobody.get(office.path(end)) for end in GETS}
    sent = {end: nobody.post(office.path(end)).status_code for end in POSTS}
    forged = {end: manager.post(office.path(end), data={"csrf_token": "forged"}).status_code for end in POSTS}

    assert {(answer.status_code, answer.location) for answer in opened.values()} == {(303, "/sign-in")}
    assert set(sent.values()) <= {303, 400}
    assert {end: status for end, status in forged.items() if status != 400} == {}
    assert written(portal) == before


def test_every_address_of_an_organisation_stands_in_the_tables(portal: Portal) -> None:
    known = {("GET", end) for end in GETS} | {("POST", end) for end in (*POSTS, *OWN)}
    matcher = portal.app.url_map.bind("portal.immo.test")

    covered = {
        (method, matcher.match(f"/organisations/org_x{end.replace('MEMBER', 'mem_x')}", method=method)[0])
        for method, end in known
    }
    existing = {
        (method, rule.endpoint)
        for rule in portal.app.url_map.iter_rules()
        if rule.rule.startswith("/organisations/<organisation_id>")
        for method in (rule.methods or set()) & {"GET", "POST"}
    }
    assert existing - covered == set()
