"""An office at the served portal for the sentences of the manual, and the browsers of its people."""

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from flask import Flask
from playwright.sync_api import Browser, Page
from werkzeug.serving import make_server

from core.infra.localised import Localised
from core.organisations.numbers import check_digits
from core.people.assurance import Acr
from core.people.identifiers import PersonId
from core.tools.publishing import NewRole, NewTerms, NewTool, NewUsage, publish
from core.tools.registration import register
from core.tools.requirements import AccreditationNeeded, Requirement
from core.tools.tables import ToolRow
from development.ports import free_port
from portal.app import COOKIE, create_app
from tests.portal.conftest import Portal
from tests.portal.tools.world import USAGE, World
from tests.support.companies import ACompany, AnExtract, read_extract
from tests.support.offices import FOR_AGENTS, a_person, a_tool, same
from tests.support.product import HttpsClient
from tests.support.windows import a_window

# In the company register, and nobody has added it.
NEW_COMPANY = "10000001" + check_digits("10000001")
STRICT = Requirement(register=AccreditationNeeded("be.biv"), use=AccreditationNeeded("be.biv"))
REFUSALS = frozenset({403, 404})


class Office(World):
    """What the pages of tools have (`World`), and two who know nobody there, and two further tools.

    `valuer` is registered and used only with an accreditation of one's own; `planner` has two capacities and
    terms, and nobody has registered it. Gita and Hugo have an account and no organisation.
    """

    def __init__(self, portal: Portal, folder: Path) -> None:
        super().__init__(portal)
        with portal.services.database.transaction() as session:
            self.gita = a_person(session, "gita.goossens", now=self.now)
            self.hugo = a_person(session, "hugo.henrard", now=self.now)
            self.valuer = a_tool(session, "valuer", now=self.now, requirement=STRICT)
            planner = NewTool(
                code="planner",
                name=same("Planner"),
                description=Localised("Plant bezoeken.", "Planifie les visites.", "Plans visits."),
                purpose=same("planning"),
                publisher="Publisher",
                support_address="support@planner.example",
                home_url="https://planner.example",
                accreditation_kinds=("be.biv", "be.surveyor"),
                roles=(NewRole("user", same("user")),),
                usages=(
                    NewUsage(USAGE, same("Estate agent"), replace(FOR_AGENTS, terms="v1"), "user"),
                    NewUsage("surveyor", same("Surveyor"), Requirement(AccreditationNeeded("be.surveyor")), "user"),
                ),
                terms=(NewTerms("v1", "https://planner.example/terms"),),
            )
            self.planner = publish(session, planner, by=None, now=self.now)
            session.get_one(ToolRow, self.valuer).home_url = "https://valuer.example"
            register(session, self.organisation, self.valuer, USAGE, by=self.anna, acr=Acr.HIGH, now=self.now)
        read_extract(portal.services.database, AnExtract(companies=[ACompany(NEW_COMPANY)]), folder, self.now)

    def hears(self, template: str, person: PersonId) -> bool:
        """Tell whether a mail of this kind waits for this person."""
        return (template, person) in self.letters()


@dataclass
class Story:
    """One office, in one language, with or without scripts; everybody keeps a window of their own."""

    office: Office
    language: str
    scripts: bool
    open_window: Callable[[PersonId], Page]
    _windows: dict[PersonId, Page] = field(default_factory=dict)

    @property
    def base(self) -> str:
        """Return the address of the portal."""
        return self.office.portal.services.settings.portal_url

    def window(self, person: PersonId) -> Page:
        """Return the window of somebody who is signed in."""
        if person not in self._windows:
            self._windows[person] = self.open_window(person)
        return self._windows[person]

    def at(self, person: PersonId, path: str, *, status: int = 200) -> Page:
        """Let somebody open a page; it must answer with this status."""
        page = self.window(person)
        answer = page.goto(self.base + path)
        assert answer is not None
        assert answer.status == status, (path, answer.status)
        return page

    def of_organisation(self, person: PersonId, *parts: str, status: int = 200) -> Page:
        """Let somebody open a page of the office."""
        return self.at(person, "/".join(("/organisations", self.office.organisation, *parts)), status=status)

    def answer(self, page: Page, act: str) -> None:
        """Press a button that asks first, see the question that names the act, and say yes."""
        page.click(f"#{act}")
        yes = page.locator(f"#{act}-yes")
        yes.wait_for(state="visible")
        # With scripts the question stands in a window over the page, without on a page of its own.
        assert page.locator("dialog[open]").count() == self.scripts, act
        yes.click()

    def check_languages(self) -> None:
        """Make sure that the page that everybody looks at is in the language of the story."""
        for page in self._windows.values():
            assert page.get_attribute("html", "lang") == self.language, page.url


@contextmanager
def a_story(portal: Portal, folder: Path, chromium: Browser, *, language: str, scripts: bool) -> Iterator[Story]:
    """Yield a story in an office of its own."""
    port = free_port()
    settings = replace(portal.services.settings, portal_url=f"http://localhost:{port}")
    services = replace(portal.services, settings=settings)
    app = create_app(settings, services=services)
    app.config["TEST_BASE_URL"] = settings.portal_url
    app.test_client_class = HttpsClient
    office = Office(Portal(app, services, portal.provider, portal.clock), folder)
    with ExitStack() as windows:

        def open_window(person: PersonId) -> Page:
            client = office.portal.signed_in(person)
            window = a_window(chromium, language=language, scripts=scripts, meets=REFUSALS)
            page = windows.enter_context(window)
            cookie = client.get_cookie(COOKIE)
            assert cookie is not None
            page.context.add_cookies([{"name": COOKIE, "value": cookie.value, "url": settings.portal_url}])
            return page

        windows.enter_context(_served(app, port))
        yield Story(office, language, scripts, open_window)


@contextmanager
def _served(app: Flask, port: int) -> Iterator[None]:
    server = make_server("127.0.0.1", port, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
