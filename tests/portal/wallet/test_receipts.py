"""The address of a receipt: a file to keep, in the language of the reader (W5)."""

from sqlalchemy import func, select

from core.wallet.documents.tables import ReceiptRow
from core.wallet.queries import wallet_of
from core.wallet.states import EntryKind
from tests.portal.conftest import Portal
from tests.support import deposits
from tests.support.offices import a_person, an_office
from tests.support.paper import catalogue, said


def test_a_manager_keeps_the_receipt_of_a_recharge_in_their_language(portal: Portal) -> None:
    now = portal.clock.now()
    with portal.services.database.transaction() as session:
        anna = a_person(session, "anna.peeters", now=now)
        office = an_office(session, anna, now=now)
        wallet = wallet_of(session, office.organisation_id)
        assert wallet is not None
        paid = deposits.credit(session, wallet.id, 75_00, kind=EntryKind.TOP_UP_BANK, reference="b", now=now)
    browser = portal.signed_in(anna)
    address = f"/organisations/{office.organisation_id}/wallet/transactions/{paid.id}/receipt.pdf"

    answers = [browser.get(address, headers={"Accept-Language": language}) for language in ("nl", "fr", "nl")]

    assert [answer.status_code for answer in answers] == [200] * 3
    assert {answer.mimetype for answer in answers} == {"application/pdf"}
    number = f"receipt-{now.year}-000001.pdf"
    assert answers[0].headers["Content-Disposition"] == f'attachment; filename="{number}"'
    assert answers[0].data == answers[2].data != answers[1].data
    assert [catalogue(answer.data)["/Lang"] for answer in answers[:2]] == ["nl-BE", "fr-BE"]
    assert "Immo Test BV" in said(answers[0].data)
    with portal.services.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(ReceiptRow)) == 2
