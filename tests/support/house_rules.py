"""The house rules that no common linter knows, as small readers of syntax trees."""

import ast
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
PRODUCT = ("core", "idp", "portal")

_MAX_LINES = 300
_MAX_FUNCTION_LINES = 50
_FORBIDDEN_NAMES = frozenset({"common", "helper", "helpers", "manager", "managers", "misc", "util", "utils"})
_CLOCK_CALLS = frozenset({"datetime.now", "datetime.utcnow", "datetime.today", "date.today"})
_GETTEXT = frozenset({"_", "N_", "gettext", "ngettext", "lazy_gettext"})
_SECRET = re.compile(r"(^|_)(secret|password|digest|signature|hash|mac|cookie|token|verifier)s?$")
_WRITES = frozenset({"post", "put", "patch", "delete"})
# What proves that the caller may: a form token, a client's own proof, a bearer token, a signed notice.
_GUARDS = frozenset(
    {
        "_initial_access_token",
        "check_form",
        "csrf.check",
        "logout_token.verify",
        "protect.bearer_token",
        "protect.require",
        "server.authenticate_client",
        "token_server.create_token_response",
    }
)
# Open to other sites by specification; they only park a request and redirect to where cookies count. The
# payment provider's notice is believed by nobody: it says when to ask, and anybody may say that.
_OPEN = frozenset(
    {
        ("idp/interaction/flow.py", "authorize_by_post"),
        ("idp/interaction/sign_out.py", "by_post"),
        ("portal/wallet/webhook.py", "announce"),
    }
)


@dataclass(frozen=True, slots=True)
class Source:
    """A file of the product: its path from the root, its text and its syntax tree."""

    path: str
    text: str
    tree: ast.Module

    @classmethod
    def of(cls, path: str, text: str) -> "Source":
        """Parse a file's text."""
        return cls(path, text, ast.parse(text))


Rule = Callable[[Source], Iterator[int]]


def product_sources() -> Iterator[Source]:
    """Yield every file of the product."""
    for package in PRODUCT:
        for path in sorted((ROOT / package).rglob("*.py")):
            yield Source.of(str(path.relative_to(ROOT)), path.read_text("utf-8"))


def commits(source: Source) -> Iterator[int]:
    """Find commits outside the one place where a change becomes lasting."""
    if source.path != "core/infra/db.py":
        yield from (node.lineno for node in _calls(source.tree) if _name(node.func).endswith(".commit"))


def clocks(source: Source) -> Iterator[int]:
    """Find readers of the machine's clock beside the one that is handed around, and the agent's at the user's."""
    if source.path not in {"core/infra/clock.py", "idp/eid/card/clock.py"}:
        yield from (node.lineno for node in _calls(source.tree) if _tail(node.func, 2) in _CLOCK_CALLS)


def environment(source: Source) -> Iterator[int]:
    """Find readers of the environment beside the settings."""
    if source.path != "core/infra/settings.py":
        for node in ast.walk(source.tree):
            if isinstance(node, ast.Attribute | ast.Name) and _name(node) in {"os.environ", "os.getenv", "environ"}:
                yield node.lineno


def built_messages(source: Source) -> Iterator[int]:
    """Find texts for translation that are put together at run time, so that no catalogue has them."""
    for node in _calls(source.tree):
        if _name(node.func).rpartition(".")[2] in _GETTEXT and node.args:
            first = node.args[0]
            if not (isinstance(first, ast.Constant) and isinstance(first.value, str)) and not _is_stored(first):
                yield node.lineno


def compared_secrets(source: Source) -> Iterator[int]:
    """Find secrets compared with `==`, which tells by its time how much of a guess was right."""
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Compare) and any(isinstance(op, ast.Eq | ast.NotEq) for op in node.ops):
            sides = [node.left, *node.comparators]
            values = [side for side in sides if not isinstance(side, ast.Constant)]
            is_query = any(_is_column(side) for side in sides)
            if len(values) == len(sides) and not is_query and any(_SECRET.search(_tail(side, 1)) for side in values):
                yield node.lineno


def unguarded_writes(source: Source) -> Iterator[int]:
    """Find views that change something without a form token or a proof of who calls."""
    at_endpoints = {name for call in _calls(source.tree) for name in _written_at(call)}
    for node in ast.walk(source.tree):
        if not isinstance(node, ast.FunctionDef):
            continue
        if node.name in at_endpoints or any(_is_write(decorator) for decorator in node.decorator_list):
            called = {_name(call.func) for call in _calls(node)}
            if not called & _GUARDS and (source.path, node.name) not in _OPEN:
                yield node.lineno


def sizes(source: Source) -> Iterator[int]:
    """Find files and functions that are too long to be read at once."""
    if source.text.count("\n") > _MAX_LINES:
        yield 1
    for node in ast.walk(source.tree):
        if isinstance(node, ast.FunctionDef) and (node.end_lineno or 0) - node.lineno >= _MAX_FUNCTION_LINES:
            yield node.lineno


def names(source: Source) -> Iterator[int]:
    """Find files whose name says nothing."""
    if _FORBIDDEN_NAMES & set(source.path.removesuffix(".py").split("/")):
        yield 1


def leftovers(source: Source) -> Iterator[int]:
    """Find notes of unfinished work and templates made from strings."""
    for number, line in enumerate(source.text.splitlines(), start=1):
        if re.search(r"\b(TODO|FIXME|XXX|HACK)\b|render_template_string", line):
            yield number


RULES: tuple[Rule, ...] = (
    commits, clocks, environment, built_messages, compared_secrets, unguarded_writes, sizes, names, leftovers,
)  # fmt: skip


def _calls(tree: ast.AST) -> Iterator[ast.Call]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.Call))


def _name(node: ast.AST) -> str:
    if isinstance(node, ast.Attribute):
        return f"{_name(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""


def _tail(node: ast.AST, parts: int) -> str:
    return ".".join(_name(node).split(".")[-parts:])


def _is_column(node: ast.AST) -> bool:
    # `PasswordRow.hash == value` and `table.c.digest == value` become SQL and compare nothing here.
    parts = _name(node).split(".")
    return len(parts) > 1 and (parts[-2] == "c" or parts[-2][:1].isupper())


def _is_stored(node: ast.AST) -> bool:
    # A message that was marked with `N_` where it was written, and is rendered here.
    return isinstance(node, ast.Name | ast.Attribute | ast.Subscript)


def _is_write(decorator: ast.AST) -> bool:
    if not isinstance(decorator, ast.Call):
        return False
    verb = _name(decorator.func).rpartition(".")[2]
    listed = next((keyword.value for keyword in decorator.keywords if keyword.arg == "methods"), None)
    methods = {str(ast.literal_eval(element)).lower() for element in getattr(listed, "elts", [])}
    return verb in _WRITES or (verb == "route" and bool(methods & _WRITES))


def _written_at(call: ast.Call) -> Iterator[str]:
    """Yield the views that an endpoint for programs names beside a method that writes."""
    views = call.args[1] if _tail(call.func, 1) == "Endpoint" and len(call.args) > 1 else None
    if isinstance(views, ast.Dict):
        for method, view in zip(views.keys, views.values, strict=True):
            if isinstance(method, ast.Constant) and str(method.value).lower() in _WRITES:
                yield _name(view)
