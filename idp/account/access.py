"""The way into a page of the account: who is signed in, and whether they proved it just now.

Every view of the account starts here. Who is not signed in, or has to prove anew that it is them,
is sent to do so and comes back to the page.
"""

from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import quote, urlencode

from flask import current_app, request
from werkzeug.exceptions import HTTPException

from core.infra.errors import ImmoError
from core.infra.ids import digest
from core.infra.store.interface import Kind
from core.people.facts import PersonFacts
from core.people.profiles import person_facts
from core.web import locale
from idp import session as sso
from idp.credentials import sign_ins
from idp.session import SsoSession
from idp.web import browser
from idp.web.language import person_language
from idp.wiring import Services, services

ACCOUNT = "/account"


class SignInNeeded(ImmoError):
    """The page needs somebody signed in, or a fresh proof; `return_to` is the path to come back to."""

    code = "sign-in-needed"

    def __init__(self, return_to: str, *, wants_proof: bool = False) -> None:
        self.return_to = return_to
        self.wants_proof = wants_proof
        super().__init__()


@dataclass(frozen=True, slots=True)
class Visitor:
    """Somebody at their own account; `binding` is the secret that their forms are bound to."""

    services: Services
    session: SsoSession
    person: PersonFacts
    binding: str = field(repr=False)
    now: datetime

    @property
    def has_proof(self) -> bool:
        """Tell whether the owner proved within minutes that it is them (`idp.session.PROOF_LIFE`)."""
        return self.services.store.get(Kind.PROOF, digest(self.session.sid)) is not None

    def require_proof(self) -> None:
        """Return where the owner proved just now that it is them; send them to do so otherwise.

        For acts that a stolen session must not do. To be asked before the form is shown, so that
        nothing typed is lost, and again when it comes back.
        """
        if not self.has_proof:
            raise SignInNeeded(_way_back(), wants_proof=True)


def open_account() -> Visitor:
    """Return who visits their account; send everybody else to sign in, and back.

    Somebody whose address is not activated yet is led through that first (A5).
    """
    found, now = services(), services().clock.now()
    cookie = browser.session_cookie()
    session = sso.find(found.store, cookie, now)
    if session is None or cookie is None:
        raise SignInNeeded(_way_back())
    locale.prefer(person=person_language(found, session))
    with found.database.connection() as connection:
        person = person_facts(connection, session.person_id)
    if person is None or person.email is None:
        raise SignInNeeded(_way_back())
    sign_ins.touch(found.database, found.store, session.sid, now=now)
    return Visitor(found, session, person, cookie, now)


def _way_back() -> str:
    """Return the path of the page, or for a form whose path has none that of the page above it."""
    if request.method == "GET":
        query = urlencode(list(request.args.items(multi=True)))
        return quote(request.path) + (f"?{query}" if query else "")
    path = request.path
    while path != ACCOUNT and not _has_page(path):
        path = path.rpartition("/")[0] or ACCOUNT
    return quote(path)


def _has_page(path: str) -> bool:
    try:
        current_app.url_map.bind("").match(path, method="GET")
    except HTTPException:
        return False
    return True
