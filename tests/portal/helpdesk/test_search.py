"""One box finds people and organisations by whatever somebody says; what was said is kept nowhere."""

import io
import logging

from sqlalchemy import select, text

from core.closing.helpdesk_search import PAGE, SEARCHES
from core.infra.audit import AuditRow
from core.infra.store.interface import Kind
from core.people.tables import EmailAddressRow, PersonRow
from tests.portal.helpdesk.conftest import COMPANY, Helpdesk
from tests.support.html_page import Page
from tests.support.offices import a_person, an_office
from tests.support.staff_portal import StaffBrowser
from tests.support.statements import counted


def found(page: Page, kind: str = "people") -> list[str]:
    return [line.attributes["data-id"] for line in page.all(f"li[data-found={kind}]")]


def look_for(helpdesk: Helpdesk, words: str, who: str = "fatima.helpdesk") -> StaffBrowser:
    browser = helpdesk.at("/helpdesk", who)
    return browser.post("/helpdesk", search=words)


def test_people_and_organisations_are_found_by_what_is_known_of_them(helpdesk: Helpdesk) -> None:
    browser = helpdesk.at("/helpdesk")
    of_chris = (
        *("chris.demeyer@people.example", "CHRIS.Demeyer@People.Example", "chris.demeyer", "Chris.dem", "500123"),
        *("peeters chris", "chris peeters", "Peeters CHR"),
    )
    of_the_office = (COMPANY, f"BE {COMPANY[:4]}.{COMPANY[4:7]}.{COMPANY[7:]}", "immo elan", "IMMO É")

    for words in of_chris:
        page = browser.get("/helpdesk").post("/helpdesk", search=words).page
        lines = {line.attributes["data-id"]: line.text for line in page.all("li[data-found=people]")}
        assert helpdesk.people["chris"] in lines, words
        assert "Immo Élan BV" in lines[helpdesk.people["chris"]]
        assert "chris.demeyer" in lines[helpdesk.people["chris"]]
        assert "@" not in lines[helpdesk.people["chris"]]
    for words in of_the_office:
        page = browser.get("/helpdesk").post("/helpdesk", search=words).page
        assert found(page, "organisations") == [helpdesk.office], words


def test_what_is_nowhere_finds_nobody_and_says_what_to_try(helpdesk: Helpdesk) -> None:
    browser = helpdesk.at("/helpdesk")

    for words in ("nobody@people.example", "0100001060", "Zzz", "%", "...", "chris_demeyer", "hris"):
        page = browser.get("/helpdesk").post("/helpdesk", search=words).page
        assert (found(page), found(page, "organisations")) == ([], []), words
        assert page.has("div.empty-state"), words


def test_former_and_pending_addresses_are_found_too(helpdesk: Helpdesk) -> None:
    now = helpdesk.ground.clock.now()
    with helpdesk.ground.database.transaction() as session:
        for state in ("former", "pending"):
            session.add(
                EmailAddressRow(
                    id=f"adr_{state}",
                    person_id=helpdesk.people["dora"],
                    address=f"Old-{state}@people.example",
                    address_key=f"old-{state}@people.example",
                    state=state,
                    added_at=now,
                )
            )

    for state in ("former", "pending"):
        page = look_for(helpdesk, f"old-{state}@people.example").page
        assert found(page) == [helpdesk.people["dora"]]
        assert page.one("li[data-found=people]").attributes["data-address"] == state


def test_many_of_one_name_come_in_pages_each_once(helpdesk: Helpdesk) -> None:
    now = helpdesk.ground.clock.now()
    with helpdesk.ground.database.transaction() as session:
        for number in range(PAGE + 3):
            a_person(session, f"zoë{number:03}", now=now)
        session.execute(text("UPDATE person SET search_name = 'zwart zoe' WHERE username_key LIKE 'zoë%'"))
    browser = look_for(helpdesk, "zwart")

    first = found(browser.page)
    second = found(browser.get(browser.page.one("#more-people").attributes["href"]).page)

    assert (len(first), len(second), len({*first, *second})) == (PAGE, 3, PAGE + 3)
    assert not browser.page.has("#more-people")


def test_a_search_costs_six_statements_at_most_and_no_scan(helpdesk: Helpdesk) -> None:
    now = helpdesk.ground.clock.now()
    with helpdesk.ground.database.transaction() as session:
        for number in range(25):
            person = a_person(session, f"peter{number:03}", now=now)
            an_office(session, person, now=now, number=number + 10, name=f"Peeters {number}")
    browser = look_for(helpdesk, "peeters peter")
    address = browser.url

    with counted(helpdesk.ground.database) as asked:
        assert browser.portal.get(address).status_code == 200

    assert len(asked) <= 6, asked
    if helpdesk.ground.database.is_sqlite:
        with helpdesk.ground.database.connection() as connection:
            for statement in asked:
                plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}").all()
                scanned = [
                    row[3] for row in plan if str(row[3]).startswith(("SCAN person", "SCAN organisation", "SCAN email"))
                ]
                assert not [line for line in scanned if "USING" not in line], (statement, plan)


def test_the_words_of_a_search_stay_nowhere(helpdesk: Helpdesk) -> None:
    """Neither in the address, nor in the trail, nor in the log, nor readable in the store."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    logging.getLogger().addHandler(handler)
    try:
        browser = look_for(helpdesk, "chris.demeyer@people.example")
    finally:
        logging.getLogger().removeHandler(handler)

    assert found(browser.page)
    assert not [url for url in browser.trail if "demeyer" in url]
    assert "demeyer" not in stream.getvalue().lower()
    with helpdesk.ground.database.reading() as session:
        rows = session.scalars(select(AuditRow).where(AuditRow.action == "helpdesk-searched")).all()
    assert [(row.actor_id, row.subject_id, row.details) for row in rows] == [
        (helpdesk.ground.people["fatima.helpdesk"], None, {"kind": "email"})
    ]
    name = browser.url.split("found=")[1]
    kept = helpdesk.ground.services.store.get(Kind.HELPDESK_SEARCH, name)
    assert kept is not None
    assert b"demeyer" not in kept
    # Somebody else's search is nobody's.
    assert not helpdesk.at(browser.url, "ismael.helpdesk").page.has("#people")


def test_somebody_who_searches_too_much_is_stopped_alone(helpdesk: Helpdesk) -> None:
    browser = helpdesk.at("/helpdesk")
    token = browser.form_token
    for _ in range(SEARCHES.attempts):
        sent = browser.portal.post("/helpdesk", data={"csrf_token": token, "search": "x"})
        assert sent.status_code == 303

    assert browser.post("/helpdesk", search="peeters").status == 429
    assert browser.page.one("#problem").attributes["data-code"] == "rate-limited"
    assert look_for(helpdesk, "peeters", "ismael.helpdesk").status == 200


def test_a_name_is_text_and_never_markup(helpdesk: Helpdesk) -> None:
    with helpdesk.ground.database.transaction() as session:
        row = session.get_one(PersonRow, helpdesk.people["dora"])
        row.given_name = "<b>Dora</b>"

    answer = look_for(helpdesk, "peeters b").response

    assert answer is not None
    assert "<b>Dora" not in answer.text
