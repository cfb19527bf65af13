"""The office and a browser at the provider."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from idp.wiring import Services
from tests.support.sign_in import Browser
from tests.support.tools import Office, an_office


@pytest.fixture
def office(services: Services, idp_app: object) -> Office:
    """Return the office with its tools and clients."""
    return an_office(services)


@pytest.fixture
def browser(idp: Callable[[], FlaskClient], office: Office) -> Browser:
    """Return a browser that was never here before."""
    return Browser(idp())
