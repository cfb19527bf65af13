"""A developer tries a tool's sign-in, and manages a program of their own anew."""

from dataclasses import replace
from datetime import timedelta

from core.infra.clock import FixedClock
from core.infra.ids import new_id
from core.people.identifiers import PersonId
from core.tools.catalogue import tool_by_code
from idp.oidc import registration
from idp.oidc.clients import find_client
from idp.oidc.registration import Registration
from tests.support.grants import a_client, an_office
from tests.support.staff import StaffDesk


def a_program(desk: StaffDesk, owner: PersonId) -> Registration:
    """Register a program for a person, as the registration endpoint does."""
    like = a_client(desk.services)
    with desk.services.database.transaction() as session:
        new = replace(like, client_id=new_id("cli"))
        return registration.register(session, new, owner_id=owner, now=desk.services.clock.now())


def test_each_tool_has_one_client_to_try_it_with_that_stands_for_it_and_knows_no_secret(desk: StaffDesk) -> None:
    an_office(desk.services, desk.anna)

    first = desk.call(desk.token(desk.hannah, "developer"), "POST", "/try-outs", {"tool": "a-tool"})
    again = desk.call(desk.token(desk.hannah, "developer"), "POST", "/try-outs", {"tool": "a-tool"})

    assert first.status_code == again.status_code == 200, first.text
    assert first.get_json() == again.get_json()
    with desk.services.database.reading() as session:
        client = find_client(session, first.get_json()["client_id"])
        assert client is not None
        assert client.tool_id == tool_by_code(session, "a-tool")
    assert client.is_public
    assert client.grant_types == ("authorization_code",)
    assert client.redirect_uris == (f"{desk.services.settings.portal_url}/developers/try-out/callback",)
    assert "offline_access" not in client.policy.scope
    assert {"organization", "accreditations", "identity"} <= set(client.policy.scope)


def test_a_client_to_try_with_that_an_operator_disabled_stays_so(desk: StaffDesk) -> None:
    an_office(desk.services, desk.anna)
    ask = (desk.token(desk.hannah, "developer"), "POST", "/try-outs", {"tool": "a-tool"})
    client_id = desk.call(*ask).get_json()["client_id"]
    now = desk.services.clock.now()
    with desk.services.database.transaction() as session:
        registration.set_enabled(session, desk.services.store, client_id, enabled=False, now=now)

    assert desk.call(*ask).status_code == 200

    with desk.services.database.reading() as session:
        client = find_client(session, client_id)
    assert client is not None
    assert not client.enabled


def test_a_tool_that_is_not_there_cannot_be_tried(desk: StaffDesk) -> None:
    answer = desk.call(desk.token(desk.hannah, "developer"), "POST", "/try-outs", {"tool": "nothing"})

    assert answer.status_code == 404


def test_the_owner_of_a_program_gets_another_token_to_manage_it_and_the_first_counts_no_more(desk: StaffDesk) -> None:
    program = a_program(desk, desk.hannah)
    path = f"/clients/{program.client.client_id}/registration-access-token"

    answer = desk.call(desk.token(desk.hannah, "developer"), "POST", path, {})

    assert answer.status_code == 200, answer.text
    address = f"/register/{program.client.client_id}"

    def manages(token: str) -> int:
        return desk.http.get(address, headers={"Authorization": f"Bearer {token}"}).status_code

    assert manages(answer.get_json()["registration_access_token"]) == 200
    assert manages(program.registration_access_token) == 401


def test_a_program_of_somebody_else_is_not_there(desk: StaffDesk) -> None:
    program = a_program(desk, desk.anna)
    path = f"/clients/{program.client.client_id}/registration-access-token"

    assert desk.call(desk.token(desk.hannah, "developer"), "POST", path, {}).status_code == 404


def test_a_developer_registers_one_program_of_their_own_with_a_token_of_some_minutes(
    desk: StaffDesk, clock: FixedClock
) -> None:
    ask = (desk.token(desk.hannah, "developer"), "POST", "/own-programs", {"profile": "oidc"})
    token, late = (desk.call(*ask).get_json()["token"] for _ in range(2))
    program = {"client_name": "Mine", "redirect_uris": ["https://mine.example/callback"]}

    def register(with_token: str) -> tuple[int, str]:
        answer = desk.http.post("/register", json=program, headers={"Authorization": f"Bearer {with_token}"})
        return answer.status_code, answer.get_json().get("client_id", "")

    status, client_id = register(token)
    assert status == 201
    with desk.services.database.reading() as session:
        assert registration.owner_of(session, client_id) == desk.hannah
    assert register(token)[0] == 401
    clock.advance(timedelta(minutes=6))
    assert register(late)[0] == 401
