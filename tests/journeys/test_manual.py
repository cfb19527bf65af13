"""The manual sentence by sentence (2.2.1 to 2.2.6), done in a real browser on a real database.

The sentences are told in our own words, in the order of the manual. Each is done in every language, with scripts and
without, on pages that the portal serves; what a manager does there, an employee and a stranger cannot.
"""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser
from playwright.sync_api import Error as PlaywrightError

from tests.journeys import manual_employees as employees
from tests.journeys import manual_organisations as organisations
from tests.journeys import manual_tools as tools
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
    ("2.2.4", "Nobody else finds anything.", organisations.a_stranger_finds_nothing),
    ("2.2.5 a", "The page shows all employees.", employees.the_list_shows_all_of_them),
    ("2.2.5 b", "The icon is orange, and leads to who waits.", employees.an_orange_icon_leads_to_those_who_wait),
    ("2.2.5 b", "First their data are checked, and changed.", employees.the_data_are_checked_first),
    ("2.2.5 b", "Then each tool: no user, unless a role is chosen.", employees.then_access_is_given),
    ("2.2.5 b", "What their accreditations do not allow is said.", employees.who_lacks_an_accreditation_is_marked),
    ("2.2.3", "Who is confirmed hears so by mail.", employees.confirmed_they_are_told_and_work_there),
    ("2.2.5 b", "Who is unwanted is blocked instead.", employees.somebody_unwanted_is_blocked_at_once),
    ("2.2.5 c", "Who has an account is found exactly.", employees.somebody_is_found_by_address_or_username),
    ("2.2.5 c", "Their profile is seen, their data are filled in.", employees.the_profile_is_seen_and_described),
    ("2.2.5 c", "Their access to tools comes last.", employees.their_access_is_chosen_last),
    ("2.2.5 d", "A button shows the details.", employees.details_are_one_click_away),
    ("2.2.5 a", "They are edited from there.", employees.a_manager_edits_them),
    ("2.2.5 e", "Blocking is asked first.", employees.blocking_asks_first),
    ("2.2.5 e", "A green button activates again.", employees.who_is_blocked_is_activated),
    ("2.2.5 f", "Deleting is asked first.", employees.deleting_asks_first),
    ("2.2.2", "A manager makes others managers.", employees.others_are_made_managers),
    ("2.2.5", "Employees edit their own contact data.", employees.an_employee_edits_their_own_contact),
    ("2.2.2", "All else is a manager's.", employees.an_employee_is_told_who_manages_the_others),
    ("2.2.5", "A stranger finds nobody.", employees.a_stranger_finds_no_employee),
    ("2.2.6", "All tools: blue to start, black to register.", tools.all_tools_are_shown_with_what_can_be_done),
    ("2.2.6 a", "For whom, then how.", tools.registering_asks_for_whom_and_how),
    ("2.2.6 a", "Then one's accreditations are judged.", tools.who_lacks_an_accreditation_cannot_register),
    ("1.2.5 d", "Without the terms nothing is registered.", tools.the_terms_come_before_the_registration),
    ("2.2.6 b", "Details tell more, and where support is.", tools.details_tell_of_the_tool_and_its_support),
    ("2.2.6 b", "A tab for each way of using it.", tools.tabs_tell_what_each_capacity_needs),
    ("2.2.6 c", "Each employee has one of four states.", tools.the_table_has_everybodys_state),
    ("2.2.6 c", "Roles are given, access is blocked.", tools.access_is_given_and_blocked),
    ("2.2.6 c", "It counts once it is saved.", tools.nothing_counts_before_it_is_saved),
    ("2.2.6 d", "Another accreditation can be chosen.", tools.another_accreditation_is_chosen),
    ("2.2.6 d", "Its holder accepts.", tools.its_holder_accepts),
    ("2.2.6", "An employee uses tools, and asks.", tools.an_employee_uses_tools_and_asks),
    ("2.2.6", "A stranger finds no tool.", tools.a_stranger_finds_no_tool),
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
