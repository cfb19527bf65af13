"""The tools that have access: what each receives, since when, and withdrawing it (A18)."""

from flask import Blueprint, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from core.infra.clock import belgian_date
from core.infra.dates import date_in_words
from core.infra.log import event
from core.infra.statements import Queryable
from core.tools.access import offered_context
from core.web import csrf
from core.web.locale import current_language
from idp.account import notices
from idp.account.access import Visitor, open_account
from idp.account.connections_page import ConnectedTool, ConnectionsPage, ReceivedGroup, WithdrawPage
from idp.account.page import Section, answer, form_token, frame
from idp.claims.consent import consent_groups
from idp.oidc import withdrawal
from idp.oidc.connections import Connection, connections_of
from idp.oidc.discovery import REACHABLE_ACR
from idp.web.tool_mark import tool_of_client

bp = Blueprint("connections", __name__)


@bp.get("/account/connections")
def show() -> Response:
    """Show the tools that have access."""
    visitor = open_account()
    page = ConnectionsPage(
        frame=frame(visitor, Section.CONNECTIONS),
        tools=_connected(visitor),
        portal_url=visitor.services.settings.portal_url,
    )
    return answer(page)


@bp.get("/account/connections/<client_id>/withdraw")
def ask(client_id: str) -> Response:
    """Ask before access is withdrawn, and say what that does."""
    visitor = open_account()
    found = next((tool for tool in _connected(visitor) if tool.id == client_id), None)
    if found is None:
        return notices.done(Section.CONNECTIONS.url, "access-is-withdrawn")
    page = WithdrawPage(
        frame=frame(visitor, Section.CONNECTIONS),
        action=request.path,
        csrf_token=form_token(visitor),
        connected=found,
        back_url=Section.CONNECTIONS.url,
    )
    return answer(page)


@bp.post("/account/connections/<client_id>/withdraw")
def withdraw(client_id: str) -> Response:
    """Take away what a tool has of the person, and tell the tool."""
    visitor = open_account()
    csrf.check(visitor.services.settings.secret, visitor.binding, request.form.get(csrf.FIELD))
    person_id = visitor.person.id
    with visitor.services.database.transaction() as session:
        had_access = withdrawal.withdraw(session, visitor.services.store, person_id, client_id, now=visitor.now)
    if had_access:
        event("access_withdrawn", person_id=person_id, client_id=client_id)
    return notices.done(Section.CONNECTIONS.url, "access-withdrawn" if had_access else "access-is-withdrawn")


def _connected(visitor: Visitor) -> tuple[ConnectedTool, ...]:
    with visitor.services.database.reading() as session:
        found = connections_of(session, visitor.person.id, now=visitor.now)
        return tuple(_shown(session, visitor, connection) for connection in found)


def _shown(session: Queryable, visitor: Visitor, found: Connection) -> ConnectedTool:
    client, consent = found.client, found.consent
    groups = consent_groups(consent.scope, consent.claims)
    lasts_until = found.lasts_until
    return ConnectedTool(
        id=client.client_id,
        tool=tool_of_client(session, client, now=visitor.now),
        since=date_in_words(belgian_date(found.since), current_language()),
        groups=tuple(
            ReceivedGroup(group.kind, _(group.heading), tuple(_(line.text) for line in group.lines)) for group in groups
        ),
        terms_version=consent.terms_version,
        context=_context(session, visitor, found),
        lasts_until=None if lasts_until is None else date_in_words(belgian_date(lasts_until), current_language()),
        withdraw_url=url_for("connections.ask", client_id=client.client_id),
    )


def _context(session: Queryable, visitor: Visitor, found: Connection) -> str | None:
    """Return for whom and in which capacity the tool starts by itself; None also where that closed."""
    if found.consent.registration_id is None:
        return None
    context = offered_context(
        session,
        person_id=visitor.person.id,
        registration_id=found.consent.registration_id,
        reachable=REACHABLE_ACR[-1],
        now=visitor.now,
    )
    if context is None:
        return None
    return f"{context.organisation.name}, {context.usage_name.text(current_language())}"
