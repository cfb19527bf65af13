"""Who may look and act at the operators' desk: every view, by everybody, also after the role was lost."""

from collections.abc import Iterator

import pytest
from sqlalchemy import func, select

from core.accreditations.tables import KindVersionRow, RegisterUploadRow
from core.infra.audit import AuditRow
from core.staff import roles
from core.staff.errors import NotStaff
from core.staff.reasons import Reason, StaffReason
from core.staff.states import StaffRole
from core.staff.tables import ApprovalRow
from core.tools import editing
from core.tools.tables import ToolVersionRow
from portal.operations.areas import BLUEPRINTS
from tests.portal.operations.conftest import WHY, Operations

OTHERS = ("anna.peeters", "fatima.helpdesk", "hannah.developer", "bert.demeyer")
FORM = {**WHY, "version": "1", "step": "confirm", "name_nl": "x", "name_fr": "x", "name_en": "x", "issuer": "x"}


def calls(operations: Operations) -> Iterator[tuple[str, str]]:
    """Yield method and path of every view of the operators."""
    names = {
        "code": "atlas",
        "usage": "estate-agent",
        "part": "roles",
        "name": "user",
        "to": 1,
        "client_id": "atlas",
        "act": "enable",
        "token_id": "rtk_1",
        "message_id": "evt_1",
        "upload_id": "rup_1",
        "kid": "k",
        "entry_id": "bke_1",
        "decision": "book",
        "person_id": operations.people["bert"],
        "role": "helpdesk",
    }
    own = {blueprint.name for blueprint in BLUEPRINTS}
    adapter = operations.ground.app.url_map.bind("portal.immo.test")
    for rule in operations.ground.app.url_map.iter_rules():
        if rule.endpoint.partition(".")[0] in own:
            given = {**names, **({"act": "publish"} if "tools" in rule.endpoint else {})}
            given |= {"act": "activate"} if "keys" in rule.endpoint else {}
            path = adapter.build(rule.endpoint, {name: given[name] for name in rule.arguments})
            yield from ((method, path) for method in ("GET", "POST") if method in (rule.methods or ()))


def traces(operations: Operations) -> list[int]:
    tables = (ApprovalRow, ToolVersionRow, KindVersionRow, RegisterUploadRow)
    with operations.ground.database.reading() as session:
        deeds = select(func.count()).select_from(AuditRow).where(AuditRow.action != "signed-in")
        return [
            session.execute(one).scalar_one()
            for one in (deeds, *(select(func.count()).select_from(table) for table in tables))
        ]


@pytest.mark.parametrize("who", OTHERS)
def test_nobody_but_an_operator_sees_or_does_anything(operations: Operations, who: str) -> None:
    browser = operations.at("/", who).get("/sign-in").get("/organisations/add")
    token, before = browser.form_token, traces(operations)
    found = list(calls(operations))

    assert len(found) > 50
    for method, path in found:
        data = {**FORM, "csrf_token": token} if method == "POST" else None
        answer = browser.portal.open(path, method=method, data=data)
        assert answer.status_code == 403, (method, path, answer.status_code)
    assert traces(operations) == before


def test_strangers_are_sent_to_sign_in_and_forms_need_their_token(operations: Operations) -> None:
    browser = operations.at("/operations")
    for method, path in calls(operations):
        if method == "POST":
            assert browser.portal.post(path, data=FORM).status_code == 400, path
        else:
            assert operations.ground.app.test_client().get(path).status_code == 303, path


def test_a_role_that_was_lost_closes_the_desk_and_core_asks_again(operations: Operations) -> None:
    browser = operations.at("/operations/tools")
    token, gilles = browser.form_token, operations.ground.people["gilles.operator"]
    why = Reason(StaffReason.SECURITY, "T-1")
    with operations.ground.database.transaction() as session:
        roles.take_away(session, gilles, StaffRole.OPERATOR, by=None, why=why, now=operations.now)
    before = traces(operations)

    assert browser.portal.get("/operations").status_code == 403
    assert browser.portal.post("/operations/tools/atlas/edit", data={**FORM, "csrf_token": token}).status_code == 403
    with pytest.raises(NotStaff), operations.ground.database.transaction() as session:
        editing.change(session, operations.tool, lambda found: found, version=1, by=gilles, why=why, now=operations.now)
    assert traces(operations) == before


def test_an_operator_sees_every_page_of_the_desk(operations: Operations) -> None:
    browser = operations.at("/operations")

    assert (browser.status, browser.page.has("#operations-parts")) == (200, True)
    seen = 0
    for method, path in calls(operations):
        if method == "GET":
            browser.get(path)
            assert browser.status in (200, 404), (path, browser.status)
            seen += browser.status == 200
    assert seen > 25
