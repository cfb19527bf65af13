"""The portal is killed between any two statements of a charge: the same call once more makes it one charge."""

from tests.support.killed import in_a_process_that_dies_at
from tests.support.tool_calls import PURCHASE, ToolDesk

_ENOUGH_STEPS = 100


def test_killed_at_any_step_a_charge_that_is_repeated_is_made_once(desk: ToolDesk) -> None:
    token, lasted_when_killed = desk.token(desk.bram), set[bool]()
    # So that the child has the keys of the provider, as a portal that runs has.
    assert desk.get("/charges?reference=r", token).status_code == 200
    desk.recharge(desk.anna, _ENOUGH_STEPS * 100)
    full = desk.balance(desk.anna)

    for step in range(_ENOUGH_STEPS):
        body, key = {**PURCHASE, "amount_cents": 100, "reference": f"r-{step}"}, f"k-{step}"
        engine = desk.services.database.engine
        died = in_a_process_that_dies_at(step, engine, lambda: desk.post("/charges", token, body, key=key))  # noqa: B023
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
