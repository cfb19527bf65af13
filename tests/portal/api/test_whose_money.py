"""An organisation's money is touched by no other organisation's token, and a client's doings by no other client."""

from sqlalchemy import event
from werkzeug.test import TestResponse

from core.tools.registration import end
from tests.support.tool_calls import PURCHASE, Context, ToolDesk


def is_not_found(answer: TestResponse) -> bool:
    return (answer.status_code, answer.get_json()["code"]) == (404, "not-found")


def test_what_a_client_made_for_one_organisation_is_out_of_reach_of_everybody_else(desk: ToolDesk) -> None:
    charged = desk.post("/charges", desk.token(desk.bram), {**PURCHASE, "reference": "r-1"}).get_json()
    held = desk.post("/holds", desk.token(desk.bram), {**PURCHASE, "reference": "r-2"}).get_json()
    strangers = {
        "another organisation's token of the same client": desk.token(desk.carl),
        "another client's token of the same person": desk.token(desk.bram, client="rent"),
        "another organisation's token of another client": desk.token(desk.carl, client="rent"),
        "another client itself": desk.token(None, client="rent"),
    }

    for who, token in strangers.items():
        assert is_not_found(desk.get(f"/charges/{charged['id']}", token)), who
        assert is_not_found(desk.post(f"/charges/{charged['id']}/refund", token)), who
        assert is_not_found(desk.post(f"/holds/{held['id']}/capture", token)), who
        assert is_not_found(desk.post(f"/holds/{held['id']}/void", token)), who
        for reference in ("r-1", "r-2"):
            assert desk.get(f"/charges?reference={reference}", token).get_json() == {"charges": []}, who

    assert (desk.balance(desk.anna), desk.balance(desk.carl)) == (500, 1_000)
    assert desk.post(f"/holds/{held['id']}/void", desk.token(desk.anna)).status_code == 200
    assert desk.post(f"/charges/{charged['id']}/refund", desk.token(None)).status_code == 201
    assert desk.balance(desk.anna) == 1_000


def test_a_grant_that_mixes_people_and_offices_pays_nothing(desk: ToolDesk) -> None:
    mixed = [
        # Somebody else's registration, an office they are not in, their office with another's registration.
        Context(desk.carl.person_id, desk.anna.organisation_id, desk.anna.registration_id),
        Context(desk.bram.person_id, desk.carl.organisation_id, desk.carl.registration_id),
        Context(desk.bram.person_id, desk.carl.organisation_id, desk.bram.registration_id),
        Context(desk.carl.person_id, desk.anna.organisation_id, desk.carl.registration_id),
    ]

    for context in mixed:
        for path in ("/charges", "/holds"):
            answer = desk.post(path, desk.token(context), PURCHASE)
            assert (answer.status_code, answer.get_json()["code"]) == (403, "context-closed"), context
        answer = desk.get("/balance", desk.token(context, scope="wallet:read"))
        assert (answer.status_code, answer.get_json()["code"]) == (403, "context-closed"), context

    assert (desk.balance(desk.anna), desk.balance(desk.carl)) == (1_000, 1_000)


def test_each_office_pays_for_its_own_people_alone(desk: ToolDesk) -> None:
    assert desk.post("/charges", desk.token(desk.carl, client="rent"), PURCHASE).status_code == 201

    assert (desk.balance(desk.anna), desk.balance(desk.carl)) == (1_000, 750)


def test_a_tool_that_was_given_up_takes_nothing_new_and_still_gives_back(desk: ToolDesk) -> None:
    token, own = desk.token(desk.bram), desk.token(None)
    charged = desk.post("/charges", token, PURCHASE).get_json()
    held = desk.post("/holds", token, PURCHASE).get_json()
    with desk.services.database.transaction() as session:
        end(session, desk.anna.registration_id, by=desk.anna.person_id, now=desk.clock.now())

    for context in (desk.anna, desk.bram):
        for path in ("/charges", "/holds"):
            answer = desk.post(path, desk.token(context), PURCHASE)
            assert (answer.status_code, answer.get_json()["code"]) == (403, "context-closed")
    assert desk.post(f"/holds/{held['id']}/void", own).status_code == 200
    assert desk.post(f"/charges/{charged['id']}/refund", own).status_code == 201

    assert desk.balance(desk.anna) == 1_000


def test_a_reference_is_found_by_its_index_however_many_charges_there_are(desk: ToolDesk) -> None:
    """The condition of the partial index is written out: as parameters no database could use it (performance.md)."""
    asked = list[str]()
    event.listen(desk.services.database.engine, "before_cursor_execute", lambda *said: asked.append(said[2]))
    desk.get("/charges?reference=r-1", desk.token(None))
    (statement,) = (text for text in asked if "wallet_transaction" in text)

    with desk.services.database.connection() as connection:
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", ("finder", "r-1", "tool")).all()

    assert any("uq_wallet_transaction_reference" in str(step) for step in plan), plan
