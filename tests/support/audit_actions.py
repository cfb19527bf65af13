"""Finds the actions that the product writes into its audit trail, by reading its syntax trees."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
PRODUCT = ("core", "idp", "portal")
# Put together of a fixed part and a word of an enumeration: see where they are recorded.
COMPOSED = {
    "core/tools/mandate_endings.py": (
        "tool-registration-active",
        "tool-registration-suspended",
        "tool-registration-ended",
    ),
}


class Unreadable(AssertionError):
    """An action that this reader cannot follow to a constant: write it plainer, or say it in `COMPOSED`."""


def recorded_actions(*, only_of_organisations: bool = False) -> dict[str, set[str]]:
    """Return each action with the files that record it; if wanted only those that name an organisation."""
    found: dict[str, set[str]] = {}
    for name, tree in _trees().items():
        for action in _of_file(name, tree, only_of_organisations):
            found.setdefault(action, set()).add(name)
    return found


@cache
def _trees() -> dict[str, ast.Module]:
    files = [path for package in PRODUCT for path in sorted((ROOT / package).rglob("*.py"))]
    return {str(path.relative_to(ROOT)): ast.parse(path.read_text("utf-8")) for path in files}


def _of_file(name: str, tree: ast.Module, only_of_organisations: bool) -> Iterator[str]:  # noqa: FBT001
    for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call) and _is_record(node)):
        if only_of_organisations and not any(keyword.arg == "organisation_id" for keyword in call.keywords):
            continue
        action = next((keyword.value for keyword in call.keywords if keyword.arg == "action"), None)
        if action is None:
            raise Unreadable(f"{name}:{call.lineno} names no action")
        yield from _constants(name, tree, action, call)


def _is_record(call: ast.Call) -> bool:
    function = call.func
    return isinstance(function, ast.Attribute) and ast.unparse(function) == "audit.record"


def _constants(name: str, tree: ast.Module, value: ast.expr, at: ast.AST) -> Iterator[str]:
    """Yield the texts that an expression may have: a constant, a parameter, a field, an entry of a table."""
    match value:
        case ast.Constant(value=str(text)):
            yield text
        case ast.IfExp():
            yield from _constants(name, tree, value.body, at)
            yield from _constants(name, tree, value.orelse, at)
        case ast.Name(id=parameter):
            yield from _of_name(name, tree, parameter, at)
        case ast.Attribute(value=ast.Name(id="self"), attr=attribute):
            yield from _of_field(name, tree, attribute, at)
        case ast.Subscript(value=ast.Name(id=table)):
            yield from _of_table(name, tree, table)
        case _ if name in COMPOSED:
            yield from COMPOSED[name]
        case _:
            raise Unreadable(f"{name}: {ast.unparse(value)}")


def _of_name(name: str, tree: ast.Module, wanted: str, at: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and any(isinstance(t, ast.Name) and t.id == wanted for t in node.targets):
            yield from _constants(name, tree, node.value, node)
    function = _function_around(tree, at)
    if function is None:
        return
    names = [argument.arg for argument in (*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs)]
    if wanted in names:
        yield from _of_calls(name, tree, function.name, names, wanted)
        yield from _of_calls_elsewhere(name, function.name, names, wanted)


def _of_field(name: str, tree: ast.Module, wanted: str, at: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef) and any(child is at for child in ast.walk(node)):
            fields = [child.target.id for child in node.body if _is_field(child)]  # type: ignore[attr-defined]
            yield from _of_calls(name, tree, node.name, fields, wanted)


def _is_field(node: ast.stmt) -> bool:
    return isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name)


def _of_table(name: str, tree: ast.Module, wanted: str) -> Iterator[str]:
    for node in ast.walk(tree):
        target = node.target if isinstance(node, ast.AnnAssign) else None
        targets = node.targets if isinstance(node, ast.Assign) else [target]
        value = node.value if isinstance(node, ast.Assign | ast.AnnAssign) else None
        if isinstance(value, ast.Dict) and any(isinstance(t, ast.Name) and t.id == wanted for t in targets):
            for entry in value.values:
                yield from _constants(name, tree, entry, node)


def _of_calls(name: str, tree: ast.Module, called: str, names: list[str], wanted: str) -> Iterator[str]:
    position = names.index(wanted) - (names[0] == "self")
    for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
        if _is_record(call) or not _calls(call, called):
            continue
        given = next((keyword.value for keyword in call.keywords if keyword.arg == wanted), None)
        if given is None and position < len(call.args) and not isinstance(call.args[0], ast.Starred):
            given = call.args[position]
        if given is None:
            raise Unreadable(f"{name}:{call.lineno} passes no {wanted}")
        yield from _constants(name, tree, given, call)


def _of_calls_elsewhere(name: str, called: str, names: list[str], wanted: str) -> Iterator[str]:
    """Follow a function that other modules call by the name of its own: `module.function(…)`."""
    by_its_module = f"{Path(name).stem}.{called}"
    for other, tree in _trees().items():
        if other != name and not called.startswith("_"):
            yield from _of_calls(other, tree, by_its_module, names, wanted)


def _calls(call: ast.Call, called: str) -> bool:
    function = ast.unparse(call.func)
    return function == called or ("." not in called and function.rpartition(".")[2] == called)


def _function_around(tree: ast.Module, inner: ast.AST) -> ast.FunctionDef | None:
    around = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef) and node is not inner and any(child is inner for child in ast.walk(node))
    ]
    return around[-1] if around else None
