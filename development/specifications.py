"""Writes `docs/specifications.md`: what we promise, where it is implemented, which test shows it.

The promises are the files of `docs/specifications/`, a group each; the files of `docs/specifications/suite/`
say which test of ours stands for which module of the conformance suite. After a change of either:

    python -m development.specifications
"""

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
DOCUMENT = ROOT / "docs" / "specifications.md"
_DATA = ROOT / "docs" / "specifications"

_HEAD = """# Specifications

Made from `docs/specifications/`; do not edit, run `python -m development.specifications`.

What we promise, where it is implemented, and which test shows it. `tests/test_specifications.py` asserts that this
file is the one that is made, that every module and test named here exists, and that no check, grant, token, endpoint
or test named after a module of the conformance suite is missing. A requirement that changes, changes there in the
same commit.

Tests in `tests/idp/oidc/modules` bear the names of the modules of the OpenID Foundation's conformance suite. They
register a client, know us from discovery alone, and judge every answer as the suite does. What none of the plans
asks stands in the tests beside.
"""


class BadData(ValueError):
    """A file of the data cannot be read; the message says which and why."""


@dataclass(frozen=True, slots=True)
class Requirement:
    """One promise: the specification or section it is `of`, where it is implemented, what shows it."""

    says: str
    where: tuple[str, ...]
    shown_by: tuple[str, ...]
    of: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """The promises of one specification or subject, in the order of its file."""

    title: str
    requirements: tuple[Requirement, ...]
    unmet: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class SuitePlan:
    """A plan of the conformance suite: for each of its modules the tests that stand for it."""

    title: str
    modules: Mapping[str, tuple[str, ...]]


def groups() -> tuple[Group, ...]:
    """Return every group; raise `BadData` for a file that is not as it must be."""
    return tuple(_group(path) for path in sorted(_DATA.glob("*.toml")))


def suite_plans() -> tuple[SuitePlan, ...]:
    """Return the plans of the conformance suite; raise `BadData` for a file that is not as it must be."""
    return tuple(_suite_plan(path) for path in sorted(_DATA.glob("suite/*.toml")))


def markdown() -> str:
    """Return the document."""
    return "\n".join([_HEAD, *_promises(), *_modules(), *_unmet()])


def _promises() -> Iterator[str]:
    for group in groups():
        if group.requirements:
            yield f"## {group.title}\n"
            rows = ((one.of, one.says, _code(one.where), _code(one.shown_by)) for one in group.requirements)
            yield from _table(("of", "requirement", "implemented in", "shown by"), rows)


def _modules() -> Iterator[str]:
    for plan in suite_plans():
        yield f"## Modules of the conformance suite: {plan.title}\n"
        rows = ((f"`{name}`", _code(tests)) for name, tests in plan.modules.items())
        yield from _table(("module", "our test"), rows)


def _unmet() -> Iterator[str]:
    for group in groups():
        if group.unmet:
            yield f"## {group.title}\n"
            yield from _table(("what", "why"), group.unmet)


def _table(heads: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    yield f"| {' | '.join(heads)} |"
    yield "|" + "---|" * len(heads)
    for row in rows:
        yield f"| {' | '.join(row)} |"
    yield ""


def _code(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _group(path: Path) -> Group:
    members = _read(path)
    try:
        requirements = tuple(_requirement(entry) for entry in members.get("requirement", ()))
        unmet = tuple((str(entry["what"]), str(entry["why"])) for entry in members.get("unmet", ()))
        return Group(str(members["title"]), requirements, unmet)
    except (KeyError, TypeError) as error:
        raise BadData(f"{path.name}: {error}") from error


def _requirement(entry: dict[str, Any]) -> Requirement:
    unknown = entry.keys() - {"of", "says", "where", "shown_by"}
    if unknown:
        raise TypeError(f"unknown members {unknown}")
    return Requirement(entry["says"], tuple(entry["where"]), tuple(entry["shown_by"]), entry.get("of", ""))


def _suite_plan(path: Path) -> SuitePlan:
    members = _read(path)
    try:
        title, folder, modules = str(members["title"]), str(members["tests"]), members["modules"].items()
    except KeyError as error:
        raise BadData(f"{path.name}: {error}") from error
    return SuitePlan(title, {name: tuple(f"{folder}/{test}" for test in tests) for name, tests in modules})


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise BadData(f"{path.name}: {error}") from error


if __name__ == "__main__":
    DOCUMENT.write_text(markdown(), "utf-8")
