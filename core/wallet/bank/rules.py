"""Structured messages of transfers (OGM/VCS), and the QR code that fills a transfer in. Pure.

Ten digits and their remainder by 97, which is written 97 where there is none.
"""

import re

from stdnum.be import ogm_vcs

_BASE = 10**10
# Twelve digits on their own, as people and banks write them: bare, in groups, between plus signs or asterisks.
_WRITTEN = re.compile(r"(?<!\d)(\d{3})[ /]?(\d{4})[ /]?(\d{5})(?!\d)")
_MARKED = re.compile(r"(?:\+{3}|\*{3}) ?(?P<groups>\d{3}/\d{4}/\d{5}|\d{12}) ?(?:\+{3}|\*{3})", re.ASCII)
_SEPARATORS = re.compile(r"[ +*/]")
_DIGITS = re.compile(r"\d{12}", re.ASCII)


def reference_of(number: int) -> str:
    """Return the twelve digits of a message; its first ten are those of `number`."""
    base = f"{number % _BASE:010}"
    return base + ogm_vcs.calc_check_digits(base)


def shown(reference: str) -> str:
    """Return a message as people write it: `+++010/8068/17183+++`."""
    return f"+++{ogm_vcs.format(reference)}+++"


def is_right(reference: str) -> bool:
    """Tell whether the check digits are those of the others."""
    return ogm_vcs.is_valid(reference)


def digits_of(written: str) -> str | None:
    """Return the twelve digits of a message in the bank's field for it, right or wrong; None: it is no such message."""
    digits = _SEPARATORS.sub("", written)
    return digits if _DIGITS.fullmatch(digits) else None


def within(text: str) -> frozenset[str]:
    """Return the messages that somebody wrote among other words; only those with the right check digits."""
    found = ("".join(groups) for groups in _WRITTEN.findall(text))
    return frozenset(reference for reference in found if is_right(reference))


def mistyped(text: str) -> frozenset[str]:
    """Return what somebody wrote as a message, between plus signs or asterisks, with the wrong check digits."""
    found = ("".join(match["groups"].split("/")) for match in _MARKED.finditer(text))
    return frozenset(reference for reference in found if not is_right(reference))


def near(reference: str) -> frozenset[str]:
    """Return the right messages that twelve digits are one mistyped digit, or two changed over, away from."""
    typed = {
        reference[:place] + digit + reference[place + 1 :] for place in range(len(reference)) for digit in "0123456789"
    }
    changed_over = {
        reference[:place] + reference[place + 1] + reference[place] + reference[place + 2 :]
        for place in range(len(reference) - 1)
    }
    return frozenset(found for found in typed | changed_over if found != reference and is_right(found))


def transfer_code(*, iban: str, bic: str, holder: str, reference: str) -> str:
    """Return what the QR code of a transfer says (EPC069-12 version 002); the amount is the payer's to fill in.

    The message stands in the free field: the structured one is for references of ISO 11649 only.
    """
    return "\n".join(("BCD", "002", "1", "SCT", bic, holder[:70], iban, "", "", "", shown(reference)))
