"""The form by which the transactions of a wallet are narrowed down (W3)."""

from flask_babel import gettext as _
from flask_babel import ngettext

from core.wallet.statement_forms import TOOL, Asked, sort_value
from core.wallet.states import TransactionKind, TransactionStatus
from portal.wallet import words
from portal.wallet.pages import FilterShown, Options


def filter_shown(found: Asked, tools: words.Tools, *, language: str) -> FilterShown:
    """Return the form as it was sent, in the language of the page."""
    count = 0 if found.form.value is None else found.form.value.count
    return FilterShown(
        typed=found.form.typed,
        errors=found.form.wrong,
        statuses=(("", _("All states")), *((one.value, words.status_text(one)) for one in TransactionStatus)),
        types=_types(tools, language),
        summary=ngettext("%(num)s filter", "%(num)s filters", count) if count else "",
        sort=sort_value(found.order),
    )


def _types(tools: words.Tools, language: str) -> tuple[tuple[str, Options], ...]:
    others = (kind for kind in TransactionKind if kind is not TransactionKind.TOOL)
    each = sorted(((f"{TOOL}{code}", name.text(language)) for code, name in tools.items()), key=lambda one: one[1])
    return (
        (_("Tools"), ((TransactionKind.TOOL.value, _("Use of all tools")), *each)),
        (_("Deposits, transfers and others"), tuple((kind.value, words.kind_text(kind)) for kind in others)),
    )
