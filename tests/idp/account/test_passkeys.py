"""Passkeys in the account: added with proof, recognised, renamed, removed, and never the last way (A16)."""

import json
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import delete, select

from core.infra.audit import AuditRow
from core.infra.clock import FixedClock
from core.infra.errors import RuleError
from core.infra.ids import digest
from core.infra.outbox import OutboxRow
from core.infra.store.interface import Kind
from idp import session as sso
from idp.credentials import passkeys
from idp.credentials.passkey_errors import PasskeyKnown
from idp.credentials.passkeys import Passkey
from idp.credentials.tables import PasskeyRow, PasswordRow
from idp.wiring import Services
from tests.idp.account.factor_pages import at, options, proof_is_asked
from tests.support.factors import PLACE, with_passkey
from tests.support.sign_in import Browser
from tests.support.soft_passkey import SoftPasskey
from tests.support.tools import Office


@pytest.fixture
def device(services: Services) -> SoftPasskey:
    """Return a device without passkey."""
    return SoftPasskey(services.settings.issuer)


def made(browser: Browser, answer: str, name: str = "My laptop") -> Browser:
    """Send what the browser made, under a name."""
    return browser.press("#create-passkey", **{"passkey-answer": answer, "passkey-name": name})


def passkeys_of(services: Services, person_id: str) -> tuple[Passkey, ...]:
    with services.database.reading() as session:
        return passkeys.passkeys_of(session, person_id)  # type: ignore[arg-type]


def mails(services: Services) -> list[dict[str, Any]]:
    with services.database.reading() as session:
        return [row.body for row in session.scalars(select(OutboxRow).order_by(OutboxRow.id))]


def given_passkey(services: Services, office: Office, name: str = "My laptop") -> str:
    """Give Anna a passkey and return its id."""
    now, issuer = services.clock.now(), services.settings.issuer
    with_passkey(services.database, services.store, issuer, office.anna, now=now, name=name)
    return next(found.id for found in passkeys_of(services, office.anna) if found.name == name)


def without_password(services: Services, office: Office) -> None:
    with services.database.transaction() as session:
        session.execute(delete(PasswordRow).where(PasswordRow.person_id == office.anna))


def test_a_passkey_is_added_and_signs_in(
    browser: Browser, stranger: Browser, services: Services, office: Office, device: SoftPasskey
) -> None:
    at(browser, "passkeys/add")

    made(browser, device.create(options(browser)))

    assert browser.page.has("#done")
    [found] = passkeys_of(services, office.anna)
    assert (found.name, found.is_backed_up, found.last_used_at) == ("My laptop", False, None)
    answer = device.get(options(stranger.authorize("plain")))
    assert stranger.press("#passkey-login", **{"passkey-answer": answer}).page.has("#allow")


def test_its_owner_is_told_and_it_stands_in_the_trail(
    browser: Browser, services: Services, office: Office, device: SoftPasskey
) -> None:
    made(at(browser, "passkeys/add"), device.create(options(browser)))

    [mail] = [mail for mail in mails(services) if mail["template"] == "passkey-added"]
    assert (mail["address"], mail["values"]["passkey"]) == ("anna.peeters@people.example", "My laptop")
    assert (mail["values"]["browser"], mail["values"]["system"]) == ("Firefox", "Windows")
    with services.database.reading() as session:
        added = session.scalars(select(AuditRow).where(AuditRow.action == "passkey-added")).one()
    assert (added.actor_id, added.subject_id, added.details) == (office.anna, office.anna, {})


def test_the_browser_is_asked_for_what_makes_it_two_factors(
    browser: Browser, services: Services, office: Office
) -> None:
    """Web Authentication Level 3 section 5.4; the user handle tells nothing of the person (14.6.1)."""
    given_passkey(services, office)

    asked = json.loads(options(at(browser, "passkeys/add")))

    assert asked["rp"] == {"id": "login.immo.test", "name": "Immo-Connect"}
    assert asked["user"]["name"] == "anna.peeters"
    assert asked["authenticatorSelection"]["userVerification"] == "required"
    assert asked["authenticatorSelection"]["residentKey"] == "required"
    assert asked["attestation"] == "none"
    assert [kind["alg"] for kind in asked["pubKeyCredParams"]] == [-8, -7, -257]
    assert len(asked["excludeCredentials"]) == 1


def test_without_scripts_the_page_says_that_they_are_needed(browser: Browser) -> None:
    at(browser, "passkeys/add")

    assert browser.page.has("#needs-script")
    assert "needs-script" in browser.page.one("form[data-passkey=create]").attributes["class"]


def test_the_name_is_proposed(browser: Browser) -> None:
    at(browser, "passkeys/add")

    assert browser.page.one("#passkey-name").attributes["value"] == "Firefox on Windows"


@pytest.mark.parametrize("name", ["", "   ", "x" * 61, "a\x00b", "a\u202eb"])
def test_a_bad_name_is_said_at_the_field_and_adds_nothing(
    browser: Browser, services: Services, office: Office, device: SoftPasskey, name: str
) -> None:
    at(browser, "passkeys/add")

    made(browser, device.create(options(browser)), name)

    assert browser.status == 422
    assert browser.page.one("#passkey-name").attributes["aria-invalid"] == "true"
    assert passkeys_of(services, office.anna) == ()
    made(browser, device.create(options(browser)))  # the page goes on from there
    assert len(passkeys_of(services, office.anna)) == 1


@pytest.mark.parametrize(
    "wrong",
    [{"origin": "https://evil.example"}, {"type": "webauthn.get"}, {"crossOrigin": True}, {"challenge": "A" * 43}],
    ids=str,
)
def test_a_passkey_made_for_another_page_is_refused(
    browser: Browser, services: Services, office: Office, device: SoftPasskey, wrong: dict[str, Any]
) -> None:
    at(browser, "passkeys/add")

    made(browser, device.create(options(browser), **wrong))

    assert browser.status == 422
    assert browser.page.has("#create-passkey-error")
    assert passkeys_of(services, office.anna) == ()


def test_a_device_that_does_not_verify_its_user_is_refused(
    browser: Browser, services: Services, office: Office, device: SoftPasskey
) -> None:
    device.is_verified = False
    at(browser, "passkeys/add")

    made(browser, device.create(options(browser)))

    assert browser.status == 422
    assert passkeys_of(services, office.anna) == ()


def test_a_challenge_is_good_once_and_in_one_browser(
    browser: Browser, stranger: Browser, services: Services, office: Office, device: SoftPasskey
) -> None:
    answer = device.create(options(at(browser, "passkeys/add")))
    at(stranger, "passkeys/add", "bert.janssens")

    made(stranger, answer)
    assert stranger.status == 422
    made(browser, answer)  # and it was spent by the attempt
    assert browser.status == 422

    assert passkeys_of(services, office.anna) == passkeys_of(services, office.bert) == ()


def test_a_passkey_belongs_to_one_account(
    browser: Browser, services: Services, office: Office, device: SoftPasskey
) -> None:
    with_passkey(
        services.database,
        services.store,
        services.settings.issuer,
        office.bert,
        now=services.clock.now(),
        device=device,
    )
    at(browser, "passkeys/add")

    made(browser, device.create(options(browser)))

    assert browser.status == 422
    assert passkeys_of(services, office.anna) == ()
    assert len(passkeys_of(services, office.bert)) == 1


def test_there_is_an_end_to_the_number(
    browser: Browser, services: Services, office: Office, device: SoftPasskey
) -> None:
    for number in range(passkeys.MOST):
        given_passkey(services, office, f"Device {number}")
    at(browser, "passkeys/add")

    made(browser, device.create(options(browser)))

    assert browser.status == 422
    assert len(passkeys_of(services, office.anna)) == passkeys.MOST
    assert not at(browser, "passkeys").page.has("#add-passkey")


@pytest.mark.parametrize("answer", ["", "{}", "null", "x" * 1000, '{"id":"AA","rawId":"AA","type":"public-key"}'])
def test_what_is_no_answer_is_refused(browser: Browser, services: Services, office: Office, answer: str) -> None:
    at(browser, "passkeys/add")

    made(browser, answer)

    assert browser.status == 422
    assert passkeys_of(services, office.anna) == ()


def test_adding_and_removing_take_a_fresh_proof(
    browser: Browser, services: Services, office: Office, device: SoftPasskey, clock: FixedClock
) -> None:
    passkey_id = given_passkey(services, office)
    browser.get("/account/security/passkeys").sign_in()
    assert browser.page.has("#passkeys")

    for path in ("passkeys/add", f"passkeys/{passkey_id}/remove"):
        assert proof_is_asked(browser.get(f"/account/security/{path}"))
    assert len(passkeys_of(services, office.anna)) == 1


def test_a_proof_does_not_last(browser: Browser, services: Services, office: Office, device: SoftPasskey) -> None:
    at(browser, "passkeys/add")
    answer = device.create(options(browser))
    fields = {**browser.fields("#create-passkey"), "passkey-answer": answer, "passkey-name": "Mine"}
    found = sso.find(services.store, browser.cookie("immo-idp"), services.clock.now())
    assert found is not None
    services.store.delete(Kind.PROOF, digest(found.sid))  # as when its life is over

    browser.post("/account/security/passkeys/add", data=fields)

    assert proof_is_asked(browser)
    assert passkeys_of(services, office.anna) == ()


def test_a_passkey_is_a_proof_too(browser: Browser, services: Services, office: Office) -> None:
    now, issuer = services.clock.now(), services.settings.issuer
    device = with_passkey(services.database, services.store, issuer, office.anna, now=now)
    browser.get("/account/security/passkeys").sign_in()

    browser.get("/account/security/passkeys/add")
    asked = json.loads(options(browser))
    browser.press("#passkey-login", **{"passkey-answer": device.get(json.dumps(asked))})

    assert browser.page.has("#create-passkey")
    assert len(asked["allowCredentials"]) == 1


def test_the_list_says_what_one_recognises_a_passkey_by(
    browser: Browser, services: Services, office: Office, clock: FixedClock
) -> None:
    now, issuer = clock.now(), services.settings.issuer
    synced = SoftPasskey(issuer, is_synced=True)
    with_passkey(services.database, services.store, issuer, office.anna, now=now, name="Phone", device=synced)
    given_passkey(services, office, "Key ring")

    rows = [row.text for row in at(browser, "passkeys").page.one("#passkeys").walk() if row.tag == "li"]

    assert len(rows) == 2
    assert "Phone" in rows[0] and "On several devices" in rows[0] and "2 November 2026, 10:00" in rows[0]
    assert "Key ring" in rows[1] and "On one device" in rows[1] and "Not used yet" in rows[1]


def test_a_passkey_can_be_renamed(browser: Browser, services: Services, office: Office) -> None:
    passkey_id = given_passkey(services, office)

    at(browser, f"passkeys/{passkey_id}/rename").press("#save", **{"passkey-name": "  Work   laptop "})

    assert browser.page.has("#done")
    assert [found.name for found in passkeys_of(services, office.anna)] == ["Work laptop"]


def test_a_bad_name_renames_nothing(browser: Browser, services: Services, office: Office) -> None:
    passkey_id = given_passkey(services, office)

    at(browser, f"passkeys/{passkey_id}/rename").press("#save", **{"passkey-name": " "})

    assert browser.status == 422
    assert [found.name for found in passkeys_of(services, office.anna)] == ["My laptop"]


def test_a_passkey_can_be_removed(browser: Browser, services: Services, office: Office) -> None:
    passkey_id = given_passkey(services, office)

    at(browser, f"passkeys/{passkey_id}/remove").press("#remove-passkey")

    assert browser.page.has("#done")
    assert passkeys_of(services, office.anna) == ()
    assert "passkey-removed" in [mail["template"] for mail in mails(services)]


@pytest.mark.parametrize("act", ["rename", "remove"])
def test_nobody_touches_the_passkeys_of_others(browser: Browser, services: Services, office: Office, act: str) -> None:
    own, theirs = given_passkey(services, office), "pky_unknown"
    at(browser, "passkeys/add", "bert.janssens")

    for passkey_id in (own, theirs, "%00"):
        browser.get(f"/account/security/passkeys/{passkey_id}/{act}")
        assert browser.error_code == "not-found"
    token = at(browser, "passkeys/add").fields("#create-passkey")["csrf_token"]
    browser.post(f"/account/security/passkeys/{own}/{act}", data={"csrf_token": token, "passkey-name": "Mine"})

    assert browser.error_code == "not-found"
    assert [found.name for found in passkeys_of(services, office.anna)] == ["My laptop"]


def test_the_last_way_to_sign_in_stays(browser: Browser, services: Services, office: Office) -> None:
    passkey_id = given_passkey(services, office)
    at(browser, f"passkeys/{passkey_id}/remove")
    fields, [address] = browser.fields("#remove-passkey"), browser.form("#remove-passkey")
    without_password(services, office)

    browser.post(address, data=fields)

    assert browser.status == 422
    assert browser.page.has("#last-way")
    assert not browser.page.has("#remove-passkey")
    assert len(passkeys_of(services, office.anna)) == 1


def test_of_the_last_two_removed_at_once_one_stays(services: Services, office: Office) -> None:
    ids = [given_passkey(services, office, name) for name in ("One", "Two")]
    without_password(services, office)
    barrier = Barrier(2)

    def remove(passkey_id: str) -> str:
        barrier.wait()
        try:
            with services.database.transaction() as session:
                passkeys.remove(session, office.anna, passkey_id, place=PLACE, now=services.clock.now())
        except RuleError as error:
            return error.code
        return "removed"

    with ThreadPoolExecutor(2) as pool:
        said = sorted(pool.map(remove, ids))

    assert said == ["last-way-to-sign-in", "removed"]
    assert len(passkeys_of(services, office.anna)) == 1


def test_of_one_passkey_added_twice_at_once_one_is_kept(services: Services, office: Office) -> None:
    ground = (services.database, services.store, services.settings.issuer)
    device, barrier = SoftPasskey(services.settings.issuer), Barrier(2)

    def add(person_id: str) -> str:
        barrier.wait()
        try:
            with_passkey(*ground, person_id, now=services.clock.now(), device=device)  # type: ignore[arg-type]
        except PasskeyKnown as error:
            return error.code
        return "added"

    with ThreadPoolExecutor(2) as pool:
        said = sorted(pool.map(add, (office.anna, office.bert)))

    assert said == ["added", "passkey-known"]
    with services.database.reading() as session:
        assert len(session.scalars(select(PasskeyRow)).all()) == 1


def test_a_form_without_its_token_changes_nothing(browser: Browser, services: Services, office: Office) -> None:
    passkey_id = given_passkey(services, office)
    at(browser, f"passkeys/{passkey_id}/remove")

    for act in ("remove", "rename"):
        browser.post(f"/account/security/passkeys/{passkey_id}/{act}", data={"passkey-name": "x"})
        assert browser.error_code == "form-token-invalid"
    browser.post("/account/security/passkeys/add", data={"passkey-name": "x"})
    assert browser.error_code == "form-token-invalid"

    assert [found.name for found in passkeys_of(services, office.anna)] == ["My laptop"]
