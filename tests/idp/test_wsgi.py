"""What a WSGI server meets when it loads the provider."""

import subprocess
import sys
from pathlib import Path

import pytest

from idp.wiring import Services

SECRET = "one of its own, for production 0123456789"


def load(services: Services, folder: Path) -> subprocess.CompletedProcess[str]:
    """Load the application as production would, on the database of the test."""
    environment = {
        "IMMO_MODE": "production",
        "IMMO_ISSUER": "https://login.immo.test",
        "IMMO_PORTAL_URL": "https://portal.immo.test",
        "IMMO_DATABASE_URL": services.settings.database_url,
        "IMMO_STORE_PATH": str(folder / "store.sqlite3"),
        "IMMO_KEYS_DIRECTORY": str(folder / "keys"),
        "IMMO_SECRET": SECRET,
        "IMMO_NATIONAL_NUMBER_KEYS": "2026:another of its own and for numbers 0123456789",
        "IMMO_PAYMENT_KEY": "live_a-key-of-the-payment-provider",
        "IMMO_BANK_IBAN": "BE48320070184927",
        "IMMO_SELLER_NUMBER": "0200068636",
    }
    command = [sys.executable, "-c", "from idp.wsgi import app"]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)


def test_production_serves_a_database_of_its_own(services: Services, tmp_path: Path) -> None:
    assert load(services, tmp_path).returncode == 0


@pytest.mark.usefixtures("demo")
def test_production_never_serves_the_demo_world(services: Services, tmp_path: Path) -> None:
    """Its passwords and secrets stand in the documentation (`contract.md`, Environment)."""
    refused = load(services, tmp_path)

    assert refused.returncode != 0
    assert "DemoRefused" in refused.stderr
