"""The portal's command line."""

import json
from pathlib import Path

from click.testing import CliRunner

from portal.cli import main
from portal.client_key import ClientKey


def test_key_is_made_and_its_public_half_printed(tmp_path: Path) -> None:
    environment = {"IMMO_MODE": "test", "IMMO_KEYS_DIRECTORY": str(tmp_path)}

    first = CliRunner().invoke(main, ["key", "ensure"], env=environment)
    again = CliRunner().invoke(main, ["key", "ensure"], env=environment)

    assert first.exit_code == 0
    (key,) = json.loads(first.output)["keys"]
    assert key["kid"] == ClientKey.ensure(tmp_path).kid
    assert "d" not in key
    assert again.output == first.output


def test_bad_settings_are_refused_with_every_problem(tmp_path: Path) -> None:
    environment = {"IMMO_MODE": "sometimes", "IMMO_SMTP_PORT": "none", "IMMO_KEYS_DIRECTORY": str(tmp_path)}

    result = CliRunner().invoke(main, ["key", "ensure"], env=environment)

    assert result.exit_code == 1
    assert "IMMO_MODE" in result.output
    assert "IMMO_SMTP_PORT" in result.output
    assert list(tmp_path.iterdir()) == []
