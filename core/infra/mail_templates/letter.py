"""What a mail of ours is made of."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Letter:
    """One kind of mail; every text is a source string that the translators know.

    `address` is where the one action leads, built on `%(portal_url)s` or `%(issuer_url)s`.
    `reason` says who or what caused the mail. A letter that `may_wait` goes to managers as they chose
    (O14): at once, in a daily mail, or not at all; there it reads as `line`, else as its first
    paragraph. A `line` with `%(tools)s` gathers letters that differ in the tool alone. `listed` is
    built on a value whose lines are shown one by one below the paragraphs.
    """

    subject: str
    paragraphs: tuple[str, ...]
    action: str
    address: str
    reason: str
    may_wait: bool = False
    line: str | None = None
    listed: str = ""
