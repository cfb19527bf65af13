"""`/operations/tokens`: initial access tokens with which somebody registers programs (RFC 7591)."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from flask import Blueprint, request
from flask_babel import gettext as _

from core.closing.staff_acts import names_of
from core.infra.errors import Conflict, RuleError
from core.infra.forms import NOT_OFFERED, Reading
from core.infra.messages import N_
from core.people.profiles import find_for_sign_in
from core.staff.errors import NotStaff
from portal import pages
from portal.admin_client import AdminRefused
from portal.operations.asking import Answer, Field, Question, ask, carry_out, not_found, nothing, read_why
from portal.operations.opening import OperationsFrame, Part, around, open_operations
from portal.operations.policy_form import PROFILES
from portal.staff_area import Desk
from portal.visit import check_form

bp = Blueprint("operations_tokens", __name__)

URL = "/operations/tokens"
_MOST_USES, _MOST_DAYS = 1_000, 366
_NOBODY = N_("Nobody has this username or e-mail address.")
_USES = N_("This must be a number from 1 to 1000.")
_DAYS = N_("This must be a number from 1 to 366.")


@dataclass(frozen=True, slots=True)
class Token:
    """A token, of which only its maker ever saw the value."""

    id: str
    owner: str
    profile: str
    uses_left: int
    expires_at: datetime
    is_usable: bool


@dataclass(frozen=True, slots=True)
class TokensPage:
    """Every token; `made` is the value of one that was made just now, told this once."""

    template: ClassVar[str] = "operations/tokens.html"

    frame: OperationsFrame
    tokens: tuple[Token, ...]
    made: str | None = None


@bp.get(URL)
def show() -> str:
    """Show the tokens."""
    return _show(open_operations())


@bp.get(f"{URL}/new")
def show_form() -> str:
    """Show the form of a token."""
    desk = open_operations()
    return ask(desk, _question(), {"uses": "1", "days": "30", "profile": "oidc"})


@bp.post(f"{URL}/new")
def make() -> Answer:
    """Make a token and show its value this once."""
    check_form()
    desk, reading = open_operations(), Reading(request.form)
    owner, profile = _owner(desk, reading), reading.text("profile", longest=40, required=NOT_OFFERED)
    if profile is not None and profile not in PROFILES:
        reading.refuse("profile", NOT_OFFERED)
    uses, days = _number(reading, "uses", _MOST_USES, _USES), _number(reading, "days", _MOST_DAYS, _DAYS)
    why = read_why(reading)
    form = reading.form(lambda: None)
    if form.wrong or why is None:
        return ask(desk, _question(), form.typed, wrong=form.wrong), 422
    try:
        made = desk.admin.act("registration-tokens", why=why, person_id=owner, profile=profile, uses=uses, days=days)
    except (AdminRefused, RuleError, Conflict) as error:
        if error.code == NotStaff.code:
            raise
        return ask(desk, _question(), form.typed, refused=error), 409
    return _show(desk, made["token"])


@bp.get(f"{URL}/<token_id>/revoke")
def show_revoking(token_id: str) -> str:
    """Ask before a token ends."""
    desk = open_operations()
    return ask(desk, _revoking(desk, token_id))


@bp.post(f"{URL}/<token_id>/revoke")
def revoke(token_id: str) -> Answer:
    """End a token before its time."""
    check_form()
    desk = open_operations()
    return carry_out(
        desk,
        _revoking(desk, token_id),
        nothing,
        lambda _value, why: desk.admin.act("registration-tokens", token_id, "revoke", why=why),
        to=URL,
        done="operations-done",
    )


def _show(desk: Desk, made: str | None = None) -> str:
    page = TokensPage(around(desk, Part.CLIENTS), _tokens(desk), made)
    return pages.render(page, menu=page.frame.menu)


def _tokens(desk: Desk) -> tuple[Token, ...]:
    found = desk.admin.read("registration-tokens")["tokens"]
    with desk.services.database.reading() as session:
        names = names_of(session, {one["owner_id"] for one in found})
    return tuple(
        Token(
            id=one["id"],
            owner=names.get(one["owner_id"], "-"),
            profile=one["profile"],
            uses_left=one["uses_left"],
            expires_at=datetime.fromisoformat(one["expires_at"]),
            is_usable=one["is_usable"],
        )
        for one in found
    )


def _question() -> Question:
    return Question(
        code="token",
        part=Part.CLIENTS,
        title=_("Make a registration token"),
        lead=_("Whoever has it registers programs, which then belong to its owner. Give it to nobody else."),
        back_url=URL,
        back=_("Registration tokens"),
        url=f"{URL}/new",
        fields=(
            Field("owner", _("Username or e-mail address of the owner"), required=True, longest=254),
            Field("profile", _("Profile"), "select", tuple((code, _(name)) for code, name in PROFILES.items())),
            Field("uses", _("How often it can be used"), required=True, longest=4, type="number"),
            Field("days", _("For how many days"), required=True, longest=3, type="number"),
        ),
        yes=_("Make the token"),
    )


def _revoking(desk: Desk, token_id: str) -> Question:
    token = next((token for token in _tokens(desk) if token.id == token_id and token.is_usable), None)
    if token is None:
        raise not_found(token=token_id)
    return Question(
        code="revoke",
        part=Part.CLIENTS,
        title=_("End this token?"),
        lead=f"{token.owner} · {token.profile}",
        back_url=URL,
        back=_("Registration tokens"),
        url=f"{URL}/{token_id}/revoke",
        consequences=(_("Nothing can be registered with it any more. What was registered stays."),),
        yes=_("Yes, end it"),
        is_danger=True,
    )


def _owner(desk: Desk, reading: Reading) -> str | None:
    typed = reading.text("owner", longest=254, required=_NOBODY)
    if typed is None:
        return None
    with desk.services.database.reading() as session:
        found = find_for_sign_in(session, typed)
    if found is None:
        reading.refuse("owner", _NOBODY)
        return None
    return found.person_id


def _number(reading: Reading, name: str, most: int, wrong: str) -> int:
    typed = reading.text(name, longest=6, required=wrong)
    if typed is None:
        return 0
    if not (typed.isascii() and typed.isdigit() and 1 <= int(typed) <= most):
        reading.refuse(name, wrong)
        return 0
    return int(typed)
