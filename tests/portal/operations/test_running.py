"""Programs, tokens, registers, keys, staff, messages and jobs at the operators' desk."""

from datetime import timedelta

from sqlalchemy import select, update
from werkzeug.test import TestResponse

from core.accreditations import uploads
from core.accreditations.tables import RegisterSnapshotRow, RegisterUploadRow
from core.infra.outbox import OutboxRow, enqueue
from core.infra.topics import AccessChanged
from core.staff.roles import roles_of
from core.staff.states import StaffRole
from idp.oidc.clients import find_client
from idp.oidc.registered_client import ClientPolicy, RegisteredClient
from idp.oidc.tables import ClientRow, RegistrationTokenRow
from portal.operations import policy_form
from tests.portal.operations.conftest import WHY, Operations
from tests.support.staff_portal import StaffBrowser

ATLAS = "/operations/clients/atlas"
HOLDER = "85061512390"
FILE = f"national_number,number,list,column,status\n{HOLDER},500777,tableau,intermediary,active\n"


def client(operations: Operations) -> RegisteredClient:
    with operations.ground.database.reading() as session:
        found = find_client(session, "atlas")
    assert found is not None
    return found


def policy(operations: Operations, **changes: str) -> dict[str, str]:
    found = client(operations).policy
    shown = policy_form.filled_in({name: getattr(found, name) for name in ClientPolicy.__slots__})
    with operations.ground.database.reading() as session:
        version = session.get_one(ClientRow, "atlas").version
    return {**shown, "version": str(version), **WHY, **changes}


def test_programs_are_found_and_their_policy_changed_and_set_anew(operations: Operations) -> None:
    browser = operations.at("/operations/clients?search=atl")
    assert [row.attributes["data-client"] for row in browser.page.all("tr[data-client]")] == ["atlas"]
    assert not browser.get("/operations/clients?search=atl&enabled=false").page.has("#clients")
    before = client(operations).policy.scope
    assert "atlas" in browser.get(ATLAS).page.one("h1").text.lower()

    first, second = operations.at(f"{ATLAS}/policy"), operations.at(f"{ATLAS}/policy", "joke.operator")
    seen = policy(operations)
    first.post(f"{ATLAS}/policy", **{**seen, "scope": "openid\nprofile", "require_pkce": "yes"})
    assert first.page.has("#done"), first.page.text
    assert (client(operations).policy.scope, client(operations).policy.require_pkce) == (("openid", "profile"), True)
    second.post(f"{ATLAS}/policy", **{**seen, "introspection": "yes"})
    assert (second.status, second.page.one("#problem").attributes["data-code"]) == (409, "client-changed-meanwhile")
    assert second.page.has("#meanwhile")

    browser.get(f"{ATLAS}/policy?from=1")
    assert set(before) <= set(browser.page.one("#scope").text.split())
    browser.post(f"{ATLAS}/policy", **policy(operations, scope="\n".join(before)))
    assert client(operations).policy.scope == before
    (first_deed, _) = operations.deeds("client-policy-changed")
    assert first_deed.details["reference"] == "OPS-1"


def test_a_policy_that_is_wrong_is_refused(operations: Operations) -> None:
    browser = operations.at(f"{ATLAS}/policy")
    for change, status, place in (
        ({"profile": "none"}, 422, "#profile-error"),
        ({"require_acr": "none"}, 422, "#require_acr-error"),
        ({"resources": "two words"}, 422, "#resources-error"),
        ({"reference": ""}, 422, "#reference-error"),
        ({"scope": "openid\nno-such-scope"}, 409, "#problem"),
        ({"scope": "openid\noperator"}, 409, "#problem"),
        ({"profile": "fapi2-security"}, 409, "#problem"),
    ):
        browser.get(f"{ATLAS}/policy").post(f"{ATLAS}/policy", **policy(operations, **change))
        assert (browser.status, browser.page.has(place)) == (status, True), change
    assert client(operations).policy.profile == "oidc"


def test_a_program_is_kept_out_by_two_let_in_by_one_and_connected(operations: Operations) -> None:
    browser = operations.at(f"{ATLAS}/disable").post(f"{ATLAS}/disable", **WHY)
    assert browser.page.has("#done")
    assert client(operations).enabled
    again = browser.get(f"{ATLAS}/disable").post(f"{ATLAS}/disable", **WHY)
    assert (again.status, again.page.one("#problem").attributes["data-code"]) == (409, "already-asked-for")
    assert operations.at("/operations", "joke.operator").page.has("li[data-code=approvals]")
    operations.approve()
    assert not client(operations).enabled
    browser.get(f"{ATLAS}/enable").post(f"{ATLAS}/enable", **WHY)
    assert client(operations).enabled

    version = policy(operations)["version"]
    browser.get(f"{ATLAS}/tool").post(f"{ATLAS}/tool", version=version, tool="", **WHY)
    assert client(operations).tool_id is None, browser.page.text
    stale = browser.get(f"{ATLAS}/tool").post(f"{ATLAS}/tool", version=version, tool="atlas", **WHY)
    assert stale.status == 409
    browser.get(f"{ATLAS}/tool").post(f"{ATLAS}/tool", version=policy(operations)["version"], tool="atlas", **WHY)
    assert client(operations).tool_id == operations.tool
    assert browser.get(f"{ATLAS}/tool").post(f"{ATLAS}/tool", version="9", tool="none", **WHY).status == 422


def test_a_token_is_made_for_its_owner_shown_once_and_ended(operations: Operations) -> None:
    path = "/operations/tokens/new"
    form = {"owner": "bert.demeyer", "profile": "oidc", "uses": "2", "days": "10", **WHY}
    browser = operations.at(path).post(path, **form)

    assert len(browser.page.one("#token-value").text.strip()) > 30, browser.page.text
    with operations.ground.database.reading() as session:
        row = session.scalars(select(RegistrationTokenRow)).one()
    assert (row.person_id, row.uses_left) == (operations.people["bert"], 2)
    assert not browser.get("/operations/tokens").page.has("#token-value")
    browser.get(f"/operations/tokens/{row.id}/revoke").post(f"/operations/tokens/{row.id}/revoke", **WHY)
    assert browser.page.has("#done")
    for field, value in (("owner", "nobody"), ("uses", "0"), ("days", "367"), ("uses", "x"), ("profile", "x")):
        wrong = browser.get(path).post(path, **{**form, field: value})
        assert (wrong.status, wrong.page.has(f"#{field}-error")) == (422, True), field


def upload(browser: StaffBrowser, content: bytes, **fields: str) -> StaffBrowser:
    path = "/operations/imports/upload"
    browser.get(path)
    return browser._follow(upload_at_once(browser, content, **fields), path)


def upload_at_once(browser: StaffBrowser, content: bytes, **fields: str) -> TestResponse:
    data = {"csrf_token": browser.form_token, "file_format": "csv", "kind": "be.biv", **WHY, **fields}
    parts = [f'--b\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n' for name, value in data.items()]
    head = '--b\r\nContent-Disposition: form-data; name="file"; filename="register.csv"\r\n\r\n'
    body = "".join(parts).encode() + head.encode() + content + b"\r\n--b--\r\n"
    content_type = "multipart/form-data; boundary=b"
    return browser.portal.post("/operations/imports/upload", data=body, content_type=content_type)


def read(operations: Operations) -> str | None:
    provider = operations.ground.provider
    secret = provider.settings.secret
    return uploads.read_waiting(operations.ground.database, provider.number_keys, secret, now=operations.now)


def test_a_register_is_sent_kept_sealed_read_by_the_worker_and_reported(operations: Operations) -> None:
    browser = upload(operations.at("/operations"), FILE.encode())

    assert browser.page.has("#done"), browser.page.text
    with operations.ground.database.reading() as session:
        row = session.scalars(select(RegisterUploadRow)).one()
    assert (row.state, row.uploaded_by) == ("waiting", operations.ground.people["gilles.operator"])
    assert row.content is not None
    assert HOLDER not in row.content
    assert browser.get("/operations").page.has("li[data-code=imports-running]")
    assert read(operations) == row.id
    assert read(operations) is None
    with operations.ground.database.reading() as session:
        done = session.get_one(RegisterUploadRow, row.id)
        assert (done.state, done.read, done.added, done.content) == ("done", 1, 1, None)
        assert session.scalars(select(RegisterSnapshotRow.entries)).one() == 1
    assert browser.get(f"/operations/imports/{row.id}").page.one("#upload").attributes["data-state"] == "done"
    assert browser.get("/operations/imports").page.has("#registers")
    (deed,) = operations.deeds("register-file-sent")
    assert deed.details["reference"] == "OPS-1"


def test_a_register_wants_a_fresh_sign_in_before_the_file_is_chosen(operations: Operations) -> None:
    browser = operations.ground.browser("gilles.operator")
    browser.signs_in_ago = timedelta(minutes=6)
    browser.get("/operations")

    answer = upload_at_once(browser, FILE.encode())

    assert (answer.status_code, answer.location) == (303, "/operations/imports/upload")
    with operations.ground.database.reading() as session:
        assert session.scalars(select(RegisterUploadRow)).all() == []
    assert browser.portal.get(answer.location).location == "/staff/sign-in?fresh=1"


def test_a_register_that_is_not_right_changes_nothing_and_says_where(operations: Operations) -> None:
    browser = operations.at("/operations")
    for content, fields, place in (
        (b"", {}, "#file-error"),
        (FILE.encode(), {"kind": ""}, "#kind-error"),
        (FILE.encode(), {"kind": "be.none"}, "#kind-error"),
        (FILE.encode(), {"reference": "x"}, "#reference-error"),
        (b"x" * (uploads.BYTES_MAX + 1), {}, "#file-error"),
    ):
        upload(browser, content, **fields)
        assert (browser.status, browser.page.has(place)) == (422, True), (fields, browser.page.text[:300])
    for content in (FILE.replace("500777", "5").encode(), b"\xff\xfe\x00", b"{}"):
        upload(browser, content)
        upload_id = read(operations)
        page = browser.get(f"/operations/imports/{upload_id}").page
        assert page.one("#upload").attributes["data-state"] == "refused", content
    assert browser.get("/operations").page.has("li[data-code=imports-failed]")
    upload(browser, FILE.encode(), is_dry_run="yes")
    read(operations)
    with operations.ground.database.reading() as session:
        assert session.scalars(select(RegisterSnapshotRow)).all() == []


def test_a_file_over_which_a_worker_died_is_not_kept(operations: Operations) -> None:
    upload(operations.at("/operations"), FILE.encode())
    with operations.ground.database.transaction() as session:
        session.execute(update(RegisterUploadRow).values(state="running"))
    operations.ground.clock.advance(timedelta(minutes=16))

    assert read(operations) is None
    with operations.ground.database.reading() as session:
        row = session.scalars(select(RegisterUploadRow)).one()
    assert (row.state, row.content, row.refused) == ("failed", None, "worker-died")


def test_a_dead_letter_is_seen_without_its_content_and_revived(operations: Operations) -> None:
    message = AccessChanged(
        person_id=operations.people["bert"], organisation_id="org_1", registration_id="reg_secret", reason="x"
    )
    with operations.ground.database.transaction() as session:
        message_id = enqueue(session, message, now=operations.now)
        session.flush()
        row = session.get_one(OutboxRow, message_id)
        row.dead_at, row.attempts, row.last_error = operations.now, 9, "unavailable"
    browser = operations.at("/operations")

    assert browser.page.has("li[data-code=dead-letters]")
    page = browser.get("/operations/work").page
    assert page.has(f"li[data-message={message_id}]")
    assert "reg_secret" not in page.text
    path = f"/operations/work/{message_id}/revive"
    assert browser.get(path).post(path).status == 422
    assert browser.get(path).post(path, **WHY).page.has("#done")
    with operations.ground.database.reading() as session:
        assert session.get_one(OutboxRow, message_id).dead_at is None
    assert browser.get(path).status == 404
    assert not browser.get("/operations").page.has("li[data-code=dead-letters]")


def test_a_key_takes_its_steps_in_their_time(operations: Operations) -> None:
    browser = operations.at("/operations/keys")
    states = {row.attributes["data-kid"]: row.attributes["data-state"] for row in browser.page.all("li[data-kid]")}
    browser.get("/operations/keys/new").post("/operations/keys/new", algorithm="ES256", **WHY)
    assert browser.page.has("#done"), browser.page.text
    (kid,) = {row.attributes["data-kid"] for row in browser.page.all("li[data-kid]")} - set(states)
    path = f"/operations/keys/{kid}"

    early = browser.get(f"{path}/activate").post(f"{path}/activate", **WHY)
    assert (early.status, early.page.one("#problem").attributes["data-code"]) == (409, "too-early")
    browser.get(f"{path}/activate").post(f"{path}/activate", at_once="yes", **WHY)
    after = {row.attributes["data-kid"]: row.attributes["data-state"] for row in browser.page.all("li[data-kid]")}
    assert after[kid] == "active"
    wrong = browser.get(f"{path}/retire").post(f"{path}/retire", **WHY)
    assert wrong.page.one("#problem").attributes["data-code"] == "wrong-key-state"
    assert browser.get("/operations/keys/new").post("/operations/keys/new", algorithm="none", **WHY).status == 422


def test_who_decides_as_second_person_is_made_by_two_and_developers_by_one(operations: Operations) -> None:
    bert, path = operations.people["bert"], "/operations/staff/give"
    browser = operations.at(f"{path}/developer").post(f"{path}/developer", username="bert.demeyer", **WHY)
    assert browser.page.has(f"li[data-person={bert}]"), browser.page.text

    def held() -> frozenset[StaffRole]:
        with operations.ground.database.reading() as session:
            return roles_of(session, bert)

    for role in ("operator", "helpdesk"):
        browser.get(f"{path}/{role}").post(f"{path}/{role}", username="bert.demeyer", **WHY)
        assert StaffRole(role) not in held()
        operations.approve()
        assert StaffRole(role) in held()
    taking = f"/operations/staff/{bert}/take/helpdesk"
    browser.get(taking).post(taking, **WHY)
    assert held() == {StaffRole.OPERATOR, StaffRole.DEVELOPER}
    assert browser.get(taking).status == 404
    nobody = browser.get(f"{path}/helpdesk").post(f"{path}/helpdesk", username="nobody", **WHY)
    assert (nobody.status, nobody.page.has("#username-error")) == (422, True)


def test_all_is_well_where_nothing_needs_anybody(operations: Operations) -> None:
    page = operations.at("/operations").page

    assert page.has(".empty-state")
    assert not page.has("#attention")


def test_a_dangerous_act_asks_who_it_is_and_keeps_what_was_typed(operations: Operations) -> None:
    browser = operations.ground.browser("gilles.operator")
    browser.signs_in_ago = timedelta(minutes=30)
    browser.get("/operations/tools/atlas/unpublish")
    browser.signs_in_ago = timedelta(0)

    browser.post("/operations/tools/atlas/unpublish", **WHY)

    assert (browser.sign_ins, browser.url) == (2, "/operations/tools/atlas/unpublish")
    assert browser.page.one("#reference").attributes["value"] == "OPS-1"
    assert operations.deeds("approval-asked") == []
    assert browser.post("/operations/tools/atlas/unpublish", **WHY).page.has("#done")
