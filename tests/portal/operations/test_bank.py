"""The bank at the operators' desk: files read in, and money that two operators decide about (W10)."""

import os
from datetime import date, datetime, timedelta
from pathlib import Path

from playwright.sync_api import Browser
from sqlalchemy import func, select

from core.closing import bank_uploads
from core.wallet import accounts
from core.wallet.bank.references import reference_of
from core.wallet.bank.rules import reference_of as right
from core.wallet.bank.statements import import_file
from core.wallet.bank.tables import BankEntryRow, BankUploadRow
from core.wallet.proof import differences
from core.wallet.queries import WalletFacts, wallet_of
from core.wallet.tables import PostingRow, TransactionRow
from tests.portal.browsing import at_the_portal
from tests.portal.operations.conftest import WHY, Operations
from tests.support.accessibility import violations
from tests.support.bank_files import ACCOUNT, NORTH_SENDER, SOUTH_SENDER, a_statement, kept
from tests.support.staff_portal import StaffBrowser

BANK = "/operations/bank"
BERT = "0100.001.060"


def wallet(operations: Operations) -> WalletFacts:
    with operations.ground.database.reading() as session:
        found = wallet_of(session, operations.offices["bert"])
    assert found is not None
    return found


def bert_message(operations: Operations) -> str:
    with operations.ground.database.transaction() as session:
        return reference_of(session, wallet(operations).id, now=operations.now)


def upload(operations: Operations, content: bytes, *, why: dict[str, str] = WHY) -> StaffBrowser:
    browser = operations.at(f"{BANK}/upload")
    fields = {"csrf_token": browser.form_token, **why}
    parts = [f'--b\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{text}\r\n' for name, text in fields.items()]
    head = '--b\r\nContent-Disposition: form-data; name="file"; filename="today.cod"\r\n\r\n'
    body = "".join(parts).encode() + head.encode() + content + b"\r\n--b--\r\n"
    answer = browser.portal.post(f"{BANK}/upload", data=body, content_type="multipart/form-data; boundary=b")
    return browser._follow(answer, f"{BANK}/upload")


def booked(operations: Operations, content: bytes) -> StaffBrowser:
    """Bring a file as one operator, and let another one agree."""
    browser = upload(operations, content)
    assert browser.page.has("#done"), browser.page.text
    return operations.approve()


def imported(operations: Operations, content: bytes) -> None:
    """Read a file in as the command on the host does."""
    with operations.ground.database.transaction() as session:
        import_file(session, content, account=ACCOUNT, by=None, now=operations.now)


def refuse(operations: Operations) -> None:
    browser = operations.at("/staff/approvals", "joke.operator")
    (asked,) = browser.page.all("[data-approval]")
    browser.post(f"/staff/approvals/{asked.attributes['data-approval']}", decision="refuse")


def left(operations: Operations) -> int:
    """Return how many files are kept."""
    with operations.ground.database.reading() as session:
        return session.scalar(select(func.count()).select_from(BankUploadRow)) or 0


def purge(operations: Operations, now: datetime) -> None:
    with operations.ground.database.transaction() as session:
        bank_uploads.purge(session, now)


def waits(operations: Operations) -> list[tuple[str, str]]:
    rows = operations.at(BANK).page.all("[data-entry]")
    return [(row.attributes["data-entry"], row.attributes["data-reason"]) for row in rows]


def suspense(operations: Operations) -> tuple[int, int]:
    """Return what stands in suspense and what is owed back, in a ledger that is proven."""
    with operations.ground.database.reading() as session:
        assert list(differences(session)) == []
        sums = (
            session.scalar(select(func.sum(PostingRow.amount_cents)).where(PostingRow.account == account))
            for account in (accounts.UNMATCHED, accounts.REFUNDS_PAYABLE)
        )
        unmatched, owed = (int(found or 0) for found in sums)
    return unmatched, owed


def test_one_operator_alone_gets_nothing_booked(operations: Operations) -> None:
    message = bert_message(operations)
    # Made by themselves: the balances agree, whatever the bank says.
    made_up = a_statement((500_000, SOUTH_SENDER, message), (-500_000, NORTH_SENDER, ""))
    upload(operations, made_up)

    assert wallet(operations).balance_cents == 0
    own = operations.at("/staff/approvals")
    (asked,) = own.page.all("[data-approval]")
    address = f"/staff/approvals/{asked.attributes['data-approval']}"
    own.post(address, decision="approve")
    assert own.page.one("#problem").attributes["data-code"] == "same-person"
    assert (wallet(operations).balance_cents, suspense(operations)) == (0, (0, 0))
    assert (operations.deeds("bank-file-read"), operations.at(BANK).page.has("#statements")) == ([], False)


def test_a_second_operator_books_a_file_once_and_what_waits_is_listed_with_its_reason(operations: Operations) -> None:
    browser = upload(operations, kept("several.cod"))
    assert browser.page.has("#done"), browser.page.text
    assert (waits(operations), len(operations.at(BANK).page.all("[data-approval]"))) == ([], 1)
    again = upload(operations, kept("several.cod"))
    assert (again.status, again.page.one("#problem").attributes["data-code"]) == (409, "bank-file-waits")
    # What to compare with the bank.
    joke = operations.at("/staff/approvals", "joke.operator")
    told = " ".join(fact.text for fact in joke.page.all(".fact"))
    assert all(part in told for part in (ACCOUNT, "243,50", "3 november 2026", "1.202,25")), told
    (asked,) = joke.page.all("[data-approval]")
    address = f"/staff/approvals/{asked.attributes['data-approval']}"
    joke.post(address, decision="approve")
    # Once more does nothing.
    joke.post(address, decision="approve")
    assert joke.page.one("#problem").attributes["data-code"] == "not-found"
    assert [reason for _, reason in waits(operations)] == [
        *("unknown-reference", "wrong-check-digits", "unknown-reference", "no-reference", "unknown-reference"),
        *("reversal", "unknown-reference"),
    ]
    page = operations.at(BANK).page
    assert ("2026-212" in page.one("#statements").text, page.has("#files")) == (True, False)
    assert operations.at("/operations").page.has("[data-code=bank-waiting]")
    (deed,) = operations.deeds("bank-file-read")
    staff = operations.ground.people
    assert (deed.actor_id, deed.details["asked_by"]) == (staff["joke.operator"], staff["gilles.operator"])
    assert deed.details["reference"] == "OPS-1"
    assert left(operations) == 0

    before = suspense(operations)
    for known in (kept("several.cod"), kept("several.xml")):
        again = upload(operations, known)
        assert (again.status, again.page.one("#problem").attributes["data-code"]) == (409, "bank-file-known")
    assert (suspense(operations), len(operations.deeds("bank-file-read"))) == (before, 1)


def test_a_file_that_cannot_be_right_is_refused_at_once_with_the_reason(operations: Operations) -> None:
    booked(operations, a_statement((100, "", ""), name="S0", number=0))
    before = waits(operations)

    for content, code in {
        kept("several.cod")[:-1000]: "damaged-bank-file",
        kept("several.xml").replace(b"BE71096123456769", NORTH_SENDER.encode()): "no-account-of-ours",
        a_statement(opening=5): "statement-gap",
    }.items():
        browser = upload(operations, content)
        assert (browser.status, browser.page.one("#problem").attributes["data-code"]) == (409, code)
    assert upload(operations, b"", why={}).status == 422
    assert (waits(operations), left(operations), operations.at(BANK).page.has("#files")) == (before, 0, False)


def test_what_was_booked_meanwhile_stops_the_second_operator_and_leaves_the_question_open(
    operations: Operations,
) -> None:
    waiting, rival = (a_statement((cents, "", ""), name=name) for cents, name in ((100, "A"), (200, "B")))
    upload(operations, waiting)
    imported(operations, rival)
    before = suspense(operations)

    browser = operations.approve()

    assert (browser.status, browser.page.one("#problem").attributes["data-code"]) == (409, "statement-gap")
    assert (suspense(operations), before, left(operations)) == ((200, 0), (200, 0), 1)
    assert operations.at("/staff/approvals", "joke.operator").page.has("[data-approval]")
    # The same statement by the command: there is nothing left to agree with.
    refuse(operations)
    same = a_statement((300, "", ""), opening=200, name="C", number=2)
    upload(operations, same)
    imported(operations, same)
    browser = operations.approve()
    assert (browser.status, browser.page.one("#problem").attributes["data-code"]) == (409, "bank-file-known")


def test_a_file_that_nobody_agreed_with_is_not_kept_and_may_come_again(operations: Operations) -> None:
    content = a_statement((100, "", ""))
    upload(operations, content)
    refuse(operations)
    assert upload(operations, content).page.has("#done")
    assert left(operations) == 1

    purge(operations, operations.now)
    assert left(operations) == 1
    purge(operations, operations.now + timedelta(days=3))
    assert (left(operations), suspense(operations)) == (0, (0, 0))


def test_numbers_that_were_left_out_are_taken_by_two_who_know_of_it(operations: Operations) -> None:
    booked(operations, a_statement(name="S1", number=1))
    skipping = a_statement((100, "", ""), name="S3", number=3)

    assert upload(operations, skipping).page.one("#problem").attributes["data-code"] == "statement-number-gap"
    assert upload(operations, skipping, why={**WHY, "may_skip_numbers": "yes"}).page.has("#done")
    # Two operators and the ticket, what to compare, and that numbers may be left out.
    assert len(operations.at("/staff/approvals", "joke.operator").page.all(".fact")) == 3 + 5 + 1
    operations.approve()
    assert suspense(operations) == (100, 0)


def test_money_is_put_on_a_wallet_by_two_operators_who_see_for_whom_it_may_be(operations: Operations) -> None:
    message = bert_message(operations)
    mistyped = message[:-1] + str((int(message[-1]) + 1) % 10)
    structured = f"</Ustrd><Strd><CdtrRefInf><Ref>{mistyped}</Ref></CdtrRefInf></Strd><Ustrd>"
    booked(operations, a_statement((2500, SOUTH_SENDER, message), (4000, SOUTH_SENDER, "mei"), (100, "", structured)))
    (by_sender, reason), (by_message, other) = waits(operations)

    assert (reason, other) == ("no-reference", "wrong-check-digits")
    candidates = [one.text for one in operations.at(BANK).page.all(".candidate")]
    assert len(candidates) == 2 and all("Office of bert" in one for one in candidates)
    browser = operations.at(f"{BANK}/{by_sender}/book")
    assert browser.page.one("#company_number").attributes["value"] == BERT.replace(".", "")
    browser.post(f"{BANK}/{by_sender}/book", company_number=BERT, **WHY)
    assert browser.page.has("#done"), browser.page.text
    assert (wallet(operations).balance_cents, len(waits(operations))) == (2500, 2)
    asked = operations.at("/staff/approvals", "joke.operator").page.text
    assert all(part in asked for part in ("Office of bert", "40", SOUTH_SENDER, "mei"))
    operations.approve()

    assert (wallet(operations).balance_cents, waits(operations)) == (6500, [(by_message, other)])
    with operations.ground.database.reading() as session:
        line = session.scalars(select(TransactionRow).order_by(TransactionRow.number.desc())).first()
    assert line is not None
    assert (line.kind, line.amount_cents, line.receipt_number) == ("deposit-bank", 4000, 2)
    (deed,) = operations.deeds("bank-entry-booked")
    assert (deed.organisation_id, deed.details["asked_by"]) == (
        operations.offices["bert"],
        operations.ground.people["gilles.operator"],
    )
    assert suspense(operations) == (100, 0)
    assert operations.at(f"{BANK}/{by_sender}/book").status == 404


def test_a_message_mistyped_among_words_leads_to_its_wallet_and_what_was_asked_is_said(operations: Operations) -> None:
    message = bert_message(operations)
    mistyped = message[:-1] + str((int(message[-1]) + 1) % 10)
    booked(operations, a_statement((4000, SOUTH_SENDER, f"dank +++{mistyped}+++")))
    ((entry, reason),) = waits(operations)

    page = operations.at(BANK).page
    assert (reason, page.has(".asked")) == ("wrong-check-digits", False)
    assert "Office of bert" in page.one(".candidate").text
    operations.at(f"{BANK}/{entry}/give-back").post(f"{BANK}/{entry}/give-back", **WHY)
    (asked,) = operations.at(BANK).page.all(".asked")
    assert asked.attributes["data-act"] == "give-back-bank-entry"


def test_what_the_bank_took_back_is_taken_from_the_wallet_also_where_it_is_spent(operations: Operations) -> None:
    message = bert_message(operations)
    booked(operations, a_statement((2500, NORTH_SENDER, message)))
    taken = a_statement((-2600, NORTH_SENDER, "terug"), opening=2500, name="S2", number=2)
    booked(operations, taken.replace(b"<Sts>BOOK", b"<RvslInd>true</RvslInd><Sts>BOOK"))
    ((entry, reason),) = waits(operations)
    assert (reason, suspense(operations)) == ("reversal", (-2600, 0))
    assert not operations.at(BANK).page.has("[data-decision=give-back]")

    operations.at(f"{BANK}/{entry}/book").post(f"{BANK}/{entry}/book", company_number=BERT, **WHY)
    operations.approve()

    found = wallet(operations)
    assert (found.balance_cents, found.is_frozen, suspense(operations)) == (-100, True, (0, 0))


def test_money_goes_back_to_its_sender_and_the_banks_debit_closes_it_once(operations: Operations) -> None:
    booked(operations, a_statement((4000, SOUTH_SENDER, "vergissing")))
    ((entry, _),) = waits(operations)
    operations.at(f"{BANK}/{entry}/give-back").post(f"{BANK}/{entry}/give-back", **WHY)
    assert suspense(operations) == (4000, 0)
    operations.approve()
    assert (suspense(operations), waits(operations)) == ((0, 4000), [])

    debits = ((-4000, NORTH_SENDER, ""), (-4000, SOUTH_SENDER, ""), (-4000, SOUTH_SENDER, "again"))
    booked(operations, a_statement(*debits, opening=4000, name="S2", number=2))

    assert suspense(operations) == (0, 0)
    with operations.ground.database.reading() as session:
        fates = session.scalars(
            select(BankEntryRow.status).order_by(
                BankEntryRow.booked_on, BankEntryRow.amount_cents.desc(), BankEntryRow.position
            )
        ).all()
    assert fates == ["returned", "not-ours", "booked", "not-ours"]


def test_money_of_our_own_leaves_suspense_and_one_without_a_sender_cannot_go_back(operations: Operations) -> None:
    booked(operations, a_statement((4000, "", "eigen rekening")))
    ((entry, _),) = waits(operations)

    browser = operations.at(f"{BANK}/{entry}/give-back").post(f"{BANK}/{entry}/give-back", **WHY)
    assert (browser.status, browser.page.one("#problem").attributes["data-code"]) == (409, "no-sender")
    unknown = operations.at(f"{BANK}/{entry}/book")
    unknown.post(f"{BANK}/{entry}/book", company_number="0428.759.497", **WHY)
    assert (unknown.status, unknown.page.one("#problem").attributes["data-code"]) == (409, "no-such-wallet")
    unknown.post(f"{BANK}/{entry}/book", company_number="", **WHY)
    assert (unknown.status, unknown.page.has("#company_number-error")) == (422, True)
    operations.at(f"{BANK}/{entry}/dismiss").post(f"{BANK}/{entry}/dismiss", **WHY)
    operations.approve()

    assert (suspense(operations), waits(operations)) == ((0, 0), [])
    assert len(operations.deeds("bank-entry-dismissed")) == 1


def test_of_two_decisions_about_one_payment_the_first_one_counts(operations: Operations) -> None:
    booked(operations, a_statement((4000, SOUTH_SENDER, right(5))))
    ((entry, _),) = waits(operations)
    for decision in ("dismiss", "give-back"):
        operations.at(f"{BANK}/{entry}/{decision}").post(f"{BANK}/{entry}/{decision}", **WHY)
    browser = operations.at("/staff/approvals", "joke.operator")
    first, second = (row.attributes["data-approval"] for row in browser.page.all("[data-approval]"))

    browser.post(f"/staff/approvals/{first}", decision="approve")
    before = suspense(operations)
    browser.post(f"/staff/approvals/{second}", decision="approve")

    assert (before, suspense(operations)) == ((0, 0), (0, 0))
    assert operations.deeds("bank-entry-given-back") == []


def test_the_desk_is_accessible(chromium: Browser, operations: Operations) -> None:
    booked(operations, kept("several.cod"))
    upload(operations, a_statement(opening=120225, name="S2", number=303, on=date(2026, 11, 12)))
    entry, base = waits(operations)[0][0], operations.ground.services.settings.portal_url
    client = operations.at(BANK).portal

    for width, scheme in ((1280, "light"), (360, "dark")):
        with at_the_portal(chromium, client, width=width, scheme=scheme) as page:
            for name, path in {
                "bank": BANK,
                "bank-upload": f"{BANK}/upload",
                "bank-approvals": "/staff/approvals",
                "bank-book": f"{BANK}/{entry}/book",
            }.items():
                page.goto(base + path)
                assert violations(page) == [], name
                assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), name
                if shots := os.environ.get("IMMO_SHOTS"):
                    page.screenshot(path=Path(shots) / f"{name}-{width}-{scheme}.png", full_page=True)
