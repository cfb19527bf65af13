"""A manager chooses how to hear of what happens in an organisation (O14)."""

import pytest

from core.organisations import notices
from core.organisations.states import Notices
from tests.portal.organisations.conftest import World


@pytest.mark.parametrize("chosen", list(Notices))
def test_the_choice_is_kept_and_shown_again(world: World, chosen: Notices) -> None:
    anna = world.of("anna")

    after = anna.submit(anna.get(f"{world.url}/notices"), "#save-notices", notices=chosen.value)

    assert after.headers["Location"] == f"{world.url}?done=saved"
    with world.portal.services.database.reading() as session:
        assert notices.choice_of(session, world.id, world.people["anna"]) is chosen
    assert "checked" in anna.get(f"{world.url}/notices").one(f"#notices-{chosen.value}").attributes


def test_nothing_is_chosen_that_does_not_exist(world: World) -> None:
    anna = world.of("anna")

    page = anna.submit(anna.get(f"{world.url}/notices"), "#save-notices", notices="never")

    assert page.status == 422
    with world.portal.services.database.reading() as session:
        assert notices.choice_of(session, world.id, world.people["anna"]) is Notices.AT_ONCE
