"""Every action that the product records has a sentence at the helpdesk."""

from idp.admin.people import OPERATIONS as OFFERED
from portal.helpdesk.sentences import OPERATIONS, SENTENCES
from portal.staff_words import ACTS
from tests.support.audit_actions import recorded_actions


def test_every_action_has_a_sentence() -> None:
    missing = set(recorded_actions()) - set(SENTENCES)
    assert missing == set()


def test_every_operation_of_the_providers_interface_for_people_has_a_sentence() -> None:
    changing = {operation.name for operation in OFFERED if operation.changes and operation.second_person is None}
    assert set(OPERATIONS) == changing
    assert all(operation.second_person.name in ACTS for operation in OFFERED if operation.second_person is not None)
