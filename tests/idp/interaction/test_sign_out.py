"""Signing out: RP-Initiated and Back-Channel Logout (oidc.md 1.4, 2.1, 2.10)."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from core.infra.audit import AuditRow
from core.infra.clock import FixedClock
from core.infra.ids import new_id
from core.infra.outbox import OutboxRow
from idp.oidc import codes
from idp.oidc.codes import CodeGrant
from idp.oidc.subject import subject_identifier
from idp.oidc.tables import ParticipantRow, RefreshFamilyRow
from idp.oidc.tokens.refresh_token import start_family
from idp.signing import jws
from idp.wiring import Services
from tests.support.sign_in import Browser
from tests.support.tools import SIGNED_OUT, Office, a_client

ISSUER = "https://login.immo.test"


def hint(services: Services, grant: CodeGrant, **changes: Any) -> str:
    """Return the ID token that the client of a grant got, or one changed by the test."""
    issued_at = int(services.clock.now().timestamp())
    subject = grant.subject
    claims = {
        "iss": ISSUER, "sub": subject.person_id, "aud": grant.client_id, "sid": subject.sid,
        "iat": issued_at, "exp": issued_at + 600, **changes,
    }  # fmt: skip
    claims = {name: value for name, value in claims.items() if value is not None}
    return jws.encode(services.keyring.signer("RS256"), claims)


@pytest.fixture
def grant(services: Services, browser: Browser) -> CodeGrant:
    """Let Anna sign in to `plain`, and return what it was granted."""
    browser.authorize("plain").sign_in().press("#allow")
    return codes.redeem(services.store, browser.answer["code"], "plain")


def is_signed_in(browser: Browser) -> bool:
    """Tell whether a silent request still succeeds."""
    return "code" in Browser(browser.client).authorize("plain", prompt="none").answer


def test_oidcc_rp_initiated_logout(services: Services, browser: Browser, grant: CodeGrant) -> None:
    sent = {"id_token_hint": hint(services, grant), "post_logout_redirect_uri": SIGNED_OUT, "state": "a b/€"}

    browser.get("/end_session", query_string=sent)

    assert browser.location == f"{SIGNED_OUT}?state=a%20b%2F%E2%82%AC"
    assert browser.cookie("immo-idp") is None
    assert not is_signed_in(browser)


def test_the_last_page_speaks_the_language_of_who_signs_out(browser: Browser) -> None:
    """G2: what somebody chose before holds to the end, though nobody is signed in any more."""
    browser.authorize("plain")
    browser.get(f"{browser.url}?language=nl").sign_in()
    elsewhere = Browser(browser.client)
    browser.client.delete_cookie("immo-language", domain="login.immo.test")

    elsewhere.get("/end_session", headers={"Accept-Language": "en"}).press("#sign-out")

    assert elsewhere.page.has("#signed-out")
    assert elsewhere.page.one("html").attributes["lang"] == "nl"


def test_the_end_of_a_session_is_in_the_audit_trail(services: Services, browser: Browser, office: Office) -> None:
    """A19: by signing out, and by somebody else who signs in here."""
    browser.authorize("plain").sign_in()
    browser.authorize("plain", prompt="login").sign_in("bert.janssens")
    browser.get("/end_session").press("#sign-out")

    with services.database.reading() as session:
        trail = session.scalars(select(AuditRow).order_by(AuditRow.id)).all()
    told = [(row.action, row.subject_id) for row in trail if row.action.startswith("signed-")]
    assert sorted(told) == sorted(
        (action, person) for action in ("signed-in", "signed-out") for person in (office.anna, office.bert)
    )


def test_oidcc_rp_initiated_logout_by_post(services: Services, browser: Browser, grant: CodeGrant) -> None:
    sent = {"id_token_hint": hint(services, grant), "post_logout_redirect_uri": SIGNED_OUT, "state": "x"}

    browser.post("/end_session", data=sent)

    assert browser.location == f"{SIGNED_OUT}?state=x"
    assert not is_signed_in(browser)


def test_oidcc_rp_initiated_logout_no_state(services: Services, browser: Browser, grant: CodeGrant) -> None:
    sent = {"id_token_hint": hint(services, grant), "post_logout_redirect_uri": SIGNED_OUT}

    assert browser.get("/end_session", query_string=sent).location == SIGNED_OUT


def test_registered_query_is_kept(services: Services, browser: Browser, grant: CodeGrant) -> None:
    a_client(services, "plain", post_logout_redirect_uris=(SIGNED_OUT + "?a=b",))
    sent = {"id_token_hint": hint(services, grant), "post_logout_redirect_uri": SIGNED_OUT + "?a=b", "state": "x"}

    assert browser.get("/end_session", query_string=sent).location == f"{SIGNED_OUT}?a=b&state=x"


@pytest.mark.parametrize(
    "uri",
    [
        pytest.param("https://evil.example/", id="oidcc-rp-initiated-logout-bad-post-logout-redirect-uri"),
        pytest.param(SIGNED_OUT + "?foo=bar", id="oidcc-rp-initiated-logout-query-added-to-post-logout-redirect-uri"),
        pytest.param(SIGNED_OUT + "/", id="slash"),
    ],
)
def test_unregistered_return_is_a_page_with_a_way_out(
    services: Services, browser: Browser, grant: CodeGrant, uri: str
) -> None:
    sent = {"id_token_hint": hint(services, grant), "post_logout_redirect_uri": uri, "state": "x"}

    browser.get("/end_session", query_string=sent)

    assert (browser.status, browser.error_code, browser.location) == (400, "sign-out-return-not-registered", None)
    assert is_signed_in(browser)
    browser.get(browser.page.one("#back").attributes["href"]).press("#sign-out")
    assert browser.page.has("#signed-out")
    assert not is_signed_in(browser)


@pytest.mark.parametrize("kind", ["bad-id-token-hint", "modified-id-token-hint", "garbage", "other issuer", "no end"])
def test_oidcc_rp_initiated_logout_hint_that_is_not_ours(
    services: Services, browser: Browser, grant: CodeGrant, kind: str
) -> None:
    """`oidcc-rp-initiated-logout-bad-id-token-hint` (foreign key), `-modified-id-token-hint` (alg none)."""
    header, payload, signature = hint(services, grant).split(".")
    tokens = {
        "bad-id-token-hint": f"{header}.{payload}.{signature[:-8]}AAAAAAAA",
        "modified-id-token-hint": f"eyJhbGciOiJub25lIn0.{payload}.",
        "garbage": "x.y.z",
        "other issuer": hint(services, grant, iss="https://other.example"),
        "no end": hint(services, grant, exp=None),
    }
    sent = {"id_token_hint": tokens[kind], "post_logout_redirect_uri": SIGNED_OUT, "state": "x"}

    browser.get("/end_session", query_string=sent)

    assert (browser.status, browser.error_code, browser.location) == (400, "sign-out-hint-invalid", None)
    assert is_signed_in(browser)


def test_oidcc_rp_initiated_logout_no_id_token_hint(browser: Browser, grant: CodeGrant) -> None:
    """Without hint and client nobody vouches for the address: the person is asked, and stays here."""
    browser.get("/end_session", query_string={"post_logout_redirect_uri": SIGNED_OUT, "state": "x"})
    assert browser.page.has("#sign-out")

    browser.press("#sign-out")

    assert browser.page.has("#signed-out")
    assert browser.location is None
    assert "tool.example" not in browser.page.body


@pytest.mark.parametrize("sent", [{}, {"state": "x"}], ids=["no-params", "only-state"])
def test_oidcc_rp_initiated_logout_no_params(browser: Browser, grant: CodeGrant, sent: dict[str, str]) -> None:
    """`oidcc-rp-initiated-logout-no-params`, `-only-state`."""
    browser.get("/end_session", query_string=sent).press("#sign-out")

    assert browser.page.has("#signed-out")
    assert not is_signed_in(browser)


def test_oidcc_rp_initiated_logout_no_post_logout_redirect_uri(
    services: Services, browser: Browser, grant: CodeGrant
) -> None:
    browser.get("/end_session", query_string={"id_token_hint": hint(services, grant)})

    assert browser.page.has("#signed-out")
    assert not is_signed_in(browser)


def test_expired_hint_still_counts(services: Services, browser: Browser, grant: CodeGrant, clock: FixedClock) -> None:
    old = hint(services, grant)
    clock.advance(timedelta(hours=5))

    browser.get("/end_session", query_string={"id_token_hint": old, "post_logout_redirect_uri": SIGNED_OUT})

    assert browser.location == SIGNED_OUT
    assert not is_signed_in(browser)


def test_hint_about_somebody_else_asks_first(
    services: Services, browser: Browser, grant: CodeGrant, office: Office
) -> None:
    other = hint(services, grant, sub=office.bert, sid="ses_other")

    browser.get("/end_session", query_string={"id_token_hint": other, "post_logout_redirect_uri": SIGNED_OUT})
    assert browser.page.has("#sign-out")
    assert is_signed_in(browser)

    assert browser.press("#sign-out").location == SIGNED_OUT


def test_hint_of_an_earlier_session_of_the_same_person_is_enough(
    services: Services, browser: Browser, grant: CodeGrant
) -> None:
    earlier = hint(services, grant, sid="ses_earlier")

    browser.get("/end_session", query_string={"id_token_hint": earlier, "post_logout_redirect_uri": SIGNED_OUT})

    assert browser.location == SIGNED_OUT


def test_client_id_without_hint_asks_and_then_returns(browser: Browser, grant: CodeGrant) -> None:
    sent = {"client_id": "plain", "post_logout_redirect_uri": SIGNED_OUT, "state": "x"}

    browser.get("/end_session", query_string=sent)
    assert "Plain" in browser.page.text

    assert browser.press("#sign-out").location == f"{SIGNED_OUT}?state=x"


def test_client_id_and_hint_that_differ_are_refused(services: Services, browser: Browser, grant: CodeGrant) -> None:
    sent = {"id_token_hint": hint(services, grant), "client_id": "atlas", "post_logout_redirect_uri": SIGNED_OUT}

    assert browser.get("/end_session", query_string=sent).error_code == "sign-out-hint-invalid"


def test_unknown_client_is_refused(browser: Browser, grant: CodeGrant) -> None:
    assert browser.get("/end_session?client_id=nobody").error_code == "unknown-client"


def test_hint_of_a_client_that_has_gone_asks_and_stays_here(
    services: Services, browser: Browser, grant: CodeGrant
) -> None:
    token = hint(services, grant, aud="gone")

    browser.get("/end_session", query_string={"id_token_hint": token, "post_logout_redirect_uri": SIGNED_OUT})

    assert browser.press("#sign-out").page.has("#signed-out")


@pytest.mark.parametrize(
    "query", ["state=1&state=2", "id_token_hint=%FF", "client_id=plain&client_id=plain", f"state={'x' * 5000}"]
)
def test_malformed_request_is_a_page_and_changes_nothing(browser: Browser, grant: CodeGrant, query: str) -> None:
    browser.get(f"/end_session?{query}")

    assert (browser.status, browser.location) == (400, None)
    assert browser.error_code == "invalid-request"
    assert is_signed_in(browser)


def test_post_of_another_type_is_refused(browser: Browser, grant: CodeGrant) -> None:
    assert browser.post("/end_session", json={}).error_code == "invalid-request"
    assert is_signed_in(browser)


def test_declining_stays_signed_in(browser: Browser, grant: CodeGrant) -> None:
    browser.get("/end_session").press("#cancel")

    assert browser.url == "/"
    assert is_signed_in(browser)


def test_altered_confirmation_is_refused(browser: Browser, grant: CodeGrant) -> None:
    browser.get("/end_session").press("#sign-out", csrf_token="x")

    assert (browser.status, browser.error_code) == (403, "form-token-invalid")
    assert is_signed_in(browser)


def test_confirmation_of_another_browser_is_worth_nothing(
    browser: Browser, stranger: Browser, grant: CodeGrant
) -> None:
    stranger.authorize("plain").sign_in("bert.janssens").press("#allow")
    stranger.get("/end_session")

    browser.post(*stranger.form("#sign-out"), data=stranger.fields("#sign-out"))

    assert browser.error_code == "form-token-invalid"
    assert is_signed_in(browser)


def test_unknown_confirmation_is_not_found(browser: Browser, grant: CodeGrant) -> None:
    assert browser.get("/end_session/unknown").status == 404
    assert browser.post("/end_session/unknown").status == 404
    assert is_signed_in(browser)


def test_confirming_twice_is_answered_twice(browser: Browser, grant: CodeGrant) -> None:
    sent = {"client_id": "plain", "post_logout_redirect_uri": SIGNED_OUT}
    browser.get("/end_session", query_string=sent)
    url, fields = browser.form("#sign-out")[0], browser.fields("#sign-out")

    first, second = (browser.post(url, data=fields).location for _ in range(2))

    assert first == second == SIGNED_OUT


def test_nobody_signed_in_with_a_hint_returns_at_once(services: Services, browser: Browser, grant: CodeGrant) -> None:
    sent = {"id_token_hint": hint(services, grant), "post_logout_redirect_uri": SIGNED_OUT}
    browser.get("/end_session", query_string=sent)

    assert browser.get("/end_session", query_string=sent).location == SIGNED_OUT


def test_nobody_signed_in_without_a_hint_stays_here_with_a_link(browser: Browser) -> None:
    """Else anybody could send people through our address to any registered one."""
    browser.get("/end_session", query_string={"client_id": "plain", "post_logout_redirect_uri": SIGNED_OUT})

    assert browser.location is None
    assert browser.page.one("#back").attributes["href"] == SIGNED_OUT


def test_nobody_signed_in_at_all_sees_the_page(browser: Browser) -> None:
    assert browser.get("/end_session").page.has("#signed-out")


def test_pairwise_hint_is_recognised_without_sid(services: Services, browser: Browser, office: Office) -> None:
    client = a_client(services, "plain", subject_type="pairwise", sector_identifier="tool.example")
    browser.authorize("plain").sign_in().press("#allow")
    granted = codes.redeem(services.store, browser.answer["code"], "plain")
    subject = subject_identifier(office.anna, client, services.settings.secret)
    token = hint(services, granted, sub=subject, sid=None)

    browser.get("/end_session", query_string={"id_token_hint": token, "post_logout_redirect_uri": SIGNED_OUT})

    assert browser.location == SIGNED_OUT


# everybody who took part


def notices(services: Services) -> list[dict[str, object]]:
    """Return the logout notices that wait in the outbox."""
    with services.database.reading() as session:
        rows = session.scalars(select(OutboxRow).where(OutboxRow.topic == "logout-notice")).all()
        return sorted((dict(row.body) for row in rows), key=lambda body: str(body["client_id"]))


def test_oidcc_backchannel_rp_initiated_logout_enqueues_a_notice_for_each_participant(
    services: Services, browser: Browser, office: Office
) -> None:
    a_client(services, "plain", backchannel_logout_uri="https://plain.example/logout")
    a_client(services, "second", backchannel_logout_uri="https://second.example/logout")
    a_client(services, "deaf")
    a_client(services, "absent", backchannel_logout_uri="https://absent.example/logout")
    browser.authorize("plain").sign_in().press("#allow")
    sid = codes.redeem(services.store, browser.answer["code"], "plain").subject.sid
    for client_id in ("second", "deaf"):
        browser.authorize(client_id).press("#allow")

    browser.get("/end_session").press("#sign-out")

    told = [(body["client_id"], body["person_id"], body["sid"]) for body in notices(services)]
    assert told == [("plain", office.anna, sid), ("second", office.anna, sid)]
    with services.database.reading() as session:
        assert session.scalars(select(ParticipantRow)).all() == []


def test_signing_out_twice_tells_once(services: Services, browser: Browser) -> None:
    a_client(services, "plain", backchannel_logout_uri="https://plain.example/logout")
    browser.authorize("plain").sign_in().press("#allow")
    browser.get("/end_session")
    url, fields = browser.form("#sign-out")[0], browser.fields("#sign-out")

    browser.post(url, data=fields)
    browser.post(url, data=fields)

    assert len(notices(services)) == 1


def test_signing_in_as_somebody_else_tells_the_tools_of_the_first(services: Services, browser: Browser) -> None:
    a_client(services, "plain", backchannel_logout_uri="https://plain.example/logout")
    browser.authorize("plain").sign_in("anna.peeters").press("#allow")

    browser.authorize("plain", prompt="login").sign_in("bert.janssens")

    assert [body["client_id"] for body in notices(services)] == ["plain"]


def test_signing_in_again_as_oneself_tells_nobody(services: Services, browser: Browser) -> None:
    a_client(services, "plain", backchannel_logout_uri="https://plain.example/logout")
    browser.authorize("plain").sign_in().press("#allow")

    browser.authorize("plain", prompt="login").sign_in()

    assert notices(services) == []


def test_refresh_tokens_bound_to_the_session_end_and_others_live(
    services: Services, browser: Browser, grant: CodeGrant, clock: FixedClock
) -> None:
    offline = replace(grant, family_id=new_id("grt"), scope=(*grant.scope, "offline_access"))
    with services.database.transaction() as session:
        start_family(session, grant, may_refresh=True, now=clock.now())
        start_family(session, offline, may_refresh=True, now=clock.now())

    browser.get("/end_session").press("#sign-out")

    with services.database.reading() as session:
        rows = session.scalars(select(RefreshFamilyRow)).all()
        assert {row.id: row.revoked_at is not None for row in rows} == {grant.family_id: True, offline.family_id: False}


def test_participant_remembers_its_context_and_follows_a_change(
    services: Services, browser: Browser, office: Office
) -> None:
    browser.authorize("rent").sign_in().start(office.noord_rent)
    browser.authorize("rent", prompt="select_account").start(office.zuid_rent)

    with services.database.reading() as session:
        row = session.scalars(select(ParticipantRow)).one()
        assert (row.organisation_id, row.registration_id, row.usage, row.role) == (
            office.zuid, office.zuid_rent, "syndic", "user",
        )  # fmt: skip


def test_front_page_names_who_is_signed_in(browser: Browser, grant: CodeGrant) -> None:
    assert "Anna" in browser.get("/").page.text
    browser.get("/end_session").press("#sign-out")

    assert "Anna" not in browser.get("/").page.text
