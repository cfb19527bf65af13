"""Reads variables one by one, remembers what each means, and collects what is wrong with them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from core.infra import setting_parsers as parsers

T = TypeVar("T")

# Read by the tests and by the conformance client, not by the product.
_OUTSIDE = frozenset({"IMMO_CONFORMANCE_SUITE", "IMMO_CONFORMANCE_TOKEN", "IMMO_TEST_BACKEND"})


@dataclass(frozen=True, slots=True)
class Setting:
    """One variable as the operator sees it: name, meaning, default, value in force (masked)."""

    name: str
    meaning: str
    default: str | None
    value: str


class Reader:
    """Reads variables one by one and collects what is wrong with them."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = environment
        self._problems: dict[str, str] = {}
        self.listing: list[Setting] = []

    @property
    def problems(self) -> tuple[str, ...]:
        """Return what is wrong, one line for each variable."""
        return tuple(f"{name}: {problem}" for name, problem in self._problems.items())

    def refuse(self, name: str, problem: str) -> None:
        """Note a problem; the first one of a variable counts, the rest may only follow from it."""
        self._problems.setdefault(name, problem)

    def read(self, name: str, meaning: str, parse: Callable[[str], T], *, default: str, secret: bool = False) -> T:
        """Return the parsed variable, or its parsed default when it is absent, empty or bad."""
        found = self._read(name, meaning, parse, default=default, secret=secret)
        return parse(default) if found is None else found

    def read_optional(self, name: str, meaning: str, parse: Callable[[str], T], *, secret: bool = False) -> T | None:
        """Return the parsed variable, or None when it is absent, empty or bad."""
        return self._read(name, meaning, parse, default=None, secret=secret)

    def _read(
        self, name: str, meaning: str, parse: Callable[[str], T], *, default: str | None, secret: bool
    ) -> T | None:
        given = self._environment.get(name, "") or default
        mask = parsers.without_password if not secret else lambda _: "***"
        self.listing.append(Setting(name, meaning, mask(default) if default else default, mask(given) if given else ""))
        if given is None:
            return None
        try:
            return parse(given)
        except ValueError as error:
            self.refuse(name, str(error))
            return None

    def refuse_unknown(self) -> None:
        """Note every `IMMO_*` variable that means nothing: most likely a misspelt one."""
        known = {setting.name for setting in self.listing} | _OUTSIDE
        for name in sorted(self._environment):
            if name.startswith("IMMO_") and name not in known:
                self.refuse(name, "unknown setting")
