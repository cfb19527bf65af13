"""Which worker of pytest-xdist runs which file: what takes longest begins first, and one worker starts the product.

Each worker that meets a test of the whole product starts its own, which takes two cores several seconds; so the first
worker takes all files of such tests, and others help only once nothing else is left.
"""

from typing import Any

import pytest
from xdist.scheduler import LoadFileScheduling  # type: ignore[import-untyped]
from xdist.workermanage import WorkerController  # type: ignore[import-untyped]

_OF_THE_PRODUCT = ("tests/journeys/", "tests/clients/")
# About how long a file takes. Only files that take long for the number of their tests are named, and nothing
# but the length of the run depends on it: a figure that is wrong by half does no harm.
_SECONDS = {
    "tests/idp/pages/test_accessible_first_half.py": 75,
    "tests/idp/pages/test_accessible_second_half.py": 75,
    "tests/development/test_run.py": 60,
    "tests/idp/account/test_erasure_crashes.py": 40,
    "tests/idp/account/test_security_crashes.py": 30,
    "tests/idp/pages/test_web_eid.py": 40,
    "tests/idp/oidc/modules/test_oidcc_basic.py": 35,
    "tests/idp/eid/card/test_plastic_cards.py": 28,
    "tests/idp/account/test_profile.py": 26,
    "tests/idp/account/test_profile_in_browser.py": 26,
    "tests/core/infra/store/test_conformance.py": 25,
    "tests/idp/oidc/test_races.py": 22,
    "tests/idp/oidc/test_new_password.py": 22,
    "tests/idp/interaction/test_crashes_entering.py": 22,
    "tests/fuzz/test_endpoints.py": 21,
    "tests/idp/pages/test_eid_dialogue.py": 20,
    "tests/idp/credentials/test_account_import.py": 19,
    "tests/idp/interaction/test_crashes.py": 17,
    "tests/idp/eid/card/test_watcher.py": 15,
    "tests/conformance/test_rotation.py": 13,
    "tests/core/infra/test_outbox_crashes.py": 13,
    "tests/idp/interaction/test_register_in_browser.py": 12,
    "tests/idp/test_jobs.py": 12,
    "tests/idp/help/test_contact_in_browser.py": 10,
}
_SECONDS_OF_A_TEST = 0.15


class SharingOut(LoadFileScheduling):  # type: ignore[misc]
    """Gives a worker the longest file that is left for it."""

    _host: WorkerController | None = None

    def _assign_work_unit(self, node: WorkerController) -> None:
        if self._host not in self.assigned_work:
            self._host = node
        left = [name for name in self.workqueue if name.startswith(_OF_THE_PRODUCT) is (node is self._host)]
        self.workqueue.move_to_end(max(left or self.workqueue, key=self._seconds), last=False)
        super()._assign_work_unit(node)

    def _seconds(self, name: str) -> float:
        return _SECONDS.get(name, _SECONDS_OF_A_TEST * len(self.workqueue[name]))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> SharingOut | None:
    """Share files out in this order where they are shared out by files."""
    return SharingOut(config, log) if config.getoption("dist") == "loadfile" else None
