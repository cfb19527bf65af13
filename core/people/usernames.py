"""Proposing a user name from a person's name, one that nobody has (A1, A21)."""

import re
import secrets
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.people.folding import plain_letters
from core.people.rules import (
    MINIMUM_USERNAME_LENGTH,
    InvalidUsername,
    require_username,
    username_key,
)
from core.people.tables import PersonRow

# Long enough for every name of a person, short enough to be typed and for a number behind it.
_LONGEST = 60
# What makes a very short name long enough; no digits, which people take for a second account.
_FILLER = "immo"
_NEIGHBOURS = range(2, 21)
_LAST_RESORTS = 20


def proposal(given_name: str, family_name: str) -> str | None:
    """Return the user name that fits a name best, such as `jan.vandenbroeck`; pure.

    None where the name has no letter or digit to make one of. What is returned is always allowed.
    """
    parts = [part for part in (_folded(given_name), _folded(family_name)) if part]
    if not parts:
        return None
    return _long_enough(".".join(parts)[:_LONGEST])


def similar(given_name: str, family_name: str, *, instead_of: str | None = None) -> tuple[str, ...]:
    """Return user names to look for, the best first: without a number, then with one; pure.

    `instead_of` is what the person chose and cannot have; it is what a number is put behind where the
    name itself gives nothing.
    """
    given, family = _folded(given_name), _folded(family_name)
    plain = [proposal(given_name, family_name)]
    if given and family:
        initials = f"{given[0]}.{family}", f"{given}.{family[0]}"
        plain += [_allowed(f"{given}{family}"[:_LONGEST]), _allowed(f"{family}.{given}"[:_LONGEST])]
        plain += [_allowed(initial[:_LONGEST]) for initial in initials]
    stem = plain[0] or proposal(instead_of or "", "")
    if stem is None:
        return ()
    numbered = [f"{stem}{number}" for number in _NEIGHBOURS]
    return tuple(dict.fromkeys(name for name in (*plain, *numbered) if name is not None))


def is_taken(session: Session, username: str) -> bool:
    """Tell whether somebody has this user name, in whatever case; a name nobody can have is not taken."""
    try:
        key = username_key(require_username(username))
    except InvalidUsername:
        return False
    return bool(_taken(session, [key]))


def free_username(session: Session, given_name: str, family_name: str, *, instead_of: str | None = None) -> str | None:
    """Return a user name that nobody has at this moment, in two queries at most.

    None where nothing can be proposed: the person chooses one. Only creating the account settles who
    has a name.
    """
    wanted = similar(given_name, family_name, instead_of=instead_of)
    if not wanted:
        return None
    found = _first_free(session, wanted)
    if found is not None:
        return found
    # A name that twenty people have: a number that is nobody's neighbour is found at once.
    stem = wanted[0]
    return _first_free(session, [f"{stem}{secrets.randbelow(900_000) + 100_000}" for _ in range(_LAST_RESORTS)])


def _first_free(session: Session, names: Sequence[str]) -> str | None:
    taken = _taken(session, [username_key(name) for name in names])
    return next((name for name in names if username_key(name) not in taken), None)


def _taken(session: Session, keys: Sequence[str]) -> frozenset[str]:
    return frozenset(session.scalars(select(PersonRow.username_key).where(PersonRow.username_key.in_(keys))))


def _folded(name: str) -> str:
    """Return a name in small letters without accents, spaces and apostrophes; hyphens stay."""
    kept = "".join(mark for mark in plain_letters(name) if mark.isalnum() or mark == "-")
    return re.sub("-+", "-", kept).strip("-")


def _long_enough(name: str) -> str | None:
    for candidate in (name, f"{name}.{_FILLER}", f"{name}.{_FILLER}.{_FILLER}"):
        if len(candidate) >= MINIMUM_USERNAME_LENGTH:
            return _allowed(candidate)
    return None


def _allowed(name: str) -> str | None:
    """Return the name where it may be a user name, exactly as it stands."""
    trimmed = name.strip(".-")
    try:
        return trimmed if require_username(trimmed) == trimmed else None
    except InvalidUsername:
        return None
