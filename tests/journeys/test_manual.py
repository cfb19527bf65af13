"""The manual sentence by sentence (2.2.1 to 2.2.6), done in a real browser on a real database.

The sentences are told in our own words, in the order of the manual. Each is done in every language, with scripts and
without, on pages that the portal serves; what a manager does there, an employee and a stranger cannot.
"""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser
from playwright.sync_api import Error as PlaywrightError

from tests.journeys import manual_organisations as organisations
from tests.journeys.manual_office import Story, a_story
from tests.portal.conftest import Portal, portal, provider  # noqa: F401

SENTENCES: tuple[tuple[str, str, Callable[[Story], None]], ...] = (
    ("2.2.1", "The overview shows all organisations one belongs to.", organisations.all_mine_are_shown),
    ("2.2.1", "A link leads to the details of one.", organisations.a_card_leads_to_the_details),
    ("2.2.1", "Icons lead straight to its employees and its tools.", organisations.icons_lead_straight_to_a_part),
    ("2.2.1", "A red star marks those one manages.", organisations.a_red_star_marks_what_one_manages),
    ("2.2.3", "A button adds one; its company number is asked first.", organisations.the_number_is_asked_first),
    ("2.2.3", "One that is not here is created.", organisations.one_that_is_not_here_is_filled_in_and_added),
    ("2.2.2", "Who creates an organisation is its manager.", organisations.who_adds_one_manages_it),
    ("2.2.3", "One that is here is asked to join.", organisations.one_that_is_here_is_asked_to_join),
    ("2.2.3", "Its managers are named, and told by mail.", organisations.then_the_managers_are_named_and_told),
    ("2.2.3", "Until then its card is half transparent.", organisations.meanwhile_its_card_is_half_transparent),
    ("2.2.4", "The tab `Data` shows the data.", organisations.the_tab_shows_the_data),
    ("2.2.4", "A manager edits all four parts of them.", organisations.a_manager_edits_all_four_parts),
    ("2.2.4", "A logo and a cover photo can be added.", organisations.logo_and_cover_are_added_as_a_photo_is),
    ("2.2.4", "Only a manager edits.", organisations.an_employee_is_told_who_edits),
    ("2.2", "Nobody else finds anything.", organisations.a_stranger_finds_nothing),
)


@pytest.mark.parametrize(("language", "scripts"), [("nl", True), ("fr", False), ("en", True)])
def test_each_sentence_of_the_manual_can_be_done(
    portal: Portal,  # noqa: F811
    chromium: Browser,
    tmp_path: Path,
    language: str,
    scripts: bool,  # noqa: FBT001
) -> None:
    with a_story(portal, tmp_path, chromium, language=language, scripts=scripts) as story:
        for section, sentence, do in SENTENCES:
            try:
                do(story)
                story.check_languages()
            except (AssertionError, PlaywrightError) as error:
                error.add_note(f"{section}: {sentence}")
                raise
