"""The way through the provider, from /authorize to the tool."""

from tests.support.sign_in import Browser
from tests.support.tools import Office


def test_person_signs_in_chooses_a_context_and_the_tool_gets_a_code(browser: Browser, office: Office) -> None:
    browser.authorize("atlas").sign_in().start(office.noord_atlas)

    assert set(browser.answer) == {"code", "state", "iss"}
