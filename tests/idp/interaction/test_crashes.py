"""Kill the provider between any two writes of a journey: the person goes on or starts again."""

import pytest
from flask import Flask
from sqlalchemy import select

from core.infra.outbox import OutboxRow
from idp.oidc import codes
from idp.oidc.tables import ConsentRow, ParticipantRow
from idp.wiring import Services
from tests.support.mortal import Fate, press
from tests.support.sign_in import Browser
from tests.support.tools import Office, a_client


def go_on(browser: Browser, office: Office) -> dict[str, str]:
    """Go on as a person would: look at the page again, start again in the tool if it says so."""
    browser.get(browser.url)
    for _ in range(4):
        if browser.location is not None:
            return browser.answer
        if browser.page.has("#error"):
            browser.authorize("rent")
        elif browser.page.has("#login"):
            browser.sign_in()
        else:
            browser.start(office.noord_rent)
    raise AssertionError(browser.page.text)


@pytest.mark.parametrize("page", ["sign-in", "choice"])
def test_sign_in_survives_death_at_every_write(
    services: Services, office: Office, mortal: Flask, fate: Fate, page: str
) -> None:
    deaths = 0
    for point in range(40):
        browser = Browser(mortal.test_client()).authorize("rent")
        if page == "sign-in":
            died = press(
                browser, "#sign-in", fate, point,
                username="anna.peeters", password="correct horse battery",
            )  # fmt: skip
        else:
            browser.sign_in()
            button = f"button.start-context[value={office.noord_rent}]"
            died = press(browser, button, fate, point)
        if not died:
            break
        deaths += 1

        answer = go_on(browser, office)

        grant = codes.redeem(services.store, answer["code"], "rent")
        assert grant.subject.person_id == office.anna
        assert grant.subject.context is not None
        with services.database.reading() as session:
            assert len(session.scalars(select(ConsentRow)).all()) == 1
            sids = [row.sid for row in session.scalars(select(ParticipantRow))]
            assert grant.subject.sid in sids
    assert deaths >= 2


def test_sign_out_survives_death_at_every_write(services: Services, office: Office, mortal: Flask, fate: Fate) -> None:
    """Nobody stays signed in believing to be out, and each tool is told exactly once."""
    a_client(services, "plain", backchannel_logout_uri="https://192.0.2.1/logout")
    deaths = 0
    for point in range(40):
        browser = Browser(mortal.test_client()).authorize("plain").sign_in()
        if browser.location is None:
            browser.press("#allow")
        sid = codes.redeem(services.store, browser.answer["code"], "plain").subject.sid
        browser.get("/end_session")
        if not press(browser, "#sign-out", fate, point):
            break
        deaths += 1

        browser.get("/end_session")
        if browser.page.has("#sign-out"):
            browser.press("#sign-out")

        assert browser.page.has("#signed-out")
        assert Browser(browser.client).authorize("plain", prompt="none").answer["error"] == "login_required"
        with services.database.reading() as session:
            assert session.scalars(select(ParticipantRow).where(ParticipantRow.sid == sid)).all() == []
            told = [row for row in session.scalars(select(OutboxRow)) if row.body.get("sid") == sid]
            assert len(told) == 1
    assert deaths >= 2


def test_change_of_person_survives_death_at_every_write(
    services: Services, office: Office, mortal: Flask, fate: Fate
) -> None:
    """The tools of whoever was here before hear of it exactly once, whenever the process dies."""
    a_client(services, "plain", backchannel_logout_uri="https://192.0.2.1/logout")
    deaths = 0
    for point in range(40):
        browser = Browser(mortal.test_client()).authorize("plain").sign_in("anna.peeters")
        if browser.location is None:
            browser.press("#allow")
        sid = codes.redeem(services.store, browser.answer["code"], "plain").subject.sid
        browser.authorize("plain", prompt="login")
        typed = {"username": "bert.janssens", "password": "correct horse battery"}
        if not press(browser, "#sign-in", fate, point, **typed):
            break
        deaths += 1

        browser.get(browser.url)
        if browser.page.has("#login"):
            browser.sign_in("bert.janssens")
        if browser.location is None:
            browser.press("#allow")

        assert codes.redeem(services.store, browser.answer["code"], "plain").subject.person_id == office.bert
        with services.database.reading() as session:
            told = [row for row in session.scalars(select(OutboxRow)) if row.body.get("sid") == sid]
            assert len(told) == 1
    assert deaths >= 3
