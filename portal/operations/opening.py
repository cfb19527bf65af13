"""What every page of the operators begins with, and where their pages are."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from flask_babel import gettext as _

from core.infra.forms import Wrong
from core.infra.messages import N_
from core.staff.states import StaffRole
from portal.staff_area import Desk, StaffFrame, frame, open_desk

URL = "/operations"


class Part(StrEnum):
    """A part of the operators' pages, by where it begins."""

    OVERVIEW = URL
    TOOLS = f"{URL}/tools"
    KINDS = f"{URL}/kinds"
    CLIENTS = f"{URL}/clients"
    IMPORTS = f"{URL}/imports"
    MONEY = f"{URL}/money"
    BANK = f"{URL}/bank"
    WORK = f"{URL}/work"
    KEYS = f"{URL}/keys"
    STAFF = f"{URL}/staff"


LABELS: Mapping[Part, str] = {
    Part.OVERVIEW: N_("What needs attention"),
    Part.TOOLS: N_("Tools"),
    Part.KINDS: N_("Kinds of accreditation"),
    Part.CLIENTS: N_("Programs"),
    Part.IMPORTS: N_("Registers and company data"),
    Part.MONEY: N_("Money"),
    Part.BANK: N_("Bank"),
    Part.WORK: N_("Messages and jobs"),
    Part.KEYS: N_("Signing keys"),
    Part.STAFF: N_("Staff"),
}


@dataclass(frozen=True, slots=True)
class PartLink:
    """A link to a part."""

    label: str
    url: str
    is_current: bool


@dataclass(frozen=True, slots=True)
class OperationsFrame(StaffFrame):
    """What stands around a page of the operators: what does so on all pages of the staff, and their parts."""

    parts: tuple[PartLink, ...]


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with a field, in the language of the page."""

    field: str
    message: str


def open_operations() -> Desk:
    """Return the desk of an operator; raises as `open_desk`."""
    return open_desk(StaffRole.OPERATOR)


def around(desk: Desk, current: Part) -> OperationsFrame:
    """Return what stands around a page of this part."""
    parts = tuple(PartLink(_(label), part.value, part is current) for part, label in LABELS.items())
    staff = frame(desk, URL)
    return OperationsFrame(staff.menu, staff.navigation, staff.csrf_token, staff.notice, parts)


def problems(wrong: tuple[Wrong, ...]) -> tuple[Problem, ...]:
    """Return what is wrong with a form, for its page."""
    return tuple(Problem(found.field, _(found.message)) for found in wrong)
