"""The house rules hold in the product, and each finds what it is there for."""

import re
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.support import house_rules as rules
from tests.support.house_rules import RULES, Rule, Source

ROOT = Path(__file__).parent.parent
_SOURCES: Sequence[Source] = tuple(rules.product_sources())
_LONG_FUNCTION = "def long():\n" + "    work()\n" * 50


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_the_product_keeps_the_rule(rule: Rule) -> None:
    found = [f"{source.path}:{line}" for source in _SOURCES for line in rule(source)]

    assert found == []


@pytest.mark.parametrize(
    ("rule", "path", "text"),
    [
        (rules.commits, "core/people/profiles.py", "session.commit()"),
        (rules.clocks, "idp/jobs.py", "now = datetime.now(UTC)"),
        (rules.clocks, "idp/jobs.py", "today = datetime.date.today()"),
        (rules.environment, "idp/app.py", "home = os.environ['HOME']"),
        (rules.environment, "idp/app.py", "home = os.getenv('HOME')"),
        (rules.built_messages, "idp/interaction/login.py", "_(f'Hello {name}')"),
        (rules.built_messages, "idp/interaction/login.py", "gettext('Hello ' + name)"),
        (rules.built_messages, "idp/interaction/login.py", "_('Hello %s' % name)"),
        (rules.compared_secrets, "idp/oidc/client_auth.py", "client.secret_digest == given"),
        (rules.compared_secrets, "idp/oidc/client_auth.py", "given != csrf_token"),
        (rules.unguarded_writes, "portal/tools.py", "@bp.post('/x')\ndef x():\n    save()"),
        (rules.unguarded_writes, "portal/tools.py", "@bp.route('/x', methods=['GET', 'POST'])\ndef x():\n    save()"),
        (rules.unguarded_writes, "idp/oidc/x.py", "def x(a, b):\n    save()\n\nE = Endpoint('/x', {'POST': x})"),
        (rules.sizes, "core/people/rules.py", "x = 1\n" * 301),
        (rules.sizes, "core/people/rules.py", _LONG_FUNCTION),
        (rules.names, "core/people/utils.py", ""),
        (rules.names, "core/common/people.py", ""),
        (rules.leftovers, "core/people/rules.py", "# TODO: later"),
        (rules.leftovers, "portal/pages.py", "render_template_string('x')"),
    ],
)
def test_the_rule_finds_a_violation(rule: Rule, path: str, text: str) -> None:
    assert list(rule(Source.of(path, text)))


@pytest.mark.parametrize(
    ("rule", "path", "text"),
    [
        (rules.commits, "core/infra/db.py", "session.commit()"),
        (rules.clocks, "idp/jobs.py", "now = services().clock.now()"),
        (rules.built_messages, "idp/interaction/login.py", "_('Hello %(name)s', name=name)"),
        (rules.built_messages, "idp/interaction/login.py", "_(message.text)"),
        (rules.compared_secrets, "idp/oidc/client_auth.py", "compare_digest(client.secret_digest, given)"),
        (rules.compared_secrets, "idp/oidc/client_auth.py", "select(TokenRow).where(TokenRow.digest == given)"),
        (rules.compared_secrets, "idp/oidc/client_auth.py", "kind == 'token'"),
        (rules.unguarded_writes, "portal/tools.py", "@bp.get('/x')\ndef x():\n    show()"),
        (rules.unguarded_writes, "idp/oidc/x.py", "def x(a, b):\n    show()\n\nE = Endpoint('/x', {'GET': x})"),
        (rules.unguarded_writes, "portal/tools.py", "@bp.post('/x')\ndef x():\n    csrf.check(a, b, c)\n    save()"),
    ],
)
def test_the_rule_leaves_good_code_alone(rule: Rule, path: str, text: str) -> None:
    assert not list(rule(Source.of(path, text)))


def test_every_exception_of_the_rules_still_exists() -> None:
    views = {
        (source.path, name) for source in _SOURCES for name in re.findall(r"^def (\w+)\(", source.text, re.MULTILINE)
    }

    assert views >= rules._OPEN


def test_the_locked_requirements_name_no_index() -> None:
    for path in (ROOT / "requirements").glob("*.txt"):
        assert "://" not in path.read_text("utf-8"), f"{path.name} names a host"


def test_no_private_key_is_in_the_repository() -> None:
    found = subprocess.run(
        ["git", "grep", "--files-with-matches", "--extended-regexp", "^-----BEGIN .*PRIVATE KEY-----"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert found.stdout.split() == []
