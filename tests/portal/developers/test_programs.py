"""A developer registers, changes and removes programs of their own, through RFC 7591 and RFC 7592."""

import pytest

from idp.oidc import registration
from idp.oidc.clients import find_client
from tests.support.staff_portal import StaffBrowser, StaffPortal

PROGRAM = {
    "program-name": "Rental files",
    "program-kind": "server",
    "redirect-uris": "https://files.example/callback\nhttps://files.example/second",
    "post-logout-uris": "https://files.example/bye",
    "backchannel-uri": "https://files.example/logout",
}


@pytest.fixture
def hannah(staff_portal: StaffPortal) -> StaffBrowser:
    return staff_portal.browser("hannah.developer").get("/sign-in")


def registered(browser: StaffBrowser, **changes: str) -> str:
    """Register a program and return its client_id."""
    browser.get("/developers/programs/new").post("/developers/programs/new", **{**PROGRAM, **changes})
    assert browser.status == 200, browser.page.text
    return browser.page.one("#client-id").text


def test_a_program_is_registered_with_its_secrets_shown_once(staff_portal: StaffPortal, hannah: StaffBrowser) -> None:
    client_id = registered(hannah)

    secret, token = (hannah.page.one(f"#{name}").text for name in ("client-secret", "management-token"))
    with staff_portal.database.reading() as session:
        client = find_client(session, client_id)
        assert client is not None
        assert registration.owner_of(session, client_id) == staff_portal.people["hannah.developer"]
        assert registration.is_secret_of(client, secret)
        assert registration.read(session, client_id, token).client == client
    assert client.redirect_uris == ("https://files.example/callback", "https://files.example/second")
    assert client.backchannel_logout_uri == "https://files.example/logout"
    hannah.get("/developers")
    assert [card.attributes["data-client"] for card in hannah.page.all("li[data-client]")] == [client_id]
    for text in (hannah.page.text, hannah.get(f"/developers/programs/{client_id}").page.text):
        assert secret not in text
        assert token not in text


@pytest.mark.parametrize(("kind", "method", "application"), [("browser", "none", "web"), ("native", "none", "native")])
def test_a_program_that_cannot_keep_a_secret_gets_none(
    staff_portal: StaffPortal, hannah: StaffBrowser, kind: str, method: str, application: str
) -> None:
    redirect = "https://files.example/callback" if kind == "browser" else "http://127.0.0.1/callback"

    client_id = registered(hannah, **{"program-kind": kind, "redirect-uris": redirect})

    assert not hannah.page.has("#client-secret")
    with staff_portal.database.reading() as session:
        client = find_client(session, client_id)
    assert client is not None
    assert client.token_endpoint_auth_method == method
    assert client.metadata.get("application_type", "web") == application


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"program-name": " "}, "program-name"),
        ({"program-kind": "toaster"}, "program-kind"),
        ({"redirect-uris": ""}, "redirect-uris"),
        ({"redirect-uris": "not an address"}, "redirect-uris"),
        ({"redirect-uris": "\n".join(f"https://files.example/{number}" for number in range(11))}, "redirect-uris"),
    ],
)
def test_what_is_wrong_stands_at_its_field_and_what_was_typed_stays(
    staff_portal: StaffPortal, hannah: StaffBrowser, changes: dict[str, str], field: str
) -> None:
    hannah.get("/developers/programs/new").post("/developers/programs/new", **{**PROGRAM, **changes})

    assert hannah.status == 422
    assert hannah.page.has(f"#{field}-error")
    assert hannah.page.one("#backchannel-uri").attributes["value"] == PROGRAM["backchannel-uri"]
    assert hannah.get("/developers").page.has("#new-program")
    assert not hannah.page.has("#programs")


def test_what_the_provider_refuses_is_shown_in_its_words(staff_portal: StaffPortal, hannah: StaffBrowser) -> None:
    hannah.get("/developers/programs/new")
    hannah.post("/developers/programs/new", **{**PROGRAM, "redirect-uris": "http://files.example/plain"})

    assert hannah.status == 422
    assert hannah.page.one("#refused").text
    assert "http://files.example/plain" in hannah.page.one("#redirect-uris").text


def test_a_program_is_changed_and_keeps_what_the_form_does_not_show(
    staff_portal: StaffPortal, hannah: StaffBrowser
) -> None:
    client_id = registered(hannah)
    path = f"/developers/programs/{client_id}/change"

    hannah.get(path)
    assert hannah.page.one("#program-name").attributes["value"] == "Rental files"
    hannah.post(path, **{**PROGRAM, "program-name": "Files", "redirect-uris": "https://files.example/new"})

    assert hannah.status == 200, hannah.page.text
    assert not hannah.page.has("#client-secret")
    with staff_portal.database.reading() as session:
        client = find_client(session, client_id)
    assert client is not None
    assert (client.name, client.redirect_uris) == ("Files", ("https://files.example/new",))
    assert client.secret_digest is not None


def test_a_program_is_removed_after_a_question(staff_portal: StaffPortal, hannah: StaffBrowser) -> None:
    client_id = registered(hannah)
    path = f"/developers/programs/{client_id}/remove"

    hannah.get(path)
    assert hannah.page.has("#remove-program-yes")
    hannah.post(path)

    assert hannah.url.endswith("?done=program-removed")
    with staff_portal.database.reading() as session:
        assert find_client(session, client_id) is None
    assert hannah.get(f"/developers/programs/{client_id}").status == 404


def test_programs_of_somebody_else_are_not_there(staff_portal: StaffPortal, hannah: StaffBrowser) -> None:
    with staff_portal.database.reading() as session:
        assert find_client(session, "portal") is not None

    for path in ("portal", "portal/change", "portal/remove", "nothing"):
        assert hannah.get(f"/developers/programs/{path}").status == 404, path


@pytest.mark.parametrize("username", ["anna.peeters", "fatima.helpdesk"])
def test_who_is_no_developer_is_turned_away_everywhere(staff_portal: StaffPortal, username: str) -> None:
    browser = staff_portal.browser(username).get("/sign-in")

    for path in ("", "/programs/new", "/programs/portal", "/programs/portal/change", "/try-out", "/test-people"):
        assert browser.get(f"/developers{path}").status == 403, path
