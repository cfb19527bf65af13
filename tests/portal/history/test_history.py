"""The history of an organisation (O10): sentences with names, for managers all of it, for others their own."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlencode

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from core.closing.person import ErasureCause, begin_erasure, complete_erasure
from core.infra import audit
from core.organisations import employees, enrolment
from core.organisations.rules import MemberDetails
from core.people.assurance import Acr
from core.tools import mandate_endings
from core.tools.assignments import assign_role
from core.tools.registration import register
from portal.history.sentences import NOT_OF_THE_ORGANISATION, SENTENCES
from tests.portal.conftest import Portal
from tests.support.audit_actions import recorded_actions
from tests.support.html_page import Page, parse
from tests.support.offices import Office, a_person, a_staffed_office
from tests.support.statements import counted

FORMS = re.compile(r"%\((\w+)\)s")


@dataclass(frozen=True)
class Told:
    """An office with a history, and the portal that shows it."""

    portal: Portal
    office: Office

    @property
    def url(self) -> str:
        return f"/organisations/{self.office.organisation_id}/history"

    @contextmanager
    def changing(self) -> Iterator[Session]:
        """Change something a second later than what was changed before."""
        self.portal.clock.advance(timedelta(seconds=1))
        with self.portal.services.database.transaction() as session:
            yield session

    def look(self, who: str, **query: str) -> Page:
        return opened(self.portal.signed_in(who), f"{self.url}?{urlencode({'language': 'en', **query})}")

    def entries(self, who: str, **query: str) -> list[str]:
        return said(self.look(who, **query))

    def record(self, session: Session, action: str, *, subject: str | None = None, count: int = 1, **more: str) -> None:
        for _ in range(count):
            audit.record(
                session,
                action=action,
                actor_id=self.office.manager.person_id,
                subject_id=subject,
                organisation_id=self.office.organisation_id,
                details=more,
                now=self.portal.clock.now(),
            )


def opened(browser: FlaskClient, url: str) -> Page:
    answer = browser.get(url)
    return parse(url, answer.status_code, dict(answer.headers.to_wsgi_list()), answer.text)


def said(page: Page) -> list[str]:
    return [" ".join(entry.text.split()) for entry in page.all(".history-entry")]


@pytest.fixture
def told(portal: Portal) -> Told:
    """Return an office that registered a tool and gave a colleague a role in it."""
    now = portal.clock.now()
    with portal.services.database.transaction() as session:
        office = a_staffed_office(session, now=now)
        tool, manager = office.tool_id, office.manager
        registration = register(
            session, office.organisation_id, tool, "estate-agent", by=manager.person_id, acr=Acr.PASSWORD, now=now
        )
        assign_role(session, registration, office.colleague.id, "supervisor", by=manager.person_id, now=now)
    return Told(portal, office)


def of_organisations() -> dict[str, set[str]]:
    return recorded_actions(only_of_organisations=True)


def test_every_action_of_an_organisation_has_a_sentence() -> None:
    """Whoever records something new about organisations says in `sentences.py` how it reads."""
    actions = of_organisations()

    assert len(actions) > 30
    missing = {action: files for action, files in actions.items() if action not in SENTENCES}
    assert set(missing) == NOT_OF_THE_ORGANISATION, missing


def test_no_sentence_is_about_what_nobody_records() -> None:
    assert set(SENTENCES) - set(of_organisations()) == set()


def test_sentences_name_people_tools_roles_and_fields_only() -> None:
    texts = [text for found in SENTENCES.values() for text in (found.text, *found.by_reason.values())]

    assert {name for text in texts for name in FORMS.findall(text)} == {"person", "tool", "role", "fields"}


def test_managers_read_what_was_done_to_whom_and_by_whom_newest_first(told: Told) -> None:
    found = told.entries(told.office.manager.person_id)

    assert found[-1].startswith("The organisation was added. Anna.Peeters Peeters, ")
    assert any(line.startswith("Bram.Claes Peeters asked to join. Bram.Claes Peeters, ") for line in found)
    assert any(
        line.startswith("Bram.Claes Peeters was confirmed as an employee. Anna.Peeters Peeters, ") for line in found
    )
    assert any(line.startswith("finder (Estate agent) was registered. Anna.Peeters Peeters, ") for line in found)
    assert any(
        line.startswith("Bram.Claes Peeters was given the role of supervisor in finder (Estate agent).")
        for line in found
    )


def test_others_read_their_own_entries_and_whoever_is_no_colleague_no_names(told: Told) -> None:
    office, now = told.office, told.portal.clock.now()
    with told.changing() as session:
        cis = a_person(session, "cis.mertens", now=now)
        enrolment.request_membership(session, office.organisation_id, by=cis, details=MemberDetails(), now=now)
    with told.changing() as session:
        employees.block(session, office.colleague.id, by=office.manager.person_id, now=now)

    his, blocked = told.entries(cis), told.entries(office.colleague.person_id)

    assert [line.partition(".")[0] for line in his] == ["Cis"]
    assert his[0].startswith("Cis.Mertens Peeters asked to join.")
    assert blocked[0].startswith("Bram.Claes Peeters was blocked. A manager, ")
    assert not any("Anna" in line or "Cis" in line for line in blocked)
    assert not told.look(cis).has("#person")
    # What narrows the list for managers gives nobody else more.
    assert told.entries(cis, person="anna") == his


def test_strangers_find_no_history(told: Told) -> None:
    with told.changing() as session:
        stranger = a_person(session, "dirk.maes", now=told.portal.clock.now())

    assert told.look(stranger).status == 404
    assert told.portal.browser().get(told.url).location == "/sign-in"


def test_an_account_that_is_gone_is_a_former_member(told: Told) -> None:
    person = told.office.colleague.person_id
    with told.changing() as session:
        ending = begin_erasure(session, person, may_leave_ownerless=False)
        now = told.portal.clock.now()
        complete_erasure(session, ending, by=person, cause=ErasureCause.REQUEST, reference=None, now=now)

    found = told.entries(told.office.manager.person_id)

    assert found[0].startswith("A membership ended, because the account no longer exists. A former member, ")
    assert any(line.startswith("A former member asked to join. A former member, ") for line in found)
    assert "Bram" not in " ".join(found)


def test_the_product_the_helpdesk_and_a_reason_are_told_apart(told: Told) -> None:
    office, now = told.office, told.portal.clock.now()
    with told.changing() as session:
        mandate_endings.suspend_resting_on(session, office.accreditation_id, now=told.portal.clock.now())
    with told.changing() as session:
        staff = a_person(session, "helen.desk", now=now)
        audit.record(
            session,
            action="organisation-verified",
            actor_id=staff,
            subject_id=office.organisation_id,
            organisation_id=office.organisation_id,
            details={"level": 2, "reason": "dispute", "reference": "T-12"},
            now=told.portal.clock.now(),
        )

    helpdesk, product = told.entries(office.manager.person_id)[:2]

    assert helpdesk.startswith("It was verified that the organisation is who it says it is. The helpdesk, ")
    assert product.startswith(
        "finder (Estate agent) was suspended, because the accreditation it rested on is no longer valid. Immo-Connect, "
    )
    assert "T-12" not in helpdesk


def test_unknown_action_has_a_neutral_sentence_and_a_private_one_none(told: Told) -> None:
    with told.changing() as session:
        told.record(session, "something-of-tomorrow", subject=told.office.organisation_id)
        told.record(session, "consent-given", subject=told.office.manager.person_id)

    newest = told.look(told.office.manager.person_id)

    assert said(newest)[0].startswith("Something was changed. Anna.Peeters Peeters, ")
    assert "something-of-tomorrow" not in newest.text


def test_list_is_narrowed_to_a_kind_and_to_a_person(told: Told) -> None:
    manager = told.office.manager.person_id

    tools, bram = told.entries(manager, kind="tools"), told.entries(manager, person=" CLAÈS bram ")
    nobody, both = told.look(manager, person="%"), told.entries(manager, kind="tools", person="Bram")

    assert tools
    assert all("finder" in line for line in tools)
    assert len(bram) == 3
    assert all("Bram.Claes" in line for line in bram)
    assert (len(both), len(said(nobody))) == (1, 0)
    assert nobody.has("#clear-filter")
    assert told.entries(manager, kind="nonsense") == told.entries(manager)


def test_pages_follow_each_other_without_gap_and_keep_what_was_looked_for(told: Told) -> None:
    """Many deeds of one moment: the order is that of their identifiers."""
    with told.changing() as session:
        told.record(session, "membership-reminded", subject=told.office.colleague.person_id, count=120)
    browser, seen = told.portal.signed_in(told.office.manager.person_id), list[str]()

    page = opened(browser, f"{told.url}?language=en&kind=employees&person=bram")
    seen += said(page)
    while page.has("#older") and len(seen) < 200:
        page = opened(browser, page.one("#older").attributes["href"])
        assert len(said(page)) <= 50
        seen += said(page)

    assert len(seen) == 120 + 2
    assert page.has("#newest")
    assert page.one("#newest").attributes["href"] == f"{told.url}?kind=employees&person=bram"


def test_a_deed_of_another_organisation_is_no_place_to_go_on_from(told: Told) -> None:
    """Its time would tell when others did something."""
    with told.changing() as session:
        foreign = audit.record(
            session, action="manager-made", actor_id=None, subject_id=None, organisation_id="org_other",
            now=told.portal.clock.now() - timedelta(days=1),
        )  # fmt: skip
    newest = told.entries(told.office.manager.person_id)

    for before in (foreign, "nonsense", "evt_\x7f"):
        assert told.entries(told.office.manager.person_id, before=before) == newest


def test_statements_do_not_grow_with_the_list(told: Told) -> None:
    manager = told.office.manager.person_id
    with told.changing() as session:
        told.record(session, "manager-made", subject=told.office.colleague.person_id, count=60)
    browser = told.portal.signed_in(manager)
    older = re.search(r"before=(evt_\w+)", browser.get(told.url).text)
    assert older is not None

    with counted(told.portal.services.database) as asked:
        browser.get(told.url, query_string={"person": "peeters", "before": older.group(1)})

    # One for the visit, which every page of an organisation has.
    assert len(asked) <= 1 + 6


@pytest.mark.parametrize("language", ["nl", "fr", "en"])
def test_page_has_no_internals_in_any_language(told: Told, language: str) -> None:
    html = told.portal.signed_in(told.office.manager.person_id).get(told.url, query_string={"language": language}).text

    for inside in ("usr_", "evt_", "mem_", "reg_", "mnd_", "membership-confirmed"):
        assert inside not in html
