"""What stands on the demo world's wallets: Noord has 120.00 EUR after two top-ups and some searches.

The first search came before the money and was refused. Both top-ups came as money comes: a transfer
on a statement of the bank, and a payment that the provider paid out, so provider, bank and ledger
agree. The statements are of an account that was given up since: whoever tries files of the bank begins
anew with the one of the settings.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy.orm import Session

from core.infra.clock import belgian_date
from core.organisations.queries import find_by_company_number
from core.wallet import charging
from core.wallet.bank import references
from core.wallet.bank.statements import import_file
from core.wallet.charging import ChargeOrder
from core.wallet.errors import InsufficientFunds
from core.wallet.identifiers import WalletId
from core.wallet.payments import following, settlements, topups
from core.wallet.payments.provider import Amount, Payment, PaymentStatus, Settlement
from core.wallet.queries import wallet_of

_NOORD = "0100001060"
_FORMER_ACCOUNT = "BE38096765432172"
_PROVIDER, _TOP_UP = "mollie", "top_demo_1"
_TRANSFERRED, _PAID, _PAID_OUT, _FEES = 100_00, 50_00, 49_61, 39
_PAYOUT = "1000001.demo.01"
_SEARCH_CENTS = 2_50
_SEARCHES = (54, 51, 47, 40, 36, 33, 27, 19, 12, 8, 5, 1)
# CadastreFinder describes a charge by what was sought; the office types place names of its own language.
_SOUGHT = ("Antwerpen, Frankrijklei", "Gent, Kerkstraat", "Mechelen, Bruul", "Leuven, Kerkstraat", "44021A0118")


def load(session: Session, *, employee: str, now: datetime) -> None:
    """Post what happened on Noord's wallet, the oldest first, unless something stands there."""
    organisation_id = find_by_company_number(session, _NOORD)
    wallet = None if organisation_id is None else wallet_of(session, organisation_id)
    if wallet is None or wallet.transactions:
        return
    happened: dict[timedelta, Callable[[datetime], object]] = {
        timedelta(days=56): partial(_refuse, session, _search(wallet.id, employee, 0)),
        timedelta(days=55): partial(_transfer, session, wallet.id),
        timedelta(days=20): partial(_payment, session, wallet.id, employee),
        timedelta(days=1): partial(_payout, session),
    }
    for number, days in enumerate(_SEARCHES, 1):
        happened[timedelta(days=days, hours=2)] = partial(_charge, session, _search(wallet.id, employee, number))
    for age in sorted(happened, reverse=True):
        happened[age](now - age)


def _transfer(session: Session, wallet_id: WalletId, at: datetime) -> None:
    message = references.reference_of(session, wallet_id, now=at)
    statement = _statement(1, 0, _TRANSFERRED, message, at)
    import_file(session, statement, account=_FORMER_ACCOUNT, by=None, now=at)


def _payment(session: Session, wallet_id: WalletId, person_id: str, at: datetime) -> None:
    topups.intend(session, wallet_id, _PAID, top_up_id=_TOP_UP, provider=_PROVIDER, by=person_id, language="nl", now=at)
    paid = Payment("tr_demo_1", PaymentStatus.PAID, Amount("EUR", _PAID), _TOP_UP, "bancontact", None)
    following.follow(session, topups.asked(session, _TOP_UP), paid, now=at)


def _payout(session: Session, at: datetime) -> None:
    settlements.record(session, _PROVIDER, [Settlement("stl_demo_1", _PAYOUT, _PAID_OUT, _FEES, at)], now=at)
    statement = _statement(2, _TRANSFERRED, _PAID_OUT, f"Settlement {_PAYOUT}", at)
    import_file(session, statement, account=_FORMER_ACCOUNT, by=None, now=at)


def _charge(session: Session, order: ChargeOrder, at: datetime) -> None:
    charging.charge(session, order, now=at)


def _refuse(session: Session, order: ChargeOrder, at: datetime) -> None:
    charging.refuse(session, order, InsufficientFunds.code, now=at)


def _statement(number: int, opening_cents: int, cents: int, message: str, at: datetime) -> bytes:
    """Return a CAMT.053 of one transfer that came in."""
    day = f"<Dt>{belgian_date(at)}</Dt>"
    balances = "".join(
        f"<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp>{_amount(stands)}<Dt>{day}</Dt></Bal>"
        for code, stands in (("OPBD", opening_cents), ("CLBD", opening_cents + cents))
    )
    said = f"<NtryDtls><TxDtls><RmtInf><Ustrd>{message}</Ustrd></RmtInf></TxDtls></NtryDtls>"
    entry = f"<Ntry>{_amount(cents)}<Sts>BOOK</Sts><BookgDt>{day}</BookgDt>{said}</Ntry>"
    account = f"<Acct><Id><IBAN>{_FORMER_ACCOUNT}</IBAN></Id></Acct>"
    return (
        '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.02"><BkToCstmrStmt>'
        f"<Stmt><Id>demo-{number}</Id>{account}{balances}{entry}</Stmt></BkToCstmrStmt></Document>"
    ).encode()


def _amount(cents: int) -> str:
    return f'<Amt Ccy="EUR">{cents // 100}.{cents % 100:02}</Amt><CdtDbtInd>CRDT</CdtDbtInd>'


def _search(wallet_id: WalletId, employee: str, number: int) -> ChargeOrder:
    return ChargeOrder(
        wallet_id=wallet_id,
        client_id="cadastrefinder",
        tool_code="cadastrefinder",
        person_id=employee,
        amount_cents=_SEARCH_CENTS,
        description=_SOUGHT[number % len(_SOUGHT)],
        reference=f"demo-search-{number}",
    )
