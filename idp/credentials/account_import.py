"""Taking over the accounts of the older tools (A9), a batch at a time.

Each batch is one transaction, and what was imported once is known again: whatever interrupts an
import, running it again completes it. Weak password hashes are wrapped on all cores before
anything of their batch is written, so that none is ever stored.
"""

import os
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from itertools import count
from multiprocessing import get_context

from sqlalchemy.orm import Session

from core.infra.db import Database
from core.infra.errors import Conflict
from core.people import old_accounts
from core.people.identifiers import PersonId
from core.people.old_accounts import NewAccount, OldAccount, Refusal, RowRefused
from core.people.rules import MAXIMUM_USERNAME_LENGTH, address_key, username_key
from idp.credentials import old_hashes, passwords
from idp.credentials.old_hashes import UnknownHash, WeakHash

_BATCH = 500
# Somebody who registers at this moment may take a name or an address first.
_TRIES = 3
_WRAPPED_AT_ONCE = 16


class Remark(StrEnum):
    """What the report says about an account besides that it was imported."""

    USERNAME_CHANGED = "username-changed"
    ADDRESS_TO_BE_ASKED = "address-to-be-asked"
    NO_PASSWORD = "no-password"  # noqa: S105 - a remark, not a secret
    PASSWORD_WRAPPED = "password-wrapped"  # noqa: S105


@dataclass(frozen=True, slots=True)
class ReportLine:
    """What became of one line of the file: a reason where it was refused, remarks where it was imported."""

    number: int
    refusal: Refusal | None = None
    is_known: bool = False
    username: str | None = None
    remarks: frozenset[Remark] = frozenset()


@dataclass(frozen=True, slots=True)
class Report:
    """What became of every line, in the order of the file."""

    lines: tuple[ReportLine, ...]

    @property
    def imported(self) -> tuple[ReportLine, ...]:
        """Return the lines that became accounts (or would, in a dry run)."""
        return tuple(line for line in self.lines if line.username is not None)

    @property
    def known(self) -> tuple[ReportLine, ...]:
        """Return the lines that had become accounts in an earlier import."""
        return tuple(line for line in self.lines if line.is_known)

    @property
    def refused(self) -> tuple[ReportLine, ...]:
        """Return the lines that nothing was made of."""
        return tuple(line for line in self.lines if line.refusal is not None)

    def with_remark(self, remark: Remark) -> tuple[ReportLine, ...]:
        """Return the imported lines about which this is to be said."""
        return tuple(line for line in self.lines if remark in line.remarks)


@dataclass(frozen=True, slots=True)
class _Accepted:
    number: int
    old: OldAccount
    password: str | WeakHash | None = field(repr=False)


@dataclass(slots=True)
class AccountImport:
    """One import: which tools there are, and what was met on the way.

    `on_lines` is told how many lines are done. A dry run judges everything and writes nothing.
    """

    database: Database
    tools: frozenset[str]
    now: datetime
    is_dry_run: bool = False
    on_lines: Callable[[int], None] = field(default=lambda _done: None)
    _given: set[str] = field(default_factory=set)
    _met: Counter[str] = field(default_factory=Counter)

    def run(self, rows: Sequence[tuple[int, Mapping[str, str]]]) -> Report:
        """Import numbered rows and return what became of each.

        Raises `Conflict` where others took the same names again and again meanwhile; batches that
        are done stay, and the same file may be imported again.
        """
        accepted, refused = self._read(rows)
        self.on_lines(len(refused))
        self._met = Counter(address_key(line.old.email) for line in accepted if line.old.email)
        done: list[ReportLine] = []
        with _all_cores() as cores:
            for start in range(0, len(accepted), _BATCH):
                batch = accepted[start : start + _BATCH]
                done.extend(self._batch(batch, cores))
                self.on_lines(len(batch))
        return Report(tuple(sorted([*refused, *done], key=lambda line: line.number)))

    def _read(self, rows: Sequence[tuple[int, Mapping[str, str]]]) -> tuple[list[_Accepted], list[ReportLine]]:
        accepted: list[_Accepted] = []
        refused: list[ReportLine] = []
        seen: set[tuple[str, str]] = set()
        for number, row in rows:
            try:
                line = _Accepted(number, old_accounts.read_row(row, tools=self.tools), _password(row))
                if line.old.key in seen:
                    raise RowRefused(Refusal.TWICE)
            except RowRefused as error:
                refused.append(ReportLine(number, refusal=error.reason))
            else:
                seen.add(line.old.key)
                accepted.append(line)
        return accepted, refused

    def _batch(self, batch: Sequence[_Accepted], cores: Executor) -> list[ReportLine]:
        with self.database.reading() as session:
            known = old_accounts.already_imported(session, [line.old.key for line in batch])
        fresh = [line for line in batch if line.old.key not in known]
        there = [ReportLine(line.number, is_known=True) for line in batch if line.old.key in known]
        if not fresh:
            return there
        hashes = [None] * len(fresh) if self.is_dry_run else _wrapped(fresh, cores)
        return there + self._kept(fresh, hashes)

    def _kept(self, fresh: Sequence[_Accepted], hashes: Sequence[str | None]) -> list[ReportLine]:
        for attempt in count(1):
            try:
                return self._keep(fresh, hashes)
            except Conflict:
                if attempt == _TRIES:
                    raise
        raise AssertionError  # the loop ends by one of both

    def _keep(self, fresh: Sequence[_Accepted], hashes: Sequence[str | None]) -> list[ReportLine]:
        if self.is_dry_run:
            with self.database.reading() as session:
                accounts = self._accounts(session, fresh)
        else:
            with self.database.transaction() as session:
                accounts = self._accounts(session, fresh)
                people = old_accounts.store(session, accounts, now=self.now)
                owners: dict[PersonId, str] = {
                    person: hashed for person, hashed in zip(people, hashes, strict=True) if hashed is not None
                }
                passwords.store_hashes(session, owners, now=self.now)
        self._given.update(username_key(account.username) for account in accounts)
        return [_line(line, account) for line, account in zip(fresh, accounts, strict=True)]

    def _accounts(self, session: Session, fresh: Sequence[_Accepted]) -> list[NewAccount]:
        names = [name for line in fresh for name in _names(line.old)]
        taken = set(old_accounts.taken_usernames(session, names)) | self._given
        addresses = [line.old.email for line in fresh if line.old.email]
        current = old_accounts.taken_addresses(session, addresses)
        accounts = []
        for line in fresh:
            username = _free(line.old, taken)
            taken.add(username_key(username))
            accounts.append(NewAccount(line.old, username, self._counts_at_once(line.old, current)))
        return accounts

    def _counts_at_once(self, old: OldAccount, current: frozenset[str]) -> bool:
        # An address met twice is asked for again at the first sign-in (A9), as is one never proven.
        if old.email is None or not old.email_verified:
            return False
        key = address_key(old.email)
        return self._met[key] == 1 and key not in current


def wrap(weak: WeakHash) -> str:
    """Return what may be stored of a weak hash; takes about 16 ms of one core."""
    return weak.wrap(passwords.hash_digest)


@contextmanager
def _all_cores() -> Iterator[Executor]:
    # Started anew and not forked: a fork would take the database's connections along.
    executor = ProcessPoolExecutor(os.cpu_count() or 1, mp_context=get_context("spawn"))
    try:
        yield executor
    finally:
        executor.shutdown(cancel_futures=True)


def _wrapped(fresh: Sequence[_Accepted], cores: Executor) -> list[str | None]:
    weak = [line.password for line in fresh if isinstance(line.password, WeakHash)]
    strong = iter(list(cores.map(wrap, weak, chunksize=_WRAPPED_AT_ONCE)) if weak else [])
    return [next(strong) if isinstance(line.password, WeakHash) else line.password for line in fresh]


def _password(row: Mapping[str, str]) -> str | WeakHash | None:
    given = (row.get("password_hash") or "").strip()
    if not given:
        return None
    try:
        return old_hashes.read(given)
    except UnknownHash as error:
        raise RowRefused(Refusal.BAD_PASSWORD_HASH) from error


def _names(old: OldAccount) -> tuple[str, ...]:
    """Return the names the account may have, the one its owner knows first."""
    room = MAXIMUM_USERNAME_LENGTH - len(old.tool_code) - 4
    behind = f"{old.username[:room]}.{old.tool_code}"
    return (old.username, behind, *(f"{behind}.{number}" for number in range(2, 10)))


def _free(old: OldAccount, taken: set[str]) -> str:
    for name in _names(old):
        if username_key(name) not in taken:
            return name
    return f"{old.tool_code}.{old.external_id}"[:MAXIMUM_USERNAME_LENGTH]


def _line(line: _Accepted, account: NewAccount) -> ReportLine:
    remarks = {
        Remark.USERNAME_CHANGED: account.username != line.old.username,
        Remark.ADDRESS_TO_BE_ASKED: not account.has_address,
        Remark.NO_PASSWORD: line.password is None,
        Remark.PASSWORD_WRAPPED: isinstance(line.password, WeakHash),
    }
    said = frozenset(remark for remark, holds in remarks.items() if holds)
    return replace(ReportLine(line.number), username=account.username, remarks=said)
