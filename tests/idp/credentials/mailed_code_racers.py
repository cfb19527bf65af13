"""What a process does in a race for one code: opens the database itself, waits for the others, goes."""

import multiprocessing
from collections.abc import Callable
from typing import Any

from core.infra.db import Database
from core.infra.errors import RuleError
from core.infra.secret import Secret
from core.people.identifiers import PersonId
from idp.credentials import mailed_codes
from idp.credentials.tables import CodePurpose
from tests.support.ground import START

SECRET = Secret("a-secret-of-the-tests-and-nobody-else")
PURPOSE = CodePurpose.ACTIVATION
_SECONDS = 60

# A barrier made by a spawning context; its class is not public.
Barrier = Any


def outcome(database: Database, person_id: str, typed: str) -> str:
    """Enter a code and return what was said: `right`, or the error's code."""
    try:
        mailed_codes.enter(
            database, secret=SECRET, purpose=PURPOSE, person_id=PersonId(person_id), typed=typed, now=START
        )
    except RuleError as error:
        return error.code
    return "right"


def enter_in_process(url: str, person_id: str, typed: tuple[str, ...], barrier: Barrier) -> list[str]:
    """Enter each of these codes, together with the other processes."""
    database = Database(url)
    barrier.wait(_SECONDS)
    found = [outcome(database, person_id, code) for code in typed]
    database.close()
    return found


def race(
    act: Callable[[str, str, tuple[str, ...], Barrier], list[str]],
    url: str,
    person_id: str,
    typed: tuple[str, ...],
    *,
    processes: int,
) -> list[str]:
    """Run one act in several processes at once and return everything that was said."""
    context = multiprocessing.get_context("spawn")
    with context.Manager() as manager:
        barrier = manager.Barrier(processes)
        with context.Pool(processes) as pool:
            running = [pool.apply_async(act, (url, person_id, typed, barrier)) for _ in range(processes)]
            return [said for each in running for said in each.get(2 * _SECONDS)]
