"""The staff's interface with people of each role."""

import pytest

from idp.wiring import Services
from tests.support.staff import StaffDesk, a_staff_desk


@pytest.fixture
def desk(services: Services) -> StaffDesk:
    """Return the provider, its staff, and what calls it for them."""
    return a_staff_desk(services)
