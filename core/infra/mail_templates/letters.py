"""The mails of the product as data: subject, paragraphs, one action, why it was sent.

Text and HTML come from the same strings, so they cannot differ. `%(name)s` stands for a value of
the request; names with `_url` are the product's own addresses.
"""

from collections.abc import Mapping
from types import MappingProxyType

from core.infra.mail_templates import (
    access_letters,
    accreditation_letters,
    company_letters,
    dispute_letters,
    eid_letters,
    employee_letters,
    help_letters,
    invoice_letters,
    leaving_letters,
    organisation_letters,
    payment_letters,
    registration_letters,
    security_letters,
    tool_letters,
    wallet_control_letters,
)
from core.infra.mail_templates.letter import Letter
from core.infra.messages import N_

# A subject shows on locked screens and in lists: it names things, never a code or a link.
SUBJECT_VALUES = frozenset({"tool", "organisation"})

LETTERS: Mapping[str, Letter] = MappingProxyType(
    {
        **access_letters.LETTERS,
        **accreditation_letters.LETTERS,
        **company_letters.LETTERS,
        **registration_letters.LETTERS,
        **organisation_letters.LETTERS,
        **dispute_letters.LETTERS,
        **employee_letters.LETTERS,
        **tool_letters.LETTERS,
        **payment_letters.LETTERS,
        **wallet_control_letters.LETTERS,
        **invoice_letters.LETTERS,
        **security_letters.LETTERS,
        **eid_letters.LETTERS,
        **leaving_letters.LETTERS,
        **help_letters.LETTERS,
    }
)

# What stands around every letter.
GREETING = N_("Hello,")
NOT_YOU = N_("Is this not about you, or is something wrong?")
NOT_YOU_ACTION = N_("Tell our helpdesk")
CHOICE = N_("You can choose how often you hear of this:")
CLOSING = N_("Immo-Connect, one account for the tools of Belgian real estate")
