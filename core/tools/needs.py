"""What a usage needs, as lines that a page can show: of each group one line is enough. Pure."""

from dataclasses import dataclass
from datetime import datetime

from core.accreditations.rules import HeldAccreditation
from core.tools.requirements import AccreditationNeeded, AllOf, AnyOf, MandateNeeded, Need
from core.tools.rules import meets


@dataclass(frozen=True, slots=True)
class NeedLine:
    """One thing that is needed: an accreditation of a kind, or (`kind` None) one that a colleague lends.

    `is_met` tells whether the person's own accreditations bring it; for what is lent that is not known.
    """

    kind: str | None
    lists: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    is_met: bool = False


def need_lines(need: Need, own: tuple[HeldAccreditation, ...], now: datetime) -> tuple[tuple[NeedLine, ...], ...]:
    """Return what is needed: of each group one line is enough, and every group is needed."""
    match need:
        case AllOf(parts):
            return tuple(group for part in parts for group in need_lines(part, own, now))
        case AnyOf(parts):
            alternatives = (line for part in parts for group in need_lines(part, own, now) for line in group)
            return (tuple(dict.fromkeys(alternatives)),)
        case MandateNeeded():
            return ((NeedLine(None),),)
        case AccreditationNeeded(kind, lists, columns):
            return ((NeedLine(kind, lists, columns, meets(need, own, now)),),)
