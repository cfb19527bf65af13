"""The fixtures of every test: infrastructure only, data is built where it is tested."""

pytest_plugins = (
    "tests.support.mail",
    "tests.support.ground",
    "tests.support.product",
    "tests.support.chromium",
    "tests.support.running_product",
)
