"""What a mail of ours is made of."""

from dataclasses import dataclass


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
