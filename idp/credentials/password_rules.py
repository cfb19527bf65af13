"""What a new password must be: long enough, and not what others try first (A3). Pure but for its list.

NIST SP 800-63B section 3.1.1.2: no rules of composition; refused is what is short, common, or made of
what everybody knows about the person. Passwords from leaks are `breached.py`.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.util import find_spec, module_from_spec, spec_from_file_location
from pathlib import Path

from core.infra.errors import RuleError
from idp.credentials.passwords import MAXIMUM_LENGTH

MINIMUM_LENGTH = 8
_PRODUCT = ("immoconnect", "immo", "connect")
# What people here type first, which a list from elsewhere ranks too low.
_LOCAL = frozenset(
    {"azerty", "belgie", "belgique", "bienvenue", "bonjour", "bruxelles", "brussel", "geheim", "motdepasse"}
    | {"vlaanderen", "wachtwoord", "wallonie", "welkom"}
)
# What has to be left of a password once what is known about the person is taken out of it: letters
# enough for a word of their own, or more digits than a year and a month.
_LETTERS_AT_LEAST = 3
_LEFT_AT_LEAST = 8
_DIFFERENT_AT_LEAST = 4
_SHORTEST_WORD = 3
_NOT_LETTERS = re.compile(r"[\W_]+")
_AT_THE_END = re.compile(r"[\W\d_]+$")


class Weakness(StrEnum):
    """Why a password is refused; pages have a sentence for each."""

    TOO_SHORT = "too-short"
    TOO_LONG = "too-long"
    COMMON = "common"
    PERSONAL = "personal"
    PRODUCT = "product"
    BREACHED = "breached"
    DIFFERENT = "different"


class WeakPassword(RuleError):
    """A password that must not be chosen; `weakness` says why."""

    code = "weak-password"

    def __init__(self, weakness: Weakness) -> None:
        self.weakness = weakness
        super().__init__(weakness=weakness.value)


@dataclass(frozen=True, slots=True)
class About:
    """What everybody may know about the person whose password it is to be."""

    username: str = ""
    given_name: str = ""
    family_name: str = ""
    email: str = ""

    def words(self) -> frozenset[str]:
        """Return what a password must not consist of, folded."""
        local, _, domain = self.email.rpartition("@")
        names = (self.username, self.given_name, self.family_name, self.email, local, domain.partition(".")[0])
        parts = (part for name in names for part in (name, *re.split(r"[\s.\-_+@']", name)))
        return frozenset(word for word in map(_folded, parts) if len(word) >= _SHORTEST_WORD)


def require_same(password: str, again: str) -> None:
    """Raise `WeakPassword` where the password was not typed the same way twice."""
    if unicodedata.normalize("NFKC", password) != unicodedata.normalize("NFKC", again):
        raise WeakPassword(Weakness.DIFFERENT)


def require_strong(password: str, about: About) -> None:
    """Raise `WeakPassword` for one that is too short or too long, common, or about the person."""
    found = weakness(password, about)
    if found is not None:
        raise WeakPassword(found)


def weakness(password: str, about: About) -> Weakness | None:
    """Return why a password is refused, or None where it may be chosen; see `require_strong`."""
    typed = unicodedata.normalize("NFKC", password)
    # Counted as typed and as hashed: neither may be longer than what a sign-in accepts.
    if max(len(password), len(typed)) > MAXIMUM_LENGTH:
        return Weakness.TOO_LONG
    if len(typed) < MINIMUM_LENGTH:
        return Weakness.TOO_SHORT
    if len(set(typed.casefold())) < _DIFFERENT_AT_LEAST or _is_common(typed.casefold()):
        return Weakness.COMMON
    if _consists_of(typed, about.words()):
        return Weakness.PERSONAL
    return Weakness.PRODUCT if _consists_of(typed, _PRODUCT) else None


def _is_common(password: str) -> bool:
    # `Password2026!` is what becomes of `password` where somebody asked for a digit and a sign.
    tried = {password, _AT_THE_END.sub("", password)}
    return not tried.isdisjoint(_LOCAL) or any(f"\n{each}\n" in common_passwords() for each in tried)


def _consists_of(password: str, words: Iterable[str]) -> bool:
    """Tell whether so little is left without these words that guessing it is easy."""
    whole = _folded(password)
    left = whole
    for word in sorted(words, key=len, reverse=True):
        left = left.replace(word, "")
    letters = sum(not character.isdigit() for character in left)
    return left != whole and letters < _LETTERS_AT_LEAST and len(left) < _LEFT_AT_LEAST


def _folded(text: str) -> str:
    """Return letters and digits only, without accents and case."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    return _NOT_LETTERS.sub("", "".join(mark for mark in plain if not unicodedata.combining(mark)))


@cache
def common_passwords() -> str:
    """Return the most frequent passwords, one a line between line breaks, read when first asked for.

    One text of a quarter of a megabyte: as a set it would take ten times that in every worker.
    """
    package = find_spec("zxcvbn")
    assert package is not None and package.submodule_search_locations is not None
    # The list alone, by its file: the package would load its estimator and every other list with it.
    path = Path(package.submodule_search_locations[0]) / "frequency_lists.py"
    spec = spec_from_file_location("frequency_lists", path)
    assert spec is not None and spec.loader is not None
    lists = module_from_spec(spec)
    spec.loader.exec_module(lists)
    passwords: list[str] = lists.FREQUENCY_LISTS["passwords"]
    return "\n".join(["", *passwords, ""])
