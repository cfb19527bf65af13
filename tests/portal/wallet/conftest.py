"""A wallet as those who may see it do: an office with a manager, and what was done with its money."""

import pytest

from tests.portal.conftest import Portal
from tests.portal.wallet.world import Office


@pytest.fixture
def office(portal: Portal) -> Office:
    """Return an office with an empty wallet."""
    return Office(portal)
