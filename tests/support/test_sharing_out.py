"""Files are shared out by length, and one worker has the product."""

from typing import Any

import pytest

from tests.support.sharing_out import SharingOut

FILES = {
    "tests/core/test_many.py": 30,
    "tests/core/test_few.py": 2,
    "tests/development/test_run.py": 3,
    "tests/journeys/test_one.py": 5,
    "tests/clients/test_other.py": 9,
}


class Worker:
    """Notes which files it is given."""

    shutting_down = False

    def __init__(self) -> None:
        self.given: list[str] = []

    def send_runtest_some(self, numbers: list[int]) -> None:
        self.given.append(NAMES[numbers[0]].partition("::")[0])


NAMES = [f"{file}::test_{number}" for file, count in FILES.items() for number in range(count)]


class TwoWorkers:
    """What pytest was asked for."""

    def getvalue(self, _name: str) -> list[str]:
        return ["popen", "popen"]


@pytest.fixture
def sharing_out() -> Any:
    return SharingOut(TwoWorkers(), None)


def begin(sharing_out: Any, workers: list[Worker]) -> None:
    for file, count in FILES.items():
        sharing_out.workqueue[file] = {f"{file}::test_{number}": False for number in range(count)}
    for worker in workers:
        sharing_out.assigned_work[worker] = {}
        sharing_out.registered_collections[worker] = NAMES


def test_one_worker_takes_the_product_and_the_other_the_longest_first(sharing_out: Any) -> None:
    host, other = workers = [Worker(), Worker()]
    begin(sharing_out, workers)
    for worker in (host, other, host, other, other):
        sharing_out._assign_work_unit(worker)

    assert host.given == ["tests/clients/test_other.py", "tests/journeys/test_one.py"]
    assert other.given == ["tests/development/test_run.py", "tests/core/test_many.py", "tests/core/test_few.py"]


def test_nobody_waits_for_the_worker_that_has_the_product(sharing_out: Any) -> None:
    host, other = workers = [Worker(), Worker()]
    begin(sharing_out, workers)
    for worker in (host, *[other] * 4):
        sharing_out._assign_work_unit(worker)

    assert host.given == ["tests/clients/test_other.py"]
    assert other.given[-1] == "tests/journeys/test_one.py"
