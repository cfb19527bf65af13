"""The national number of a person: checked, shown to nobody, encrypted where it lies, found by keyed digest (E8).

A number is decided on by its check digits alone: months beyond twelve and days of zero are given
out too, for births whose date is not known and to people outside the register (BIS numbers).
"""

import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Self

from stdnum.be import nn
from stdnum.exceptions import ValidationError

from core.infra.errors import RuleError
from core.infra.sealing import Unreadable, seal, unseal
from core.infra.secret import Secret

_LENGTH = 11
_CHECK_DIGITS = 2
_MODULUS = 97
# Put before the number of somebody born from 2000 on, for the check digits only.
_LATER_CENTURY = "2"
_SEALED_FOR = "national number"
_DIGESTED_FOR = b"immo-connect national number 1"
_CARD_DIGESTED_FOR = b"immo-connect card number 1"


class InvalidNationalNumber(RuleError):
    """This is not a national number: not eleven digits, or the check digits do not fit."""

    code = "invalid-national-number"


class NationalNumber:
    """Eleven digits that never show themselves: `reveal()` is the one way to read them."""

    __slots__ = ("_digits",)

    def __init__(self, digits: str) -> None:
        self._digits = digits

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the number that is written so, with or without punctuation; raise `InvalidNationalNumber`."""
        try:
            digits = nn.compact(text)
        except ValidationError:
            raise InvalidNationalNumber from None
        if len(digits) != _LENGTH or not (digits.isascii() and digits.isdigit()) or not _has_check_digits(digits):
            raise InvalidNationalNumber
        return cls(digits)

    def reveal(self) -> str:
        """Return the digits for their one use."""
        return self._digits

    def __eq__(self, other: object) -> bool:
        """Compare in a time that tells nothing."""
        if not isinstance(other, NationalNumber):
            return NotImplemented
        return hmac.compare_digest(self._digits, other._digits)

    def __hash__(self) -> int:
        """Return the hash of the digits."""
        return hash(self._digits)

    def __repr__(self) -> str:
        """Return three asterisks whatever the number."""
        return "***"

    __str__ = __repr__


@dataclass(frozen=True, slots=True)
class SealedNumber:
    """A number as it lies in the database: under which key, encrypted, and what finds it again."""

    key_id: str
    sealed: str
    digest: str


@dataclass(frozen=True)
class NumberKeys:
    """The keys of the operator by their names, the first one in force; earlier ones still read.

    Rotation: put a new key in front, start, run `idp people reseal`, take the old one away.
    """

    keys: tuple[tuple[str, Secret], ...]

    @property
    def current(self) -> str:
        """Return the name of the key in force."""
        return self.keys[0][0]

    @cached_property
    def _by_id(self) -> dict[str, Secret]:
        return dict(self.keys)

    def close(self, number: NationalNumber) -> SealedNumber:
        """Return the number encrypted and digested under the key in force."""
        key_id, secret = self.keys[0]
        return SealedNumber(key_id, seal(secret, number.reveal(), purpose=_SEALED_FOR), _digest(secret, number))

    def open(self, found: SealedNumber) -> NationalNumber:
        """Return the number again; raise `Unreadable` where its key is gone."""
        secret = self._by_id.get(found.key_id)
        if secret is None:
            raise Unreadable
        return NationalNumber(unseal(secret, found.sealed, purpose=_SEALED_FOR))

    def digests(self, number: NationalNumber) -> Sequence[str]:
        """Return under which digests the number may lie, the one of the key in force first."""
        return [_digest(secret, number) for _, secret in self.keys]

    def card_digests(self, card_number: str) -> Sequence[str]:
        """Return under which digests the number of a card may lie, the one of the key in force first."""
        return [_keyed(secret, _CARD_DIGESTED_FOR, card_number) for _, secret in self.keys]


def _has_check_digits(digits: str) -> bool:
    number, expected = digits[:-_CHECK_DIGITS], int(digits[-_CHECK_DIGITS:])
    return any(_MODULUS - int(century + number) % _MODULUS == expected for century in ("", _LATER_CENTURY))


def _digest(secret: Secret, number: NationalNumber) -> str:
    return _keyed(secret, _DIGESTED_FOR, number.reveal())


def _keyed(secret: Secret, purpose: bytes, text: str) -> str:
    """Return a keyed digest: there are few enough numbers that a plain one would tell them all."""
    key = hmac.digest(secret.reveal().encode(), purpose, hashlib.sha256)
    return hmac.digest(key, text.encode(), hashlib.sha256).hex()
