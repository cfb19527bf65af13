"""Money at the operators' desk: what was compared, and corrections that two operators make (W12)."""

from sqlalchemy import select

from core.wallet.queries import WalletFacts, wallet_of
from core.wallet.states import EntryKind
from core.wallet.tables import TransactionRow
from tests.portal.operations.conftest import WHY, Operations
from tests.support.deposits import credit

MONEY = "/operations/money"
BERT = "0100.001.060"
GIFT = {"from_account": "promo:expense", "to_account": "wallet", "amount": "12,50", "company_number": BERT, **WHY}


def wallet(operations: Operations) -> WalletFacts:
    with operations.ground.database.reading() as session:
        found = wallet_of(session, operations.offices["bert"])
    assert found is not None
    return found


def test_a_comparison_is_shown_with_what_stood_on_the_accounts(operations: Operations) -> None:
    browser = operations.at(MONEY)
    assert not browser.page.has("#compared")
    with operations.ground.database.transaction() as session:
        credit(session, wallet(operations).id, 5_00, kind=EntryKind.TOP_UP_BANK, reference="b", now=operations.now)

    browser.post(f"{MONEY}/compare")

    assert browser.page.has("#done"), browser.page.text
    # Nothing answers for the payment provider here, and no statement tells of the five euros.
    found = [row.attributes["data-code"] for row in browser.page.all("[data-code]")]
    assert found == ["provider-unanswered", "bank-clearing"]
    stood = {row.attributes["data-account"]: row.attributes["data-cents"] for row in browser.page.all("[data-account]")}
    assert stood == {"wallets": "500", "held": "0", "bank:clearing": "-500"}
    assert browser.get("/operations").page.has("[data-code=money-differs]")


def test_a_balance_is_corrected_by_two_operators(operations: Operations) -> None:
    browser = operations.at(f"{MONEY}/correct")

    browser.post(f"{MONEY}/correct", **GIFT)
    assert browser.page.has("#done"), browser.page.text
    assert wallet(operations).balance_cents == 0
    approving = operations.at("/staff/approvals", "joke.operator")
    assert "Office of bert" in approving.page.text and "12,50" in approving.page.text.replace(".", ",")
    operations.approve()

    assert wallet(operations).balance_cents == 12_50
    with operations.ground.database.reading() as session:
        (line,) = session.scalars(select(TransactionRow)).all()
    assert (line.kind, line.amount_cents, line.reference, line.receipt_number) == ("correction", 12_50, "OPS-1", 1)
    (deed,) = operations.deeds("wallet-corrected")
    people = operations.ground.people
    assert (deed.actor_id, deed.details["asked_by"]) == (people["joke.operator"], people["gilles.operator"])
    assert (deed.organisation_id, deed.details["amount_cents"]) == (operations.offices["bert"], 12_50)


def test_each_mistake_in_a_correction_is_said_at_its_field(operations: Operations) -> None:
    mistakes = {
        "from_account": {"from_account": "revenue:atlas"},
        "to_account": {"to_account": "promo:expense", "company_number": ""},
        "amount": {"amount": "0"},
        "company_number": {"company_number": "0100.001.061"},
        "reference": {"reference": "no number"},
    }
    browser = operations.at(f"{MONEY}/correct")

    for field, changed in mistakes.items():
        browser.post(f"{MONEY}/correct", **{**GIFT, **changed})

        assert browser.status == 422
        links = [one for one in browser.page.one(".error-summary").walk() if one.tag == "a"]
        assert [link.attributes["href"] for link in links] == [f"#{field}"]
    browser.post(f"{MONEY}/correct", **{**GIFT, "company_number": "0100003040"})
    assert (browser.status, browser.page.one("#problem").attributes["data-code"]) == (409, "unknown-organisation")
