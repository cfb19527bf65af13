"""`/helpdesk`: one box for whatever somebody says on the telephone.

What is typed goes into no address and no log: it waits sealed in the store for half an hour, and the
page of results is called by a random name that means something to this person of the helpdesk alone.
"""

import json
from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar
from urllib.parse import urlencode

from flask import Blueprint, redirect, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from core.closing import helpdesk_search
from core.closing.helpdesk_search import LONGEST, Found, SearchKind, kind_of
from core.infra import sealing
from core.infra.errors import RateLimited
from core.infra.ids import new_secret
from core.infra.store.interface import Kind
from core.organisations.identifiers import OrganisationId
from core.people.identifiers import PersonId
from portal import pages
from portal.helpdesk import words
from portal.helpdesk.opening import SEARCH, HelpdeskFrame, Part, around, open_helpdesk, organisation_url, person_url
from portal.staff_area import Desk
from portal.visit import check_form

bp = Blueprint("helpdesk_search", __name__)

_KEPT = timedelta(minutes=30)
_PURPOSE = "helpdesk-search"


@dataclass(frozen=True, slots=True)
class FoundLine:
    """One that was found: what it is called, what tells it apart from others, its page."""

    id: str
    name: str
    number: str
    facts: tuple[str, ...]
    status: str
    status_text: str
    url: str
    address_state: str = ""


@dataclass(frozen=True, slots=True)
class SearchPage:
    """The box, and what was found with it; `was_asked` tells an empty result from none."""

    template: ClassVar[str] = "helpdesk/search.html"

    frame: HelpdeskFrame
    typed: str
    was_asked: bool
    kind: SearchKind | None
    people: tuple[FoundLine, ...]
    organisations: tuple[FoundLine, ...]
    more_people_url: str | None
    more_organisations_url: str | None
    first_url: str | None
    seconds_to_wait: int = 0


@bp.get(SEARCH)
def show() -> str:
    """Show the box, and what was found with the words that wait under the name in the address."""
    desk = open_helpdesk()
    name = request.args.get("found", "")
    typed = _taken(desk, name)
    if not typed:
        return _render(desk, "", None, name)
    people, organisations = _after("people"), _after("organisations")
    with desk.services.database.reading() as session:
        found = helpdesk_search.search(
            session,
            typed,
            people_after=None if people is None else PersonId(people),
            organisations_after=None if organisations is None else OrganisationId(organisations),
        )
    return _render(desk, typed, found, name)


@bp.post(SEARCH)
def search() -> AnyResponse | tuple[str, int]:
    """Count and record the search, and lead to what it finds."""
    check_form()
    desk = open_helpdesk()
    typed = " ".join(request.form.get("search", "").split())[:LONGEST]
    if not typed or not typed.isprintable():
        return redirect(SEARCH, 303)
    try:
        with desk.services.database.transaction() as session:
            helpdesk_search.begin(session, desk.services.store, typed, by=desk.actor.person_id, now=desk.now)
    except RateLimited as error:
        return _render(desk, typed, None, "", seconds_to_wait=error.retry_after_seconds), 429
    return redirect(f"{SEARCH}?{urlencode({'found': _keep(desk, typed)})}", 303)


def _keep(desk: Desk, typed: str) -> str:
    name, found = new_secret(), desk.services
    kept = json.dumps({"by": desk.actor.person_id, "words": typed})
    sealed = sealing.seal(found.settings.secret, kept, purpose=_PURPOSE)
    found.store.put(Kind.HELPDESK_SEARCH, name, sealed.encode(), _KEPT)
    return name


def _taken(desk: Desk, name: str) -> str:
    kept = desk.services.store.get(Kind.HELPDESK_SEARCH, name) if name and name.isprintable() else None
    if kept is None:
        return ""
    found = json.loads(sealing.unseal(desk.services.settings.secret, kept.decode(), purpose=_PURPOSE))
    return str(found["words"]) if found["by"] == desk.actor.person_id else ""


def _after(name: str) -> str | None:
    value = request.args.get(name, "")
    return value if value and value.isprintable() else None


def _render(desk: Desk, typed: str, found: Found | None, name: str, *, seconds_to_wait: int = 0) -> str:
    shown = found or Found((), None, (), None)
    is_further = bool(request.args.get("people") or request.args.get("organisations"))
    page = SearchPage(
        frame=around(desk, Part.SEARCH),
        typed=typed,
        was_asked=found is not None,
        kind=kind_of(typed) if typed else None,
        people=tuple(
            FoundLine(
                id=person.id,
                name=person.name,
                number=person.username,
                facts=(
                    *((_(words.ADDRESS_STATES[person.address_state]),) if person.address_state else ()),
                    *((_("identity card linked"),) if person.has_eid else ()),
                    *person.organisations,
                ),
                status=person.status.value,
                status_text=_(words.PERSON_STATES[person.status]),
                url=person_url(person.id),
                address_state=person.address_state or "",
            )
            for person in shown.people
        ),
        organisations=tuple(
            FoundLine(
                id=office.id,
                name=office.name,
                number=office.company_number,
                facts=(office.locality,) if office.locality else (),
                status=office.status.value,
                status_text=_(words.ORGANISATION_STATES[office.status]),
                url=organisation_url(office.id),
            )
            for office in shown.organisations
        ),
        more_people_url=_more(name, people=shown.people_after),
        more_organisations_url=_more(name, organisations=shown.organisations_after),
        first_url=_more(name, found=name) if is_further else None,
        seconds_to_wait=seconds_to_wait,
    )
    return pages.render(page, menu=page.frame.menu)


def _more(name: str, **after: str | None) -> str | None:
    given = {key: value for key, value in after.items() if value is not None}
    return f"{SEARCH}?{urlencode({'found': name, **given})}" if given else None
