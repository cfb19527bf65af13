"""A register says that an accreditation is suspended: whoever works under it hears so, and their tokens end (T6)."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from core.accreditations.queries import accreditations_of
from core.infra.outbox import OutboxRow, drain
from core.people.identifiers import PersonId
from core.people.national_number import NationalNumber
from core.people.profiles import find_for_sign_in
from idp import jobs
from idp.eid.card.software.holders import HOLDERS
from idp.oidc.clients import find_client
from idp.wiring import Services
from tests.support.grants import claims_of
from tests.support.registers import an_entry, read_json
from tests.support.relying_party import PASSWORD, RelyingParty
from tests.support.sign_in import Browser

MANAGER = NationalNumber.parse(HOLDERS[0].national_number)
VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"


@pytest.fixture
def tool(idp: Callable[[], FlaskClient], demo: Services) -> RelyingParty:
    """Return CadastreFinder of the demo world."""
    party = RelyingParty(demo, idp())
    party.metadata = idp().get("/.well-known/openid-configuration").get_json()
    with demo.database.connection() as connection:
        client = find_client(connection, "cadastrefinder")
    assert client is not None
    party.registration = {
        "redirect_uris": client.redirect_uris,
        "client_id": "cadastrefinder", "client_secret": "cadastrefinder-demo-secret",
        "token_endpoint_auth_method": "client_secret_basic", "id_token_signed_response_alg": "RS256",
    }  # fmt: skip
    return party


def at_the_contexts(tool: RelyingParty, client: FlaskClient, username: str) -> Browser:
    """Return a browser in which somebody chooses how to start CadastreFinder."""
    sent = {
        "client_id": "cadastrefinder", "redirect_uri": tool.registration["redirect_uris"][0], "response_type": "code",
        "state": "s", "scope": "openid organization roles accreditations offline_access", "prompt": "consent",
        "code_challenge": "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM", "code_challenge_method": "S256",
    }  # fmt: skip
    return tool.begin(Browser(client), sent).sign_in(username, PASSWORD)


def signed_in(tool: RelyingParty, client: FlaskClient, username: str) -> dict[str, Any]:
    """Return the tokens of somebody who starts CadastreFinder as an estate agent."""
    browser = at_the_contexts(tool, client, username)
    button = next(b for b in browser.page.all("button.start-context") if b.attributes["data-usage"] == "estate-agent")
    code = browser.start(button.attributes["value"]).answer["code"]
    answer = tool.redeem(code, redirect_uri=tool.registration["redirect_uris"][0], code_verifier=VERIFIER)
    tokens: dict[str, Any] = answer.get_json()
    return tokens


def person(services: Services, username: str) -> PersonId:
    with services.database.reading() as session:
        found = find_for_sign_in(session, username)
    assert found is not None
    return found.person_id


def nightly(services: Services) -> None:
    """Run the worker's job, and everything that it puts on its way but what goes to others."""
    (job,) = [job for job in jobs.periodic(services) if job.name == "follow-registers"]
    job.function(services.clock.now())
    here = jobs.handlers(services)
    drain(services.database, here, now=services.clock.now(), only=["access-changed", "registers-unanswered"], batch=99)


def messages(services: Services, topic: str) -> list[dict[str, Any]]:
    with services.database.reading() as session:
        return [dict(row.body) for row in session.scalars(select(OutboxRow).where(OutboxRow.topic == topic))]


def test_suspension_ends_the_tokens_of_everybody_who_works_under_it(
    tool: RelyingParty, demo: Services, idp: Callable[[], FlaskClient]
) -> None:
    employee, manager = person(demo, "demo.employee"), person(demo, "demo.manager")
    tokens = signed_in(tool, idp(), "demo.employee")
    (lent,) = claims_of(demo, tokens["id_token"])["urn:immo-connect:claims:accreditations"]
    assert (lent["number"], lent["basis"], lent["status"]) == ("500123", "mandated", "active")
    demo.clock.advance(timedelta(minutes=5))  # type: ignore[attr-defined]
    entry = an_entry("500123", MANAGER, status="suspended")
    read_json(demo.database, [entry], now=demo.clock.now(), keys=demo.number_keys)

    nightly(demo)

    assert tool.ask_userinfo(tokens["access_token"]).status_code == 401
    refused = tool.token(grant_type="refresh_token", refresh_token=tokens["refresh_token"])
    assert (refused.status_code, refused.get_json()["error"]) == (400, "invalid_grant")
    assert [(told["client_id"], told["person_id"]) for told in messages(demo, "logout-notice")] == [
        ("cadastrefinder", employee)
    ]
    mails = [(told["template"], told["recipient_person_id"]) for told in messages(demo, "mail-requested")]
    assert ("access-closed", employee) in mails
    assert ("accreditation-suspended", manager) in mails
    assert mails.count(("registration-suspended", manager)) == 2  # CadastreFinder and MyRent Pro
    assert at_the_contexts(tool, idp(), "demo.employee").page.all("button.start-context") == []


def test_register_is_heard_at_the_next_sign_in(
    tool: RelyingParty, demo: Services, idp: Callable[[], FlaskClient]
) -> None:
    demo.clock.advance(timedelta(minutes=5))  # type: ignore[attr-defined]
    entry = an_entry("500123", MANAGER, valid_until="2026-12-01", valid_from=None)
    read_json(demo.database, [entry], now=demo.clock.now(), keys=demo.number_keys)

    tokens = signed_in(tool, idp(), "demo.manager")

    (own,) = claims_of(demo, tokens["id_token"])["urn:immo-connect:claims:accreditations"]
    assert (own["number"], own["basis"], own["valid_until"]) == ("500123", "own", "2026-12-01")
    assert own["checked_at"] == "2026-11-02T09:05:00Z"


def test_the_number_is_in_no_token_and_no_message(
    tool: RelyingParty, demo: Services, idp: Callable[[], FlaskClient]
) -> None:
    tokens = signed_in(tool, idp(), "demo.manager")
    userinfo = tool.ask_userinfo(tokens["access_token"]).get_json()
    with demo.database.reading() as session:
        bodies = [row.body for row in session.scalars(select(OutboxRow))]

    said = str([tokens, claims_of(demo, tokens["id_token"]), userinfo, bodies])

    assert MANAGER.reveal() not in said
    with demo.database.reading() as session:
        assert [one.number for one in accreditations_of(session, person(demo, "demo.manager"))] == ["500123"]
