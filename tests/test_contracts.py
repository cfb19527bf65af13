"""The import contracts bite: forbidden imports, planted in a copy of the tree, are all found."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = ("core", "development", "examples", "idp", "migrations", "portal")

# Contract number, importing module, what it must not import.
PLANTS = (
    (1, "core.people.rules", "idp.session"),
    (1, "idp.jobs", "portal.pages"),
    (1, "portal.pages", "idp.session"),
    (1, "examples.myrent.words", "portal.pages"),
    (2, "idp.signing.jws", "idp.oidc.errors"),
    (2, "idp.claims.values", "idp.session"),
    (2, "idp.oidc.codes", "idp.interaction.pages"),
    (2, "idp.oidc.errors", "idp.app"),
    (2, "idp.web.page", "idp.interaction.pages"),
    (3, "core.infra.ids", "core.people.rules"),
    (3, "core.people.rules", "core.organisations.rules"),
    (3, "core.organisations.states", "core.accreditations.errors"),
    (3, "core.companies.states", "core.organisations.states"),
    (3, "core.tools.states", "core.wallet.opening"),
    (4, "portal.wiring", "portal.actor"),
    (4, "portal.session", "portal.pages"),
    (4, "portal.visit", "portal.organisations.overview"),
    (5, "core.tools.rules", "sqlalchemy"),
    (5, "core.organisations.company_rules", "core.infra.db"),
    (5, "idp.interaction.policy", "flask"),
    (5, "idp.oidc.checks.acr", "core.infra.db"),
    (5, "idp.claims.assemble", "requests"),
    (6, "core.tools.access", "flask"),
    (6, "core.closing.lapse", "core.web.csrf"),
    (7, "idp.claims.load", "core.people.tables"),
    (7, "portal.pages", "core.tools.tables"),
    (8, "core.closing.lapse", "core.wallet.tables"),
    (9, "idp.interaction.login", "idp.credentials.tables"),
    (10, "idp.eid.card.software.holders", "core.infra.ids"),
    (10, "idp.eid.card.software.holders", "idp.signing.jws"),
    (11, "core.wallet.opening", "core.organisations.rules"),
    (12, "examples.cadastrefinder.parcels", "core.infra.ids"),
    (13, "idp.interaction.login", "idp.interaction.consent"),
    (14, "idp.oidc.grants.refresh_token", "idp.oidc.grants.client_credentials"),
    (15, "idp.interaction.login", "sqlalchemy"),
    (15, "idp.account.devices", "sqlalchemy"),
    (15, "portal.organisations.overview", "sqlalchemy"),
    (16, "idp.cli.main", "development.ports"),
    (17, "idp.jobs", "idp.signing.software"),
)


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("planted")
    for package in PACKAGES:
        shutil.copytree(ROOT / package, folder / package, ignore=shutil.ignore_patterns("__pycache__", "static"))
    shutil.copy(ROOT / ".importlinter", folder)
    for _, importer, imported in PLANTS:
        path = folder / (importer.replace(".", "/") + ".py")
        assert path.exists(), f"{importer} is no module any more: plant the violation elsewhere"
        path.write_text(f"{path.read_text('utf-8')}\nimport {imported}\n", "utf-8")
    (folder / "idp" / "newcomer.py").write_text('"""A module that has no layer."""\n', "utf-8")
    status, output = _lint(folder)
    assert status == 1, output
    return output


def _lint(folder: Path) -> tuple[int, str]:
    program = Path(sys.executable).with_name("lint-imports")
    # Wide, so that no name is broken over two lines.
    environment = {**os.environ, "COLUMNS": "300", "PYTHONPATH": str(folder), "NO_COLOR": "1"}
    done = subprocess.run(
        [str(program), "--no-cache"], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    return done.returncode, done.stdout + done.stderr


def _complaints(report: str, number: int) -> str:
    """Return what the report says below the heading of one broken contract."""
    broken = report.partition("Broken contracts")[2]
    sections = re.split(r"\n(?=\d+ [^\n]+\n-{3,}\n)", broken)
    return next((section for section in sections if section.lstrip().startswith(f"{number} ")), "")


@pytest.mark.parametrize(("number", "importer", "imported"), PLANTS)
def test_a_planted_import_is_found(report: str, number: int, importer: str, imported: str) -> None:
    complaints = _complaints(report, number)

    assert re.search(rf"{re.escape(importer)} -> {re.escape(imported)}\b", complaints), complaints


def test_a_module_without_a_layer_is_found(report: str) -> None:
    assert "newcomer" in _complaints(report, 2)


def test_every_contract_has_a_planted_violation() -> None:
    numbers = {
        int(number) for number in re.findall(r"^name = (\d+) ", (ROOT / ".importlinter").read_text(), re.MULTILINE)
    }

    assert numbers == {number for number, _, _ in PLANTS}


def test_the_tree_keeps_every_contract() -> None:
    status, output = _lint(ROOT)

    assert status == 0, output
