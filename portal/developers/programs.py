"""Programs of a developer: registered, changed and removed through RFC 7591 and RFC 7592."""

import json
from collections.abc import Mapping
from typing import Any

from flask import Blueprint, request
from werkzeug.wrappers import Response as AnyResponse

from core.infra.errors import NotFound
from core.infra.forms import Form
from core.staff.states import StaffRole
from portal import notices, pages
from portal.developers import desk as overview
from portal.developers.pages import ProgramFormPage, ProgramPage, RegisteredPage, RemovePage
from portal.developers.program_form import Program, ProgramKind, read, typed_of
from portal.developers.registration import ProgramRefused, Registered, Registrar
from portal.staff_area import Desk, frame, open_desk, typed
from portal.visit import check_form

bp = Blueprint("programs", __name__)

URL = f"{overview.URL}/programs"
_PROFILE = "oidc"


@bp.get(f"{URL}/new")
def new() -> str:
    """Show an empty form, or what was typed before its person had to prove that it is them."""
    desk = open_desk(StaffRole.DEVELOPER)
    return _form(desk, f"{URL}/new", typed() or {"program-kind": ProgramKind.SERVER.value})


@bp.post(f"{URL}/new")
def register() -> AnyResponse | str | tuple[str, int]:
    """Register a program with a token for this one use, and show its secrets this once."""
    check_form()
    desk, form = open_desk(StaffRole.DEVELOPER), read(request.form)
    if form.value is None:
        return _form(desk, f"{URL}/new", form.typed, form), 422
    desk.require_fresh()
    try:
        made = _register(desk, form.value)
    except ProgramRefused as error:
        return _form(desk, f"{URL}/new", form.typed, form, refused=error.description or error.code), 422
    return _registered(desk, made, is_new=True)


@bp.get(f"{URL}/<client_id>")
def show(client_id: str) -> str:
    """Show one program."""
    desk = open_desk(StaffRole.DEVELOPER)
    found = _own(desk, client_id)
    page = ProgramPage(
        frame=frame(desk, overview.URL),
        client_id=client_id,
        name=str(found["metadata"].get("client_name", client_id)),
        is_enabled=found["enabled"],
        is_tool=found["tool_id"] is not None,
        scope=tuple(found["policy"]["scope"]),
        metadata=json.dumps(found["metadata"], indent=2, ensure_ascii=False),
        url=f"{URL}/{client_id}",
    )
    return pages.render(page, menu=page.frame.menu)


@bp.get(f"{URL}/<client_id>/change")
def edit(client_id: str) -> str:
    """Show the form of a program."""
    desk = open_desk(StaffRole.DEVELOPER)
    found = _own(desk, client_id)
    return _form(desk, f"{URL}/{client_id}/change", typed() or typed_of(found["metadata"]), client_id=client_id)


@bp.post(f"{URL}/<client_id>/change")
def change(client_id: str) -> AnyResponse | str | tuple[str, int]:
    """Put what was typed in the place of what is registered; members that the form does not show stay."""
    check_form()
    desk, form = open_desk(StaffRole.DEVELOPER), read(request.form)
    action, found = f"{URL}/{client_id}/change", _own(desk, client_id)
    if form.value is None:
        return _form(desk, action, form.typed, form, client_id=client_id), 422
    desk.require_fresh()
    members = {**_without_shown(found["metadata"]), **form.value.metadata()}
    try:
        changed = _registrar(desk).change(client_id, members, token=_management_token(desk, client_id))
    except ProgramRefused as error:
        return _form(desk, action, form.typed, form, client_id=client_id, refused=error.description or error.code), 422
    return _registered(desk, changed, is_new=False)


@bp.get(f"{URL}/<client_id>/remove")
def ask(client_id: str) -> str:
    """Ask whether a program is really to go."""
    desk = open_desk(StaffRole.DEVELOPER)
    name = str(_own(desk, client_id)["metadata"].get("client_name", client_id))
    page = RemovePage(frame(desk, overview.URL), client_id, name, f"{URL}/{client_id}")
    return pages.render(page, menu=page.frame.menu)


@bp.post(f"{URL}/<client_id>/remove")
def remove(client_id: str) -> AnyResponse:
    """Remove a program; everything that it holds ends."""
    check_form()
    desk = open_desk(StaffRole.DEVELOPER)
    _own(desk, client_id)
    desk.require_fresh()
    _registrar(desk).remove(client_id, token=_management_token(desk, client_id))
    return notices.done(overview.URL, "program-removed")


def _register(desk: Desk, program: Program) -> Registered:
    token = str(desk.admin.act("own-programs", profile=_PROFILE)["token"])
    return _registrar(desk).register(program.metadata(), token=token)


def _management_token(desk: Desk, client_id: str) -> str:
    """Return a fresh registration access token: the portal keeps none."""
    return str(desk.admin.act("clients", client_id, "registration-access-token")["registration_access_token"])


def _registrar(desk: Desk) -> Registrar:
    return Registrar(desk.services.settings.issuer)


def _own(desk: Desk, client_id: str) -> Mapping[str, Any]:
    found = desk.admin.read("clients", client_id)
    if found["owner_id"] != desk.actor.person_id:
        raise NotFound(client_id=client_id)
    return found


def _without_shown(metadata: Mapping[str, Any]) -> dict[str, Any]:
    shown = set(Program("", ProgramKind.SERVER, ()).metadata()) | {
        *("client_name", "redirect_uris", "post_logout_redirect_uris", "backchannel_logout_uri", "jwks_uri"),
    }
    return {name: value for name, value in metadata.items() if name not in shown}


def _form(
    desk: Desk,
    action: str,
    shown: Mapping[str, str],
    form: Form[Program] | None = None,
    *,
    client_id: str | None = None,
    refused: str | None = None,
) -> str:
    problems = () if form is None else form.wrong
    page = ProgramFormPage(frame(desk, overview.URL), action, client_id, shown, problems, refused)
    return pages.render(page, menu=page.frame.menu)


def _registered(desk: Desk, made: Registered, *, is_new: bool) -> str:
    page = RegisteredPage(
        frame=frame(desk, overview.URL),
        client_id=made.client_id,
        is_new=is_new,
        secret=made.secret,
        management_token=made.management_token,
        discovery_url=f"{desk.services.settings.issuer}/.well-known/openid-configuration",
    )
    return pages.render(page, menu=page.frame.menu)
