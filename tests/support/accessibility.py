"""What axe says about a page in a real browser."""

import subprocess
from functools import cache
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

from development.programs import NPM, require

_FOLDER = Path(__file__).parent / "axe"
_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# What passed is not gathered, and no style sheet fetched a second time: no rule of these needs it.
_BRIEFLY = {"resultTypes": ["violations"], "preload": False}
_ALL = {"runOnly": {"type": "tag", "values": _RULES}, **_BRIEFLY}
# What colours and the size of the window can change; all else is the same page.
_LOOKS = ["color-contrast", "link-in-text-block", "scrollable-region-focusable", "target-size"]
_APPEARANCE = {"runOnly": {"type": "rule", "values": _LOOKS}, **_BRIEFLY}


def violations(page: Page, *, of_appearance_alone: bool = False) -> list[str]:
    """Return one line for each element of the page that breaks a rule of WCAG 2.2 AA.

    For a page that was judged whole already in other colours, its appearance may be enough.
    """
    if not page.evaluate("'axe' in window"):
        page.evaluate(_axe())
    found: dict[str, Any] = page.evaluate(
        "options => axe.run(document, options)", _APPEARANCE if of_appearance_alone else _ALL
    )
    return [
        f"{violation['id']}: {node['target']} {node['failureSummary']}"
        for violation in found["violations"]
        for node in violation["nodes"]
    ]


@cache
def _axe() -> str:
    source = _FOLDER / "node_modules" / "axe-core" / "axe.min.js"
    if not source.exists():
        subprocess.run([require(NPM), "ci", "--no-audit", "--no-fund"], cwd=_FOLDER, check=True, capture_output=True)
    return source.read_text("utf-8")
