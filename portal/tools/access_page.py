"""What the access table shows: rows in words, and what can be chosen for each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from flask_babel import gettext as _

from core.infra.localised import Localised
from core.organisations.identifiers import MembershipId
from core.tools.access_changes import Saved
from core.tools.access_states import AccessState, Decided
from core.tools.access_table import AccessLine
from core.tools.employee_access import ToolRole
from core.tools.explanations import Cause
from core.tools.states import AccessStatus
from core.tools.wording import Wording
from core.web.locale import current_language
from portal.frame import OrganisationFrame, Section, frame
from portal.tools.registered import Registered


@dataclass(frozen=True, slots=True)
class AskedFor:
    """What part of the table is shown and how; the addresses lead to it anew."""

    search: str
    after: str | None
    is_edit: bool
    edit_url: str
    view_url: str
    next_url: str | None


@dataclass(frozen=True, slots=True)
class Option:
    """One entry of a row's list; `is_open` is false for a role that the member may not have."""

    word: str
    label: str
    is_chosen: bool
    is_open: bool = True


@dataclass(frozen=True, slots=True)
class AccessRow:
    """One employee: `state` is a code, `label` its words; `note` tells of a row that was not saved.

    `seen` goes back with the form, so that a change by somebody else is noticed.
    """

    membership_id: str
    name: str
    function: str | None
    is_manager: bool
    state: str
    label: str
    missing: tuple[tuple[Cause, ...], ...]
    closed: tuple[tuple[Cause, ...], ...]
    options: tuple[Option, ...]
    seen: str
    waits_days: int | None
    note: str | None


@dataclass(frozen=True, slots=True)
class TablePage:
    """The access table; `waiting` stand above it, `is_partly_saved` after a save that some rows escaped."""

    template: ClassVar[str] = "tools/access.html"

    frame: OrganisationFrame
    tool_name: str
    usage_name: str
    url: str
    asked: AskedFor
    rows: tuple[AccessRow, ...]
    waiting: tuple[AccessRow, ...]
    is_partly_saved: bool
    saved_rows: int


@dataclass(frozen=True, slots=True)
class _Rows:
    """Turns lines of the table into rows of the page."""

    found: Registered
    roles: tuple[ToolRole, ...]
    wording: Wording
    wanted: Mapping[MembershipId, Decided]
    saved: Saved | None

    def row(self, line: AccessLine, *, waits: bool = False) -> AccessRow:
        """Return the row of one employee; one who waits has a choice that leaves it open."""
        judged = line.judged
        return AccessRow(
            membership_id=line.membership_id,
            name=line.name,
            function=line.function,
            is_manager=line.is_manager,
            state=judged.state.value,
            label=self._label(line),
            missing=self.wording.causes(judged.reason),
            closed=self.wording.causes(judged.closed),
            options=tuple(self._options(line, waits=waits)),
            seen=line.decided.word + ("?" if waits else ""),
            waits_days=None if line.wait is None else line.wait.days(self.found.visit.now),
            note=self._note(line.membership_id),
        )

    def _label(self, line: AccessLine) -> str:
        match line.judged.state:
            case AccessState.USER:
                role = self._role(line.judged.role or "")
                return _("%(usage)s: %(role)s", usage=self.found.usage_name, role=role)
            case AccessState.NO_USER:
                return _("No user")
            case AccessState.BLOCKED:
                return _("Blocked")
            case AccessState.INVALID:
                return _("Accreditations invalid")

    def _options(self, line: AccessLine, *, waits: bool) -> list[Option]:
        chosen = self.wanted.get(line.membership_id, line.decided)
        undecided = [Option("undecided", _("Not decided yet"), is_chosen=True)] if waits else []
        nobody = _("No user (refuse)") if waits else _("No user")
        given = [
            (Decided(AccessStatus.GRANTED, role.code), role.name.text(self.wording.language)) for role in self.roles
        ]
        every = [(Decided(), nobody), *given, (Decided(AccessStatus.BLOCKED), _("Block access"))]
        return undecided + [
            Option(
                decided.word,
                label,
                is_chosen=not waits and decided == chosen,
                is_open=decided.role is None or line.judged.may_get_role or decided == line.decided,
            )
            for decided, label in every
        ]

    def _role(self, code: str) -> str:
        return next((role.name.text(self.wording.language) for role in self.roles if role.code == code), code)

    def _note(self, member: MembershipId) -> str | None:
        if self.saved is None:
            return None
        if member in self.saved.overtaken:
            return _("Somebody else changed this meanwhile. Here is how it stands now, and what you chose.")
        return _("This role cannot be given: see what is missing.") if member in self.saved.refused else None


def table_page(
    found: Registered,
    asked: AskedFor,
    lines: Sequence[AccessLine],
    waiting: Sequence[AccessLine],
    *,
    roles: tuple[ToolRole, ...],
    kinds: Mapping[str, Localised],
    wanted: Mapping[MembershipId, Decided],
    saved: Saved | None,
) -> TablePage:
    """Return the page of the table."""
    rows = _Rows(found, roles, Wording(_, current_language(), kinds), wanted, saved)
    waits = {line.membership_id for line in waiting}
    return TablePage(
        frame=frame(found.visit, Section.TOOLS),
        tool_name=found.tool_name,
        usage_name=found.usage_name,
        url=found.url(),
        asked=asked,
        # Whoever waits is shown once, above: two fields for one person could contradict each other.
        rows=tuple(rows.row(line) for line in lines if line.membership_id not in waits),
        waiting=tuple(rows.row(line, waits=True) for line in waiting),
        is_partly_saved=saved is not None,
        saved_rows=0 if saved is None else len(saved.changed),
    )
