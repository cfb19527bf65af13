"""What each page of the developers' desk shows."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar

from core.infra.forms import Wrong
from portal.staff_area import StaffFrame


@dataclass(frozen=True, slots=True)
class ListedProgram:
    """A program of the developer in the list."""

    client_id: str
    name: str
    is_enabled: bool
    is_tool: bool
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class DeskPage:
    """The desk: programs of one's own, and the ways to the rest."""

    template: ClassVar[str] = "developers/desk.html"

    frame: StaffFrame
    programs: tuple[ListedProgram, ...]
    issuer: str
    has_test_people: bool


@dataclass(frozen=True, slots=True)
class ProgramFormPage:
    """The form of a program, new or not; `refused` is what the provider said about it."""

    template: ClassVar[str] = "developers/program_form.html"

    frame: StaffFrame
    action: str
    client_id: str | None
    typed: Mapping[str, str]
    problems: tuple[Wrong, ...] = ()
    refused: str | None = None


@dataclass(frozen=True, slots=True)
class RegisteredPage:
    """A program was registered or changed: what its developer must keep now, because it is not told again."""

    template: ClassVar[str] = "developers/registered.html"

    frame: StaffFrame
    client_id: str
    is_new: bool
    secret: str | None = field(repr=False)
    management_token: str | None = field(repr=False)
    discovery_url: str = ""


@dataclass(frozen=True, slots=True)
class ProgramPage:
    """One program: what is registered of it, and what can be done."""

    template: ClassVar[str] = "developers/program.html"

    frame: StaffFrame
    client_id: str
    name: str
    is_enabled: bool
    is_tool: bool
    scope: tuple[str, ...]
    metadata: str
    url: str


@dataclass(frozen=True, slots=True)
class RemovePage:
    """The question before a program is removed."""

    template: ClassVar[str] = "developers/remove.html"

    frame: StaffFrame
    client_id: str
    name: str
    url: str


@dataclass(frozen=True, slots=True)
class TryOutPage:
    """What a try-out is to ask for; `tools` are code and name."""

    template: ClassVar[str] = "developers/try_out.html"

    frame: StaffFrame
    tools: tuple[tuple[str, str], ...]
    scopes: tuple[tuple[str, bool], ...]
    typed: Mapping[str, str]
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class ShownClaim:
    """A claim of the answer: its value by where it stands as JSON text, or why it is missing."""

    name: str
    scope: str
    values: tuple[tuple[str, str], ...]
    missing: str | None
    code: str | None


@dataclass(frozen=True, slots=True)
class ExplainedPage:
    """The answer of a try-out: each claim, and the tokens as they were; or the error and its description."""

    template: ClassVar[str] = "developers/explained.html"

    frame: StaffFrame
    tool: str
    granted: tuple[str, ...]
    present: tuple[ShownClaim, ...]
    missing: tuple[ShownClaim, ...]
    documents: tuple[tuple[str, str], ...]
    refusal: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class ShownTrialPerson:
    """Somebody to test with, and what is particular about them."""

    username: str
    name: str
    states: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TrialPeoplePage:
    """People in every state, to sign in with."""

    template: ClassVar[str] = "developers/test_people.html"

    frame: StaffFrame
    organisation: str
    people: tuple[ShownTrialPerson, ...]
