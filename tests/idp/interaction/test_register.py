"""Making an account on the way to a tool (A1 to A4, A21)."""

from core.people.profiles import find_for_sign_in
from idp.wiring import Services
from tests.idp.interaction.registering import mailed_code, open_registration, register
from tests.support.sign_in import Browser


def test_from_nothing_to_the_tool(browser: Browser, services: Services) -> None:
    open_registration(browser)
    register(browser)
    assert browser.page.has("#activation-code"), browser.page.text
    assert browser.cookie("immo-idp") is None

    browser.press("#activate", **{"activation-code": mailed_code(services)})

    assert browser.page.has("#allow"), browser.page.text
    assert browser.cookie("immo-idp") is not None
    with services.database.reading() as session:
        record = find_for_sign_in(session, "clara@people.example")
    assert record is not None and record.email_verified
