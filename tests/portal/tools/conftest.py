"""An office and its tools, as managers and employees see them in the portal."""

import pytest

from tests.portal.conftest import Portal
from tests.portal.tools.world import World


@pytest.fixture
def world(portal: Portal) -> World:
    """Return the office with its tools."""
    return World(portal)
