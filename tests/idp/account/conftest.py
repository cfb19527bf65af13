"""The office, and browsers at the provider's account pages."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from tests.support.sign_in import Browser
from tests.support.tools import Office


@pytest.fixture
def office(made_office: Office, idp_app: object) -> Office:
    """Return the office with its tools and clients."""
    return made_office


@pytest.fixture
def new_browser(idp: Callable[[], FlaskClient], office: Office) -> Callable[[], Browser]:
    """Return a maker of browsers that were never here before."""
    return lambda: Browser(idp())


@pytest.fixture
def browser(new_browser: Callable[[], Browser]) -> Browser:
    """Return a browser that was never here before."""
    return new_browser()


@pytest.fixture
def stranger(new_browser: Callable[[], Browser]) -> Browser:
    """Return a second browser, somebody else's."""
    return new_browser()
