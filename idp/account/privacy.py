"""Privacy: what we keep, to read and to take along; asking for the account to go, and undoing that (A15)."""

import orjson
from flask import Blueprint, request, url_for
from werkzeug.wrappers import Response

from core.closing import person
from core.infra.clock import belgian_date
from core.people import leaving
from core.web import csrf
from idp.account import leaving as leaving_account
from idp.account import notices, personal_data
from idp.account.access import Visitor, open_account
from idp.account.page import Section, answer, form_token, frame
from idp.account.privacy_page import data_page, delete_page, privacy_page
from idp.credentials.security_mail import Place
from idp.oidc.connections import connections_of
from idp.web.tool_mark import tool_of_client

bp = Blueprint("privacy", __name__)


@bp.get("/account/privacy")
def show() -> Response:
    """Show what can be done: read, take along, delete, or undo that."""
    visitor = open_account()
    with visitor.services.database.reading() as session:
        asked = leaving.standing(session, visitor.person.id)
        hindrances = () if asked is None else person.consequences(session, visitor.person.id).hindrances
    page = privacy_page(
        frame(visitor, Section.PRIVACY),
        csrf_token=form_token(visitor),
        asked=asked,
        hindrances=tuple(found.organisation_name for found in hindrances),
    )
    return answer(page)


@bp.get("/account/privacy/data")
def read() -> Response:
    """Show everything that is kept about the person, to the person themselves."""
    visitor = open_account()
    visitor.require_proof()
    parts = personal_data.parts_of(visitor.services, visitor.person.id)
    return answer(data_page(frame(visitor, Section.PRIVACY), parts, file_url=url_for("privacy.download")))


@bp.get("/account/privacy/data.json")
def download() -> Response:
    """Give everything that is kept about the person as a file."""
    visitor = open_account()
    visitor.require_proof()
    leaving_account.note_download(visitor.services, visitor.person.id, now=visitor.now)
    parts = personal_data.parts_of(visitor.services, visitor.person.id)
    content = personal_data.document(parts, issuer=visitor.services.settings.issuer, now=visitor.now)
    response = Response(orjson.dumps(content, option=orjson.OPT_INDENT_2), content_type="application/json")
    name = f"immo-connect-{belgian_date(visitor.now).isoformat()}.json"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@bp.get("/account/privacy/delete")
def ask() -> Response:
    """Say what deleting the account would do, and ask."""
    visitor = open_account()
    visitor.require_proof()
    return _ask(visitor)


@bp.post("/account/privacy/delete")
def request_deletion() -> Response:
    """Note that the account is to go in fourteen days."""
    visitor = open_account()
    csrf.check(visitor.services.settings.secret, visitor.binding, request.form.get(csrf.FIELD))
    visitor.require_proof()
    with visitor.services.database.reading() as session:
        hindrances = person.consequences(session, visitor.person.id).hindrances
    if hindrances:
        return _ask(visitor, status=422)
    leaving_account.request(visitor.services, visitor.person, place=_place(), now=visitor.now)
    return notices.done(Section.PRIVACY.url, "erasure-requested")


@bp.post("/account/privacy/keep")
def keep() -> Response:
    """Undo the request: the account stays."""
    visitor = open_account()
    csrf.check(visitor.services.settings.secret, visitor.binding, request.form.get(csrf.FIELD))
    leaving_account.undo(visitor.services, visitor.person, place=_place(), now=visitor.now)
    return notices.done(Section.PRIVACY.url, "erasure-undone")


def _ask(visitor: Visitor, *, status: int = 200) -> Response:
    with visitor.services.database.reading() as session:
        planned = person.consequences(session, visitor.person.id)
        connections = connections_of(session, visitor.person.id, now=visitor.now)
        tools = tuple(tool_of_client(session, found.client, now=visitor.now).name for found in connections)
    page = delete_page(
        frame(visitor, Section.PRIVACY),
        planned,
        action=url_for("privacy.request_deletion"),
        csrf_token=form_token(visitor),
        due_at=visitor.now + leaving.WAITING,
        tools=tools,
        portal_url=visitor.services.settings.portal_url,
        back_url=Section.PRIVACY.url,
    )
    return answer(page, status=status)


def _place() -> Place:
    return Place.of(request.user_agent.string, request.remote_addr)
