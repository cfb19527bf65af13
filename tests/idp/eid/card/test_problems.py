from idp.eid.card.problems import Problem
from idp.eid.problems import EidProblem


def test_the_page_has_words_for_every_problem_of_the_agent() -> None:
    assert {problem.value for problem in Problem} <= {problem.value for problem in EidProblem}
