"""The form of a correction: from which account to which, how much, and whose wallet."""

from flask_babel import gettext as _

from core.closing.wallet_corrections import WALLET, Correction
from core.infra.forms import NOT_OFFERED, Reading
from core.infra.messages import N_
from core.infra.money import parse_euros
from core.organisations.numbers import normalise
from core.wallet.control.corrections import CORRECTABLE
from core.wallet.rules import require_amount
from portal.operations.asking import Field, Question
from portal.operations.opening import Part
from portal.staff_words import ACCOUNTS

_FROM, _TO, _AMOUNT, _COMPANY = "from_account", "to_account", "amount", "company_number"
_OFFERED = (WALLET, *CORRECTABLE)
_CHOOSE_FROM = N_("Choose from where the money is taken.")
_CHOOSE_TO = N_("Choose where the money goes.")
_SAME = N_("Choose another account than the one from which the money is taken.")
_NO_AMOUNT = N_("Enter how much is to be moved: from 0.01 to 100,000 euro.")
_NO_COMPANY = N_("Enter the company number of the organisation whose wallet it is.")
_COMPANY_NOT_NEEDED = N_("Leave this empty: none of the accounts is a wallet.")


def question() -> Question:
    """Return the form."""
    accounts = (("", _("Choose")), *((account, _(ACCOUNTS[account])) for account in _OFFERED))
    return Question(
        code="correct-wallet",
        part=Part.MONEY,
        title=_("Correct a balance"),
        lead=_("What was posted stays. A new entry moves an amount from one account to another."),
        back_url=Part.MONEY.value,
        back=_("Money"),
        url=f"{Part.MONEY.value}/correct",
        consequences=(
            _("A second operator has to agree."),
            _("The organisation sees a correction on its wallet, with a receipt and the number of the ticket."),
        ),
        fields=(
            Field(_FROM, _("From"), "select", accounts, required=True),
            Field(_TO, _("To"), "select", accounts, required=True),
            Field(_AMOUNT, _("Amount in euro"), required=True, longest=20),
            Field(_COMPANY, _("Company number"), hint=_("Where one of the accounts is a wallet."), longest=40),
        ),
        yes=_("Ask a second operator"),
        is_danger=True,
    )


def read(reading: Reading) -> Correction | None:
    """Read what is to be moved; None where something is wrong."""
    source, target = _account(reading, _FROM, _CHOOSE_FROM), _account(reading, _TO, _CHOOSE_TO)
    amount = reading.checked(
        _AMOUNT, lambda typed: require_amount(parse_euros(typed)), wrong=_NO_AMOUNT, required=_NO_AMOUNT
    )
    is_wallet = WALLET in {source, target}
    company = reading.checked(_COMPANY, normalise, wrong=_NO_COMPANY, required=_NO_COMPANY if is_wallet else None)
    if source is None or target is None or amount is None:
        return None
    if source == target:
        reading.refuse(_TO, _SAME)
    if company is not None and not is_wallet:
        reading.refuse(_COMPANY, _COMPANY_NOT_NEEDED)
    return Correction(source, target, amount, company)


def _account(reading: Reading, name: str, required: str) -> str | None:
    account = reading.text(name, longest=40, required=required)
    if account is not None and account not in _OFFERED:
        reading.refuse(name, NOT_OFFERED)
        return None
    return account
