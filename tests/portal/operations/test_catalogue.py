"""The catalogue as versioned data: described, kept, taken back; what a requirement would do, and does."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from core.accreditations.tables import AccreditationKindRow
from core.closing.staff_acts import names_of
from core.infra.clock import belgian_date
from core.tools import requirement_changes, requirements
from core.tools.alternatives import need_of, possibilities
from core.tools.requirement_preview import preview
from core.tools.requirements import NOTHING, AccreditationNeeded, AllOf, AnyOf, MandateNeeded, Need, Requirement
from core.tools.tables import RegistrationRow, RequirementRow, ToolRow
from core.tools.versions import earlier_descriptions, requirement_versions
from portal.operations import tool_forms
from tests.portal.operations.conftest import WHY, Operations
from tests.support.staff_portal import StaffBrowser

ATLAS = "/operations/tools/atlas"
NEEDS = f"{ATLAS}/usages/estate-agent/requirement"
BIV, LENT = AccreditationNeeded("be.biv"), MandateNeeded()
NAMES = {"name_nl": "Gids", "name_fr": "Guide", "name_en": "Guide"}


def texts(operations: Operations, **changes: str) -> dict[str, str]:
    tool = operations.edited()
    return {**tool_forms.tool_filled_in(tool.description), "version": str(tool.version), **WHY, **changes}


def declare(operations: Operations, browser: StaffBrowser) -> None:
    """Let the tool speak of be.biv."""
    browser.get(f"{ATLAS}/edit").post(f"{ATLAS}/edit", **texts(operations, **{"kind-be.biv": "yes"}))
    assert browser.page.has("#done"), browser.page.text


def test_a_description_is_changed_kept_and_set_anew(operations: Operations) -> None:
    browser = operations.at(f"{ATLAS}/edit")
    assert browser.page.one("#name_en").attributes["value"] == "Atlas"

    browser.post(f"{ATLAS}/edit", **texts(operations, name_en="Atlas Two", home_url="https://two.example/a"))

    assert (browser.status, browser.page.has("#done")) == (200, True), browser.page.text
    tool = operations.edited()
    assert (tool.version, tool.description.name.en, tool.description.home_url) == (
        2,
        "Atlas Two",
        "https://two.example/a",
    )
    gilles = operations.ground.people["gilles.operator"]
    with operations.ground.database.reading() as session:
        (kept,) = earlier_descriptions(session, operations.tool)
        assert (kept.version, kept.description.name.en, kept.replaced_by) == (1, "Atlas", gilles)
        assert names_of(session, [gilles])[gilles] in browser.page.one("#earlier").text
    (deed,) = operations.deeds("tool-changed")
    assert (deed.actor_id, deed.details["reference"], deed.details["version"]) == (gilles, "OPS-1", 2)

    browser.get(f"{ATLAS}/versions/1")
    assert "Atlas Two" in browser.page.one("#consequences").text
    browser.post(f"{ATLAS}/versions/1", version="2", **WHY)
    assert browser.page.has("#done"), browser.page.text
    assert (operations.edited().version, operations.edited().description) == (3, kept.description)
    assert browser.get(f"{ATLAS}/versions/9").status == 404


def test_of_two_operators_the_second_sees_what_the_first_changed(operations: Operations) -> None:
    first, second = operations.at(f"{ATLAS}/edit"), operations.at(f"{ATLAS}/edit", "joke.operator")
    seen = texts(operations)
    first.post(f"{ATLAS}/edit", **{**seen, "publisher": "Theirs NV"})

    second.post(f"{ATLAS}/edit", **{**seen, "publisher": "Mine NV"})

    assert (second.status, second.page.one("#problem").attributes["data-code"]) == (409, "changed-meanwhile")
    assert "Theirs NV" in second.page.one("#meanwhile").text
    assert second.page.one("#publisher").attributes["value"] == "Mine NV"
    assert operations.edited().description.publisher == "Theirs NV"
    version = second.page.one("input[name=version]").attributes["value"]
    second.post(f"{ATLAS}/edit", **{**seen, "publisher": "Mine NV", "version": version})
    assert operations.edited().description.publisher == "Mine NV"
    assert operations.edited().version == 3


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name_fr", ""),
        ("name_nl", "x" * 101),
        ("publisher", "\u0007"),
        ("support_address", "nobody"),
        ("home_url", "http://tool.example"),
        ("home_url", "javascript:alert(1)"),
        ("logo_url", "https://user@tool.example/x"),
        ("logo_url", "https://tool.example:99999999/x"),
        ("reason", ""),
        ("reason", "because"),
        ("reference", "Anna Peeters"),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_nothing_changes(operations: Operations, field: str, value: str) -> None:
    browser = operations.at(f"{ATLAS}/edit").post(f"{ATLAS}/edit", **texts(operations, **{field: value}))

    assert (browser.status, browser.page.has(f"#{field}-error")) == (422, True)
    assert operations.edited().version == 1


def test_roles_usages_and_terms_are_added_changed_and_removed_where_nobody_has_them(operations: Operations) -> None:
    browser = operations.at(ATLAS)

    def send(path: str, **fields: str) -> StaffBrowser:
        version = str(operations.edited().version)
        return browser.get(f"{ATLAS}/{path}").post(f"{ATLAS}/{path}", **{"version": version, **WHY, **fields})

    assert send("roles/add", code="guide", entitlements="maps.read\nmaps.write", **NAMES).page.has("#done")
    assert send("usages/add", code="notary", default_role="guide", **NAMES).page.has("#done"), browser.page.text
    assert send("terms/add", version_name="v2", url="https://tool.example/v2").page.has("#done")
    described = operations.edited().description
    assert described.roles[-1].entitlements == ("maps.read", "maps.write")
    assert [usage.code for usage in described.usages] == ["estate-agent", "notary"]
    with operations.ground.database.reading() as session:
        (needs,) = requirement_versions(session, operations.tool, "notary")
    assert needs.requirement == Requirement()

    assert send("roles/guide", entitlements="maps.read", **{**NAMES, "name_en": "Leader"}).page.has("#done")
    assert operations.edited().description.roles[-1].name.en == "Leader"
    for path in ("roles/user/remove", "usages/estate-agent/remove", "terms/v1/remove"):
        assert send(path).page.one("#problem").attributes["data-code"] in {"still-in-use", "unknown-role"}, path
    assert send("roles/guide/remove").page.one("#problem").attributes["data-code"] == "unknown-role"
    for path in ("usages/notary/remove", "roles/guide/remove", "terms/v2/remove"):
        assert send(path).page.has("#done"), (path, browser.page.text)
    after = operations.edited().description
    assert ([one.code for one in after.roles], [one.version for one in after.terms]) == (["user"], ["v1"])
    wrong = (
        ("roles/add", {"code": "user", **NAMES}, "#problem"),
        ("roles/add", {"code": "No Code", **NAMES}, "#code-error"),
        ("roles/add", {"code": "x", "entitlements": "two words", **NAMES}, "#entitlements-error"),
        ("usages/add", {"code": "x", "default_role": "nobody", **NAMES}, "#default_role-error"),
        ("terms/add", {"version_name": "a b", "url": "https://tool.example"}, "#version_name-error"),
        ("terms/add", {"version_name": "v3", "url": "ftp://tool.example"}, "#url-error"),
    )
    for path, fields, place in wrong:
        assert send(path, **fields).page.has(place), (path, fields)


def test_a_tool_is_added_and_taken_out_by_two(operations: Operations) -> None:
    browser = operations.at("/operations/tools/new")
    fields = {**texts(operations), "code": "guide"}
    assert browser.post("/operations/tools/new", **fields).page.has("#done"), browser.page.text
    assert operations.edited("guide").description.roles == ()
    again = browser.get("/operations/tools/new").post("/operations/tools/new", **fields)
    assert (again.status, again.page.one("#problem").attributes["data-code"]) == (409, "code-taken")

    browser.get(f"{ATLAS}/unpublish").post(f"{ATLAS}/unpublish", **WHY)
    assert browser.page.has("#done")
    assert operations.edited().retired_at is None
    assert operations.approve().page.has("#done")
    with operations.ground.database.reading() as session:
        assert session.get_one(ToolRow, operations.tool).retired_at is not None
        left = session.scalars(select(RegistrationRow.status)).all()
    assert set(left) == {"active"}
    assert browser.get(f"{ATLAS}/publish").post(f"{ATLAS}/publish", **WHY).page.has("#done")
    assert operations.edited().retired_at is None


def foresee(operations: Operations, browser: StaffBrowser, **fields: str) -> dict[str, str]:
    """Send the form for a preview and return what its confirmation sends."""
    browser.get(f"{NEEDS}/edit")
    version = browser.page.one("input[name=version]").attributes["value"]
    sent = {"version": version, "terms": "v1", **fields}
    browser.post(f"{NEEDS}/edit", **sent)
    return {**sent, **WHY, "step": "confirm"}


def test_a_preview_says_what_then_really_happens(operations: Operations) -> None:
    browser = operations.at(ATLAS)
    declare(operations, browser)
    shown = foresee(operations, browser, **{"use-1-kind": "be.biv", "use-1-list-tableau": "yes"})

    assert browser.page.has("#preview")
    assert "Office of dora" in browser.page.one("#concerned").text
    assert "Office of bert" not in browser.page.one("#concerned").text
    with operations.ground.database.reading() as session:
        assert len(requirement_versions(session, operations.tool, "estate-agent")) == 1
        wanted = Requirement(use=AnyOf((AccreditationNeeded("be.biv", ("tableau",)),)), terms="v1")
        found = preview(
            session, operations.tool, "estate-agent", wanted, at=operations.now, now=operations.now, most=50
        )
    assert [(office.name, office.users, office.opened) for office in found.offices] == [("Office of dora", 1, 0)]

    browser.post(f"{NEEDS}/edit", **shown)

    assert browser.page.has("#done"), browser.page.text
    with operations.ground.database.reading() as session:
        last = requirement_versions(session, operations.tool, "estate-agent")[0]
    assert (last.version, last.requirement, last.reason, last.reference) == (2, wanted, "maintenance", "OPS-1")
    requirement_changes.carry_out(operations.ground.database, now=operations.now)
    with operations.ground.database.reading() as session:
        back = preview(
            *(session, operations.tool, "estate-agent", Requirement(terms="v1")),
            at=operations.now,
            now=operations.now,
            most=50,
        )
    assert [(office.name, office.users, office.opened) for office in back.offices] == [("Office of dora", 0, 1)]
    stale = browser.get(f"{NEEDS}/edit").post(f"{NEEDS}/edit", **shown)
    assert stale.page.one("#problem").attributes["data-code"] == "changed-meanwhile"


def test_a_requirement_is_set_anew_for_a_day_and_its_reason_is_asked(operations: Operations) -> None:
    browser = operations.at(ATLAS)
    declare(operations, browser)
    day = belgian_date(operations.now) + timedelta(days=30)
    shown = foresee(operations, browser, **{"register-1-kind": "be.biv", "applies_from": day.isoformat(), "eid": "yes"})

    without = browser.post(f"{NEEDS}/edit", **{**shown, "reference": "no number"})
    assert (without.status, without.page.has("#reference-error"), without.page.has("#preview")) == (422, True, True)
    browser.post(f"{NEEDS}/edit", **shown)
    with operations.ground.database.reading() as session:
        row = session.get_one(RequirementRow, (operations.tool, "estate-agent", 2))
    assert row.applies_from > operations.now + timedelta(days=28)
    assert requirements.parse(row.requirement).eid
    browser.get(f"{NEEDS}/edit?from=1")
    assert not browser.page.has("#eid[checked]")
    assert browser.get(f"{NEEDS}/edit?from=2").page.has("#eid[checked]")


@pytest.mark.parametrize(
    ("field", "value", "place"),
    [
        ("use-1-kind", "be.surveyor", "use-1-kind"),
        ("register-1-kind", "mandate", "register-1-kind"),
        ("use-2-and", "yes", "use-2-kind"),
        ("terms", "v9", "terms"),
        ("acr", "anything", "acr"),
        ("acr-user", "anything", "acr-user"),
        ("applies_from", "tomorrow", "applies_from"),
    ],
)
def test_a_requirement_that_is_none_is_refused(operations: Operations, field: str, value: str, place: str) -> None:
    browser = operations.at(ATLAS)
    foresee(operations, browser, **{field: value})

    assert (browser.status, browser.page.has(f"#{place}-error"), browser.page.has("#preview")) == (422, True, False)


def test_more_lines_keep_what_was_typed(operations: Operations) -> None:
    browser = operations.at(ATLAS)
    declare(operations, browser)
    foresee(operations, browser, **{"use-1-kind": "be.biv", "use-2-kind": "mandate", "step": "more", "use-4-kind": ""})

    assert browser.page.has("#use-6-kind")
    chosen = [option for option in browser.page.one("#use-2-kind").walk() if "selected" in option.attributes]
    assert chosen[0].attributes["value"] == "mandate"


@pytest.mark.parametrize(
    "need",
    [
        NOTHING,
        BIV,
        AnyOf((BIV, LENT)),
        AllOf((BIV, LENT)),
        AnyOf((AllOf((BIV, LENT)), AccreditationNeeded("x", ("tableau",), ("syndic",)))),
        AllOf((AnyOf((BIV, AccreditationNeeded("y"))), AnyOf((LENT, AccreditationNeeded("x"))))),
        AllOf((NOTHING, BIV)),
    ],
)
def test_any_nesting_is_a_list_of_possibilities(need: Need) -> None:
    found = possibilities(need)

    assert possibilities(need_of(found)) == found
    assert (need_of(found) == NOTHING) == (found == ())


def test_a_kind_is_changed_with_whom_its_pattern_would_refuse(operations: Operations) -> None:
    path = "/operations/kinds/be.biv"
    browser = operations.at(f"{path}/edit")
    fields = {
        **{f"name_{language}": "BIV" for language in ("nl", "fr", "en")},
        "issuer": "BIV",
        "attaches_to": "person",
    }
    shown = {**fields, "version": "1", "number_pattern": "[0-4][0-9]{5}"}

    browser.post(f"{path}/edit", **shown)
    assert "500123" in browser.page.one("#concerned").text
    browser.post(f"{path}/edit", **shown, **WHY, step="confirm")
    assert browser.page.has("#done"), browser.page.text
    with operations.ground.database.reading() as session:
        row = session.get_one(AccreditationKindRow, "be.biv")
        assert (row.version, row.number_pattern, row.name_fr) == (2, "[0-4][0-9]{5}", "BIV")
    browser.get(f"{path}/edit").post(f"{path}/edit", **shown, **WHY, step="confirm")
    assert browser.page.one("#problem").attributes["data-code"] == "changed-meanwhile"
    browser.get(f"{path}/versions/1").post(f"{path}/versions/1", version="2", **WHY)
    with operations.ground.database.reading() as session:
        assert session.get_one(AccreditationKindRow, "be.biv").number_pattern == "[0-9]{6}"
    for pattern in ("(", "(a+)+", "x" * 101, ""):
        browser.get(f"{path}/edit").post(f"{path}/edit", **{**shown, "number_pattern": pattern})
        assert (browser.status, browser.page.has("#number_pattern-error")) == (422, True), pattern
    new = {**fields, "number_pattern": "[A-Z]{3}", "version": "0", **WHY, "step": "confirm"}
    for code, status in (("be.notary", 200), ("be.notary", 409), ("Be Notary", 422)):
        browser.get("/operations/kinds/new").post("/operations/kinds/new", code=code, **new)
        assert browser.status == status, (code, browser.page.text)
    aliased = {**new, "alias_of": "be.ipav"}
    assert browser.get("/operations/kinds/new").post("/operations/kinds/new", code="be.x", **aliased).status == 422
