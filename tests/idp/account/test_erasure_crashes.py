"""Erasing under power cuts and beside other requests: all of it or nothing, and nobody slips in (A15)."""

import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from threading import Barrier, Thread
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Connection, event, select

from core.closing.person import ErasureCause
from core.infra.db import Base, Database
from core.infra.errors import ImmoError
from core.infra.http import OutboundHttp
from core.infra.ids import digest
from core.infra.outbox import drain
from core.infra.settings import Mode
from core.infra.store.interface import Kind
from core.people.rules import PersonStatus
from core.people.tables import PersonRow
from development.mail_server import Mailbox
from idp import jobs
from idp.account import erasure
from idp.app import create_app
from idp.credentials.tables import SignInRow
from idp.wiring import Services
from tests.core.infra.servers import Server, answering, serving
from tests.support import markers
from tests.support.offices import kinds
from tests.support.product import HttpsClient
from tests.support.sign_in import Browser
from tests.support.tools import CALLBACK, TOOL_SCOPE, Office, a_client, an_office

_ENOUGH_STEPS = 200
Snapshot = dict[str, list[str]]


class Fuse:
    """Ends the process, without any farewell, at the step of the given number."""

    def __init__(self, steps: int) -> None:
        self._left = steps

    def step(self, *_details: object) -> None:
        """Count one step."""
        if self._left == 0:
            os._exit(9)
        self._left -= 1


def run_in_a_process(act: Callable[[], None]) -> int:
    child = os.fork()
    if child == 0:
        try:
            act()
        except BaseException:  # noqa: BLE001 - the child must not run on into the other tests
            os._exit(1)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status)


def snapshot(connection: Connection) -> Snapshot:
    tables = Base.metadata.sorted_tables
    return {table.name: sorted(map(str, connection.execute(select(table)).all())) for table in tables}


def erase(services: Services, person_id: Any) -> None:
    erasure.erase(services, person_id, by=None, cause=ErasureCause.ABUSE, now=services.clock.now())


@pytest.fixture
def office(services: Services, idp_app: object) -> Office:
    """Return the office; Anna has something in every table."""
    office = an_office(services)
    with services.database.transaction() as session:
        kinds(session)
    with services.database.engine.begin() as connection:
        markers.mark(connection, office.anna)
    return office


def test_process_may_die_between_any_two_statements(services: Services, office: Office) -> None:
    """Until the commit nothing of it lasts, after it all of it does; the next attempt goes through."""
    with services.database.engine.begin() as connection:
        before = snapshot(connection)
    services.database.close()
    deaths = 0
    for steps in range(_ENOUGH_STEPS):

        def attempt(left: int = steps) -> None:
            fuse, database = Fuse(left), Database(services.settings.database_url)
            for name in ("before_cursor_execute", "commit", "checkin"):
                event.listen(database.engine, name, fuse.step)
            erase(replace(services, database=database), office.anna)

        ended = run_in_a_process(attempt)
        with services.database.engine.begin() as connection:
            after = snapshot(connection)
        services.database.close()
        if after != before:
            assert not any(markers.MARK in row for name in set(after) - {"outbox"} for row in after[name])
            assert ended in {0, 9}
            break
        assert ended == 9
        deaths += 1
    assert deaths > 20
    with services.database.reading() as session:
        assert session.get_one(PersonRow, office.anna).status == PersonStatus.ANONYMISED


@pytest.mark.parametrize("round_", range(4))
def test_sign_in_at_the_same_moment_ends_with_nobody_signed_in(
    services: Services, idp: Callable[[], FlaskClient], office: Office, round_: int
) -> None:
    """Whoever comes first: afterwards no session counts, no row of theirs is left, no page breaks."""
    browser = Browser(idp()).authorize("plain")
    barrier, errors = Barrier(2), []

    def sign_in() -> None:
        barrier.wait()
        browser.sign_in("bert.janssens")

    def go() -> None:
        barrier.wait()
        try:
            erase(services, office.bert)
        except ImmoError as error:
            errors.append(error)

    threads = [Thread(target=sign_in), Thread(target=go)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert errors == []
    assert browser.status < 500
    answer = Browser(browser.client).authorize("plain", prompt="none").answer
    assert answer["error"] == "login_required"
    erasure.sweep(services, now=services.clock.now())
    with services.database.reading() as session:
        assert session.scalars(select(SignInRow).where(SignInRow.person_id == office.bert)).all() == []
        assert session.get(PersonRow, office.bert) is None


# Through the worker, with tools that are told.


@pytest.fixture
def tool() -> Iterator[Server]:
    """Yield a server that stands for both tools."""
    with serving(answering(b"")) as server:
        yield server


def test_person_who_is_at_work_in_two_tools_goes_for_good(services: Services, tool: Server, mailbox: Mailbox) -> None:
    """Sessions, tokens and cookies are worth nothing, both tools are told, and only the last mail is sent."""
    reaching = replace(services, http=OutboundHttp(services.settings.outbound, Mode.TEST, [tool.port]))
    app = create_app(reaching.settings, services=reaching)
    app.config["TEST_BASE_URL"] = reaching.settings.issuer
    app.test_client_class = HttpsClient
    office = an_office(reaching)
    for name, tool_id in (("atlas", office.atlas), ("rent", office.rent)):
        policy = {"scope": TOOL_SCOPE, "session_refresh": True}
        a_client(reaching, name, tool_id=tool_id, policy=policy, backchannel_logout_uri=f"{tool.url}/{name}")
    browser = Browser(app.test_client())
    tokens = [_tokens(browser, "atlas", office.noord_atlas), _tokens(browser, "rent", office.noord_rent)]
    cookie = browser.cookie("immo-idp")
    assert cookie is not None
    assert services.store.get(Kind.SSO_SESSION, digest(cookie)) is not None

    erase(reaching, office.anna)
    handlers = jobs.handlers(reaching)
    while drain(reaching.database, handlers, now=services.clock.now()).handled:
        pass

    assert sorted(request.partition(" HTTP")[0] for request in tool.requests) == ["POST /atlas", "POST /rent"]
    assert services.store.get(Kind.SSO_SESSION, digest(cookie)) is None
    for (client_id, held), secret in zip(tokens, ("atlas-secret", "rent-secret"), strict=True):
        form = {"grant_type": "refresh_token", "refresh_token": held["refresh_token"]}
        answer = browser.client.post("/token", data=form, auth=(client_id, secret)).get_json()
        assert answer["error"] == "invalid_grant"
        bearer = {"Authorization": f"Bearer {held['access_token']}"}
        assert browser.client.get("/userinfo", headers=bearer).status_code == 401
    assert browser.authorize("plain").sign_in().page.has("#login")
    sent = [mail for mail in mailbox.mails() if mail.to == ("anna.peeters@people.example",)]
    assert [mail.subject for mail in sent][-1:] == ["Your account is deleted"]
    assert len([mail for mail in sent if mail.subject == "Your account is deleted"]) == 1
    with services.database.engine.begin() as connection:
        assert markers.find(connection, "anna.peeters", "Anna") == []


def _tokens(browser: Browser, client_id: str, registration_id: str) -> tuple[str, dict[str, str]]:
    browser.authorize(client_id)
    if browser.page.has("#login"):
        browser.sign_in()
    code = browser.start(registration_id).answer["code"]
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK}
    answer = browser.client.post("/token", data=form, auth=(client_id, f"{client_id}-secret")).get_json()
    return client_id, answer
