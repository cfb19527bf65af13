import pytest

from core.infra.localised import Localised
from core.tools.catalogue import UsageFacts
from core.tools.forms import NOT_ACCEPTED, OTHER_VERSION, AcceptedTerms, accepted_terms
from core.tools.requirements import Requirement

NAME = Localised("x", "x", "x")


def usage(terms: str | None) -> UsageFacts:
    return UsageFacts("surveyor", NAME, "user", Requirement(terms=terms), terms, terms and "https://tool.example/terms")


def test_a_usage_without_terms_asks_for_nothing() -> None:
    assert accepted_terms({}, usage(None)).value == AcceptedTerms(None)


def test_what_is_accepted_is_the_version_that_was_shown() -> None:
    form = accepted_terms({"accept-tool-terms": "yes", "terms-version": "v2"}, usage("v2"))

    assert form.value == AcceptedTerms("v2")


@pytest.mark.parametrize(
    ("sent", "message"),
    [
        ({"terms-version": "v2"}, NOT_ACCEPTED),
        ({"terms-version": "v2", "accept-tool-terms": "no"}, NOT_ACCEPTED),
        ({"terms-version": "v1", "accept-tool-terms": "yes"}, OTHER_VERSION),
        ({"accept-tool-terms": "yes"}, OTHER_VERSION),
        ({}, OTHER_VERSION),
    ],
)
def test_terms_in_another_version_or_not_accepted_are_said_at_the_box(sent: dict[str, str], message: str) -> None:
    form = accepted_terms(sent, usage("v2"))

    assert form.value is None
    assert [(wrong.field, wrong.message) for wrong in form.wrong] == [("accept-tool-terms", message)]
