"""Telephone numbers: as they are kept (E.164) and as they are read. Pure."""

import re

from core.people.detail_errors import InvalidDetail, Problem

_SHORTEST, _LONGEST = 8, 15
# What people put between digits; a zero in brackets after the country's code is not dialled.
_PUNCTUATION = re.compile(r"[\s.\-/()\u2010-\u2015\u00a0\u202f]")
_TRUNK_ZERO = re.compile(r"^(\+\d{1,3}\s*)\(0\)")
_BELGIAN_MOBILE = re.compile(r"4[5-9]\d{7}")
# Liège has 042 and 043: a mobile number that lacks a digit must not pass for one of its lines.
_BELGIAN_LINE = re.compile(r"[1-35-9]\d{7}|4[23]\d{6}")
# Areas whose code has one digit; all others have two.
_SHORT_AREAS = frozenset("2349")
_BELGIUM = "+32"


def require_phone_number(text: str) -> str:
    """Return a number as E.164 writes it (`+32470550122`); a national one is taken as Belgian.

    Raises `InvalidDetail` for what cannot be dialled.
    """
    typed = _PUNCTUATION.sub("", _TRUNK_ZERO.sub(r"\1", text.strip()))
    if typed.startswith("00"):
        typed = f"+{typed[2:]}"
    elif typed.startswith("0"):
        typed = f"{_BELGIUM}{typed[1:]}"
    digits = typed[1:]
    fits = typed.startswith("+") and digits.isascii() and digits.isdigit() and not digits.startswith("0")
    if not fits or not _SHORTEST <= len(digits) <= _LONGEST:
        raise InvalidDetail(Problem.PHONE_NUMBER)
    if typed.startswith(_BELGIUM) and not _is_belgian(typed.removeprefix(_BELGIUM)):
        raise InvalidDetail(Problem.PHONE_NUMBER)
    return typed


def phone_for_reading(number: str) -> str:
    """Return a number in groups, as people say it: `+32 470 55 01 22`, `+32 3 555 01 10`.

    Only Belgian numbers are grouped; others, and what is no number, stay as they are.
    """
    try:
        digits = require_phone_number(number).removeprefix(_BELGIUM)
    except InvalidDetail:
        return number
    if _BELGIAN_MOBILE.fullmatch(digits):
        groups = (digits[:3], digits[3:5], digits[5:7], digits[7:])
    elif not _BELGIAN_LINE.fullmatch(digits):
        return number
    elif digits[0] in _SHORT_AREAS:
        groups = (digits[:1], digits[1:4], digits[4:6], digits[6:])
    else:
        groups = (digits[:2], digits[2:4], digits[4:6], digits[6:])
    return " ".join((_BELGIUM, *groups))


def same_number(one: str | None, other: str | None) -> bool:
    """Tell whether two numbers reach the same line, however they are written."""
    return one == other or (one is not None and other is not None and _kept(one) == _kept(other))


def _kept(number: str) -> str:
    try:
        return require_phone_number(number)
    except InvalidDetail:
        return number


def _is_belgian(digits: str) -> bool:
    return bool(_BELGIAN_MOBILE.fullmatch(digits) or _BELGIAN_LINE.fullmatch(digits))
