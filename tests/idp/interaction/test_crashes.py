"""Kill the provider between any two writes of a journey: the person goes on or starts again.

The store and the database are real. What dies is the process, at every point in turn where it
writes: just before the write, or just after it.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, select

from core.infra.outbox import OutboxRow
from core.infra.store.interface import EphemeralStore, Writes
from idp.app import create_app
from idp.oidc import codes
from idp.oidc.tables import ConsentRow, ParticipantRow
from idp.wiring import Services
from tests.support.product import HttpsClient
from tests.support.sign_in import Browser
from tests.support.tools import Office, a_client

_WRITES = frozenset({"put", "add", "take", "delete", "hit"})


class Killed(BaseException):
    """The process is gone; nothing in it may catch this."""


class Fate:
    """Counts the writes of a request and kills the process at the one that was chosen."""

    def __init__(self, *, is_after: bool) -> None:
        self.countdown: int | None = None
        self.is_after = is_after

    def strike(self, write: Callable[[], Any]) -> Any:
        """Do the write, or die before or after it."""
        if self.countdown is not None:
            self.countdown -= 1
        dies = self.countdown == -1
        if dies and not self.is_after:
            raise Killed
        done = write()
        if dies:
            raise Killed
        return done


class MortalStore:
    """The real store, used by a process that may die."""

    def __init__(self, store: EphemeralStore, fate: Fate) -> None:
        self._store, self._fate = store, fate

    def __getattr__(self, name: str) -> Any:
        verb = getattr(self._store, name)
        if name not in _WRITES:
            return verb
        return lambda *given, **named: self._fate.strike(lambda: verb(*given, **named))

    @contextmanager
    def pipeline(self) -> Iterator[Writes]:
        """Die before or after all writes of a pipeline: the store does all or nothing."""
        queued: list[tuple[str, tuple[Any, ...]]] = []

        class Queue:
            def put(self, *given: Any) -> None:
                queued.append(("put", given))

            def delete(self, *given: Any) -> None:
                queued.append(("delete", given))

        yield Queue()

        def send() -> None:
            with self._store.pipeline() as real:
                for verb, given in queued:
                    getattr(real, verb)(*given)

        self._fate.strike(send)


@pytest.fixture(params=["before", "after"])
def fate(request: pytest.FixtureRequest) -> Fate:
    """Return what decides when the process dies: before a write, or just after it."""
    return Fate(is_after=request.param == "after")


@pytest.fixture
def mortal(services: Services, fate: Fate) -> Iterator[Flask]:
    """Yield the provider's application in a process that may die."""

    def before_commit(_connection: object) -> None:
        if not fate.is_after:
            fate.strike(lambda: None)

    made_of = replace(services, store=MortalStore(services.store, fate))
    app = create_app(services.settings, services=made_of)
    app.config["TEST_BASE_URL"] = services.settings.issuer
    app.test_client_class = HttpsClient
    event.listen(services.database.engine, "commit", before_commit)
    yield app
    event.remove(services.database.engine, "commit", before_commit)


def press(browser: Browser, selector: str, fate: Fate, point: int, **fields: str) -> bool:
    """Press a button in the provider that dies at a point; tell whether it did."""
    fate.countdown = point
    try:
        browser.press(selector, **fields)
    except Killed:
        # The next process has connections of its own.
        services_of(browser).database.engine.dispose()
        return True
    finally:
        fate.countdown = None
    return False


def services_of(browser: Browser) -> Services:
    """Return what the provider of a browser is made of."""
    found = browser.client.application.extensions["immo"]
    assert isinstance(found, Services)
    return found


def go_on(browser: Browser, office: Office) -> dict[str, str]:
    """Go on as a person would: look at the page again, start again in the tool if it says so."""
    browser.get(browser.url)
    for _ in range(4):
        if browser.location is not None:
            return browser.answer
        if browser.page.has("#error"):
            browser.authorize("rent")
        elif browser.page.has("#login"):
            browser.sign_in()
        else:
            browser.start(office.noord_rent)
    raise AssertionError(browser.page.text)


@pytest.mark.parametrize("page", ["sign-in", "choice"])
def test_sign_in_survives_death_at_every_write(
    services: Services, office: Office, mortal: Flask, fate: Fate, page: str
) -> None:
    deaths = 0
    for point in range(40):
        browser = Browser(mortal.test_client()).authorize("rent")
        if page == "sign-in":
            died = press(
                browser, "#sign-in", fate, point,
                username="anna.peeters", password="correct horse battery",
            )  # fmt: skip
        else:
            browser.sign_in()
            button = f"button.start-context[value={office.noord_rent}]"
            died = press(browser, button, fate, point)
        if not died:
            break
        deaths += 1

        answer = go_on(browser, office)

        grant = codes.redeem(services.store, answer["code"], "rent")
        assert grant.subject.person_id == office.anna
        assert grant.subject.context is not None
        with services.database.reading() as session:
            assert len(session.scalars(select(ConsentRow)).all()) == 1
            sids = [row.sid for row in session.scalars(select(ParticipantRow))]
            assert grant.subject.sid in sids
    assert deaths >= 2


def test_sign_out_survives_death_at_every_write(services: Services, office: Office, mortal: Flask, fate: Fate) -> None:
    """Nobody stays signed in believing to be out, and each tool is told exactly once."""
    a_client(services, "plain", backchannel_logout_uri="https://192.0.2.1/logout")
    deaths = 0
    for point in range(40):
        browser = Browser(mortal.test_client()).authorize("plain").sign_in()
        if browser.location is None:
            browser.press("#allow")
        sid = codes.redeem(services.store, browser.answer["code"], "plain").subject.sid
        browser.get("/end_session")
        if not press(browser, "#sign-out", fate, point):
            break
        deaths += 1

        browser.get("/end_session")
        if browser.page.has("#sign-out"):
            browser.press("#sign-out")

        assert browser.page.has("#signed-out")
        assert Browser(browser.client).authorize("plain", prompt="none").answer["error"] == "login_required"
        with services.database.reading() as session:
            assert session.scalars(select(ParticipantRow).where(ParticipantRow.sid == sid)).all() == []
            told = [row for row in session.scalars(select(OutboxRow)) if row.body.get("sid") == sid]
            assert len(told) == 1
    assert deaths >= 2


def test_change_of_person_survives_death_at_every_write(
    services: Services, office: Office, mortal: Flask, fate: Fate
) -> None:
    """The tools of whoever was here before hear of it exactly once, whenever the process dies."""
    a_client(services, "plain", backchannel_logout_uri="https://192.0.2.1/logout")
    deaths = 0
    for point in range(40):
        browser = Browser(mortal.test_client()).authorize("plain").sign_in("anna.peeters")
        if browser.location is None:
            browser.press("#allow")
        sid = codes.redeem(services.store, browser.answer["code"], "plain").subject.sid
        browser.authorize("plain", prompt="login")
        typed = {"username": "bert.janssens", "password": "correct horse battery"}
        if not press(browser, "#sign-in", fate, point, **typed):
            break
        deaths += 1

        browser.get(browser.url)
        if browser.page.has("#login"):
            browser.sign_in("bert.janssens")
        if browser.location is None:
            browser.press("#allow")

        assert codes.redeem(services.store, browser.answer["code"], "plain").subject.person_id == office.bert
        with services.database.reading() as session:
            told = [row for row in session.scalars(select(OutboxRow)) if row.body.get("sid") == sid]
            assert len(told) == 1
    assert deaths >= 3
