"""What docs/specifications.md names exists, and nothing of the protocol is missing from it."""

import ast
import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parent.parent
_TEXT = (ROOT / "docs" / "specifications.md").read_text(encoding="utf-8")
_NAMED = re.compile(r"`([\w/]+\.py)(?:::(\w+))?`")
_REFERENCES = tuple(_NAMED.findall(_TEXT))


@cache
def _tests_of(path: str) -> frozenset[str]:
    module = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    return frozenset(node.name for node in module.body if isinstance(node, ast.FunctionDef))


def _promises() -> Iterable[list[str]]:
    """Return the rows of the tables up to what is not met, without their heads."""
    for line in _TEXT.partition("## Not met")[0].splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if line.startswith("|") and not line.startswith("|---") and cells[-1] != "shown by":
            yield cells


def test_every_module_and_test_that_is_named_exists() -> None:
    assert len(_REFERENCES) > 100

    missing = [
        f"{path}::{test}"
        for path, test in _REFERENCES
        if not (ROOT / path).is_file() or (test and test not in _tests_of(path))
    ]
    assert missing == []


def test_every_requirement_names_where_it_is_and_what_shows_it() -> None:
    for row in _promises():
        implemented, shown = _NAMED.findall(row[-2]), _NAMED.findall(row[-1])
        assert implemented and not any(path.startswith("tests/") for path, _ in implemented), row
        assert shown and all(path.startswith("tests/") and test for path, test in shown), row


def test_no_part_of_the_protocol_is_missing() -> None:
    named = {path for path, _ in _REFERENCES}
    folders = ("idp/oidc/checks", "idp/oidc/grants", "idp/oidc/tokens", "tests/idp/oidc/modules")
    parts = {str(path.relative_to(ROOT)) for folder in folders for path in (ROOT / folder).glob("*.py")}
    endpoints = {
        str(path.relative_to(ROOT))
        for path in (ROOT / "idp" / "oidc").glob("*.py")
        if "ENDPOINTS = (" in path.read_text(encoding="utf-8")
    }

    expected = {path for path in parts | endpoints if not path.endswith(("__init__.py", "conftest.py"))}
    assert expected - named == set()
