"""Addresses compiled once for a run: each test builds applications of its own, all with the same addresses.

Werkzeug writes two functions for every rule and compiles them; of an application that takes 26 ms to make,
that is 20. What comes out depends on nothing but what is the key here.
"""

from collections.abc import Callable
from typing import Any

from werkzeug.routing import Rule

_Builder = Callable[..., tuple[str, str]]

_compile: Callable[[Rule, bool], _Builder] = Rule._compile_builder
_compiled: dict[Any, _Builder] = {}


def _compiled_once(rule: Rule, append_unknown: bool = True) -> _Builder:  # noqa: FBT001, FBT002 - its signature
    if rule.defaults:
        return _compile(rule, append_unknown)
    key = (rule.rule, tuple(rule._trace), append_unknown)
    found = _compiled.get(key)
    if found is None:
        found = _compiled[key] = _compile(rule, append_unknown)
    return found


Rule._compile_builder = _compiled_once  # type: ignore[assignment]
