"""Many calls at once over HTTP: money for ten is spent ten times, a call that is repeated happens once."""

from collections import Counter

import pytest
from sqlalchemy import Connection, event

from tests.support.at_once import at_once
from tests.support.tool_calls import PURCHASE, ToolDesk

EUR_1 = {**PURCHASE, "amount_cents": 100}


def test_fifty_charges_on_money_for_ten_succeed_ten_times(desk: ToolDesk) -> None:
    token, statuses = desk.token(desk.bram), list[int]()

    def charge() -> None:
        statuses.append(desk.post("/charges", token, EUR_1).status_code)

    assert at_once(*[charge] * 50) == []

    assert Counter(statuses) == {201: 10, 402: 40}
    assert desk.balance(desk.anna) == 0


def test_fifty_calls_with_one_key_are_one_charge_and_49_repetitions(desk: ToolDesk) -> None:
    token, answers = desk.token(desk.bram), list[tuple[int, bytes, str | None]]()

    def charge() -> None:
        answer = desk.post("/charges", token, EUR_1, key="k-1")
        answers.append((answer.status_code, answer.data, answer.headers.get("Idempotency-Replayed")))

    assert at_once(*[charge] * 50) == []

    assert Counter(replayed for *_, replayed in answers) == {None: 1, "true": 49}
    assert {status for status, *_ in answers} == {201}
    assert len({body for _, body, _ in answers}) == 1
    assert desk.balance(desk.anna) == 900


@pytest.mark.only_on("postgres")
@pytest.mark.parametrize(("collisions", "status", "left"), [(2, 201, 900), (3, 503, 1_000)])
def test_a_charge_that_was_in_the_way_of_others_is_begun_three_times(
    desk: ToolDesk, collisions: int, status: int, left: int
) -> None:
    token, undone = desk.token(desk.bram), list[int]()

    def collide(connection: Connection) -> None:
        if len(undone) < collisions:
            undone.append(1)
            connection.exec_driver_sql("DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = 'serialization_failure'; END $$")

    event.listen(desk.services.database.engine, "commit", collide)
    answer = desk.post("/charges", token, EUR_1)
    event.remove(desk.services.database.engine, "commit", collide)

    assert (answer.status_code, len(undone)) == (status, collisions)
    assert (answer.headers.get("Retry-After") is None) is (status == 201)
    assert desk.balance(desk.anna) == left
