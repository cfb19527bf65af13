"""`/operations/keys`: the keys that sign, where each stands, and the step that comes next."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, ClassVar

from flask import Blueprint
from flask_babel import gettext as _

from core.infra.forms import NOT_OFFERED, Reading
from core.infra.messages import N_
from core.proof.keys import ALGORITHMS
from core.staff.reasons import Reason
from portal import pages
from portal.operations.asking import Answer, Field, Question, ask, carry_out, not_found
from portal.operations.opening import OperationsFrame, Part, around, open_operations
from portal.operations.words import KEYS
from portal.staff_area import Desk
from portal.visit import check_form

bp = Blueprint("operations_keys", __name__)

URL = Part.KEYS.value
# What the provider waits (idp/signing/states.py): shown here, judged there.
_SEEN_AFTER, _UNNEEDED_AFTER = timedelta(minutes=6), timedelta(minutes=11)
ROTATE_AFTER = timedelta(days=90)
_STEPS: Mapping[str, tuple[str, ...]] = {
    "published": ("activate", "retire"),
    "active": (),
    "retiring": ("retire",),
    "retired": ("destroy",),
}
_TITLES = {
    "activate": N_("Let this key sign?"),
    "retire": N_("Retire this key?"),
    "destroy": N_("Destroy this key?"),
}
_CONSEQUENCES = {
    "activate": N_(
        "It signs from now on. The one that signs now retires: what it signed stays valid until it is retired."
    ),
    "retire": N_("Nobody sees it any more: whatever it signed counts no more. A second operator has to agree."),
    "destroy": N_("Its private half is removed for good. A second operator has to agree."),
}
_YES = {
    "activate": N_("Yes, let it sign"),
    "retire": N_("Yes, ask a second operator to retire it"),
    "destroy": N_("Yes, ask a second operator to destroy it"),
}
_LABELS = {"activate": N_("Let it sign"), "retire": N_("Retire"), "destroy": N_("Destroy")}


@dataclass(frozen=True, slots=True)
class Step:
    """What can be done with a key, and from when on."""

    act: str
    label: str
    url: str
    ready_at: datetime | None


@dataclass(frozen=True, slots=True)
class Key:
    """A signing key."""

    kid: str
    algorithm: str
    state: str
    state_text: str
    created_at: datetime
    changed_at: datetime
    is_destroyed: bool
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class KeysPage:
    """All keys."""

    template: ClassVar[str] = "operations/keys.html"

    frame: OperationsFrame
    keys: tuple[Key, ...]


@bp.get(URL)
def show() -> str:
    """Show the keys."""
    desk = open_operations()
    page = KeysPage(around(desk, Part.KEYS), keys(desk))
    return pages.render(page, menu=page.frame.menu)


@bp.get(f"{URL}/new")
def show_form() -> str:
    """Ask for which algorithm a key is made."""
    return ask(open_operations(), _making())


@bp.post(f"{URL}/new")
def make() -> Answer:
    """Make a key and publish it."""
    check_form()
    desk = open_operations()
    return carry_out(
        desk,
        _making(),
        _algorithm,
        lambda algorithm, why: desk.admin.act("signing-keys", why=why, algorithm=algorithm),
        to=URL,
        done="operations-done",
    )


@bp.get(f"{URL}/<kid>/<any(activate, retire, destroy):act>")
def show_step(kid: str, act: str) -> str:
    """Ask before a key takes its next step."""
    desk = open_operations()
    return ask(desk, _step_question(desk, kid, act))


@bp.post(f"{URL}/<kid>/<any(activate, retire, destroy):act>")
def step(kid: str, act: str) -> Answer:
    """Let a key take its next step, or ask a second person to agree."""
    check_form()
    desk = open_operations()

    def do(wish: Mapping[str, bool], why: Reason) -> None:
        desk.admin.act("signing-keys", kid, act, why=why, method="POST", **wish)

    return carry_out(
        desk,
        _step_question(desk, kid, act),
        lambda reading: {"at_once": True} if act != "destroy" and reading.tick("at_once") else {},
        do,
        to=URL,
        done="operations-done" if act == "activate" else "operations-asked",
    )


def keys(desk: Desk) -> tuple[Key, ...]:
    """Return every key, those in use first."""
    order = list(KEYS)
    found = [_key(desk, one) for one in desk.admin.read("signing-keys")["keys"]]
    return tuple(sorted(found, key=lambda key: ((order.index(key.state) + 3) % 4, key.algorithm, key.kid)))


def _key(desk: Desk, one: Mapping[str, Any]) -> Key:
    changed_at, is_destroyed = datetime.fromisoformat(one["changed_at"]), one["place"] is None
    state = one["state"]
    steps = () if is_destroyed else _STEPS[state]
    return Key(
        kid=one["kid"],
        algorithm=one["algorithm"],
        state=state,
        state_text=_(KEYS[state]),
        created_at=datetime.fromisoformat(one["created_at"]),
        changed_at=changed_at,
        is_destroyed=is_destroyed,
        steps=tuple(
            Step(act, _(_LABELS[act]), f"{URL}/{one['kid']}/{act}", _ready_at(act, one["state"], changed_at, desk.now))
            for act in steps
        ),
    )


def _ready_at(act: str, state: str, changed_at: datetime, now: datetime) -> datetime | None:
    """Return from when a step can be taken, None where that is now."""
    wait = _SEEN_AFTER if act == "activate" else _UNNEEDED_AFTER if (act, state) == ("retire", "retiring") else None
    return None if wait is None or changed_at + wait <= now else changed_at + wait


def _making() -> Question:
    return Question(
        code="new-key",
        part=Part.KEYS,
        title=_("Make a signing key"),
        back_url=URL,
        back=_("Signing keys"),
        url=f"{URL}/new",
        consequences=(
            _("Everybody can see it at once, and it does not sign yet."),
            _("After six minutes all have seen it. Then it can begin to sign, and the one before retires."),
        ),
        fields=(Field("algorithm", _("Algorithm"), "select", tuple((name, name) for name in ALGORITHMS)),),
        yes=_("Make the key"),
    )


def _algorithm(reading: Reading) -> str:
    found = reading.text("algorithm", longest=10, required=NOT_OFFERED)
    if found is not None and found not in ALGORITHMS:
        reading.refuse("algorithm", NOT_OFFERED)
    return found or ""


def _step_question(desk: Desk, kid: str, act: str) -> Question:
    key = next((key for key in keys(desk) if key.kid == kid), None)
    if key is None:
        raise not_found(kid=kid)
    at_once = Field(
        "at_once",
        _("Without waiting"),
        "tick",
        hint=_("For a key that somebody stole: sign-ins that are under way then break."),
    )
    return Question(
        code=act,
        part=Part.KEYS,
        title=_(_TITLES[act]),
        lead=f"{key.algorithm} · {key.kid} · {key.state_text}",
        back_url=URL,
        back=_("Signing keys"),
        url=f"{URL}/{kid}/{act}",
        consequences=(_(_CONSEQUENCES[act]),),
        fields=() if act == "destroy" else (at_once,),
        yes=_(_YES[act]),
        is_danger=act != "activate",
    )
