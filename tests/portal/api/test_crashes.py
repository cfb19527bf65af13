"""The portal is killed between any two statements of a charge: the same call once more makes it one charge."""

import os
from collections.abc import Callable

from sqlalchemy import event

from tests.support.tool_calls import PURCHASE, ToolDesk

_KILLED = 9
_ENOUGH_STEPS = 100
_STEPS = ("begin", "before_cursor_execute", "after_cursor_execute", "commit", "checkin")


def in_a_process_that_dies_at(step: int, desk: ToolDesk, act: Callable[[], object]) -> bool:
    """Do something in a process that ends without farewell at a step of its database; tell whether it did."""
    child = os.fork()
    if child == 0:
        left = step

        def count(*_details: object) -> None:
            nonlocal left
            if left == 0:
                os._exit(_KILLED)
            left -= 1

        try:
            # The connections are the parent's.
            desk.services.database.engine.dispose(close=False)
            for name in _STEPS:
                event.listen(desk.services.database.engine, name, count)
            act()
        except BaseException:  # noqa: BLE001 - the child must not run on into the other tests
            os._exit(1)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    ended = os.waitstatus_to_exitcode(status)
    assert ended in (0, _KILLED)
    return ended == _KILLED


def test_killed_at_any_step_a_charge_that_is_repeated_is_made_once(desk: ToolDesk) -> None:
    token, lasted_when_killed = desk.token(desk.bram), set[bool]()
    # So that the child has the keys of the provider, as a portal that runs has.
    assert desk.get("/charges?reference=r", token).status_code == 200
    desk.recharge(desk.anna, _ENOUGH_STEPS * 100)
    full = desk.balance(desk.anna)

    for step in range(_ENOUGH_STEPS):
        body, key = {**PURCHASE, "amount_cents": 100, "reference": f"r-{step}"}, f"k-{step}"
        died = in_a_process_that_dies_at(step, desk, lambda: desk.post("/charges", token, body, key=key))  # noqa: B023
        lasts = desk.balance(desk.anna) == full - (step + 1) * 100

        again = desk.post("/charges", token, body, key=key)

        assert (again.status_code, "Idempotency-Replayed" in again.headers) == (201, lasts)
        assert desk.balance(desk.anna) == full - (step + 1) * 100
        if not died:
            break
        lasted_when_killed.add(lasts)

    # Killed before the commit, and after it.
    assert lasted_when_killed == {False, True}
    assert 10 < step < _ENOUGH_STEPS - 1
