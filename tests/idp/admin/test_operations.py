"""What each operation does: to whom, what stands in the audit trail, and what its answer says."""

import json
from datetime import timedelta
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from sqlalchemy import select, update

from core.closing.person import ErasureCause
from core.infra import outbox
from core.infra.audit import AuditRow
from core.infra.job_runs import recorded
from core.infra.outbox import OutboxRow, Periodic
from core.infra.topics import MailRequested
from core.people.identifiers import PersonId
from core.people.profiles import NewPerson, create, person_facts
from core.staff import roles
from core.staff.states import StaffRole
from idp.admin.openapi import OPERATIONS, document
from idp.oidc.clients import find_client, policy_to_json
from idp.oidc.tables import ClientRow
from idp.signing import rotation
from tests.support.grants import rows
from tests.support.staff import StaffDesk, a_portal


def acted(desk: StaffDesk) -> list[dict[str, Any]]:
    """Return what staff did by the audit trail, the latest last."""
    with desk.services.database.reading() as session:
        found = session.scalars(select(AuditRow).where(AuditRow.action == "staff-acted").order_by(AuditRow.id)).all()
        return [{"by": row.actor_id, "about": row.subject_id, **row.details} for row in found]


def actions(desk: StaffDesk) -> list[str]:
    with desk.services.database.reading() as session:
        return list(session.scalars(select(AuditRow.action).order_by(AuditRow.id)))


def letters(desk: StaffDesk) -> list[str]:
    with desk.services.database.reading() as session:
        rows = session.scalars(select(OutboxRow).where(OutboxRow.topic == MailRequested.topic)).all()
        return [str(row.body["template"]) for row in rows]


def never_activated(desk: StaffDesk) -> PersonId:
    person = NewPerson("carla.new", "carla@people.example", "Carla", "New", "fr")
    with desk.services.database.transaction() as session:
        return create(session, person, now=desk.services.clock.now())


def ok(answer: Any) -> dict[str, Any]:
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.get_json()
    return found


def waiting(answer: Any) -> str:
    assert answer.status_code == 202, answer.text
    return str(answer.get_json()["approval"])


def test_account_says_what_the_helpdesk_needs_and_nothing_that_proves_or_names_its_person(desk: StaffDesk) -> None:
    answer = desk.as_helpdesk("GET", f"/people/{desk.anna}")

    found = ok(answer)
    assert (found["has_password"], found["has_authenticator"], found["passkeys"], found["sessions"]) == (
        *(True, False, 0, 0),
    )
    assert (found["eid_linked_at"], found["second_factor_locked_seconds"]) == (None, 0)
    assert found["erasure"]["fate"] == "deleted"
    assert not {"anna", "peeters", "argon2", "people.example"} & set(answer.text.lower().replace('"', " ").split())
    assert "anna.peeters" not in answer.text
    assert desk.as_helpdesk("GET", "/people/usr_nobody").status_code == 404


def test_an_act_stands_in_the_trail_with_who_why_and_where_it_is_on_file(desk: StaffDesk) -> None:
    ok(desk.as_helpdesk("POST", f"/people/{desk.anna}/sign-out-everywhere"))

    assert acted(desk) == [
        {
            "by": desk.fatima,
            "about": desk.anna,
            "operation": "signOutEverywhere",
            "role": "helpdesk",
            "reason": "correction",
            "reference": "T-1",
        }
    ]


@pytest.mark.parametrize(
    ("sent", "pointer"),
    [
        ({"reason": "because", "reference": "T-1"}, "/reason"),
        ({"reason": "abuse", "reference": "Anna Peeters"}, "/reference"),
        ({"reason": "abuse", "reference": "85073003328"}, "/reference"),
        ({"reason": "abuse"}, "/reference"),
        ({"reason": "abuse", "reference": "T-1", "note": "She called."}, "/note"),
        ({"reason": 1, "reference": "T-1"}, "/reason"),
    ],
)
def test_without_a_reason_that_may_be_kept_nothing_is_done(desk: StaffDesk, sent: dict[str, Any], pointer: str) -> None:
    before = actions(desk)

    answer = desk.call(desk.token(desk.fatima, "helpdesk"), "POST", f"/people/{desk.anna}/sign-out-everywhere", sent)

    assert answer.status_code == 422
    assert [wrong["pointer"] for wrong in answer.get_json()["errors"]] == [pointer]
    assert actions(desk) == before


@pytest.mark.parametrize("body", ["", "[]", "{", "nul", '{"reason":"abuse","reference":"T-1"' + " " * 70_000 + "}"])
def test_what_is_no_object_is_refused(desk: StaffDesk, body: str) -> None:
    token, path = desk.token(desk.fatima, "helpdesk"), f"/people/{desk.anna}/send-recovery"
    headers = {"Authorization": f"DPoP {token.value}", "DPoP": desk._proof(token, "POST", path)}

    answer = desk.http.post(f"/admin/v1{path}", headers=headers, data=body)

    assert answer.status_code in {413, 422}
    assert answer.mimetype == "application/problem+json"
    assert letters(desk) == []


def test_codes_are_mailed_to_the_person_and_told_to_nobody(desk: StaffDesk) -> None:
    carla = never_activated(desk)

    activation = desk.as_helpdesk("POST", f"/people/{carla}/resend-activation")
    recovery = desk.as_helpdesk("POST", f"/people/{desk.anna}/send-recovery")

    assert (ok(activation), ok(recovery)) == ({}, {})
    assert letters(desk) == ["activation-code", "recovery"]
    assert desk.as_helpdesk("POST", f"/people/{desk.anna}/resend-activation").status_code == 404
    assert desk.as_helpdesk("POST", f"/people/{carla}/send-recovery").status_code == 404
    again = desk.as_helpdesk("POST", f"/people/{desk.anna}/send-recovery")
    assert (again.status_code, again.get_json()["code"]) == (429, "rate-limited")


def test_erasure_is_asked_for_and_undone_for_a_person_who_hears_of_it(desk: StaffDesk) -> None:
    path = f"/people/{desk.anna}"

    first = ok(desk.as_helpdesk("POST", f"{path}/request-erasure"))
    second = ok(desk.as_helpdesk("POST", f"{path}/request-erasure"))
    due = ok(desk.as_helpdesk("GET", path))["erasure_due_at"]
    undone = ok(desk.as_helpdesk("POST", f"{path}/undo-erasure"))

    assert (first, second, undone) == ({"changed": True}, {"changed": False}, {"changed": True})
    assert due is not None
    assert ok(desk.as_helpdesk("GET", path))["erasure_due_at"] is None
    assert letters(desk) == ["erasure-requested-by-helpdesk", "erasure-undone-by-helpdesk"]


def test_an_account_is_erased_by_two_and_never_by_one(desk: StaffDesk) -> None:
    asked = waiting(desk.as_helpdesk("POST", f"/people/{desk.anna}/anonymise", {"cause": "deceased"}))

    alone = desk.approve(asked, desk.fatima, "helpdesk")
    of_another_role = desk.approve(asked, desk.gilles, "operator")
    with desk.services.database.reading() as session:
        assert person_facts(session, desk.anna) is not None
    together = desk.approve(asked, desk.ismael, "helpdesk")

    assert (alone.status_code, alone.get_json()["code"]) == (409, "same-person")
    assert (of_another_role.status_code, of_another_role.get_json()["code"]) == (403, "not-staff")
    assert ok(together) == {"decision": "approve"}
    with desk.services.database.reading() as session:
        assert person_facts(session, desk.anna) is None
        gone = session.scalars(select(AuditRow).where(AuditRow.action == "person-deleted")).one()
    assert (gone.actor_id, gone.details) == (
        desk.fatima,
        {"cause": ErasureCause.DECEASED.value, "reference": "T-1"},
    )
    assert desk.approve(asked, desk.ismael, "helpdesk").get_json()["code"] == "approval-over"


def test_refused_and_withdrawn_acts_are_not_carried_out(desk: StaffDesk) -> None:
    for by, decision in ((desk.ismael, "refuse"), (desk.fatima, "withdraw")):
        asked = waiting(desk.as_helpdesk("POST", f"/people/{desk.anna}/anonymise", {"cause": "abuse"}))
        assert ok(desk.approve(asked, by, "helpdesk", decision)) == {"decision": decision}

    with desk.services.database.reading() as session:
        assert person_facts(session, desk.anna) is not None


def test_who_decides_as_second_person_is_made_by_two_and_developers_by_one(desk: StaffDesk) -> None:
    ok(desk.as_operator("POST", f"/staff/{desk.anna}/give", {"role": "developer"}))
    alone = [desk.as_operator("POST", f"/staff/{desk.anna}/give", {"role": role}) for role in ("operator", "helpdesk")]
    asked = [waiting(desk.as_operator("POST", f"/staff/{desk.anna}/give-{role}")) for role in ("operator", "helpdesk")]
    with desk.services.database.reading() as session:
        assert roles.roles_of(session, desk.anna) == {StaffRole.DEVELOPER}
    for approval in asked:
        ok(desk.approve(approval, desk.joke, "operator"))
    with desk.services.database.reading() as session:
        assert roles.roles_of(session, desk.anna) == set(StaffRole)
    for role in ("helpdesk", "developer"):
        ok(desk.as_operator("POST", f"/staff/{desk.anna}/take", {"role": role}))

    assert {answer.status_code for answer in alone} == {422}
    with desk.services.database.reading() as session:
        assert roles.roles_of(session, desk.anna) == {StaffRole.OPERATOR}
    listed = ok(desk.as_operator("GET", "/staff"))["staff"]
    assert {(row["username"], row["role"]) for row in listed} >= {("anna.peeters", "operator")}


def test_the_last_operator_stays_whatever_two_decide(desk: StaffDesk) -> None:
    asked = waiting(desk.as_operator("POST", f"/staff/{desk.joke}/take-operator"))
    other = waiting(desk.as_operator("POST", f"/staff/{desk.gilles}/take-operator"))
    assert desk.approve(asked, desk.joke, "operator").status_code == 200

    answer = desk.approve(other, desk.joke, "operator")

    # Joke decided about herself, and is no operator any more: so she decides nothing further.
    assert (answer.status_code, answer.get_json()["code"]) == (403, "not-staff")


def test_policy_is_changed_on_the_version_that_was_read(desk: StaffDesk) -> None:
    path = f"/clients/{desk.client.client_id}"
    read = ok(desk.as_operator("GET", path))
    policy = {**read["policy"], "skip_single_context": True}

    changed = ok(desk.as_operator("PUT", f"{path}/policy", {"version": read["version"], "policy": policy}))
    stale = desk.as_operator("PUT", f"{path}/policy", {"version": read["version"], "policy": read["policy"]})

    assert changed == {"version": read["version"] + 1}
    assert (stale.status_code, stale.get_json()["code"]) == (409, "client-changed-meanwhile")
    (earlier,) = ok(desk.as_operator("GET", f"{path}/policies"))["policies"]
    assert (earlier["policy"], earlier["version"], earlier["replaced_by"]) == (
        *(read["policy"], read["version"], desk.gilles),
    )
    with desk.services.database.reading() as session:
        client = find_client(session, desk.client.client_id)
        assert client is not None
        assert policy_to_json(client.policy) == policy


@pytest.mark.parametrize(
    "change",
    [
        {"first_party": False},
        {"scope": ["made-up"]},
        {"scope": []},
        {"profile": "lax"},
        {"profile": "fapi2-security"},
        {"scope": "openid"},
        {"require_pkce": "yes"},
        {"resources": [1]},
        {"surprise": True},
        {"token_exchange": None},
    ],
)
def test_a_policy_that_does_not_fit_is_refused(desk: StaffDesk, change: dict[str, Any]) -> None:
    path = f"/clients/{desk.client.client_id}"
    read = ok(desk.as_operator("GET", path))

    answer = desk.as_operator(
        "PUT", f"{path}/policy", {"version": read["version"], "policy": {**read["policy"], **change}}
    )

    assert (answer.status_code, answer.get_json()["code"]) == (409, "policy-refused")
    assert ok(desk.as_operator("GET", path)) == read


def test_no_tool_gets_the_scopes_of_staff(desk: StaffDesk) -> None:
    a_portal(desk.services, "tool", first_party=False, scope=("openid", "profile"), resources=())
    read = ok(desk.as_operator("GET", "/clients/tool"))
    policy = {**read["policy"], "scope": ["openid", "operator"]}

    answer = desk.as_operator("PUT", "/clients/tool/policy", {"version": read["version"], "policy": policy})

    assert answer.get_json()["code"] == "policy-refused"


def test_a_client_is_kept_out_by_two_and_let_in_by_one(desk: StaffDesk) -> None:
    a_portal(desk.services, "tool")
    asked = waiting(desk.as_operator("POST", "/clients/tool/disable"))
    assert ok(desk.as_operator("GET", "/clients/tool"))["enabled"]

    ok(desk.approve(asked, desk.joke, "operator"))

    assert not ok(desk.as_operator("GET", "/clients/tool"))["enabled"]
    assert [row["client_id"] for row in ok(desk.as_operator("GET", "/clients", enabled="false"))["clients"]] == ["tool"]
    assert ok(desk.as_operator("POST", "/clients/tool/enable")) == {"changed": True}


def test_clients_are_listed_by_page_and_found_by_name(desk: StaffDesk) -> None:
    for number in range(55):
        a_portal(desk.services, f"tool-{number:02}")

    first, second = (ok(desk.as_operator("GET", "/clients", page=str(page))) for page in (1, 2))
    found = ok(desk.as_operator("GET", "/clients", search="TOOL-07"))
    wrong = desk.as_operator("GET", "/clients", page="0")

    assert (len(first["clients"]), len(second["clients"]), first["count"]) == (50, 6, 56)
    assert [row["client_id"] for row in found["clients"]] == ["tool-07"]
    assert wrong.get_json()["errors"] == [{"pointer": "/page", "code": "out-of-range"}]
    assert ok(desk.as_operator("GET", "/clients", search="%"))["count"] == 0


def test_developers_see_their_own_and_make_a_few_tokens_for_themselves(desk: StaffDesk) -> None:
    a_portal(desk.services, "hers")
    with desk.services.database.transaction() as session:
        session.execute(update(ClientRow).where(ClientRow.client_id == "hers").values(owner_id=desk.hannah))
    wanted = {"profile": "oidc", "uses": 2, "days": 7}

    made = ok(desk.as_developer("POST", "/registration-tokens", wanted))
    for_another = desk.as_developer("POST", "/registration-tokens", {**wanted, "person_id": desk.anna})
    too_many = desk.as_developer("POST", "/registration-tokens", {**wanted, "uses": 100})
    by_operator = ok(desk.as_operator("POST", "/registration-tokens", {**wanted, "person_id": desk.anna, "uses": 100}))

    assert [row["client_id"] for row in ok(desk.as_developer("GET", "/clients"))["clients"]] == ["hers"]
    assert ok(desk.as_developer("GET", "/clients", owner_id=desk.anna))["count"] == 1
    assert desk.as_developer("GET", "/clients/portal").status_code == 404
    assert ok(desk.as_developer("GET", "/clients/hers"))["owner_id"] == desk.hannah
    assert (for_another.status_code, too_many.status_code) == (409, 409)
    assert [row["id"] for row in ok(desk.as_developer("GET", "/registration-tokens"))["tokens"]] == [made["id"]]
    assert len(ok(desk.as_operator("GET", "/registration-tokens"))["tokens"]) == 2
    assert desk.as_developer("POST", f"/registration-tokens/{by_operator['id']}/revoke").status_code == 404
    assert ok(desk.as_developer("POST", f"/registration-tokens/{made['id']}/revoke")) == {"changed": True}


def test_keys_go_their_way_and_leave_it_by_two(desk: StaffDesk) -> None:
    services = desk.services
    made = ok(desk.as_operator("POST", "/signing-keys", {"algorithm": "ES256"}))["kid"]
    early = desk.as_operator("POST", f"/signing-keys/{made}/activate")
    asked = waiting(desk.as_operator("POST", f"/signing-keys/{made}/retire"))
    not_retired = desk.as_operator("POST", f"/signing-keys/{made}/destroy")
    ok(desk.approve(asked, desk.joke, "operator"))
    asked = waiting(desk.as_operator("POST", f"/signing-keys/{made}/destroy"))
    ok(desk.approve(asked, desk.joke, "operator"))

    assert early.get_json()["code"] == "too-early"
    assert not_retired.get_json()["code"] == "wrong-key-state"
    listed = {row["kid"]: row for row in ok(desk.as_operator("GET", "/signing-keys"))["keys"]}
    assert (listed[made]["state"], listed[made]["place"]) == ("retired", None)
    with services.database.reading() as session:
        assert len([key for key in rotation.list_keys(session) if key.state == "active"]) == 4


def test_a_key_signs_after_its_time_or_at_once(desk: StaffDesk) -> None:
    made = ok(desk.as_operator("POST", "/signing-keys", {"algorithm": "EdDSA"}))["kid"]

    ok(desk.as_operator("POST", f"/signing-keys/{made}/activate", {"at_once": True}))

    states = {row["kid"]: row["state"] for row in ok(desk.as_operator("GET", "/signing-keys"))["keys"]}
    assert states[made] == "active"


def test_what_could_not_be_delivered_is_seen_without_content_and_revived(desk: StaffDesk) -> None:
    now = desk.services.clock.now()
    mail = MailRequested("access-closed", desk.anna, "anna@people.example", "en", {"tool": "t", "organisation": "o"})
    with desk.services.database.transaction() as session:
        message_id = outbox.enqueue(session, mail, now=now)
        session.flush()
        session.execute(update(OutboxRow).values(dead_at=now, last_error="TimeoutError"))

    answer = desk.as_operator("GET", "/dead-letters")
    revived = desk.as_operator("POST", f"/dead-letters/{message_id}/revive")

    assert [letter["id"] for letter in ok(answer)["dead_letters"]] == [message_id]
    assert "anna" not in answer.text
    assert ok(revived) == {}
    assert ok(desk.as_operator("GET", "/dead-letters")) == {"waiting": 1, "dead_letters": []}
    assert desk.as_operator("POST", f"/dead-letters/{message_id}/revive").status_code == 404


def test_jobs_tell_how_they_fared(desk: StaffDesk) -> None:
    services, now = desk.services, desk.services.clock.now()

    def fail(_now: Any) -> None:
        raise RuntimeError("anna@people.example")

    recorded(services.database, Periodic("good-job", timedelta(minutes=10), lambda _now: None)).function(now)
    bad = recorded(services.database, Periodic("bad-job", timedelta(minutes=10), fail))
    for _ in range(2):
        with pytest.raises(RuntimeError):
            bad.function(now)
    desk.services.clock.advance(timedelta(minutes=22))  # type: ignore[attr-defined]

    answer = desk.as_operator("GET", "/jobs")

    failed, good = ok(answer)["jobs"]
    assert (failed["name"], failed["error"], failed["failures_in_a_row"], failed["succeeded_at"]) == (
        *("bad-job", "unexpected", 2, None),
    )
    assert (good["name"], good["error"], good["is_late"]) == ("good-job", None, True)
    assert "anna" not in answer.text


def test_description_and_metadata_are_there_for_everybody(desk: StaffDesk) -> None:
    issuer = desk.services.settings.issuer

    description = desk.http.get("/admin/v1/openapi.json").get_json()
    metadata = desk.http.get("/.well-known/oauth-protected-resource/admin/v1").get_json()

    assert description == json.loads(json.dumps(document(issuer)))
    assert description["openapi"].startswith("3.1")
    assert metadata["resource"] == f"{issuer}/admin/v1"
    assert metadata["scopes_supported"] == ["developer", "helpdesk", "operator"]
    assert metadata["dpop_bound_access_tokens_required"] is True
    assert desk.http.get("/admin/v1/nothing").status_code == 404
    wrong = desk.http.delete("/admin/v1/clients")
    assert (wrong.status_code, wrong.headers["Allow"]) == (405, "GET, HEAD, OPTIONS")


def test_every_operation_is_described_once_and_its_schemas_are_schemas(desk: StaffDesk) -> None:
    """Every answer of every test here was compared with the description, by `StaffDesk.call`."""
    described = [
        operation for path in document("https://issuer.example")["paths"].values() for operation in path.values()
    ]

    assert sorted(operation["operationId"] for operation in described) == sorted(op.name for op in OPERATIONS)
    for operation in described:
        for place in (*operation["responses"].values(), operation.get("requestBody", {"content": {}})):
            for content in place["content"].values():
                Draft202012Validator.check_schema(content["schema"])


def test_nothing_personal_or_secret_stands_in_log_or_trail(desk: StaffDesk, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    token = desk.token(desk.fatima, "helpdesk")
    desk.call(token, "GET", f"/people/{desk.anna}")
    desk.as_helpdesk("POST", f"/people/{desk.anna}/send-recovery")
    waiting(desk.as_helpdesk("POST", f"/people/{desk.anna}/anonymise", {"cause": "deceased"}))
    ok(desk.as_operator("POST", "/registration-tokens", {"profile": "oidc", "uses": 1, "days": 1}))

    assert "staff_call" in {record.getMessage() for record in caplog.records}
    said = " ".join(str(vars(record)) for record in caplog.records) + json.dumps(
        rows(desk.services, "audit"), default=str
    )
    said += json.dumps(rows(desk.services, "approval"), default=str)
    for word in ("anna.peeters", "fatima", "Peeters", "people.example", token.value):
        assert word not in said, word
