"""What a process does in a race for a password: builds the provider itself, waits for the others, goes."""

import multiprocessing
from dataclasses import replace
from typing import Any

from core.infra.clock import FixedClock
from core.infra.errors import ImmoError
from core.infra.settings import Settings
from idp.credentials.security_mail import Place
from idp.oidc import new_password
from idp.wiring import build_services
from tests.support.ground import START

_SECONDS = 60
# A barrier made by a spawning context; its class is not public.
Barrier = Any


def recover_in_process(settings: Settings, name: str, password: str, barrier: Barrier) -> str:
    """Recover with the proof of this name; return the password, or the error's code."""
    services = replace(build_services(settings), clock=FixedClock(START))
    barrier.wait(_SECONDS)
    try:
        new_password.recover(services, name, password=password, place=Place(), now=START)
    except ImmoError as error:
        return error.code
    finally:
        services.database.close()
    return password


def race(settings: Settings, proofs: list[str]) -> list[str]:
    """Recover once for each of these names, in as many processes at once; return all that was said."""
    context = multiprocessing.get_context("spawn")
    with context.Manager() as manager:
        barrier = manager.Barrier(len(proofs))
        with context.Pool(len(proofs)) as pool:
            running = [
                pool.apply_async(recover_in_process, (settings, name, f"trein-boom-{number}-zee", barrier))
                for number, name in enumerate(proofs)
            ]
            return [each.get(2 * _SECONDS) for each in running]
