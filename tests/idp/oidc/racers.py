"""Sixty-four uses of one thing at the same moment: threads of one provider, or of several processes."""

import multiprocessing
import threading
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import Any

from flask import Flask

from core.infra.clock import FixedClock
from core.infra.settings import Settings
from idp.app import create_app
from idp.wiring import build_services
from tests.support.ground import START

USES = 64
_PROCESSES = 4
_SECONDS = 120
# A barrier made by a spawning context; its class is not public.
Barrier = Any


@dataclass(frozen=True)
class Request:
    """One request as everybody sends it."""

    method: str
    path: str
    form: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Answer:
    """What one of them was answered."""

    status: int
    location: str | None
    text: str


def by_threads(app: Flask, request: Request) -> list[Answer]:
    """Send a request from as many threads at once, each a caller of its own."""
    return _send_all(app, request, USES, threading.Barrier(USES))


def by_processes(settings: Settings, requests: list[Request]) -> list[list[Answer]]:
    """Send each request from as many threads in several processes at once; return the answers by request."""
    context = multiprocessing.get_context("spawn")
    with context.Manager() as manager:
        barrier = manager.Barrier(_PROCESSES)
        with context.Pool(_PROCESSES) as pool:
            running = [pool.apply_async(_take_part, (settings, requests, barrier)) for _ in range(_PROCESSES)]
            parts = [each.get(_SECONDS) for each in running]
    return [[answer for part in parts for answer in part[number]] for number in range(len(requests))]


def _take_part(settings: Settings, requests: list[Request], barrier: Barrier) -> list[list[Answer]]:
    services = replace(build_services(settings), clock=FixedClock(START))
    app = create_app(settings, services=services)
    answers = []
    for request in requests:
        barrier.wait(_SECONDS)
        answers.append(_send_all(app, request, USES // _PROCESSES, threading.Barrier(USES // _PROCESSES)))
    services.database.close()
    return answers


def _send_all(app: Flask, request: Request, number: int, start: threading.Barrier) -> list[Answer]:
    def send(_: int) -> Answer:
        caller = app.test_client()
        start.wait()
        response = caller.open(
            request.path, method=request.method, data=dict(request.form), headers=dict(request.headers)
        )
        return Answer(response.status_code, response.headers.get("Location"), response.text)

    with ThreadPoolExecutor(number) as pool:
        return list(pool.map(send, range(number)))
