"""The fixtures of every test: infrastructure only, data is built where it is tested."""

from hypothesis import settings

# How long an example takes says nothing on a machine that does other work as well.
settings.register_profile("suite", deadline=None, print_blob=True)
settings.load_profile("suite")

pytest_plugins = (
    "tests.support.mail",
    "tests.support.ground",
    "tests.support.product",
    "tests.support.chromium",
    "tests.support.running_product",
)
