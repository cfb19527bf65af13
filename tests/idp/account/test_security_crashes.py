"""Kill the provider at every write of what protects an account: never half done, and done by trying again."""

from flask import Flask
from sqlalchemy import delete, select

from core.infra import rate_limit
from core.infra.outbox import OutboxRow
from core.people.profiles import person_facts
from idp.credentials import code_requests
from idp.credentials.address_change import PER_PERSON
from idp.credentials.passwords import hash_password, store_password, stored_hash, verify
from idp.credentials.tables import CodePurpose, SignInRow
from idp.oidc import codes
from idp.wiring import Services
from tests.idp.interaction import recovering
from tests.support.letters import letters
from tests.support.mortal import Fate, press
from tests.support.sign_in import Browser
from tests.support.tools import PASSWORD, Office, a_client

NEW = "trein-boom-42-zee"
_OLD = hash_password(PASSWORD)


def fresh(services: Services, office: Office) -> None:
    """Let Anna have her first password, no sign-in, and nothing in the outbox."""
    with services.database.transaction() as session:
        store_password(session, person_id=office.anna, hashed=_OLD, now=services.clock.now())
        session.execute(delete(SignInRow))
        session.execute(delete(OutboxRow))


def elsewhere(mortal: Flask, services: Services) -> tuple[Browser, str]:
    """Sign Anna in somewhere else, at a tool that wants to hear of sign-outs; return the `sid` too."""
    browser = Browser(mortal.test_client()).authorize("plain").sign_in()
    if browser.location is None:
        browser.press("#allow")
    return browser, codes.redeem(services.store, browser.answer["code"], "plain").subject.sid


def is_signed_in(browser: Browser) -> bool:
    return browser.get("/account/devices").page.has("#devices")


def works(services: Services, office: Office, password: str) -> bool:
    with services.database.reading() as session:
        return verify(stored_hash(session, office.anna), password).is_right


def notices(services: Services, sid: str) -> int:
    with services.database.reading() as session:
        return len([row for row in session.scalars(select(OutboxRow)) if row.body.get("sid") == sid])


def must_hold(services: Services, office: Office, other: Browser, sid: str) -> None:
    """Fail where the new password stands and somebody is still in by the old one, or was told twice."""
    is_changed = works(services, office, NEW)
    assert is_changed != works(services, office, PASSWORD)
    assert len(letters(services, "password-changed")) == int(is_changed)
    if is_changed:
        assert not is_signed_in(other)
        assert notices(services, sid) == 1


def test_change_of_password_survives_death_at_every_write(
    services: Services, office: Office, mortal: Flask, fate: Fate
) -> None:
    a_client(services, "plain", backchannel_logout_uri="https://192.0.2.1/logout")
    deaths = 0
    for point in range(60):
        fresh(services, office)
        other, sid = elsewhere(mortal, services)
        browser = Browser(mortal.test_client()).get("/account/security/password").sign_in()
        typed = {"current-password": PASSWORD, "new-password": NEW, "new-password-again": NEW}
        if not press(browser, "#save-password", fate, point, **typed):
            break
        deaths += 1

        must_hold(services, office, other, sid)
        browser.get("/account/security/password")
        if browser.page.has("#login"):
            browser.sign_in(password=NEW if works(services, office, NEW) else PASSWORD)
        assert browser.page.has("#save-password")
        if works(services, office, PASSWORD):
            browser.press("#save-password", **typed)

        assert works(services, office, NEW)
        must_hold(services, office, other, sid)
    assert deaths >= 4


def test_recovery_survives_death_at_every_write(services: Services, office: Office, mortal: Flask, fate: Fate) -> None:
    """The proof is spent first: whoever dies after that asks for another code."""
    a_client(services, "plain", backchannel_logout_uri="https://192.0.2.1/logout")
    deaths = 0
    for point in range(60):
        fresh(services, office)
        other, sid = elsewhere(mortal, services)
        again(services)
        browser = recovering.proven(Browser(mortal.test_client()), services)
        if not press(browser, "#save-password", fate, point, **{"new-password": NEW, "new-password-again": NEW}):
            break
        deaths += 1

        must_hold(services, office, other, sid)
        if works(services, office, PASSWORD):
            again(services)
            recovering.choose(recovering.proven(Browser(mortal.test_client()), services), NEW)

        assert works(services, office, NEW)
        must_hold(services, office, other, sid)
        assert Browser(mortal.test_client()).get("/account/devices").sign_in(password=NEW).page.has("#devices")
    assert deaths >= 4


def again(services: Services) -> None:
    """Let the limits on mails begin anew: the store goes by the real time."""
    recovering.a_minute_later(services)
    rate_limit.forget(services.store, code_requests.PER_MAILBOX, f"{CodePurpose.RECOVERY}\n{recovering.ADDRESS}")
    whose = f"127.0.0.1\n{recovering.ADDRESS}"
    rate_limit.forget(services.store, code_requests.PER_HOUR, f"{CodePurpose.RECOVERY}\n{whose}")


def test_end_of_a_device_survives_death_at_every_write(
    services: Services, office: Office, mortal: Flask, fate: Fate
) -> None:
    a_client(services, "plain", backchannel_logout_uri="https://192.0.2.1/logout")
    deaths = 0
    for point in range(40):
        fresh(services, office)
        other, sid = elsewhere(mortal, services)
        browser = Browser(mortal.test_client()).get("/account/devices").sign_in()
        browser.get(f"/account/devices/{sid}/end")
        if not press(browser, "#end-device", fate, point):
            break
        deaths += 1

        # As long as it is shown it can be ended; when it is shown no more it is ended for everybody.
        if browser.get(f"/account/devices/{sid}/end").page.has("#end-device"):
            browser.press("#end-device")

        assert not is_signed_in(other)
        assert notices(services, sid) == 1
        assert is_signed_in(browser)
    assert deaths >= 3


def test_change_of_address_survives_death_at_every_write(
    services: Services, office: Office, mortal: Flask, fate: Fate
) -> None:
    deaths = 0
    for point in range(40):
        fresh(services, office)
        new = f"anna{point}@new.example"
        browser = Browser(mortal.test_client()).get("/account/security/email")
        while browser.page.has("#login"):
            browser.sign_in()
        browser.press("#send-code", **{"new-email": new})
        before = address_of(services, office)
        code = letters(services, "address-code")[-1].code
        if not press(browser, "#confirm-email", fate, point, **{"email-code": code}):
            break
        deaths += 1

        assert address_of(services, office) in {before, new}
        if address_of(services, office) != new:
            whose = f"{CodePurpose.EMAIL_CHANGE}\n{office.anna}\n{new}"
            rate_limit.forget(services.store, code_requests.PAUSE, whose)
            browser.get("/account/security/email").press("#resend-code")
            browser.press("#confirm-email", **{"email-code": letters(services, "address-code")[-1].code})

        assert address_of(services, office) == new
        assert len(letters(services, "address-changed")) == 1
        rate_limit.forget(services.store, PER_PERSON, office.anna)
    assert deaths >= 2


def address_of(services: Services, office: Office) -> str | None:
    with services.database.reading() as session:
        facts = person_facts(session, office.anna)
    return None if facts is None else facts.email
