"""Files of the bank: those kept beside the tests, and small ones that a test needs."""

from datetime import date
from pathlib import Path

from sqlalchemy.orm import Session

from core.infra.clock import Clock
from core.wallet.bank.statements import Imported, import_file
from core.wallet.bank.tables import PaymentReferenceRow
from core.wallet.identifiers import WalletId
from tests.support.wallets import a_wallet

ACCOUNT = "BE71096123456769"
NORTH, SOUTH = "010806817183", "123456789002"
NORTH_SENDER, SOUTH_SENDER = "BE62510007547061", "BE43068999999501"
_KEPT = Path(__file__).parent.parent / "core/wallet/bank_files"


def kept(name: str) -> bytes:
    """Return a file that is kept: of several statements and accounts, or of batches, in either form."""
    return (_KEPT / name).read_bytes()


def two_wallets(session: Session, clock: Clock) -> tuple[WalletId, WalletId]:
    """Open the two wallets whose messages the files know."""
    wallets = (a_wallet(session, now=clock.now()), a_wallet(session, now=clock.now()))
    for reference, wallet_id in zip((NORTH, SOUTH), wallets, strict=True):
        session.add(PaymentReferenceRow(reference=reference, wallet_id=wallet_id, made_at=clock.now()))
    session.flush()
    return wallets


def brought(session: Session, content: bytes, clock: Clock) -> Imported:
    """Read a file in."""
    return import_file(session, content, account=ACCOUNT, by=None, now=clock.now())


def a_statement(
    *payments: tuple[int, str, str], opening: int = 0, name: str = "S1", number: int = 1, on: date = date(2026, 11, 9)
) -> bytes:
    """Return a CAMT.053 of one statement: payments by cents, the other's account and what they wrote."""
    closing = opening + sum(cents for cents, _, _ in payments)
    balances = _balance("OPBD", opening, on) + _balance("CLBD", closing, on)
    entries = "".join(
        f"<Ntry>{_amount(cents)}<Sts>BOOK</Sts><BookgDt><Dt>{on}</Dt></BookgDt><NtryDtls><TxDtls><RltdPties>"
        + "".join(f"<{role}><Nm>Somebody</Nm></{role}>{_account(role, iban)}" for role in ("Dbtr", "Cdtr"))
        + f"</RltdPties><RmtInf><Ustrd>{text}</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>"
        for cents, iban, text in payments
    )
    return (
        '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.02"><BkToCstmrStmt>'
        f"<Stmt><Id>{name}</Id><ElctrncSeqNb>{number}</ElctrncSeqNb><Acct><Id><IBAN>{ACCOUNT}</IBAN></Id></Acct>"
        f"{balances}{entries}</Stmt></BkToCstmrStmt></Document>"
    ).encode()


def _balance(code: str, cents: int, on: date) -> str:
    tag = f"<Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp>"
    return f"<Bal>{tag}{_amount(cents)}<Dt><Dt>{on}</Dt></Dt></Bal>"


def _amount(cents: int) -> str:
    sign = "CRDT" if cents >= 0 else "DBIT"
    return f'<Amt Ccy="EUR">{abs(cents) // 100}.{abs(cents) % 100:02}</Amt><CdtDbtInd>{sign}</CdtDbtInd>'


def _account(role: str, iban: str) -> str:
    return f"<{role}Acct><Id><IBAN>{iban}</IBAN></Id></{role}Acct>" if iban else ""
