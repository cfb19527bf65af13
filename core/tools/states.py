"""The states in which registrations, access and mandates are."""

from enum import StrEnum


class RegistrationStatus(StrEnum):
    """Whether an organisation may use a tool in one way; SUSPENDED: nothing it could rest on."""

    ACTIVE = "active"
    SUSPENDED = "suspended"
    ENDED = "ended"


class AccessStatus(StrEnum):
    """What a manager decided about one member and one registration; no row: no user (T3)."""

    GRANTED = "granted"
    BLOCKED = "blocked"


class Colleagues(StrEnum):
    """Which colleagues work under a mandate: everybody with access, or those on its list."""

    ALL = "all"
    LIST = "list"
