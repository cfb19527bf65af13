"""`/operations/clients`: programs found and looked at; their policy, their tool, kept out and let in again."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar
from urllib.parse import urlencode

from flask import Blueprint, request
from flask_babel import gettext as _

from core.closing.staff_acts import names_of
from core.infra.forms import NOT_OFFERED, Reading
from portal import pages
from portal.operations import client_questions, policy_form
from portal.operations.asking import Answer, ask, carry_out, nothing, seen_version
from portal.operations.opening import OperationsFrame, Part, around, open_operations
from portal.staff_area import Desk
from portal.staff_words import REASONS
from portal.visit import check_form

bp = Blueprint("operations_clients", __name__)

URL = Part.CLIENTS.value
_ONE = f"{URL}/<client_id>"


@dataclass(frozen=True, slots=True)
class ListedClient:
    """A program in the list."""

    client_id: str
    name: str
    url: str
    profile: str
    is_enabled: bool
    is_tool: bool
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class ClientsPage:
    """A page of programs, and what it is narrowed down to."""

    template: ClassVar[str] = "operations/clients.html"

    frame: OperationsFrame
    search: str
    enabled: str
    clients: tuple[ListedClient, ...]
    count: int
    previous_url: str | None
    next_url: str | None


@dataclass(frozen=True, slots=True)
class EarlierPolicy:
    """A policy that a program had before."""

    version: int
    replaced_at: datetime
    by: str
    why: str
    members: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class ClientPage:
    """One program."""

    template: ClassVar[str] = "operations/client.html"

    frame: OperationsFrame
    client_id: str
    name: str
    url: str
    is_enabled: bool
    version: int
    owner: str
    tool: str
    policy: tuple[tuple[str, str], ...]
    metadata: str
    earlier: tuple[EarlierPolicy, ...]


@bp.get(URL)
def show() -> str:
    """Show a page of programs, narrowed down."""
    desk = open_operations()
    search, enabled, page = (
        request.args.get("search", "").strip()[:100],
        request.args.get("enabled", ""),
        _page(),
    )
    wanted = {
        "search": search if search.isprintable() else "",
        "enabled": enabled if enabled in ("true", "false") else "",
    }
    found = desk.admin.read("clients", page=page, **{name: value or None for name, value in wanted.items()})
    last = -(-found["count"] // found["page_size"])
    shown = ClientsPage(
        frame=around(desk, Part.CLIENTS),
        search=wanted["search"],
        enabled=wanted["enabled"],
        clients=tuple(map(_listed, found["clients"])),
        count=found["count"],
        previous_url=_url_of(wanted, page - 1) if page > 1 else None,
        next_url=_url_of(wanted, page + 1) if page < last else None,
    )
    return pages.render(shown, menu=shown.frame.menu)


@bp.get(_ONE)
def show_one(client_id: str) -> str:
    """Show one program with its policy now and before."""
    desk = open_operations()
    client = desk.admin.read("clients", client_id)
    before = desk.admin.read("clients", client_id, "policies")["policies"]
    with desk.services.database.reading() as session:
        names = names_of(session, [one for one in (client["owner_id"], *(was["replaced_by"] for was in before)) if one])
    page = ClientPage(
        frame=around(desk, Part.CLIENTS),
        client_id=client_id,
        name=client_questions.name(client),
        url=client_questions.url(client_id),
        is_enabled=client["enabled"],
        version=client["version"],
        owner=names.get(client["owner_id"] or "", ""),
        tool=client_questions.tool_name(desk, client["tool_id"]),
        policy=policy_form.in_words(client["policy"]),
        metadata=json.dumps(client["metadata"], indent=2, ensure_ascii=False),
        earlier=tuple(_earlier(one, names) for one in before),
    )
    return pages.render(page, menu=page.frame.menu)


@bp.get(f"{_ONE}/policy")
def show_policy(client_id: str) -> str:
    """Show the form of a policy; `from` begins with an earlier one, to set it anew."""
    desk = open_operations()
    client = desk.admin.read("clients", client_id)
    return ask(
        desk,
        client_questions.policy_question(client),
        policy_form.filled_in(_wanted_policy(desk, client)),
    )


@bp.post(f"{_ONE}/policy")
def change_policy(client_id: str) -> Answer:
    """Give a program another policy."""
    check_form()
    desk = open_operations()
    client = desk.admin.read("clients", client_id)

    def current() -> tuple[Mapping[str, str], int]:
        now = desk.admin.read("clients", client_id)
        return policy_form.filled_in(now["policy"]), now["version"]

    return carry_out(
        desk,
        client_questions.policy_question(client),
        lambda reading: policy_form.read(reading, client["policy"]),
        lambda policy, why: desk.admin.act(
            *("clients", client_id, "policy"), why=why, method="PUT", version=max(seen_version(), 0), policy=policy
        ),
        to=client_questions.url(client_id),
        done="operations-saved",
        current=current,
    )


@bp.get(f"{_ONE}/tool")
def show_tool(client_id: str) -> str:
    """Ask to which tool a program is to belong."""
    desk = open_operations()
    client = desk.admin.read("clients", client_id)
    return ask(
        desk,
        client_questions.tool_question(desk, client),
        {"tool": client_questions.tool_code(desk, client["tool_id"])},
    )


@bp.post(f"{_ONE}/tool")
def connect(client_id: str) -> Answer:
    """Let a program belong to a tool, or to none."""
    check_form()
    desk = open_operations()
    client = desk.admin.read("clients", client_id)
    question = client_questions.tool_question(desk, client)
    offered = {code for code, _label in question.fields[0].options}

    def read(reading: Reading) -> str:
        tool = reading.text("tool", longest=64) or ""
        if tool not in offered:
            reading.refuse("tool", NOT_OFFERED)
        return tool

    def current() -> tuple[Mapping[str, str], int]:
        now = desk.admin.read("clients", client_id)
        return {"tool": client_questions.tool_code(desk, now["tool_id"])}, now["version"]

    return carry_out(
        desk,
        question,
        read,
        lambda tool, why: desk.admin.act(
            *("clients", client_id, "tool"),
            why=why,
            method="PUT",
            version=max(seen_version(), 0),
            **({"tool": tool} if tool else {}),
        ),
        to=client_questions.url(client_id),
        done="operations-saved",
        current=current,
    )


@bp.get(f"{_ONE}/<any(enable, disable):act>")
def show_switching(client_id: str, act: str) -> str:
    """Ask before a program is kept out or let in again."""
    desk = open_operations()
    return ask(desk, client_questions.switching(desk.admin.read("clients", client_id), act))


@bp.post(f"{_ONE}/<any(enable, disable):act>")
def switch(client_id: str, act: str) -> Answer:
    """Let a program in again, or ask for a second person to keep it out."""
    check_form()
    desk = open_operations()
    return carry_out(
        desk,
        client_questions.switching(desk.admin.read("clients", client_id), act),
        nothing,
        lambda _value, why: desk.admin.act("clients", client_id, act, why=why),
        to=client_questions.url(client_id),
        done="operations-done" if act == "enable" else "operations-asked",
    )


def _wanted_policy(desk: Desk, client: Mapping[str, Any]) -> Mapping[str, Any]:
    wanted = request.args.get("from", "")
    if not wanted:
        return dict(client["policy"])
    before = desk.admin.read("clients", client["client_id"], "policies")["policies"]
    return next((dict(one["policy"]) for one in before if str(one["version"]) == wanted), dict(client["policy"]))


def _earlier(one: Mapping[str, Any], names: Mapping[str, str]) -> EarlierPolicy:
    words = {word.value: label for word, label in REASONS.items()}
    word = one["reason"]
    reason = _(words[word]) if word in words else word
    return EarlierPolicy(
        version=one["version"],
        replaced_at=datetime.fromisoformat(one["replaced_at"]),
        by=names.get(one["replaced_by"] or "", ""),
        why=f"{reason} · {one['reference']}",
        members=policy_form.in_words(one["policy"]),
    )


def _listed(client: Mapping[str, Any]) -> ListedClient:
    return ListedClient(
        client_id=client["client_id"],
        name=client["name"],
        url=client_questions.url(client["client_id"]),
        profile=client["profile"],
        is_enabled=client["enabled"],
        is_tool=client["tool_id"] is not None,
        changed_at=datetime.fromisoformat(client["changed_at"]),
    )


def _url_of(wanted: Mapping[str, str], page: int) -> str:
    kept = {name: value for name, value in wanted.items() if value}
    return f"{URL}?{urlencode({**kept, 'page': page})}"


def _page() -> int:
    found = request.args.get("page", "1")
    return max(1, int(found)) if found.isascii() and found.isdigit() and len(found) < 5 else 1
