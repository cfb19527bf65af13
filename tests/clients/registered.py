"""Clients that an operator registers, as one has to who is held to a profile of FAPI 2.0."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from development.product import ROOT
from tests.clients.driven import CALLBACK, GOODBYE
from tests.support.running_product import RunningProduct


def registered(product: RunningProduct, *, profile: str = "oidc", **members: Any) -> dict[str, str]:
    """Register a client by the operator's command line; return what it must know."""
    metadata = {
        "client_name": "A client of the tests",
        "redirect_uris": [CALLBACK],
        "post_logout_redirect_uris": [GOODBYE],
        "grant_types": ["authorization_code", "refresh_token"],
        **members,
    }
    file = Path(product.environment["IMMO_KEYS_DIRECTORY"]) / "metadata.json"
    file.write_text(json.dumps(metadata), "utf-8")
    command = [sys.executable, "-m", "idp", "clients", "add", str(file), "--profile", profile]
    done = subprocess.run(command, env=dict(product.environment), cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    known: dict[str, str] = json.loads(done.stdout)
    return known
