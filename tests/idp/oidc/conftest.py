"""What the tests of the protocol endpoints share."""

import pytest
from flask.testing import FlaskClient

from idp.wiring import Services
from tests.support.grants import an_application


@pytest.fixture
def endpoints(services: Services) -> FlaskClient:
    """Return a browserless caller of the token-like endpoints."""
    return an_application(services).test_client()
