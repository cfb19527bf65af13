"""The wallet's interface with two offices and their tools."""

import pytest

from tests.portal.conftest import Portal
from tests.support.tool_calls import ToolDesk, a_tool_desk


@pytest.fixture
def desk(portal: Portal) -> ToolDesk:
    """Return the interface; each office has 10 EUR."""
    return a_tool_desk(portal.services, portal.provider, portal.browser())
