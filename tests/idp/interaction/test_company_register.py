"""Adding an organisation where the company register was read in: filled in, or refused with what to do (O1, O9)."""

from pathlib import Path

import pytest

from core.organisations.queries import find_by_company_number
from idp.wiring import Services
from tests.support.companies import ACompany, AnExtract, read_extract
from tests.support.sign_in import Browser

NAMED, STOPPED, UNKNOWN = "0403019261", "0866381630", "0400008697"
COMPANY = {
    "organisation-name": "Bakker NV",
    "organisation-street": "Meir 1",
    "organisation-postal-code": "2000",
    "organisation-locality": "Antwerpen",
}
ME = {"function": "Bediende", "work-email": "bert@noord.example"}


@pytest.fixture
def register(services: Services, tmp_path: Path) -> None:
    """Read a register in that names one company, and another that has stopped."""
    named, now = ACompany(NAMED), services.clock.now()
    read_extract(services.database, AnExtract(1, companies=[named, ACompany(STOPPED)]), tmp_path, now)
    read_extract(services.database, AnExtract(2, companies=[named]), tmp_path, now)


@pytest.fixture
def newcomer(browser: Browser) -> Browser:
    """Return a browser in which Bert, who belongs to nothing, signed in to `atlas`."""
    return browser.authorize("atlas", ui_locales="en").sign_in("bert.janssens")


def find(browser: Browser, number: str) -> Browser:
    return browser.press("#find-organisation", **{"company-number": number})


@pytest.mark.usefixtures("register")
def test_the_form_begins_with_what_the_register_says(newcomer: Browser) -> None:
    find(newcomer, NAMED)

    assert newcomer.page.has("#from-register")
    values = {
        name: newcomer.page.one(f"#organisation-{name}").attributes["value"]
        for name in ("name", "street", "postal-code", "locality", "email")
    }
    assert values == {
        "name": "Immo Bakker",
        "street": "Veldstraat 12",
        "postal-code": "9000",
        "locality": "Gent",
        "email": "info@bakker.example",
    }


@pytest.mark.usefixtures("register")
@pytest.mark.parametrize("number", [STOPPED, UNKNOWN])
def test_a_company_that_stopped_or_is_not_there_leads_back_to_the_search(
    services: Services, newcomer: Browser, number: str
) -> None:
    find(newcomer, number)

    assert newcomer.status == 422
    assert newcomer.page.has("#company-number-error")
    assert newcomer.page.one("#company-number").attributes["value"].replace(".", "") == number
    assert not newcomer.page.has("#create-organisation")
    find(newcomer, NAMED)
    assert newcomer.page.has("#create-organisation")
    with services.database.reading() as session:
        assert find_by_company_number(session, number) is None


def test_what_the_register_refuses_meanwhile_is_not_added(
    services: Services, newcomer: Browser, tmp_path: Path
) -> None:
    find(newcomer, UNKNOWN)
    now = services.clock.now()
    read_extract(services.database, AnExtract(1, companies=[ACompany(NAMED)]), tmp_path, now)

    newcomer.press("#create-organisation", **COMPANY, **ME)

    assert newcomer.page.has("#company-number-error")
    with services.database.reading() as session:
        assert find_by_company_number(session, UNKNOWN) is None
