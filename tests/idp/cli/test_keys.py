"""`idp keys`: what an operator types about one signing key."""

import pytest

from tests.idp.cli.conftest import Command


@pytest.mark.parametrize("act", ["activate", "retire", "destroy"])
@pytest.mark.parametrize("kid", ["-Ehvz1h2qJk", "-AE3dash_h-", "--three-dashes"])
def test_a_key_whose_name_begins_with_a_dash_is_looked_for(command: Command, act: str, kid: str) -> None:
    told = command("keys", act, kid)

    assert told.exit_code == 1
    assert "not-found" in told.output
