"""What runs the command line against the database and the store of a test."""

from collections.abc import Callable

import pytest
from click.testing import CliRunner, Result

from idp.cli.main import main
from idp.wiring import Services
from tests.support.databases import IS_POSTGRES

Command = Callable[..., Result]


@pytest.fixture
def command(services: Services, database_url: str, request: pytest.FixtureRequest) -> Command:
    """Return what runs `idp` on the database and the store of this test; settings may be given by name."""
    settings = services.settings
    environment = {
        "IMMO_MODE": "test",
        "IMMO_ISSUER": settings.issuer,
        "IMMO_PORTAL_URL": settings.portal_url,
        "IMMO_DATABASE_URL": database_url,
        "IMMO_STORE_PATH": str(settings.store_path),
        "IMMO_KEYS_DIRECTORY": str(settings.keys_directory),
        "IMMO_LOG_LEVEL": "ERROR",
    }
    if IS_POSTGRES:
        environment["IMMO_REDIS_URL"] = request.getfixturevalue("redis_url")

    def run(*arguments: str, **changed: str) -> Result:
        return CliRunner(env={**environment, **changed}).invoke(main, arguments)

    return run
