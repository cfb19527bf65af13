"""The fixtures of every test: infrastructure only, data is built where it is tested."""

import gc
from collections.abc import Iterator

import pytest
from hypothesis import settings

from tests.support.databases import BACKEND, IS_POSTGRES
from tests.support.pairs import pairs_of

# How long an example takes says nothing on a machine that does other work as well.
settings.register_profile("suite", deadline=None, print_blob=True)
settings.load_profile("suite")

pytest_plugins = (
    "tests.support.sharing_out",
    "tests.support.compiled_routes",
    "tests.support.known_answers",
    "tests.support.mail",
    "tests.support.ground",
    "tests.support.product",
    "tests.support.mortal",
    "tests.support.chromium",
    "tests.support.running_product",
    "tests.support.card_holder",
    "tests.support.eid_ground",
    "tests.support.pcsc",
    "tests.support.card_place",
)


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Iterator[None]:
    """Collect without looking for garbage, never look for it among what was collected, and later less often.

    A million objects come into being here and stay: to go through them again and again is half of the time.
    The tests themselves leave little that goes in circles.
    """
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.set_threshold(20_000, 10, 10)
        gc.enable()


# Whatever meets the pair of stores comes by one of these.
_MEETING_A_STORE = frozenset({"database_server", "store"})


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what concerns the other pair of stores: `make test` runs the suite on both.

    What meets no store at all (rules, pages as they are drawn, the tools of developers) would be the
    same test twice: it runs beside SQLite.
    """
    staying = [item for item in items if _concerns_this_pair(item)]
    if len(staying) < len(items):
        config.hook.pytest_deselected(items=[item for item in items if not _concerns_this_pair(item)])
        items[:] = staying


def _concerns_this_pair(item: pytest.Item) -> bool:
    marks = list(item.iter_markers("only_on"))
    if any(mark.args != (BACKEND,) for mark in marks):
        return False
    if _MEETING_A_STORE.isdisjoint(getattr(item, "fixturenames", _MEETING_A_STORE)):
        return not IS_POSTGRES
    return bool(marks) or BACKEND in pairs_of(item.nodeid)
