"""The mails of the product as data: subject, paragraphs, one action, why it was sent.

Text and HTML come from the same strings, so they cannot differ. `%(name)s` stands for a value of
the request; names with `_url` are the product's own addresses.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from core.infra.messages import N_

# A subject shows on locked screens and in lists: it names things, never a code or a link.
SUBJECT_VALUES = frozenset({"tool", "organisation"})


@dataclass(frozen=True, slots=True)
class Letter:
    """One kind of mail; every text is a source string that the translators know.

    `address` is where the one action leads, built on `%(portal_url)s` or `%(issuer_url)s`.
    `reason` says who or what caused the mail.
    """

    subject: str
    paragraphs: tuple[str, ...]
    action: str
    address: str
    reason: str


LETTERS: Mapping[str, Letter] = MappingProxyType(
    {
        "access-closed": Letter(
            subject=N_("Your access to %(tool)s has ended"),
            paragraphs=(
                N_("You can no longer use %(tool)s on behalf of %(organisation)s."),
                N_("If you were using it, you are signed out there."),
                N_("Your account and your access to other tools stay as they are."),
            ),
            action=N_("See my organisations"),
            address="%(portal_url)s/",
            reason=N_("You receive this message because your access to %(tool)s was changed."),
        ),
    }
)

# What stands around every letter.
GREETING = N_("Hello,")
NOT_YOU = N_("Is this not about you, or is something wrong?")
NOT_YOU_ACTION = N_("Tell our helpdesk")
CLOSING = N_("Immo-Connect, one account for the tools of Belgian real estate")
