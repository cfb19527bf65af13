"""The ground of what is fuzzed, with a listener to the log."""

import logging
from collections.abc import Iterator

import pytest
from flask import Flask

from idp.wiring import Services
from tests.fuzz.ground import Ground, Log


@pytest.fixture
def ground(services: Services, idp_app: Flask) -> Iterator[Ground]:
    """Yield a provider with everything that could leak; whatever it logs is heard."""
    root, log = logging.getLogger(), Log()
    level = root.level
    root.addHandler(log)
    root.setLevel(logging.INFO)
    yield Ground(services, idp_app, log)
    root.removeHandler(log)
    root.setLevel(level)
