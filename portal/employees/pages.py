"""What the pages about employees show: one frozen value per template, texts in the language of the page."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from core.infra.forms import Wrong
from core.organisations.states import MembershipStatus
from portal.frame import OrganisationFrame

Options = tuple[tuple[str, str], ...]
Hidden = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class EmployeeLine:
    """One employee of the list; `status` is there for managers alone, to whom not everybody is active."""

    id: str
    url: str
    name: str
    is_own: bool
    is_manager: bool
    type: str
    function: str
    email: str
    phone: str
    status: MembershipStatus
    status_text: str


@dataclass(frozen=True, slots=True)
class WaitingLine:
    """Somebody who waits for the managers, and since when in words."""

    id: str
    name: str
    function: str
    email: str
    since: str
    ends: str
    url: str
    confirm_url: str


@dataclass(frozen=True, slots=True)
class InvitationLine:
    """An invitation by mail that waits for its answer."""

    id: str
    address: str
    function: str
    sent: str
    until: str
    url: str
    may_be_sent_again: bool


@dataclass(frozen=True, slots=True)
class EmployeesPage:
    """The list, with those who wait and the open invitations above it for managers."""

    template: ClassVar[str] = "employees/overview.html"

    frame: OrganisationFrame
    manages: bool
    waiting: tuple[WaitingLine, ...]
    waiting_count: int
    only_waiting: bool
    employees: tuple[EmployeeLine, ...]
    search: str
    status: str
    type: str
    statuses: Options
    types: Options
    filters: str
    earlier_url: str | None
    later_url: str | None
    invitations: tuple[InvitationLine, ...]
    invitations_count: int
    url: str


@dataclass(frozen=True, slots=True)
class InvitationsPage:
    """All open invitations by mail."""

    template: ClassVar[str] = "employees/invitations.html"

    frame: OrganisationFrame
    invitations: tuple[InvitationLine, ...]
    count: int
    older_url: str | None
    url: str


@dataclass(frozen=True, slots=True)
class ToolLine:
    """One registration as it stands for an employee; `lacks` says why they cannot use it.

    `chosen` is the role, empty for no user.
    """

    id: str
    name: str
    usage: str
    roles: Options
    chosen: str
    role_name: str
    is_blocked: bool
    is_suspended: bool
    lacks: tuple[str, ...]
    url: str = ""


@dataclass(frozen=True, slots=True)
class Act:
    """Something that can be done to a membership: how its button, its question and its `yes` read."""

    code: str
    label: str
    url: str
    question: str
    consequence: str
    yes: str
    kind: str


@dataclass(frozen=True, slots=True)
class EmployeePage:
    """One employee with what can be done about them."""

    template: ClassVar[str] = "employees/employee.html"

    frame: OrganisationFrame
    name: str
    username: str
    initials: str
    is_own: bool
    is_manager: bool
    status: MembershipStatus
    status_text: str
    type: str
    function: str
    email: str
    phone: str
    since: str
    waits: str
    manages: bool
    tools: tuple[ToolLine, ...]
    edit_url: str | None
    confirm_url: str | None
    wallet_url: str | None
    acts: tuple[Act, ...]
    note: str
    list_url: str


@dataclass(frozen=True, slots=True)
class Resting:
    """A tool that rests on the employee's accreditation, and whose could take its place."""

    name: str
    usage: str
    colleagues: int
    alternatives: tuple[str, ...]
    stops: bool
    url: str


@dataclass(frozen=True, slots=True)
class AskPage:
    """The question before an act, with everything that comes of it; `refused` names why it cannot be done."""

    template: ClassVar[str] = "employees/ask.html"

    frame: OrganisationFrame
    name: str
    act: Act
    tools: tuple[ToolLine, ...]
    resting: tuple[Resting, ...]
    refused: str | None
    way_on: Act | None
    back_url: str


@dataclass(frozen=True, slots=True)
class Difference:
    """One field that somebody else changed meanwhile: theirs beside what was typed."""

    label: str
    theirs: str
    yours: str


@dataclass(frozen=True, slots=True)
class EditPage:
    """The employee data to be changed; `differences` where somebody else saved meanwhile."""

    template: ClassVar[str] = "employees/edit.html"

    frame: OrganisationFrame
    name: str
    action: str
    back_url: str
    is_own: bool
    has_type: bool
    typed: Mapping[str, str]
    types: Options
    version: int
    errors: tuple[Wrong, ...] = ()
    differences: tuple[Difference, ...] = ()


@dataclass(frozen=True, slots=True)
class DetailsStepPage:
    """The first step of confirming, adding or inviting: the employee data.

    `hidden` goes along unchanged; `wants_address` for an invitation by mail. `acts` are the other
    answers to somebody who waits.
    """

    template: ClassVar[str] = "employees/step_details.html"

    frame: OrganisationFrame
    title: str
    lead: str
    action: str
    back_url: str
    typed: Mapping[str, str]
    types: Options
    hidden: Hidden
    wants_address: bool = False
    wants_manager: bool = True
    acts: tuple[Act, ...] = ()
    errors: tuple[Wrong, ...] = ()
    differences: tuple[Difference, ...] = ()


@dataclass(frozen=True, slots=True)
class AccessStepPage:
    """The second step: a role for each registered tool; the first step's data go along in `hidden`."""

    template: ClassVar[str] = "employees/step_access.html"

    frame: OrganisationFrame
    title: str
    lead: str
    action: str
    hidden: Hidden
    tools: tuple[ToolLine, ...]
    submit_id: str
    submit: str
    is_judged: bool
    acts: tuple[Act, ...] = ()
    errors: tuple[Wrong, ...] = ()


@dataclass(frozen=True, slots=True)
class FindPage:
    """The search for the account of somebody who is to be added; `found` is False where there is none to add."""

    template: ClassVar[str] = "employees/find.html"

    frame: OrganisationFrame
    action: str
    invite_url: str
    import_url: str
    back_url: str
    typed: Mapping[str, str]
    errors: tuple[Wrong, ...] = ()
    nobody: bool = False


@dataclass(frozen=True, slots=True)
class ProfilePage:
    """The account that was found, before it is added; `membership_text` where the person is something here already."""

    template: ClassVar[str] = "employees/profile.html"

    frame: OrganisationFrame
    action: str
    back_url: str
    name: str
    username: str
    initials: str
    hidden: Hidden
    membership_text: str | None = None
    membership_url: str | None = None
