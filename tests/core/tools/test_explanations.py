import pytest

from core.people.assurance import Acr
from core.tools.context import Reason, ReasonCode
from core.tools.explanations import missing

LEAVES = [code for code in ReasonCode if code not in {ReasonCode.ALL_NEEDED, ReasonCode.ANY_NEEDED}]
LAPSED = Reason(ReasonCode.ACCREDITATION_LAPSED, "be.biv")
NOT_LENT = Reason(ReasonCode.MANDATE_MISSING)
NO_ROLE = Reason(ReasonCode.NO_ACCESS)


@pytest.mark.parametrize("code", LEAVES)
def test_every_reason_is_said_with_a_next_step(code: ReasonCode) -> None:
    [[cause]] = missing(Reason(code, "be.biv"))

    assert cause.text.endswith(".")
    assert cause.next_step.endswith(".")
    assert cause.subject == "be.biv"


def test_all_that_is_needed_is_listed_apart() -> None:
    groups = missing(Reason(ReasonCode.ALL_NEEDED, causes=(NO_ROLE, LAPSED)))

    assert [len(group) for group in groups] == [1, 1]


def test_alternatives_stand_together() -> None:
    either = Reason(ReasonCode.ANY_NEEDED, causes=(LAPSED, NOT_LENT))

    groups = missing(Reason(ReasonCode.ALL_NEEDED, causes=(NO_ROLE, either)))

    assert [len(group) for group in groups] == [1, 2]
    assert groups[1][0].subject == "be.biv"


def test_the_same_alternative_is_said_once() -> None:
    [group] = missing(Reason(ReasonCode.ANY_NEEDED, causes=(NOT_LENT, NOT_LENT)))

    assert len(group) == 1


@pytest.mark.parametrize("level", [Acr.SUBSTANTIAL, Acr.HIGH])
def test_level_that_only_the_card_reaches_is_explained_by_the_card(level: Acr) -> None:
    """Nobody is sent to set up a passkey that would not help."""
    [[cause]] = missing(Reason(ReasonCode.LOGIN_TOO_WEAK, level.value))
    [[of_passkey]] = missing(Reason(ReasonCode.LOGIN_TOO_WEAK, Acr.MFA.value))

    assert "identity card" in cause.text and "passkey" not in cause.text
    assert "passkey" in of_passkey.text
