"""What the tab about signing in shows: each thing that proves the person, and where it is changed (A12, A16)."""

from dataclasses import dataclass
from typing import ClassVar

from idp.account.page import Frame
from idp.web.page import FieldError


@dataclass(frozen=True, slots=True)
class Part:
    """One thing that proves the person; `state` is in the language of the page."""

    id: str
    name: str
    state: str
    url: str
    label: str


@dataclass(frozen=True, slots=True)
class SecurityPage:
    """The overview of the tab."""

    template: ClassVar[str] = "account/security.html"
    leads_away: ClassVar[bool] = False

    frame: Frame
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class PasswordPage:
    """Change the password, or set a first one where `has_password` is false."""

    template: ClassVar[str] = "account/password.html"
    leads_away: ClassVar[bool] = False

    frame: Frame
    action: str
    csrf_token: str
    back_url: str
    recover_url: str
    username: str
    has_password: bool
    errors: tuple[FieldError, ...] = ()


@dataclass(frozen=True, slots=True)
class NewAddressPage:
    """The first step of a change of address: which one."""

    template: ClassVar[str] = "account/email.html"
    leads_away: ClassVar[bool] = False

    frame: Frame
    action: str
    csrf_token: str
    back_url: str
    current: str
    typed: str = ""
    errors: tuple[FieldError, ...] = ()


@dataclass(frozen=True, slots=True)
class AddressCodePage:
    """The second step: the code from the new mailbox; `seconds_to_wait` and `wait`, until another may be sent."""

    template: ClassVar[str] = "account/email_code.html"
    leads_away: ClassVar[bool] = False

    frame: Frame
    action: str
    resend_url: str
    cancel_url: str
    csrf_token: str
    current: str
    waiting: str
    seconds_to_wait: int = 0
    wait: str = ""
    errors: tuple[FieldError, ...] = ()
