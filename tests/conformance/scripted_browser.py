"""Goes through the scripts that the suite's browser is given, on our real pages, without JavaScript.

As strict as the suite's: a task whose address does not fit and that is not optional fails, an element
that is not there fails, typing replaces what a field held.
"""

import re
from typing import Any

from tests.conformance.scripts import Script
from tests.support.sign_in import Browser


class ScriptFailed(AssertionError):
    """A script did not fit the page; the message says which task on which address."""


class ScriptedBrowser:
    """A browser at the provider that follows scripts; `kept` holds the pages kept for a reviewer."""

    def __init__(self, browser: Browser, issuer: str) -> None:
        self.browser = browser
        self.issuer = issuer
        self.kept: list[str] = []
        self._typed: dict[str, str] = {}

    @property
    def address(self) -> str:
        """Return where the browser is: at the provider, or at the foreign address it was sent to."""
        return self.browser.location or f"{self.issuer}{self.browser.url}"

    def visit(self, address: str, scripts: list[Script]) -> None:
        """Open an address of the provider and go through the first script that it fits and that is not used up."""
        script = next(one for one in scripts if fits(one["match"], address) and one.get("match-limit", 1) != 0)
        if "match-limit" in script:
            script["match-limit"] = int(str(script["match-limit"])) - 1
        self.browser.get(address.removeprefix(self.issuer))
        tasks: Any = script["tasks"]
        for task in tasks:
            if fits(task["match"], self.address):
                for command in task["commands"]:
                    self._do(*command)
            elif not task.get("optional"):
                raise ScriptFailed(f"{task['task']}: {self.address} does not fit {task['match']}")

    def _do(self, verb: str, how: str, target: str, *more: Any) -> None:
        if how != "id":
            raise ScriptFailed(f"an element is named by {how}, not by one of our ids")
        # Addresses of others are not ours to open: what the suite waits for there is on its own page.
        if self.browser.location is not None:
            return
        if self.browser.page.has(f"#{target}"):
            self._do_it(verb, target, *more)
        elif "optional" not in more:
            raise ScriptFailed(f"no #{target} at {self.address}: {self.browser.page.text[:500]}")

    def _do_it(self, verb: str, target: str, *more: Any) -> None:
        match verb:
            case "text":
                self._typed[target] = more[0]
            case "click":
                typed, self._typed = self._typed, {}
                self.browser.press(f"#{target}", **typed)
            case "wait" if len(more) > 1 and not re.search(more[1], self.browser.page.one(f"#{target}").text):
                raise ScriptFailed(f"#{target} at {self.address} does not show {more[1]}")
            case "wait":
                self.kept += [target] if len(more) > 2 else []
            case _:
                raise ScriptFailed(f"the suite knows no {verb}")


def fits(pattern: Any, address: str) -> bool:
    """Tell whether an address fits a pattern in which a star stands for anything."""
    return re.fullmatch(".*".join(re.escape(part) for part in str(pattern).split("*")), address, re.DOTALL) is not None
