"""A provider that dies at a chosen write: for tests that kill it at every one in turn.

The store and the database are real. What dies is the process, at every point in turn where it
writes: just before the write, or just after it.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event

from core.infra.store.interface import EphemeralStore, Writes
from idp.app import create_app
from idp.wiring import Services
from tests.support.product import HttpsClient
from tests.support.sign_in import Browser

_WRITES = frozenset({"put", "put_then_get", "add", "take", "delete", "hit"})


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
