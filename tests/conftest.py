"""The fixtures of every test: infrastructure only, data is built where it is tested."""

import pytest
from hypothesis import settings

from tests.support.databases import BACKEND

# How long an example takes says nothing on a machine that does other work as well.
settings.register_profile("suite", deadline=None, print_blob=True)
settings.load_profile("suite")

pytest_plugins = (
    "tests.support.mail",
    "tests.support.ground",
    "tests.support.product",
    "tests.support.mortal",
    "tests.support.chromium",
    "tests.support.running_product",
)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what concerns the other pair of stores: `make test` runs the suite on both."""
    elsewhere = [item for item in items if any(mark.args != (BACKEND,) for mark in item.iter_markers("only_on"))]
    if elsewhere:
        config.hook.pytest_deselected(items=elsewhere)
        items[:] = [item for item in items if item not in elsewhere]
