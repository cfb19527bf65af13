"""The way to a desk: who is let in, through which sign-in, and what becomes of a form on the way."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Blueprint, Response, jsonify, request

from core.infra.ids import digest
from core.infra.store.interface import Kind
from core.people.profiles import person_facts
from core.staff import approvals, roles
from core.staff.approvals import Act
from core.staff.reasons import Reason, StaffReason
from core.staff.states import StaffRole
from idp.oidc.clients import announce_change, find_client
from idp.oidc.registration import store_client
from idp.oidc.tokens import refresh_token
from idp.signing import jws
from portal import staff_session
from portal.staff_area import open_desk, typed
from portal.visit import check_form
from tests.support.staff_portal import StaffBrowser, StaffPortal

WHY = Reason(StaffReason.CORRECTION, "T-1")
COOKIE = "__Host-immo-portal"
APPROVALS = "/staff/approvals"


@pytest.fixture(autouse=True)
def probe(staff_portal: StaffPortal) -> None:
    """Add pages as the areas have them: one asks the provider, one does something dangerous."""
    bp = Blueprint("probe", __name__)

    @bp.get("/probe/<person_id>")
    def show(person_id: str) -> Response:
        desk = open_desk(StaffRole.HELPDESK)
        return jsonify(account=dict(desk.admin.read("people", person_id)), typed=list(typed().items(multi=True)))

    @bp.post("/probe/<person_id>")
    def act(person_id: str) -> Response:
        check_form()
        desk = open_desk(StaffRole.HELPDESK)
        return jsonify(dict(desk.admin.act("people", person_id, "request-erasure", why=WHY)))

    @bp.post("/probe/<person_id>/unchecked")
    def act_unchecked(person_id: str) -> Response:
        # A page that forgets its first line: the form must not be kept by it all the same.
        open_desk(StaffRole.HELPDESK).require_fresh()
        check_form()
        return jsonify(person_id=person_id)

    @bp.post("/probe/<person_id>/without-a-page")
    def act_elsewhere(person_id: str) -> Response:
        check_form()
        open_desk(StaffRole.HELPDESK).require_fresh()
        return jsonify(sent=list(request.form.items(multi=True)), person_id=person_id)

    staff_portal.app._got_first_request = False
    staff_portal.app.register_blueprint(bp)


def json_of(browser: StaffBrowser) -> dict[str, object]:
    assert browser.response is not None
    found = json.loads(browser.response.text)
    assert isinstance(found, dict)
    return found


def test_a_desk_is_entered_through_the_provider_once(staff_portal: StaffPortal) -> None:
    browser = staff_portal.browser("fatima.helpdesk").get(APPROVALS)

    assert (browser.status, browser.url, browser.sign_ins) == (200, APPROVALS, 1)
    assert browser.page.has("#staff-navigation")
    browser.get(APPROVALS)
    assert not any("/staff/sign-in" in url for url in browser.trail[-1:])


@pytest.mark.parametrize("path", [APPROVALS, "/staff/sign-in"])
def test_whoever_has_no_role_is_told_so_and_never_sent_on(staff_portal: StaffPortal, path: str) -> None:
    browser = staff_portal.browser("anna.peeters").get(path)

    assert browser.status == 403
    assert browser.page.one("#error").attributes["data-code"] == "no-staff-role"
    assert staff_portal.browser("anna.peeters").portal.get(path).status_code == 303


def test_a_role_that_was_lost_closes_the_desk_at_once(staff_portal: StaffPortal) -> None:
    browser = staff_portal.browser("fatima.helpdesk").get(APPROVALS)
    with staff_portal.database.transaction() as session:
        roles.take_away(
            *(session, staff_portal.people["fatima.helpdesk"], StaffRole.HELPDESK),
            by=None,
            why=WHY,
            now=staff_portal.clock.now(),
        )

    assert browser.get(APPROVALS).status == 403


def test_another_persons_sign_in_opens_nothing_here(staff_portal: StaffPortal) -> None:
    """The token must be of whoever is signed in at the portal."""
    fatima = staff_portal.browser("fatima.helpdesk")
    fatima.get("/sign-in")
    fatima.provider.client.delete_cookie("immo-idp", domain="127.0.0.1")
    fatima.username = "ismael.helpdesk"

    fatima.get(APPROVALS)

    assert fatima.status in {400, 403}
    assert fatima.page.one("#error").attributes["data-code"] in {"another_person", "failed"}
    assert fatima.portal.get(APPROVALS).status_code == 303


def test_the_provider_is_asked_with_the_token_of_whoever_works(staff_portal: StaffPortal) -> None:
    anna = staff_portal.people["anna.peeters"]

    browser = staff_portal.browser("fatima.helpdesk").get(f"/probe/{anna}")

    account = json_of(browser)["account"]
    assert isinstance(account, dict)
    assert account["person_id"] == anna
    assert staff_portal.browser("gilles.operator").get(f"/probe/{anna}").status == 403


def test_an_access_token_that_ended_is_renewed_without_a_page(staff_portal: StaffPortal) -> None:
    anna = staff_portal.people["anna.peeters"]
    browser = staff_portal.browser("fatima.helpdesk").get(f"/probe/{anna}")
    with staff_portal.app.test_request_context(headers={"Cookie": f"{COOKIE}={cookie_of(browser)}"}):
        first = staff_session.tokens(staff_portal.services.settings.secret)
    assert first is not None
    claims = jws.decode(staff_portal.provider.keyring, first.access_token, typ="at+jwt")
    refresh_token.revoke_access_token(staff_portal.provider.store, claims["jti"])

    browser.get(f"/probe/{anna}")

    assert browser.status == 200
    assert sum("/staff/callback" in url for url in browser.trail) == 1


def test_a_dangerous_act_asks_who_it_is_and_shows_the_form_again(staff_portal: StaffPortal) -> None:
    """Never lost, never sent by itself, never sent twice."""
    anna = staff_portal.people["anna.peeters"]
    browser = signed_in_before(staff_portal)
    token = browser.form_token

    asked = browser._follow(
        browser.portal.post(f"/probe/{anna}", data={"csrf_token": token, "note": "x", "tag": ["a", "b"]}), "/probe"
    )

    assert (asked.status, asked.url, asked.sign_ins) == (200, f"/probe/{anna}", 2)
    shown = json_of(asked)
    assert shown["typed"] == [["note", "x"], ["tag", "a"], ["tag", "b"]]
    assert isinstance(shown["account"], dict)
    assert shown["account"]["erasure_due_at"] is None
    token = browser.get(APPROVALS).form_token
    done = browser.portal.post(f"/probe/{anna}", data={"csrf_token": token, "note": "x"})
    assert done.get_json() == {"changed": True}
    assert json_of(browser.get(f"/probe/{anna}"))["typed"] == []


def test_a_form_without_a_page_of_its_own_is_shown_on_one_of_ours(staff_portal: StaffPortal) -> None:
    browser = signed_in_before(staff_portal)
    path, token = "/probe/usr_x/without-a-page", browser.form_token

    browser._follow(browser.portal.post(path, data={"csrf_token": token, "note": "<b>"}), path)

    assert (browser.status, browser.url) == (200, "/staff/again")
    assert browser.page.one("input[name=note]").attributes["value"] == "<b>"
    browser.post(path, note="<b>")
    assert [pair for pair in json_of(browser)["sent"] if pair[0] == "note"] == [["note", "<b>"]]  # type: ignore[attr-defined]
    browser.get("/staff/again")
    assert browser.url == "/"


def test_a_form_is_kept_sealed_and_for_ten_minutes(staff_portal: StaffPortal) -> None:
    path, secret = "/probe/usr_x/without-a-page", staff_portal.services.settings.secret
    browser = signed_in_before(staff_portal)
    browser._follow(browser.portal.post(path, data={"csrf_token": browser.form_token, "note": "zq9"}), path)
    cookie, now = cookie_of(browser), staff_portal.clock.now()

    with staff_portal.app.test_request_context(headers={"Cookie": f"{COOKIE}={cookie}"}):
        in_time = staff_session.kept_form(secret, now + timedelta(minutes=9, seconds=59))
        too_late = staff_session.kept_form(secret, now + timedelta(minutes=10))

    assert in_time is not None
    assert (in_time.fields, too_late) == ((("note", "zq9"),), None)
    assert "zq9" not in session_of(staff_portal, cookie)["staff_form"]


def test_a_form_of_another_site_is_not_kept(staff_portal: StaffPortal) -> None:
    browser = signed_in_before(staff_portal)

    answer = browser.portal.post("/probe/usr_x/unchecked", data={"note": "planted"})

    assert answer.status_code == 303
    assert "staff_form" not in session_of(staff_portal, cookie_of(browser))


def signed_in_before(staff_portal: StaffPortal) -> StaffBrowser:
    """Return a browser at a desk whose person signed in six minutes ago, and will sign in again if asked."""
    browser = staff_portal.browser("fatima.helpdesk")
    browser.signs_in_ago = timedelta(minutes=6)
    browser.get(APPROVALS)
    browser.signs_in_ago = timedelta(0)
    return browser


def cookie_of(browser: StaffBrowser) -> str:
    cookie = browser.portal.get_cookie(COOKIE, domain="portal.immo.test")
    assert cookie is not None
    return str(cookie.value)


def test_tokens_lie_sealed_and_go_with_the_session(staff_portal: StaffPortal) -> None:
    browser = staff_portal.browser("fatima.helpdesk").get(APPROVALS)
    cookie = cookie_of(browser)
    before = session_of(staff_portal, cookie)
    token = browser.form_token

    browser.portal.post("/sign-out", data={"csrf_token": token})

    assert set(before) >= {"staff_tokens", "signed_in"}
    assert "eyJ" not in before["staff_tokens"]
    assert session_of(staff_portal, cookie) == {}
    assert browser.portal.get(APPROVALS).status_code == 303


def session_of(staff_portal: StaffPortal, cookie: str) -> dict[str, str]:
    stored = staff_portal.services.store.get(Kind.PORTAL_SESSION, digest(cookie))
    return {} if stored is None else json.loads(stored)


def test_a_client_that_is_given_no_role_leads_nobody_in_circles(staff_portal: StaffPortal) -> None:
    with staff_portal.database.transaction() as session:
        client = find_client(session, "portal")
        assert client is not None
        policy = replace(client.policy, scope=("openid", "profile", "email"))
        store_client(session, replace(client, policy=policy), now=staff_portal.clock.now())
    announce_change(staff_portal.database, staff_portal.services.store)

    browser = staff_portal.browser("fatima.helpdesk").get(APPROVALS)

    assert browser.status in {400, 403}
    assert browser.page.has("#error")


def test_what_one_asks_another_approves_on_the_page(staff_portal: StaffPortal) -> None:
    anna = staff_portal.people["anna.peeters"]
    act = Act("anonymise-person", StaffRole.HELPDESK)
    with staff_portal.database.transaction() as session:
        asked = approvals.ask(
            session,
            act,
            {"person_id": anna, "cause": "deceased"},
            subject_id=anna,
            why=WHY,
            by=staff_portal.people["fatima.helpdesk"],
            now=staff_portal.clock.now(),
        )
    own = staff_portal.browser("fatima.helpdesk").get(APPROVALS)
    other = staff_portal.browser("ismael.helpdesk").get(APPROVALS)

    assert [button.attributes["value"] for button in own.page.all("button[name=decision]")] == ["withdraw"]
    assert [button.attributes["value"] for button in other.page.all("button[name=decision]")] == ["approve", "refuse"]
    assert own.post(f"{APPROVALS}/{asked}", decision="approve").status == 409
    assert own.page.one("#problem").attributes["data-code"] == "same-person"
    assert other.page.one("#staff-navigation").text.split().count("1") == 1
    assert "Anna Peeters" in other.page.text
    other.post(f"{APPROVALS}/{asked}", decision="approve")
    assert (other.status, other.page.one("#done").attributes["role"]) == (200, "status")
    assert own.get(APPROVALS).page.all("[data-approval]") == []
    with staff_portal.database.reading() as session:
        assert person_facts(session, anna) is None


def test_a_decision_without_its_form_token_changes_nothing(staff_portal: StaffPortal) -> None:
    browser = staff_portal.browser("ismael.helpdesk").get(APPROVALS)

    answer = browser.portal.post(f"{APPROVALS}/apr_x", data={"decision": "approve"})

    assert answer.status_code == 400
    assert browser.post(f"{APPROVALS}/apr_x", decision="approve").status == 409
    assert browser.post(f"{APPROVALS}/apr_x", decision="perhaps").status == 404
