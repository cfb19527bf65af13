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
_OPTIONS = {"runOnly": {"type": "tag", "values": _RULES}, "resultTypes": ["violations"], "preload": False}


def violations(page: Page) -> list[str]:
    """Return one line for each element of the page that breaks a rule of WCAG 2.2 AA."""
    page.evaluate(_axe())
    found: dict[str, Any] = page.evaluate("options => axe.run(document, options)", _OPTIONS)
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
