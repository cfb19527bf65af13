"""The try-out: a real sign-in for a tool, and each claim of its answer explained."""

from collections.abc import Mapping
from urllib.parse import parse_qs, quote, urlsplit

import pytest
from requests import ConnectionError as RequestsConnectionError

from core.people.assurance import Acr
from core.tools.registration import register
from core.tools.requirements import Requirement
from tests.support.offices import a_tool, an_office, kinds
from tests.support.staff_portal import StaffBrowser, StaffPortal

SCOPES = {"scope-profile": "yes", "scope-organization": "yes", "scope-roles": "yes"}


@pytest.fixture
def hannah(staff_portal: StaffPortal) -> StaffBrowser:
    """Sign in a developer who manages an office that uses the tool `finder`."""
    person, now = staff_portal.people["hannah.developer"], staff_portal.clock.now()
    with staff_portal.database.transaction() as session:
        kinds(session)
        tool = a_tool(session, now=now, requirement=Requirement())
        office = an_office(session, person, now=now)
        register(session, office.organisation_id, tool, "estate-agent", by=person, acr=Acr.PASSWORD, now=now)
    return staff_portal.browser("hannah.developer").get("/sign-in").get("/developers/try-out")


def asked(staff_portal: StaffPortal, hannah: StaffBrowser, **form: str) -> Mapping[str, list[str]]:
    """Send the form and return the parameters of the authorization request that it leads to."""
    sent = {"csrf_token": hannah.form_token, "tool": "finder", **form}
    answer = hannah.portal.post("/developers/try-out", data=sent)
    assert answer.status_code == 303, answer.text
    assert answer.location.startswith(f"{hannah.issuer}/authorize?")
    return parse_qs(urlsplit(answer.location).query)


def answered(hannah: StaffBrowser, parameters: Mapping[str, list[str]]) -> StaffBrowser:
    """Go through the provider's pages, press the first button of each, and come back."""
    provider = hannah.provider
    provider.get("/authorize?" + "&".join(f"{name}={_quoted(values[0])}" for name, values in parameters.items()))
    for _page in range(4):
        if provider.location is not None:
            break
        if provider.page.has("button.start-context"):
            provider.press("button.start-context")
        else:
            provider.press("#allow" if provider.page.has("#allow") else "#skip-eid")
    assert provider.location is not None, provider.page.text
    parts = urlsplit(provider.location)
    return hannah.get(f"{parts.path}?{parts.query}")


def _quoted(value: str) -> str:
    return quote(value, safe="")


def test_each_claim_of_a_real_sign_in_is_explained(staff_portal: StaffPortal, hannah: StaffBrowser) -> None:
    page = answered(hannah, asked(staff_portal, hannah, **SCOPES)).page

    assert hannah.status == 200
    rows = [row.attributes for row in page.all("tr[data-claim]")]
    present = {row["data-claim"] for row in rows if "data-missing" not in row}
    missing = {row["data-claim"]: row["data-missing"] for row in rows if "data-missing" in row}
    assert {"family_name", "org_id", "roles", "urn:immo-connect:claims:usage"} <= present
    assert missing["email"] == "scope-not-granted"
    assert missing["nickname"] == "not-known"
    assert not present & set(missing)
    assert "hannah.developer" in page.text


def test_the_answer_is_shown_once_and_is_nobody_elses(staff_portal: StaffPortal, hannah: StaffBrowser) -> None:
    shown = answered(hannah, asked(staff_portal, hannah, **SCOPES)).url

    assert hannah.get(shown).status == 400
    assert hannah.page.has("#problem")
    parameters = asked(staff_portal, hannah.get("/developers/try-out"), **SCOPES)
    assert hannah.get(f"/developers/try-out/callback?code=x&state=other&iss={hannah.issuer}").status == 400
    assert answered(hannah, parameters).status == 400


def test_an_error_of_the_provider_is_explained_too(staff_portal: StaffPortal, hannah: StaffBrowser) -> None:
    parameters = asked(staff_portal, hannah, prompt="none", **SCOPES)

    hannah.provider.get("/authorize?" + "&".join(f"{name}={_quoted(found[0])}" for name, found in parameters.items()))
    location = urlsplit(hannah.provider.location or "")
    hannah.get(f"{location.path}?{location.query}")

    assert hannah.status == 200
    assert "consent_required" in hannah.page.one("#refused").text or "selection" in hannah.page.one("#refused").text


def test_a_tool_that_is_not_there_is_said_so(staff_portal: StaffPortal, hannah: StaffBrowser) -> None:
    hannah.post("/developers/try-out", tool="nothing")

    assert hannah.status == 422
    assert hannah.page.has("#problem")


def test_only_known_wishes_reach_the_provider(staff_portal: StaffPortal, hannah: StaffBrowser) -> None:
    parameters = asked(
        staff_portal, hannah, prompt="evil", **{"acr-values": "urn:immo-connect:acr:pwd", "scope-helpdesk": "yes"}
    )

    assert "prompt" not in parameters
    assert parameters["scope"] == ["openid"]
    assert parameters["acr_values"] == ["urn:immo-connect:acr:pwd"]
    assert parameters["code_challenge_method"] == ["S256"]


def test_a_provider_that_does_not_answer_is_said_on_the_form(
    hannah: StaffBrowser, monkeypatch: pytest.MonkeyPatch
) -> None:
    def silent(*_args: object, **_named: object) -> None:
        raise RequestsConnectionError

    monkeypatch.setattr("portal.developers.try_out.requests.get", silent)
    sent = {"csrf_token": hannah.form_token, "tool": "finder"}

    answer = hannah.portal.post("/developers/try-out", data=sent)

    assert (answer.status_code, 'id="problem"' in answer.text) == (503, True)
