"""What the outcome of a module is worth: good, for a person to look at, or bad; and why.

The lists beside this file hold what is known: `expected_failures.json` the conditions that may fail
or warn (the aim is none), `expected_skips.json` the modules that the suite leaves out by its own
rules. An entry that does not come true is a failure too, so that the lists never outlive their reason.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from tests.conformance.suite import Module, Progress

_FOLDER = Path(__file__).parent
_BAD = frozenset({"FAILURE", "WARNING"})


class Verdict(StrEnum):
    """What a module's outcome is worth."""

    PASSED = "passed"
    # The suite itself leaves the judgement of a page to a person.
    REVIEW = "to be reviewed"
    SKIPPED = "skipped as expected"
    FAILED = "FAILED"


@dataclass(frozen=True, slots=True)
class Expected:
    """One condition that may fail: where, which, how (`FAILURE` or `WARNING`), and why."""

    plan: str
    module: str
    condition: str
    result: str
    reason: str

    def fits(self, plan: str, module: Module, entry: Mapping[str, Any]) -> bool:
        """Tell whether this is the entry of a log that is expected."""
        return self.concerns(plan, module) and (self.condition, self.result) == (entry.get("src"), entry.get("result"))

    def concerns(self, plan: str, module: Module) -> bool:
        """Tell whether it speaks of this module of this plan; either may be a pattern."""
        return fnmatchcase(plan, self.plan) and fnmatchcase(module.name, self.module)


@dataclass(frozen=True, slots=True)
class Skip:
    """A module that the suite leaves out, and why that is right."""

    plan: str
    module: str
    reason: str


@dataclass(frozen=True, slots=True)
class Expectations:
    """Everything that is known beforehand."""

    failures: tuple[Expected, ...] = ()
    skips: tuple[Skip, ...] = ()

    @classmethod
    def read(cls) -> "Expectations":
        """Return what the lists beside this file say."""
        failures = json.loads((_FOLDER / "expected_failures.json").read_text("utf-8"))
        skips = json.loads((_FOLDER / "expected_skips.json").read_text("utf-8"))
        return cls(tuple(Expected(**entry) for entry in failures), tuple(Skip(**entry) for entry in skips))


@dataclass(frozen=True, slots=True)
class Outcome:
    """A module's verdict, and the reasons of one that is bad."""

    module: Module
    verdict: Verdict
    reasons: tuple[str, ...] = ()


def judge(
    plan: str, module: Module, progress: Progress, log: Sequence[Mapping[str, Any]], expectations: Expectations
) -> Outcome:
    """Return the verdict about a module that ended, or did not."""
    if progress.status != "FINISHED":
        return Outcome(module, Verdict.FAILED, (f"it is {progress.status}", *_told(_bad(log))))
    if progress.result == "SKIPPED":
        is_known = any(fnmatchcase(plan, skip.plan) and skip.module == module.name for skip in expectations.skips)
        return Outcome(module, Verdict.SKIPPED if is_known else Verdict.FAILED, () if is_known else ("it was skipped",))
    known = [expected for expected in expectations.failures if expected.concerns(plan, module)]
    unknown = [entry for entry in _bad(log) if not any(one.fits(plan, module, entry) for one in known)]
    idle = [one for one in known if not any(one.fits(plan, module, entry) for entry in log)]
    reasons = (*_told(unknown), *(f"{one.condition}: expected {one.result}, and did not come" for one in idle))
    if progress.result not in {"PASSED", "REVIEW", "WARNING", "FAILED"}:
        reasons = (f"its result is {progress.result}", *reasons)
    elif progress.result in {"WARNING", "FAILED"} and not known:
        reasons = reasons or (f"its result is {progress.result}",)
    if reasons:
        return Outcome(module, Verdict.FAILED, reasons)
    return Outcome(module, Verdict.REVIEW if progress.result == "REVIEW" else Verdict.PASSED)


def _bad(log: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    return [entry for entry in log if entry.get("result") in _BAD]


def _told(entries: Iterable[Mapping[str, Any]]) -> tuple[str, ...]:
    return tuple(f"{entry['result']} {entry.get('src')}: {entry.get('msg')}" for entry in entries)
