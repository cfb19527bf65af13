"""On which pair of stores a test runs: both, unless what it is about needs only one of them.

Statements, transactions and stores are written in `core` and in the slices of the provider, whose tests run on
both. What goes through HTTP to the same statements once more runs on one pair; `docs/testing.md` says why which.
"""

import os

# By HTTP to what `core` and the slices do, or drawn by a browser: on what production has.
_ONLY_POSTGRES = (
    *("tests/clients/", "tests/fuzz/", "tests/idp/account/", "tests/idp/interaction/", "tests/idp/oidc/modules/"),
    *("tests/journeys/", "tests/idp/admin/", "tests/idp/credentials/test_account_import"),
    # Endpoints whose tests are about what is sent; what they store has tests of its own beside them.
    *(f"tests/idp/oidc/test_{name}" for name in ("bounded", "client_auth", "client_protection", "client_tls")),
    *(f"tests/idp/oidc/test_{name}" for name in ("introspect", "jarm", "mutual", "registration.", "request_object")),
    *(f"tests/idp/oidc/test_{name}" for name in ("new_password", "sender", "step_up", "token.", "userinfo")),
)
_ONLY_SQLITE = ("tests/portal/", "tests/idp/docs/", "tests/idp/help/", "tests/idp/eid/")
_BOTH = ("tests/portal/api/test_crashes.py", "tests/portal/api/test_races.py")
# Before a release everything runs on both.
_EVERYWHERE = os.environ.get("IMMO_TEST_ALL_PAIRS") == "1"


def pairs_of(path: str) -> frozenset[str]:
    """Return the pairs, `sqlite` and `postgres`, that a test file which meets a store runs on."""
    if _EVERYWHERE or path.startswith(_BOTH):
        return frozenset({"sqlite", "postgres"})
    if path.startswith(_ONLY_POSTGRES):
        return frozenset({"postgres"})
    return frozenset({"sqlite"} if path.startswith(_ONLY_SQLITE) else {"sqlite", "postgres"})
