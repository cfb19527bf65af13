"""How a dispute about an organisation may end: evidence decides, and never the time that passed. Pure.

An organisation that was only claimed loses against any proof (`organisations.md`, levels of evidence).
"""

from dataclasses import dataclass
from enum import StrEnum

from core.organisations.errors import DisputeOver, EvidenceTooWeak
from core.organisations.states import DisputeState, EvidenceSource


class Side(StrEnum):
    """Who brings evidence: whoever claims the organisation, or those who manage it."""

    CLAIMANT = "claimant"
    HOLDER = "holder"


class Settlement(StrEnum):
    """What two people of the helpdesk may decide; the values are those of `DisputeState`."""

    KEPT = "kept"
    TAKEN_OVER = "taken-over"
    SHARED = "shared"

    @property
    def state(self) -> DisputeState:
        """Return the state in which the dispute then is."""
        return DisputeState(self.value)

    @property
    def appoints_claimant(self) -> bool:
        """Tell whether the claimant becomes a manager."""
        return self is not Settlement.KEPT


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the helpdesk has seen of one side, and where it is on file."""

    source: EvidenceSource
    reference: str


@dataclass(frozen=True, slots=True)
class Case:
    """A dispute as it is decided about; `known_level` is what the organisation had proven before it."""

    state: DisputeState
    claimant: Evidence | None
    holder: Evidence | None
    known_level: int

    @property
    def claimant_level(self) -> int:
        """Return what the claimant has proven: 0 nothing, 1 confirmed, 2 represents the company."""
        return 0 if self.claimant is None else self.claimant.source.level

    @property
    def holder_level(self) -> int:
        """Return what those who manage it have proven, now or earlier."""
        return max(self.known_level, 0 if self.holder is None else self.holder.source.level)


def settle(case: Case, settlement: Settlement) -> None:
    """Raise unless the dispute may end so.

    `DisputeOver` where it did already. `EvidenceTooWeak` where the organisation would be kept against
    better evidence, taken over on weaker or none, or shared with somebody who has proven nothing.
    """
    if case.state is not DisputeState.OPEN:
        raise DisputeOver(state=case.state.value)
    if not possible(case, settlement):
        raise EvidenceTooWeak(claimant=case.claimant_level, holder=case.holder_level)


def possible(case: Case, settlement: Settlement) -> bool:
    """Tell whether the evidence carries an ending; with equal evidence two people of ours weigh it."""
    match settlement:
        case Settlement.KEPT:
            return case.claimant_level <= case.holder_level
        case Settlement.TAKEN_OVER:
            return case.claimant_level >= max(1, case.holder_level)
        case Settlement.SHARED:
            return case.claimant_level >= 1
