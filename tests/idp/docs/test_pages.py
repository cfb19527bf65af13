import ast
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from flask.testing import FlaskClient
from markupsafe import escape

from idp.claims.catalogue import CLAIMS
from idp.claims.claim import Target
from idp.claims.protocol import PROTOCOL_CLAIMS
from idp.claims.scopes import SCOPE_NAMES, STAFF_SCOPES
from idp.docs.error_causes import CAUSES
from idp.docs.errors_page import anchor, protocol_errors
from idp.oidc import errors


@pytest.fixture
def browser(idp: Callable[[], FlaskClient]) -> FlaskClient:
    return idp()


@pytest.mark.parametrize("language", ["nl", "fr", "en"])
def test_claims_page_shows_every_scope_and_claim_in_each_language(language: str, browser: FlaskClient) -> None:
    response = browser.get(f"/docs/claims?language={language}")

    assert response.status_code == 200
    assert f'<html lang="{language}">' in response.text
    for name in (*SCOPE_NAMES, *(scope.name for scope in STAFF_SCOPES)):
        assert f'id="scope-{name}"' in response.text
    for claim in (*CLAIMS, *PROTOCOL_CLAIMS):
        assert f'id="claim-{claim.name}"' in response.text


@pytest.mark.parametrize("page", ["/docs/claims", "/docs/errors"])
def test_every_way_from_the_page_leads_somewhere(page: str, browser: FlaskClient) -> None:
    text = browser.get(page).text

    paths = {part.split('"')[0] for part in text.split('href="/')[1:]}
    assert paths
    for path in paths:
        assert browser.get(f"/{path}").status_code == 200, path


def test_no_identifier_stands_twice_on_a_page(browser: FlaskClient) -> None:
    for page in ("/docs/claims", "/docs/errors"):
        identifiers = [part.split('"')[0] for part in browser.get(page).text.split(' id="')[1:]]
        assert len(identifiers) == len(set(identifiers))


def test_programs_read_the_whole_table(browser: FlaskClient) -> None:
    response = browser.get("/docs/claims.json")

    table: Any = response.json
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    assert [scope["name"] for scope in table["scopes"]] == list(SCOPE_NAMES)
    assert [claim["name"] for claim in table["claims"]] == [claim.name for claim in CLAIMS]
    assert {claim["name"] for claim in table["protocol_claims"]} == {claim.name for claim in PROTOCOL_CLAIMS}
    for claim in table["claims"]:
        assert set(claim) == {"name", "scope", "in", "requestable", "description", "example", "schema"}
        jsonschema.validate(claim["example"], claim["schema"], jsonschema.Draft202012Validator)


def test_schemas_are_served_where_they_say_they_are(browser: FlaskClient) -> None:
    table: Any = browser.get("/docs/claims.json").json

    assert set(table["schemas"]) == {target.value for target in Target}
    for address in table["schemas"].values():
        response = browser.get(address)
        assert response.content_type == "application/schema+json"
        assert json.loads(response.data)["$id"] == address


@pytest.mark.parametrize("name", ["logout", "id_token.json", "..%2fclaims", "ID_TOKEN"])
def test_schema_of_nothing_is_not_found(name: str, browser: FlaskClient) -> None:
    assert browser.get(f"/docs/claims/schema/{name}.json").status_code == 404


@pytest.mark.parametrize("language", ["nl", "fr", "en"])
def test_errors_page_shows_every_error_in_each_language(language: str, browser: FlaskClient) -> None:
    text = browser.get(f"/docs/errors?language={language}").text

    for kind in protocol_errors():
        assert f'id="{anchor(kind)}"' in text
        assert kind.description.replace("'", "&#39;") in text


def classes_of_the_tree() -> set[str]:
    """Return the names of every refusal that the provider's sources declare, whether somebody imports them or not."""
    bases: dict[str, set[str]] = {}
    for path in (Path(errors.__file__).parent.parent).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.ClassDef):
                bases[node.name] = {ast.unparse(base).rpartition(".")[2] for base in node.bases}
    found = {"ProtocolError"}
    while more := {name for name, parents in bases.items() if parents & found} - found:
        found |= more
    return found - {"ProtocolError"}


def test_no_class_of_the_tree_is_left_out(browser: FlaskClient) -> None:
    """Whoever adds a refusal says in `idp.docs.error_causes` why it happens."""
    declared = classes_of_the_tree()

    assert {"InvalidDpopProof", "SlowDown", "HintInvalid", "NoToken"} <= declared
    assert {kind.__name__ for kind in protocol_errors()} == declared
    assert set(CAUSES) == declared
    assert browser.get("/docs/errors").text.count('<tr id="') == len(declared)


def test_each_error_has_an_address_of_its_own_that_stays(browser: FlaskClient) -> None:
    """Links in other people's documentation: what stands here was published."""
    addresses = [anchor(kind) for kind in protocol_errors()]

    assert len(addresses) == len(set(addresses))
    published = {"invalid_request", "invalid_grant", "invalid_grant-code-replayed", "invalid_client-unknown-client"}
    assert published <= set(addresses)
    assert {kind.error for kind in protocol_errors()} <= set(addresses)


def test_cause_and_remedy_are_said_of_each(browser: FlaskClient) -> None:
    text = " ".join(browser.get("/docs/errors?language=en").text.split())

    for kind in protocol_errors():
        (row,) = re.findall(f'<tr id="{anchor(kind)}">(.*?)</tr>', text)
        assert str(escape(CAUSES[kind.__name__])) in row
        assert str(escape(kind.remedy)) in row
        assert kind.error in row
        # What a proof lacks is told by the token endpoint and by resources, each in its way (RFC 9449).
        is_of_both = kind.error in {"invalid_dpop_proof", "use_dpop_nonce"}
        assert (">400, 401<" if is_of_both else f">{kind.status}<") in row
