"""Accounts of the older tools (A9): what one row of an import may say, and how many become ours at once."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import insert, select, tuple_
from sqlalchemy.orm import Session

from core.infra import audit
from core.infra.errors import RuleError
from core.infra.ids import new_id
from core.people.identifiers import PersonId
from core.people.rules import (
    MAXIMUM_USERNAME_LENGTH,
    AddressState,
    InvalidEmail,
    PersonStatus,
    address_key,
    require_email,
    username_key,
)
from core.people.tables import EmailAddressRow, ImportedAccountRow, PersonRow

COLUMNS = (
    *("tool", "external_id", "username", "email", "email_verified"),
    *("given_name", "family_name", "language", "password_hash"),
)
REQUIRED = ("tool", "external_id", "username")
_LANGUAGES = ("nl", "fr", "en")
_NAME_LENGTH_MAX = 200
_EXTERNAL_ID_LENGTH_MAX = 200
_YES, _NO = "yes", "no"


class Refusal(StrEnum):
    """Why a row does not become an account; the report has a sentence for each."""

    UNKNOWN_TOOL = "unknown-tool"
    NO_EXTERNAL_ID = "no-external-id"
    BAD_USERNAME = "bad-username"
    BAD_EMAIL = "bad-email"
    BAD_VERIFIED = "bad-email-verified"
    BAD_NAME = "bad-name"
    BAD_LANGUAGE = "bad-language"
    BAD_PASSWORD_HASH = "bad-password-hash"  # noqa: S105 - a reason, not a secret
    TWICE = "same-account-twice"


class RowRefused(RuleError):
    """A row of an import says something that no account can have."""

    code = "import-row-refused"

    def __init__(self, reason: Refusal) -> None:
        self.reason = reason
        super().__init__(reason=reason.value)


@dataclass(frozen=True, slots=True)
class OldAccount:
    """An account as an older tool kept it; `external_id` names it there."""

    tool_code: str
    external_id: str
    username: str
    email: str | None
    email_verified: bool
    given_name: str | None
    family_name: str | None
    language: str

    @property
    def key(self) -> tuple[str, str]:
        """Return what makes it the same account in the next import."""
        return self.tool_code, self.external_id


@dataclass(frozen=True, slots=True)
class NewAccount:
    """What an old account becomes: under which user name, and whether its address counts at once."""

    old: OldAccount
    username: str
    has_address: bool


def read_row(row: Mapping[str, str], *, tools: Collection[str]) -> OldAccount:
    """Return what a row says; raise `RowRefused` for the first thing that cannot be."""
    value = {name: (row.get(name) or "").strip() for name in COLUMNS}
    _require(value["tool"] in tools, Refusal.UNKNOWN_TOOL)
    _require(0 < len(value["external_id"]) <= _EXTERNAL_ID_LENGTH_MAX, Refusal.NO_EXTERNAL_ID)
    _require(_is_old_username(value["username"]), Refusal.BAD_USERNAME)
    _require(value["email_verified"] in (_YES, _NO, ""), Refusal.BAD_VERIFIED)
    names = (value["given_name"], value["family_name"])
    _require(all(len(name) <= _NAME_LENGTH_MAX and _is_plain(name) for name in names), Refusal.BAD_NAME)
    language = value["language"] or _LANGUAGES[0]
    _require(language in _LANGUAGES, Refusal.BAD_LANGUAGE)
    return OldAccount(
        tool_code=value["tool"],
        external_id=value["external_id"],
        username=value["username"],
        email=_email(value["email"]),
        email_verified=value["email_verified"] == _YES,
        given_name=value["given_name"] or None,
        family_name=value["family_name"] or None,
        language=language,
    )


def _require(holds: bool, reason: Refusal) -> None:  # noqa: FBT001 - reads as a sentence
    if not holds:
        raise RowRefused(reason)


def _is_plain(text: str) -> bool:
    return not text or text.isprintable()


def _is_old_username(name: str) -> bool:
    # Shorter than a new one may be, and with other characters: it stays what its owner knows (A9).
    return 0 < len(name) <= MAXIMUM_USERNAME_LENGTH and name.isprintable() and not any(map(str.isspace, name))


def _email(text: str) -> str | None:
    if not text:
        return None
    try:
        return require_email(text)
    except InvalidEmail as error:
        raise RowRefused(Refusal.BAD_EMAIL) from error


def already_imported(session: Session, keys: Collection[tuple[str, str]]) -> frozenset[tuple[str, str]]:
    """Return which accounts of older tools are ours already."""
    columns = (ImportedAccountRow.tool_code, ImportedAccountRow.external_id)
    found = session.execute(select(*columns).where(tuple_(*columns).in_(keys)))
    return frozenset((row.tool_code, row.external_id) for row in found)


def taken_usernames(session: Session, names: Collection[str]) -> frozenset[str]:
    """Return the keys of those user names that somebody has."""
    keys = {username_key(name) for name in names}
    return frozenset(session.scalars(select(PersonRow.username_key).where(PersonRow.username_key.in_(keys))))


def taken_addresses(session: Session, addresses: Collection[str]) -> frozenset[str]:
    """Return the keys of those addresses that are somebody's current one."""
    keys = {address_key(address) for address in addresses}
    is_current = EmailAddressRow.state == AddressState.CURRENT.value
    found = select(EmailAddressRow.address_key).where(is_current, EmailAddressRow.address_key.in_(keys))
    return frozenset(session.scalars(found))


def store(session: Session, accounts: Sequence[NewAccount], *, now: datetime) -> tuple[PersonId, ...]:
    """Create the accounts and return their people in order; what they lack is asked at their first sign-in.

    Raises `UsernameTaken`, `EmailTaken` or `Conflict` where somebody was faster: then nothing is kept.
    """
    people = [PersonId(new_id("usr")) for _ in accounts]
    pairs = list(zip(people, accounts, strict=True))
    session.execute(insert(PersonRow), [_person(person_id, account, now) for person_id, account in pairs])
    addresses = [_address(person_id, account, now) for person_id, account in pairs if account.old.email]
    if addresses:
        session.execute(insert(EmailAddressRow), addresses)
    session.execute(insert(ImportedAccountRow), [_origin(person_id, account, now) for person_id, account in pairs])
    for person_id, account in pairs:
        details = {"tool": account.old.tool_code}
        audit.record(session, action="person-imported", actor_id=None, subject_id=person_id, details=details, now=now)
    return tuple(people)


def _person(person_id: PersonId, account: NewAccount, now: datetime) -> dict[str, object]:
    return {
        "id": person_id,
        "username": account.username,
        "username_key": username_key(account.username),
        "status": PersonStatus.ACTIVE.value,
        "language": account.old.language,
        "given_name": account.old.given_name,
        "family_name": account.old.family_name,
        "created_at": now,
        "updated_at": now,
    }


def _address(person_id: PersonId, account: NewAccount, now: datetime) -> dict[str, object]:
    email = account.old.email or ""
    return {
        "id": new_id("adr"),
        "person_id": person_id,
        "address": email,
        "address_key": address_key(email),
        "state": (AddressState.CURRENT if account.has_address else AddressState.PENDING).value,
        "verified_at": now if account.has_address else None,
        "added_at": now,
    }


def _origin(person_id: PersonId, account: NewAccount, now: datetime) -> dict[str, object]:
    tool_code, external_id = account.old.key
    return {"tool_code": tool_code, "external_id": external_id, "person_id": person_id, "imported_at": now}
