"""On which pair of stores a test runs: both, unless what it is about needs only one of them.

Statements, transactions and stores are written in `core` and in the slices of the provider, whose tests run on
both. What goes through HTTP to the same statements once more runs on one pair; `docs/testing.md` says why which.
"""

import os

_ONLY_POSTGRES = (
    "tests/journeys/test_manual.py",
    "tests/clients/",
    "tests/idp/interaction/",
    "tests/idp/oidc/modules/",
    "tests/fuzz/",
)
_ONLY_SQLITE = ("tests/portal/", "tests/idp/docs/", "tests/idp/help/", "tests/idp/eid/")
_BOTH = (
    "tests/portal/test_rights_matrix.py",
    "tests/portal/api/test_races",
    "tests/portal/api/test_crashes.py",
    "tests/idp/interaction/test_crashes",
)
# Before a release everything runs on both.
_EVERYWHERE = os.environ.get("IMMO_TEST_ALL_PAIRS") == "1"


def pairs_of(path: str) -> frozenset[str]:
    """Return the pairs, `sqlite` and `postgres`, that a test file which meets a store runs on."""
    if _EVERYWHERE or path.startswith(_BOTH):
        return frozenset({"sqlite", "postgres"})
    if path.startswith(_ONLY_POSTGRES):
        return frozenset({"postgres"})
    return frozenset({"sqlite"} if path.startswith(_ONLY_SQLITE) else {"sqlite", "postgres"})
