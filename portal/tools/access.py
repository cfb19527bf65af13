"""Who of the employees uses a tool: the access table, seen and edited by managers (T3)."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from flask import Blueprint, request
from werkzeug.wrappers import Response as AnyResponse

from core.accreditations.queries import kinds
from core.organisations.identifiers import MembershipId
from core.organisations.rights import Right
from core.tools import access_changes
from core.tools.access_changes import Saved, Wish
from core.tools.access_states import Decided
from core.tools.access_table import AccessLine, access_page, waiting_lines
from core.tools.employee_access import roles_of
from core.tools.errors import UnknownRole
from portal import pages
from portal.notices import done
from portal.tools.access_page import AskedFor, table_page
from portal.tools.registered import Registered, open_registered
from portal.visit import check_form

bp = Blueprint("tool_access", __name__, url_prefix="/organisations/<organisation_id>/tools/<code>/<usage>/access")

SEARCH, AFTER, EDIT = "search", "after", "edit"
_WANTED, _SEEN = "access-", "seen-"
# A request about which nothing is decided yet.
_UNDECIDED = "undecided"


@dataclass(frozen=True, slots=True)
class _Place:
    """Where in the table somebody is: what they look for, and after whom the page begins."""

    search: str
    after: str | None

    @classmethod
    def of(cls, sent: Mapping[str, str]) -> "_Place":
        return cls(sent.get(SEARCH, "").strip(), sent.get(AFTER) or None)

    def query(self, *, is_edit: bool = False, after: str | None = None) -> str:
        named = {SEARCH: self.search, AFTER: after or self.after, EDIT: "yes" if is_edit else ""}
        return urlencode({name: value for name, value in named.items() if value})


@bp.get("")
def show(organisation_id: str, code: str, usage: str) -> str:
    """Show the employees with their access; `edit` makes a form of it."""
    found = open_registered(organisation_id, code, usage, Right.MANAGE_ACCESS)
    return _render(found, _Place.of(request.args), is_edit=bool(request.args.get(EDIT)))


@bp.post("")
def save(organisation_id: str, code: str, usage: str) -> AnyResponse | tuple[str, int]:
    """Save what was changed, all at once; what somebody else changed meanwhile is shown and not overwritten."""
    check_form()
    found = open_registered(organisation_id, code, usage, Right.MANAGE_ACCESS)
    place, visit, wishes = _Place.of(request.form), found.visit, tuple(_wishes(request.form))
    try:
        with visit.services.database.transaction() as session:
            saved = access_changes.save(
                session, found.usage.id, visit.organisation.id, wishes, by=visit.actor.person_id, now=visit.now
            )
    except UnknownRole:
        # A role of the catalogue that is gone: nothing was changed, and the table shows those there are.
        return _render(found, place, is_edit=True), 422
    if not saved.is_whole:
        return _render(found, place, is_edit=True, wishes=wishes, saved=saved), 409
    query = place.query()
    url = found.url("access") + (f"?{query}" if query else "")
    return done(url, "access-saved" if saved.changed else "nothing-changed")


def _wishes(sent: Mapping[str, str]) -> Iterator[Wish]:
    """Yield what was chosen for each row of the form; rows that nobody can have sent are left out."""
    for name, word in sent.items():
        if not name.startswith(_WANTED) or word == _UNDECIDED:
            continue
        member = MembershipId(name.removeprefix(_WANTED))
        seen_word = sent.get(_SEEN + member, "")
        seen, wanted = Decided.read(seen_word.removesuffix("?")), Decided.read(word)
        if seen is not None and wanted is not None:
            # The mark of a request: to leave it at no role is an answer.
            yield Wish(member, seen, wanted, answers=seen_word.endswith("?") and wanted == Decided())


def _render(
    found: Registered,
    place: _Place,
    *,
    is_edit: bool,
    wishes: Sequence[Wish] = (),
    saved: Saved | None = None,
) -> str:
    visit, registration = found.visit, found.usage.id
    disputed = () if saved is None else (*saved.overtaken, *saved.refused)
    with visit.services.database.reading() as reading:
        roles = roles_of(reading, found.usage.tool_id)
        names = kinds(reading)
        if disputed:
            waiting: tuple[AccessLine, ...] = ()
            table = access_page(
                reading, registration, visit.organisation.id, only=disputed, now=visit.now, limit=len(disputed)
            )
        else:
            waiting = waiting_lines(reading, registration, visit.organisation.id, now=visit.now)
            table = access_page(
                reading,
                registration,
                visit.organisation.id,
                search=place.search,
                after=place.after,
                now=visit.now,
            )
    asked = AskedFor(
        search=place.search,
        after=place.after,
        is_edit=is_edit,
        edit_url=f"{found.url('access')}?{place.query(is_edit=True)}",
        view_url=f"{found.url('access')}?{place.query()}",
        next_url=f"{found.url('access')}?{place.query(is_edit=is_edit, after=table.next_from)}"
        if table.next_from
        else None,
    )
    wanted = {wish.membership_id: wish.wanted for wish in wishes}
    page = table_page(found, asked, table.lines, waiting, roles=roles, kinds=names, wanted=wanted, saved=saved)
    return pages.render(page, menu=page.frame.menu)
