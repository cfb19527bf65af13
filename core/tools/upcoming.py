"""What usages will need from a day that has not come yet."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.tools import requirements
from core.tools.identifiers import ToolId
from core.tools.requirements import Requirement
from core.tools.tables import RequirementRow, TermsRow


@dataclass(frozen=True, slots=True)
class Upcoming:
    """The next version of what a usage needs; `terms_url` where it names terms."""

    usage: str
    version: int
    applies_from: datetime
    requirement: Requirement
    terms_url: str | None

    @property
    def terms(self) -> str | None:
        """Return the version of the terms that will be needed."""
        return self.requirement.terms


def upcoming_requirements(session: Session, tool_id: ToolId, *, now: datetime) -> Mapping[str, Upcoming]:
    """Return by usage the next version that will count, where one is set; two statements."""
    rows = session.scalars(
        select(RequirementRow)
        .where(RequirementRow.tool_id == tool_id, RequirementRow.applies_from > now)
        .order_by(RequirementRow.version.desc())
    ).all()
    terms = session.execute(select(TermsRow.version, TermsRow.url).where(TermsRow.tool_id == tool_id)).all()
    urls = {row.version: row.url for row in terms}
    found: dict[str, Upcoming] = {}
    # The one that counts next is the earliest; of two for the same moment the later version.
    for row in sorted(rows, key=lambda row: row.applies_from):
        needed = requirements.parse(row.requirement)
        known = Upcoming(row.usage, row.version, row.applies_from, needed, urls.get(needed.terms or ""))
        found.setdefault(row.usage, known)
    return found
