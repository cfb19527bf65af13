"""How many statements a sign-in asks: one for each fact, so that none grows unseen (`performance.md`)."""

from sqlalchemy import update

from core.tools.tables import ToolRow
from idp.wiring import Services
from tests.support.offices import an_accreditation, kinds
from tests.support.sign_in import Browser
from tests.support.statements import counted
from tests.support.tools import Office


def test_silent_sign_in_asks_for_consent_and_for_context(browser: Browser, office: Office, services: Services) -> None:
    browser.authorize("atlas").sign_in().start(office.noord_atlas)

    with counted(services.database) as asked:
        browser.authorize("atlas", prompt="none")

    assert "code" in browser.answer
    assert len(asked) == 2


def test_context_page_asks_at_most_six_whatever_it_shows(browser: Browser, office: Office, services: Services) -> None:
    now = services.clock.now()
    with services.database.transaction() as session:
        kinds(session)
        an_accreditation(session, office.anna, "500001", now=now)
        session.execute(update(ToolRow).values(accreditation_kinds=["be.biv"]))
    browser.authorize("atlas").sign_in()
    page = browser.url

    with counted(services.database) as asked:
        browser.get(page)

    assert browser.page.all("button.start-context")
    # An accreditation is named, whose kind has a name of its own.
    assert "500001" in browser.page.text
    assert len(asked) <= 6
