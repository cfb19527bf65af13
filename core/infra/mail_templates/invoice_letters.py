"""Mails about the monthly invoices and credit notes of an organisation."""

from collections.abc import Mapping

from core.infra.mail_templates.letter import Letter
from core.infra.messages import N_

_DOCUMENT = "%(portal_url)s/organisations/%(organisation_id)s/wallet/invoices/%(invoice_id)s"
_TO_MANAGER = N_("You receive this message because you are a manager of %(organisation)s.")

LETTERS: Mapping[str, Letter] = {
    "invoice-ready": Letter(
        subject=N_("An invoice for %(organisation)s is ready"),
        paragraphs=(
            N_(
                "Invoice %(invoice_number)s for %(organisation)s is about %(month)s. Its total is %(amount)s,"
                " VAT included."
            ),
            N_("It was paid from the wallet: nothing is left to pay."),
        ),
        action=N_("See the invoice"),
        address=_DOCUMENT,
        reason=_TO_MANAGER,
    ),
    "credit-note-ready": Letter(
        subject=N_("A credit note for %(organisation)s is ready"),
        paragraphs=(
            N_(
                "Credit note %(invoice_number)s for %(organisation)s is about what tools gave back in %(month)s."
                " Its total is %(amount)s, VAT included."
            ),
            N_("The amount was put back on the wallet at that time."),
        ),
        action=N_("See the credit note"),
        address=_DOCUMENT,
        reason=_TO_MANAGER,
    ),
}
