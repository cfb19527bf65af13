"""Rules about people: states of an account, user names, e-mail addresses, terms of use."""

import re
import unicodedata
from enum import StrEnum

from core.infra.errors import Conflict, RuleError

# The version of the terms of use that new accounts accept and older ones are asked to accept.
TERMS_VERSION = "2026-1"

MINIMUM_USERNAME_LENGTH = 6
MAXIMUM_USERNAME_LENGTH = 100
MAXIMUM_ADDRESS_LENGTH = 254
_MAXIMUM_LOCAL_PART = 64

_USERNAME = re.compile(r"[^\W_](?:[\w.\-]*[^\W_])?")
_DOMAIN_LABEL = re.compile(r"[^\W_](?:[\w\-]*[^\W_])?")
# Names of functions, not of people (A2): such an address gets a warning, never a refusal.
_ROLE_NAMES = frozenset(
    {
        *("admin", "administratie", "administration", "boekhouding", "comptabilite", "compta"),
        *("contact", "hello", "hallo", "bonjour", "help", "helpdesk", "support", "info"),
        *("kantoor", "bureau", "office", "mail", "post", "noreply", "no-reply", "postmaster"),
        *("sales", "verkoop", "vente", "ventes", "verhuur", "location", "locations", "rent"),
        *("syndic", "syndicus", "receptie", "reception", "secretariaat", "secretariat", "webmaster"),
    }
)


class PersonStatus(StrEnum):
    """An account lives, or has lost every personal field and keeps only its history (A15)."""

    ACTIVE = "active"
    ANONYMISED = "anonymised"


class AddressState(StrEnum):
    """What an e-mail address is to its account."""

    CURRENT = "current"
    PENDING = "pending"
    FORMER = "former"


class InvalidUsername(RuleError):
    """The user name is too short, too long, or has characters that user names do not have."""

    code = "invalid-username"


class InvalidEmail(RuleError):
    """This cannot be an e-mail address."""

    code = "invalid-email"


class EidAlreadyLinked(Conflict):
    """The holder of this identity card has another account (E3)."""

    code = "eid-already-linked"


class UsernameTaken(Conflict):
    """Somebody else has this user name, in whatever case."""

    code = "username-taken"


class EmailTaken(Conflict):
    """Another account has this e-mail address, in whatever case."""

    code = "email-taken"


def username_key(username: str) -> str:
    """Return the form in which user names are compared: case does not matter (A1).

    Nor does how a keyboard composes a letter, or the width in which it was typed.
    """
    return unicodedata.normalize("NFKC", username.strip()).casefold()


def address_key(address: str) -> str:
    """Return the form in which e-mail addresses are compared: case does not matter (A0).

    Lower case and not casefold, which would take straße@ and strasse@ for one mailbox.
    """
    return unicodedata.normalize("NFC", address.strip()).lower()


def require_username(username: str) -> str:
    """Return the user name without surrounding space; raise `InvalidUsername` if it may not be.

    At least six characters (A1): letters, digits, and between them dots, dashes, underscores. No
    at sign, so that no user name can be somebody's e-mail address.
    """
    name = unicodedata.normalize("NFKC", username.strip())
    if not MINIMUM_USERNAME_LENGTH <= len(name) <= MAXIMUM_USERNAME_LENGTH:
        raise InvalidUsername(length=len(name))
    if not _USERNAME.fullmatch(name):
        raise InvalidUsername
    return name


def require_email(address: str) -> str:
    """Return the address without surrounding space; raise `InvalidEmail` if it cannot be one.

    Only the form is judged: whether mail arrives is what the activation code finds out (A5).
    """
    found = address.strip()
    local, at, domain = found.rpartition("@")
    labels = domain.split(".")
    fits = 0 < len(local) <= _MAXIMUM_LOCAL_PART and len(found) <= MAXIMUM_ADDRESS_LENGTH
    plain = not any(character.isspace() or not character.isprintable() for character in found)
    if not (at and fits and plain and "@" not in local and len(labels) > 1):
        raise InvalidEmail
    if not all(_DOMAIN_LABEL.fullmatch(label) for label in labels):
        raise InvalidEmail
    return found


def is_role_address(address: str) -> bool:
    """Tell whether an address looks like a function's (info@, sales@) and not a person's (A2)."""
    local, _, _ = address.strip().casefold().partition("@")
    return local in _ROLE_NAMES
