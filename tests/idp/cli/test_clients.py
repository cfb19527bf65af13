"""`idp clients`: how an operator registers a tool where nobody may do it alone."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from flask.testing import FlaskClient

from idp.cli.main import main
from idp.oidc import clients
from idp.wiring import Services
from tests.support.tools import an_office

METADATA = {"client_name": "Atlas 2", "redirect_uris": ["https://atlas.example/callback"]}
Command = Callable[..., Result]


@pytest.fixture
def file(tmp_path: Path) -> Callable[[object], str]:
    """Return what writes a value to a file as JSON."""

    def write(value: object) -> str:
        path = tmp_path / "client.json"
        path.write_text(json.dumps(value))
        return str(path)

    return write


def told(result: Result) -> dict[str, Any]:
    """Return what a command printed as JSON."""
    assert result.exit_code == 0, result.output
    members: dict[str, Any] = json.loads(result.output)
    return members


def test_the_secret_that_is_printed_opens_the_token_endpoint(
    command: Command, file: Callable[[object], str], idp: Callable[[], FlaskClient]
) -> None:
    metadata = METADATA | {"grant_types": ["client_credentials"], "redirect_uris": []}
    api = "https://api.example"

    made = told(command("clients", "add", file(metadata), "--resource", api))

    answer = idp().post(
        "/token",
        data={"grant_type": "client_credentials", "resource": api},
        auth=(made["client_id"], made["client_secret"]),
    )
    assert answer.status_code == 200, answer.text


def test_a_client_of_a_tool_may_ask_for_contexts(
    command: Command, file: Callable[[object], str], services: Services
) -> None:
    an_office(services)

    told(command("clients", "add", file(METADATA), "--id", "atlas-2", "--tool", "atlas"))

    shown = told(command("clients", "show", "atlas-2"))
    assert "organization" in shown["policy"]["scope"]
    assert shown["metadata"]["client_name"] == "Atlas 2"


def test_a_client_without_a_tool_may_not(command: Command, file: Callable[[object], str]) -> None:
    told(command("clients", "add", file(METADATA), "--id", "other"))

    assert "organization" not in told(command("clients", "show", "other"))["policy"]["scope"]


def test_a_secret_is_shown_once_and_never_again(command: Command, file: Callable[[object], str]) -> None:
    made = told(command("clients", "add", file(METADATA)))

    assert made["client_secret"] not in command("clients", "show", made["client_id"]).output


@pytest.mark.parametrize(
    ("metadata", "options", "reason"),
    [
        (METADATA | {"redirect_uris": ["https://atlas.example/#part"]}, (), "redirect_uri"),
        (METADATA, ("--tool", "unheard-of"), "no tool unheard-of"),
        ([], (), "one JSON object"),
    ],
    ids=["a redirect URI with a fragment", "an unknown tool", "no object"],
)
def test_what_is_wrong_is_said_and_nothing_is_stored(
    command: Command, file: Callable[[object], str], metadata: object, options: tuple[str, ...], reason: str
) -> None:
    refused = command("clients", "add", file(metadata), "--id", "refused", *options)

    assert refused.exit_code == 1
    assert reason in refused.output
    assert command("clients", "show", "refused").exit_code == 1


def test_a_client_that_exists_is_not_written_over(command: Command, file: Callable[[object], str]) -> None:
    told(command("clients", "add", file(METADATA), "--id", "mine"))

    again = command("clients", "add", file(METADATA | {"client_name": "Thief"}), "--id", "mine")

    assert again.exit_code == 1
    assert told(command("clients", "show", "mine"))["metadata"]["client_name"] == "Atlas 2"


def test_bad_settings_are_listed_and_not_traced(command: Command) -> None:
    refused = CliRunner(env={"IMMO_MODE": "holiday", "IMMO_SMTP_PORT": "x"}).invoke(main, ["settings"])

    assert refused.exit_code == 1
    assert "IMMO_MODE" in refused.output
    assert "IMMO_SMTP_PORT" in refused.output
    assert "Traceback" not in refused.output


def test_a_token_is_made_listed_and_ended(command: Command, services: Services, idp: Callable[[], FlaskClient]) -> None:
    an_office(services)
    made = told(command("clients", "token", "new", "--owner", "anna.peeters", "--uses", "2", "--profile", "oidc"))
    value = made["initial_access_token"]
    headers = {"Authorization": f"Bearer {value}"}

    answer = idp().post("/register", json=METADATA, headers=headers)
    (listed,) = json.loads(command("clients", "token", "list").output)
    shown = told(command("clients", "show", answer.get_json()["client_id"]))

    assert (listed["id"], listed["uses_left"], listed["usable"]) == (made["id"], 1, True)
    assert shown["owner"] == listed["owner"] == "anna.peeters"
    assert value not in command("clients", "token", "list").output
    assert command("clients", "token", "revoke", made["id"]).exit_code == 0
    assert idp().post("/register", json=METADATA, headers=headers).status_code == 401
    assert command("clients", "token", "revoke", made["id"]).exit_code == 1


def test_a_token_is_for_somebody(command: Command) -> None:
    refused = command("clients", "token", "new", "--owner", "nobody.there")

    assert refused.exit_code == 1
    assert "not-found" in refused.output


def test_a_disabled_client_is_kept_out_and_comes_back(
    command: Command,
    file: Callable[[object], str],
    idp: Callable[[], FlaskClient],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # The command is another process: what it changed is seen here as soon as somebody looks again.
    monkeypatch.setattr(clients, "_LOOK_AGAIN_SECONDS", 0.0)
    metadata = METADATA | {"grant_types": ["client_credentials"], "redirect_uris": []}
    made = told(command("clients", "add", file(metadata), "--resource", "https://api.example"))
    program = idp()

    def ask() -> int:
        data = {"grant_type": "client_credentials", "resource": "https://api.example"}
        return program.post("/token", data=data, auth=(made["client_id"], made["client_secret"])).status_code

    assert ask() == 200
    assert command("clients", "disable", made["client_id"]).exit_code == 0
    assert "already" in command("clients", "disable", made["client_id"]).output
    assert ask() == 401
    assert told(command("clients", "show", made["client_id"]))["enabled"] is False
    assert command("clients", "enable", made["client_id"]).exit_code == 0
    assert ask() == 200
    assert command("clients", "disable", "unheard-of").exit_code == 1


def test_a_profile_refuses_what_it_leaves_no_room_for(command: Command, file: Callable[[object], str]) -> None:
    refused = command("clients", "add", file(METADATA), "--profile", "fapi2-security")

    assert refused.exit_code == 1
    assert "token_endpoint_auth_method" in refused.output


def test_what_an_operator_allows_is_kept(command: Command, file: Callable[[object], str]) -> None:
    strict = METADATA | {"token_endpoint_auth_method": "private_key_jwt", "jwks_uri": "https://atlas.example/jwks"}
    ledger = "https://ledger.example/api"
    options = ("--profile", "fapi2-security", "--token-exchange", "--passes-on-to", ledger)

    told(command("clients", "add", file(strict), "--id", "strict", *options))

    policy = told(command("clients", "show", "strict"))["policy"]
    assert (policy["profile"], policy["token_exchange"]) == ("fapi2-security", True)
    assert policy["passes_on_to"] == [ledger]
    assert {"organization", "roles"} <= set(policy["scope"])


def test_our_own_portal_is_written_with_the_addresses_of_the_settings(command: Command, services: Services) -> None:
    first, again = command("clients", "portal"), command("clients", "portal")

    assert (first.exit_code, again.exit_code) == (0, 0)
    shown = json.loads(command("clients", "show", "portal").output)
    portal, issuer = services.settings.portal_url, services.settings.issuer
    assert shown["metadata"]["redirect_uris"] == [f"{portal}/callback", f"{portal}/staff/callback"]
    assert shown["policy"]["resources"] == [f"{issuer}/admin/v1"]
    assert {"helpdesk", "operator", "developer"} < set(shown["policy"]["scope"])
