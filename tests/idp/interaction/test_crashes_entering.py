"""Kill the provider at any write with which somebody comes in: they go on or start again.

By a second factor, by a proof for their account, by the code of a new account.
"""

from datetime import timedelta

from flask import Flask

from core.infra import rate_limit
from core.infra.clock import FixedClock
from core.people.assurance import Acr
from core.people.profiles import find_for_sign_in
from idp.credentials.code_requests import PAUSE
from idp.credentials.tables import CodePurpose, SignInRow
from idp.oidc import codes
from idp.wiring import Services
from tests.idp.interaction.registering import NEW_PASSWORD, mailed_code, open_registration, register
from tests.support.factors import code_at, with_authenticator
from tests.support.mortal import Fate, press
from tests.support.sign_in import Browser
from tests.support.tools import Office


def test_second_factor_survives_death_at_every_write(
    services: Services, office: Office, mortal: Flask, fate: Fate, clock: FixedClock
) -> None:
    """A code that was spent by a process that died costs the next code, never the account."""
    shared, _ = with_authenticator(services.database, services.settings.secret, office.anna, now=clock.now())
    deaths = 0
    for point in range(40):
        browser = Browser(mortal.test_client()).authorize("plain").sign_in()
        clock.advance(timedelta(seconds=60))
        code = {"authenticator-code": code_at(shared, clock.now())}
        if not press(browser, "#confirm-code", fate, point, **code):
            break
        deaths += 1

        _go_on(browser, shared, clock)

        subject = codes.redeem(services.store, browser.answer["code"], "plain").subject
        assert (subject.person_id, subject.authentication.acr) == (office.anna, Acr.MFA)
        with services.database.reading() as session:
            assert session.get(SignInRow, subject.sid) is not None
    assert deaths >= 3


def _go_on(browser: Browser, shared: str, clock: FixedClock) -> None:
    """Look at the page again and do what it asks, until the tool has its answer."""
    browser.get(browser.url)
    for _ in range(4):
        if browser.location is not None:
            return
        if browser.page.has("#allow"):
            browser.press("#allow")
        elif browser.page.has("#login"):
            browser.sign_in()
        else:
            clock.advance(timedelta(seconds=60))
            browser.press("#confirm-code", **{"authenticator-code": code_at(shared, clock.now())})


def test_proof_survives_death_at_every_write(services: Services, office: Office, mortal: Flask, fate: Fate) -> None:
    """There is a proof exactly where the sign-in for it was completed, and the person comes to their page."""
    page = "/account/security/email"
    deaths = 0
    for point in range(40):
        browser = Browser(mortal.test_client()).get("/account/sign-in").sign_in().get(page)
        typed = {"username": "anna.peeters", "password": "correct horse battery"}
        died = press(browser, "#sign-in", fate, point, **typed)
        if not died:
            break
        deaths += 1

        browser.get(page)
        for _ in range(2):
            if browser.page.has("#login"):
                browser.sign_in()

        assert (browser.url, browser.status) == (page, 200)
    assert deaths >= 2


def test_activation_survives_death_at_every_write(
    services: Services, office: Office, mortal: Flask, fate: Fate
) -> None:
    """Whoever enters the right code is activated, or asks for another one: nobody is left outside."""
    deaths = 0
    for point in range(40):
        username = f"clara.{fate.is_after}.{point:02}".lower()
        person = {"username": username, "email": f"{username}@people.example"}
        browser = register(open_registration(Browser(mortal.test_client())), **person)
        code = mailed_code(services)
        died = press(browser, "#activate", fate, point, **{"activation-code": code})
        if not died:
            break
        deaths += 1

        browser.get(browser.url)
        if browser.page.has("#activation-code"):
            # Spent by the process that died: another one comes, after the minute that the store counts.
            with services.database.reading() as session:
                waiting = find_for_sign_in(session, username)
            assert waiting is not None
            rate_limit.forget(services.store, PAUSE, f"{CodePurpose.ACTIVATION}\n{waiting.person_id}")
            browser.press("#resend-code")
            browser.press("#activate", **{"activation-code": mailed_code(services)})
        if browser.page.has("#login"):
            browser.sign_in(username, NEW_PASSWORD)
        browser.press("#allow")

        subject = codes.redeem(services.store, browser.answer["code"], "plain").subject
        with services.database.reading() as session:
            record = find_for_sign_in(session, username)
        assert record is not None and record.email_verified
        assert subject.person_id == record.person_id
    assert deaths >= 1
