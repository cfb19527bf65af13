"""Operators correct a balance or an account: asked for by one, posted by the word of another (W12).

What is corrected is moved by a new entry between two accounts; nothing that was posted is changed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from core.infra import audit
from core.infra.audit import Detail
from core.infra.errors import NotFound, RuleError
from core.organisations.identifiers import OrganisationId
from core.organisations.queries import find_by_company_number
from core.people.identifiers import PersonId
from core.staff import approvals
from core.staff.approvals import Act, Approved
from core.staff.reasons import Reason
from core.staff.states import StaffRole
from core.wallet import accounts
from core.wallet.control import corrections
from core.wallet.queries import wallet_of
from core.wallet.rules import Entry

CORRECT = Act("correct-wallet", StaffRole.OPERATOR)
# The word for the account of the organisation that a correction names.
WALLET = "wallet"


@dataclass(frozen=True, slots=True)
class Correction:
    """What is to be moved: from one account to another, either of which may be `WALLET`.

    `company_number` says whose wallet that is, and is None where there is none.
    """

    source: str
    target: str
    amount_cents: int
    company_number: str | None = None


def ask_to_correct(session: Session, correction: Correction, *, why: Reason, by: PersonId, now: datetime) -> str:
    """Ask a second operator for a correction.

    Raises `NotStaff`, `InvalidAmount`, `AlreadyAskedFor`, and a `RuleError` for an organisation that is not here.
    """
    parameters: dict[str, Detail] = {
        "from_account": correction.source,
        "to_account": correction.target,
        "amount_cents": correction.amount_cents,
    }
    if correction.company_number is not None:
        organisation_id = find_by_company_number(session, correction.company_number)
        if organisation_id is None:
            raise RuleError("unknown-organisation", organisation=correction.company_number)
        parameters = {"organisation_id": organisation_id, **parameters}
    _entry(session, parameters)
    return approvals.ask(session, CORRECT, parameters, subject_id=None, why=why, by=by, now=now)


def correct(session: Session, approved: Approved) -> None:
    """Post what was approved.

    Raises `InsufficientFunds` and `WalletFrozen` where the wallet does not hold it any more.
    """
    entry = _entry(session, approved.parameters)
    reference = approved.why.reference
    entry_id = corrections.correct(session, entry, by=approved.approved_by, reference=reference, now=approved.now)
    organisation_id = approved.parameters.get("organisation_id")
    audit.record(
        session,
        action="wallet-corrected",
        actor_id=approved.approved_by,
        subject_id=None,
        organisation_id=None if organisation_id is None else str(organisation_id),
        details={"entry": entry_id, "asked_by": approved.asked_by, **approved.parameters, **approved.why.details()},
        now=approved.now,
    )


def _entry(session: Session, parameters: Mapping[str, Detail]) -> Entry:
    """Return the entry of what was asked for; raises `NotFound` for a wallet of no organisation."""
    source, target = (_account(session, parameters, side) for side in ("from_account", "to_account"))
    amount_cents = parameters["amount_cents"]
    assert isinstance(amount_cents, int)
    return corrections.entry_of(source, target, amount_cents)


def _account(session: Session, parameters: Mapping[str, Detail], side: str) -> str:
    account = str(parameters[side])
    if account != WALLET:
        return account
    organisation_id = OrganisationId(str(parameters.get("organisation_id")))
    wallet = wallet_of(session, organisation_id)
    if wallet is None:
        raise NotFound(organisation=organisation_id)
    return accounts.wallet(wallet.id)
