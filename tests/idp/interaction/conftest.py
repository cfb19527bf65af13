"""The office and a browser at the provider."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import update

from core.people.rules import PersonStatus
from core.people.tables import PersonRow
from idp.wiring import Services
from tests.support.sign_in import Browser
from tests.support.tools import Office


@pytest.fixture
def office(made_office: Office, idp_app: object) -> Office:
    """Return the office with its tools and clients."""
    return made_office


@pytest.fixture
def browser(idp: Callable[[], FlaskClient], office: Office) -> Browser:
    """Return a browser that was never here before."""
    return Browser(idp())


@pytest.fixture
def stranger(idp: Callable[[], FlaskClient], office: Office) -> Browser:
    """Return a second browser, somebody else's."""
    return Browser(idp())


@pytest.fixture
def erase(services: Services) -> Callable[[str], None]:
    """Return what makes a person nobody, as anonymising will (A15)."""

    def anonymise(person_id: str) -> None:
        with services.database.transaction() as session:
            session.execute(update(PersonRow).where(PersonRow.id == person_id).values(status=PersonStatus.ANONYMISED))

    return anonymise
