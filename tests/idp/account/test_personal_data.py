"""Reading and taking along what is kept (GDPR 15, 20): all of it, no secret, nobody else's, after proof."""

import json
import re
from base64 import b64encode
from enum import StrEnum
from typing import Any

import pytest

from core.accreditations.rules import AccreditationStatus
from core.infra import outbox
from core.infra.topics import MailRequested
from core.organisations.states import MembershipStatus, MembershipType
from core.people.identifiers import PersonId
from core.people.rules import AddressState, PersonStatus
from core.tools.states import AccessStatus, RegistrationStatus
from idp.account import personal_data
from idp.account.personal_data_words import FIELDS, PARTS, VALUES
from idp.credentials import recovery_codes
from idp.credentials.tables import CodePurpose
from idp.wiring import Services
from tests.support import markers
from tests.support.factors import PLACE
from tests.support.offices import an_accreditation, kinds
from tests.support.sign_in import Browser
from tests.support.tools import Office

PAGE, FILE = "/account/privacy/data", "/account/privacy/data.json"
# Columns that are a person's and stay with us, each with the reason.
WITHHELD = {
    ("password", "hash"): "a secret",
    ("authenticator", "sealed_secret"): "a secret",
    ("recovery_code", "mac"): "a secret",
    ("mailed_code", "mac"): "a secret",
    ("eid_link", "number_key"): "which key closes the number",
    ("eid_link", "number_sealed"): "the number as it stands on the card, closed",
    ("eid_link", "number_digest"): "finds the account of a card",
    ("eid_link", "document_digest"): "tells one card from the next",
    ("eid_link", "certificate_digest"): "tells one card from the next",
    ("eid_link", "proven"): "names of fields, which stand above",
    ("eid_link", "evidence"): "names of the authorities that were asked",
    ("sign_in", "cookie_digest"): "finds a running session",
    ("passkey", "credential_id"): "a key, of use to nobody but the device that has it",
    ("passkey", "public_key"): "a key, of use to nobody but the device that has it",
    ("registration_token", "digest"): "finds a token",
    ("refresh_family", "grant"): "says again what stands in the columns beside it",
    ("refresh_family", "sid"): "names a session to tools",
    **{
        ("help_request", name): "on its way to the helpdesk: the row goes with the mail, within seconds"
        for name in ("address", "message", "system", "error_reference", "screenshot")
    },
    ("waiting_notice", "values"): "what colleagues did; the person reads it in the next morning's mail",
    ("person", "username_key"): "the username once more, for comparing",
    ("wallet_limit", "subject"): "the person and the tool once more, for comparing",
    ("email_address", "address_key"): "the address once more, for comparing",
}


@pytest.fixture
def everything(services: Services, office: Office) -> dict[tuple[str, str], str]:
    """Fill every table for Anna and return the mark of each column."""
    with services.database.transaction() as session:
        kinds(session)
        an_accreditation(session, office.anna, "500001", now=services.clock.now())
    with services.database.engine.begin() as connection:
        return markers.mark(connection, office.anna)


def kept(services: Services, person_id: str) -> dict[str, list[dict[str, Any]]]:
    parts = personal_data.parts_of(services, PersonId(person_id))
    made = personal_data.document(parts, issuer="https://login.immo.test", now=services.clock.now())
    found = json.loads(json.dumps(made))["kept"]
    assert isinstance(found, dict)
    return found


def proven(browser: Browser, url: str, username: str = "anna.peeters") -> Browser:
    return browser.get(url).sign_in(username).sign_in(username)


def test_every_column_of_a_person_is_in_it_or_withheld_for_a_reason(
    services: Services, office: Office, everything: dict[tuple[str, str], str]
) -> None:
    text = json.dumps(kept(services, office.anna))

    absent = {
        column
        for column, mark in everything.items()
        if mark not in text and b64encode(mark.encode()).decode() not in text
    }
    assert absent == set(WITHHELD)


def test_every_part_and_field_has_a_name(
    services: Services, office: Office, everything: dict[tuple[str, str], str]
) -> None:
    found = kept(services, office.anna)

    assert set(found) == set(PARTS)
    details = {"client_id", "acr", "membership", "registration", "terms", "accreditation"}
    fields = {name for part, records in found.items() if part != "history" for record in records for name in record}
    assert fields - set(FIELDS) == set()
    assert set(found["history"][0]) - details <= set(FIELDS)


def test_nothing_of_others_is_in_it(services: Services, office: Office) -> None:
    now = services.clock.now()
    mail = MailRequested("access-closed", office.bert, "bert@people.example", "fr", {"tool": "t", "organisation": "o"})
    with services.database.transaction() as session:
        outbox.enqueue(session, mail, now=now)

    found = kept(services, office.anna)

    assert "bert" not in json.dumps(found).lower()
    assert office.bert not in json.dumps(found)
    assert found["messages_on_their_way"] == []
    assert {record["organisation"] for record in found["memberships"]} == {"Noord BV", "Zuid SRL"}
    assert len(found["tools_registered"]) == 3


def test_both_ask_for_proof_and_not_only_for_a_sign_in(browser: Browser) -> None:
    """A stolen session alone does not empty the account of its data."""
    for url in (PAGE, FILE):
        browser.get("/account/history")
        if browser.page.has("#login"):
            browser.sign_in()

        assert browser.get(url).page.has("#login")


def test_page_shows_it_in_words(browser: Browser) -> None:
    page = proven(browser, PAGE).page

    text = " ".join(page.text.split())
    assert page.has("#personal-data")
    assert "First name Anna" in text
    assert "anna.peeters@people.example" in text
    assert "Organisation Noord BV" in text
    assert page.one("#download-data").attributes["href"] == FILE


def test_recovery_codes_are_one_line_to_read_and_a_list_to_take_along(
    browser: Browser, services: Services, office: Office
) -> None:
    now, secret = services.clock.now(), services.settings.secret
    proven(browser, PAGE)
    with services.database.transaction() as session:
        codes = recovery_codes.make(session, office.anna, secret=secret, now=now)
        for code in codes[:3]:
            recovery_codes.use(session, office.anna, code, secret=secret, place=PLACE, now=now)

    (part,) = (part for part in browser.get(PAGE).page.all(".panel") if "Recovery codes" in part.text)

    assert " ".join(part.text.split()).endswith("Left 7 Used 3")
    assert part.text.count("Made") == 1
    assert len(kept(services, office.anna)["recovery_codes"]) == recovery_codes.HOW_MANY


def test_file_is_an_attachment_that_no_cache_keeps(browser: Browser, office: Office) -> None:
    proven(browser, PAGE).get(FILE)

    response = browser.response
    assert response is not None
    assert response.headers["Content-Disposition"] == 'attachment; filename="immo-connect-2026-11-02.json"'
    assert response.headers["Content-Type"] == "application/json"
    assert response.headers["Cache-Control"] == "no-store"
    content = json.loads(response.text)
    assert content["format"] == 1
    assert content["kept"]["account"][0]["id"] == office.anna
    assert content["kept"]["history"][0]["action"] == "data-downloaded"


def test_no_secret_of_a_running_session_is_in_the_file(browser: Browser) -> None:
    proven(browser, PAGE).get(FILE)

    cookie = browser.cookie("immo-idp")
    assert browser.response is not None
    assert cookie is not None
    assert cookie not in browser.response.text
    assert not re.search(r"argon2|[0-9a-f]{64}", browser.response.text)


@pytest.mark.parametrize(
    ("field", "words"),
    [
        ("state", AddressState),
        ("status", PersonStatus),
        ("status", AccreditationStatus),
        ("status", MembershipStatus),
        ("status", RegistrationStatus),
        ("status", AccessStatus),
        ("type", MembershipType),
        ("purpose", CodePurpose),
    ],
)
def test_words_of_ours_are_translated_as_values(field: str, words: type[StrEnum]) -> None:
    assert {word.value for word in words} <= set(VALUES[field])
