"""Evidence decides a dispute: every pair of levels, and every ending."""

import pytest

from core.organisations.dispute_rules import Case, Evidence, Settlement, possible, settle
from core.organisations.errors import DisputeOver, EvidenceTooWeak
from core.organisations.states import DisputeState, EvidenceSource

BY_LEVEL = {0: None, 1: EvidenceSource.BANK_TRANSFER, 2: EvidenceSource.OFFICIAL_DOCUMENT}
# Claimant's level, holder's level → how it may end.
ENDINGS = {
    (0, 0): {Settlement.KEPT},
    (0, 1): {Settlement.KEPT},
    (0, 2): {Settlement.KEPT},
    (1, 0): {Settlement.TAKEN_OVER, Settlement.SHARED},
    (1, 1): {Settlement.KEPT, Settlement.TAKEN_OVER, Settlement.SHARED},
    (1, 2): {Settlement.KEPT, Settlement.SHARED},
    (2, 0): {Settlement.TAKEN_OVER, Settlement.SHARED},
    (2, 1): {Settlement.TAKEN_OVER, Settlement.SHARED},
    (2, 2): {Settlement.KEPT, Settlement.TAKEN_OVER, Settlement.SHARED},
}


def a_case(claimant: int, holder: int, *, known: int = 0, state: DisputeState = DisputeState.OPEN) -> Case:
    return Case(state, evidence(claimant), evidence(holder), known_level=known)


def evidence(level: int) -> Evidence | None:
    source = BY_LEVEL[level]
    return None if source is None else Evidence(source, "T-1")


def test_only_what_the_evidence_carries_is_possible() -> None:
    for (claimant, holder), endings in ENDINGS.items():
        # What was proven before the dispute counts as much as what is shown in it.
        for case in (a_case(claimant, holder), a_case(claimant, 0, known=holder)):
            assert {ending for ending in Settlement if possible(case, ending)} == endings
            for ending in set(Settlement) - endings:
                with pytest.raises(EvidenceTooWeak):
                    settle(case, ending)


def test_what_is_over_stays_over() -> None:
    for state in set(DisputeState) - {DisputeState.OPEN}:
        for ending in Settlement:
            with pytest.raises(DisputeOver):
                settle(a_case(2, 0, state=state), ending)


def test_each_source_proves_one_level() -> None:
    assert {source.level for source in EvidenceSource} == {1, 2}
    assert {settlement.state for settlement in Settlement} < set(DisputeState)
