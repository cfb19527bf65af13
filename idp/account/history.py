"""My history: what was done with the account, by whom and when (A19)."""

from collections.abc import Iterable, Mapping

from flask import Blueprint, request
from werkzeug.wrappers import Response

from core.closing.history import NamedDeed, history_of
from core.infra.statements import Queryable
from idp.account.access import Visitor, open_account
from idp.account.history_page import HistoryPage, entry
from idp.account.page import Section, answer, frame
from idp.oidc.clients import find_client
from idp.web.tool_mark import tool_of_client

bp = Blueprint("history", __name__)

_ON_A_PAGE = 50


@bp.get("/account/history")
def show() -> Response:
    """Show a stretch of the history, the newest first."""
    visitor = open_account()
    before = request.args.get("before")
    with visitor.services.database.reading() as session:
        found = history_of(session, visitor.person.id, before=before, limit=_ON_A_PAGE)
        clients = _client_names(session, visitor, found.deeds)
    url = Section.HISTORY.url
    page = HistoryPage(
        frame=frame(visitor, Section.HISTORY),
        entries=tuple(entry(named, clients) for named in found.deeds),
        older_url=None if found.older_from is None else f"{url}?before={found.older_from}",
        newest_url=None if before is None else url,
    )
    return answer(page)


def _client_names(session: Queryable, visitor: Visitor, deeds: Iterable[NamedDeed]) -> Mapping[str, str]:
    """Return what the clients of these deeds are called, in the language of the page."""
    names = {}
    for client_id in {named.client_id for named in deeds if named.client_id}:
        client = find_client(session, client_id)
        if client is not None:
            names[client_id] = tool_of_client(session, client, now=visitor.now).name
    return names
