"""Deeds of the audit trail as lines of a page."""

from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext as _

from core.closing.staff_acts import KnownDeed, Trail
from portal.helpdesk.sentences import OPERATIONS, SENTENCES, UNKNOWN
from portal.helpdesk.words import CORRECTIONS
from portal.staff_words import ACTS, REASONS


@dataclass(frozen=True, slots=True)
class TrailLine:
    """One deed: what, who, whom, where, why; texts in the language of the page."""

    action: str
    text: str
    by: str
    whom: str
    organisation: str
    why: str
    at: datetime


def lines(trail: Trail) -> tuple[TrailLine, ...]:
    """Return the deeds of a trail as lines."""
    return tuple(map(_line, trail.deeds))


def _line(known: KnownDeed) -> TrailLine:
    deed = known.deed
    return TrailLine(
        action=deed.action,
        text=_text(known),
        by=_("Immo-Connect") if deed.actor_id is None else known.by or _("an account that is gone"),
        whom=(known.whom or "") if deed.subject_id != deed.actor_id else "",
        organisation=known.organisation or "",
        why=_why(known),
        at=deed.at,
    )


def _text(known: KnownDeed) -> str:
    deed = known.deed
    operation = OPERATIONS.get(str(deed.details.get("operation")))
    said = operation or SENTENCES.get(deed.action, UNKNOWN)
    sentence = _(said)
    act = ACTS.get(known.act or "")
    return sentence if act is None else f"{sentence} ({_(act)})"


def _why(known: KnownDeed) -> str:
    if known.reference is None and known.reason is None:
        return ""
    words = {
        **{word.value: label for word, label in REASONS.items()},
        **{word.value: label for word, label in CORRECTIONS.items()},
    }
    reason = _(words[known.reason]) if known.reason in words else known.reason or ""
    return " · ".join(part for part in (reason, known.reference) if part)
