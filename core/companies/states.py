"""The fixed sets of words about companies and the extracts they come from."""

from enum import StrEnum


class CompanyStatus(StrEnum):
    """ACTIVE: the newest extract names the company. STOPPED: an earlier one did, the newest does not."""

    ACTIVE = "active"
    STOPPED = "stopped"


class CompanyKind(StrEnum):
    """What the register takes a company for."""

    LEGAL_PERSON = "legal_person"
    NATURAL_PERSON = "natural_person"


class ExtractType(StrEnum):
    """FULL: all active companies. UPDATE: what changed since the extract with the number before."""

    FULL = "full"
    UPDATE = "update"


class ImportState(StrEnum):
    """How an import stands; DIED: its process ended without a word."""

    RUNNING = "running"
    DONE = "done"
    REFUSED = "refused"
    FAILED = "failed"
    DIED = "died"


class ImportPhase(StrEnum):
    """What an import does now; its progress counts octets while READING, companies while WRITING."""

    READING = "reading"
    WRITING = "writing"
    SWITCHING = "switching"
