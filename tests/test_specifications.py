"""docs/specifications.md is the one that is made, what it names exists, and nothing of the protocol is missing."""

import ast
import re
from functools import cache
from itertools import chain
from pathlib import Path

from development.specifications import DOCUMENT, groups, markdown, suite_plans

ROOT = Path(__file__).parent.parent
_REQUIREMENTS = [requirement for group in groups() for requirement in group.requirements]
_SHOWN = [test for requirement in _REQUIREMENTS for test in requirement.shown_by]
_STANDING = [test for plan in suite_plans() for tests in plan.modules.values() for test in tests]


@cache
def _tests_of(path: str) -> frozenset[str]:
    if not (ROOT / path).is_file():
        return frozenset()
    module = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    return frozenset(
        node.name for node in module.body if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    )


def test_the_document_is_the_one_that_is_made() -> None:
    written = DOCUMENT.read_text("utf-8")

    assert written == markdown(), "run `python -m development.specifications`"


def test_every_module_and_test_that_is_named_exists() -> None:
    named = set(chain.from_iterable(requirement.where for requirement in _REQUIREMENTS))
    assert len(named) > 100 < len(_SHOWN)

    assert [path for path in named if not (ROOT / path).is_file()] == []
    missing = [
        test for test in chain(_SHOWN, _STANDING) if test.partition("::")[2] not in _tests_of(test.partition("::")[0])
    ]
    assert missing == []


def test_every_requirement_names_where_it_is_and_what_shows_it() -> None:
    for requirement in _REQUIREMENTS:
        assert requirement.where and not any(path.startswith("tests/") for path in requirement.where), requirement
        assert requirement.shown_by, requirement
        assert all(re.fullmatch(r"tests/[\w/]+\.py::test_\w+", test) for test in requirement.shown_by), requirement


def test_every_module_of_the_suite_has_a_test() -> None:
    assert all(tests for plan in suite_plans() for tests in plan.modules.values())


def test_no_part_of_the_protocol_is_missing() -> None:
    named = set(chain.from_iterable(requirement.where for requirement in _REQUIREMENTS))
    folders = ("idp/oidc/checks", "idp/oidc/grants", "idp/oidc/tokens")
    parts = {str(path.relative_to(ROOT)) for folder in folders for path in (ROOT / folder).glob("*.py")}
    endpoints = {
        str(path.relative_to(ROOT))
        for path in (ROOT / "idp" / "oidc").glob("*.py")
        if "ENDPOINTS = (" in path.read_text(encoding="utf-8")
    }
    modules = {str(path.relative_to(ROOT)) for path in (ROOT / "tests/idp/oidc/modules").glob("test_*.py")}

    assert {path for path in parts | endpoints if not path.endswith("__init__.py")} - named == set()
    assert modules - {test.partition("::")[0] for test in chain(_SHOWN, _STANDING)} == set()
