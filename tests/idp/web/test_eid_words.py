"""Each problem with a card has words and one next step, in the live dialogue as on its own page (E4, eid.md 8)."""

import pytest

from idp.eid.card.problems import Problem
from idp.eid.problems import EidProblem
from idp.web.eid_next_step import NextStep
from idp.web.eid_words import WORDS
from idp.web.eid_words_checked import CHECKED

# What nobody but the person's municipality, the helpdesk or another card can mend is not tried again.
_LASTING = (
    EidProblem.CERTIFICATE_EXPIRED,
    EidProblem.CERTIFICATE_MISSING,
    EidProblem.CERTIFICATE_REVOKED,
    EidProblem.DOCUMENT_EXPIRED,
    EidProblem.ISSUER_UNKNOWN,
    EidProblem.LINKED_TO_OTHER_ACCOUNT,
    EidProblem.NOT_LINKED,
    EidProblem.PIN_BLOCKED,
    EidProblem.WEAK_ALGORITHM,
)


def test_every_problem_has_words() -> None:
    assert set(WORDS) == set(EidProblem)


def test_what_the_agent_says_is_among_them() -> None:
    assert {problem.value for problem in Problem} <= {problem.value for problem in EidProblem}


@pytest.mark.parametrize("problem", EidProblem)
def test_each_says_something_of_its_own_and_blames_nobody(problem: EidProblem) -> None:
    words = WORDS[problem]

    assert [other for other, said in WORDS.items() if said.title == words.title] == [problem]
    assert [other for other, said in WORDS.items() if said.text == words.text] == [problem]
    assert not {"!", "error", "invalid", "illegal"} & set(
        f"{words.title} {words.text}".lower().replace(".", " ").split()
    )


@pytest.mark.parametrize("problem", EidProblem)
def test_button_has_a_label_wherever_the_page_has_none(problem: EidProblem) -> None:
    words = WORDS[problem]
    is_named_by_page = words.next_step in {NextStep.OTHER_WAY, NextStep.HELPDESK}

    assert (words.label is None) == is_named_by_page


@pytest.mark.parametrize("problem", _LASTING)
def test_what_lasts_is_not_tried_again(problem: EidProblem) -> None:
    assert WORDS[problem].next_step in {NextStep.OTHER_WAY, NextStep.HELPDESK}


def test_revocation_that_nobody_answers_for_is_no_fault_of_the_card() -> None:
    words = WORDS[EidProblem.REVOCATION_UNAVAILABLE]

    assert words.next_step is NextStep.AGAIN
    assert "Nothing is wrong with your card" in words.text


def test_words_of_the_server_are_those_that_it_refuses_with() -> None:
    at_the_user = {EidProblem(problem.value) for problem in Problem}

    assert not set(CHECKED) & at_the_user
