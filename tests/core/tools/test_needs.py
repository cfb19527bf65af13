from datetime import UTC, datetime

from core.accreditations.rules import AccreditationStatus, HeldAccreditation
from core.tools.needs import NeedLine, need_lines
from core.tools.requirements import NOTHING, AccreditationNeeded, AllOf, AnyOf, MandateNeeded

NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
AGENT = HeldAccreditation("acr_1", "be.biv", "tableau", "intermediary", AccreditationStatus.ACTIVE, None, None, NOW)


def test_nothing_is_needed_without_lines() -> None:
    assert need_lines(NOTHING, (), NOW) == ()


def test_alternatives_stand_in_one_group_and_what_is_needed_together_in_several() -> None:
    biv, surveyor = AccreditationNeeded("be.biv"), AccreditationNeeded("be.surveyor", columns=("sworn",))
    need = AllOf((AnyOf((biv, MandateNeeded())), surveyor))

    assert need_lines(need, (AGENT,), NOW) == (
        (NeedLine("be.biv", is_met=True), NeedLine(None)),
        (NeedLine("be.surveyor", (), ("sworn",), is_met=False),),
    )


def test_an_accreditation_counts_only_on_the_list_that_is_asked_for() -> None:
    ((on_list,),) = need_lines(AccreditationNeeded("be.biv", lists=("tableau",)), (AGENT,), NOW)
    ((elsewhere,),) = need_lines(AccreditationNeeded("be.biv", lists=("trainees",)), (AGENT,), NOW)

    assert (on_list.is_met, elsewhere.is_met) == (True, False)


def test_the_same_alternative_twice_is_one_line() -> None:
    biv = AccreditationNeeded("be.biv")

    assert need_lines(AnyOf((biv, biv)), (), NOW) == ((NeedLine("be.biv"),),)
