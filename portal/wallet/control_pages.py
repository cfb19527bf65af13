"""What the pages of transfers, limits and rights show, one frozen value per template."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from core.infra.forms import Wrong
from portal.frame import OrganisationFrame
from portal.wallet.opening import PartLink


@dataclass(frozen=True, slots=True)
class TransferPage:
    """Moving money to another organisation; without `receivers` there is none to move it to.

    `key` is that of the form: however often it is sent, it moves money once.
    """

    template: ClassVar[str] = "wallet/transfer.html"

    frame: OrganisationFrame
    parts: tuple[PartLink, ...]
    balance_cents: int
    receivers: tuple[tuple[str, str], ...]
    key: str
    typed: Mapping[str, str]
    errors: tuple[Wrong, ...]
    action: str
    back_url: str


@dataclass(frozen=True, slots=True)
class LimitFields:
    """The two fields of a limit in one tool, or in all of them together, as they are shown or were typed."""

    tool: str
    charge_field: str
    month_field: str
    charge: str
    month: str


@dataclass(frozen=True, slots=True)
class RestrictedLine:
    """An employee for whom something is decided, in words."""

    name: str
    url: str
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ControlPage:
    """What is decided for everybody, and for whom something else is; `seen` marks what is shown."""

    template: ClassVar[str] = "wallet/control.html"

    frame: OrganisationFrame
    parts: tuple[PartLink, ...]
    warn_below: str
    limits: tuple[LimitFields, ...]
    restricted: tuple[RestrictedLine, ...]
    errors: tuple[Wrong, ...]
    seen: str
    action: str
    employees_url: str
    back_url: str


@dataclass(frozen=True, slots=True)
class EmployeeControlPage:
    """What is decided for one employee; from a manager nothing can be taken but amounts."""

    template: ClassVar[str] = "wallet/employee_control.html"

    frame: OrganisationFrame
    parts: tuple[PartLink, ...]
    name: str
    is_manager: bool
    sees: bool
    recharges: bool
    pays: bool
    limits: tuple[LimitFields, ...]
    errors: tuple[Wrong, ...]
    seen: str
    action: str
    back_url: str


@dataclass(frozen=True, slots=True)
class LimitShown:
    """A limit that holds for the reader; `left_cents` of its month, None where that is not theirs to see."""

    tool: str
    is_own: bool
    per_charge_cents: int | None
    per_month_cents: int | None
    left_cents: int | None


@dataclass(frozen=True, slots=True)
class MinePage:
    """What the reader may do with the wallet, and up to which amounts."""

    template: ClassVar[str] = "wallet/mine.html"

    frame: OrganisationFrame
    parts: tuple[PartLink, ...]
    rights: tuple[tuple[str, bool], ...]
    limits: tuple[LimitShown, ...]
