"""What the pages of somebody who forgot the password show (A13): one frozen value for each template."""

from dataclasses import dataclass
from typing import ClassVar

from idp.web.page import FieldError, RequestingTool


@dataclass(frozen=True, slots=True)
class RecoverPage:
    """Asks for the e-mail address of the account; `notice` says why somebody is asked again."""

    template: ClassVar[str] = "recover.html"
    leads_away: ClassVar[bool] = True

    action: str
    csrf_token: str
    tool: RequestingTool | None
    sign_in_url: str
    help_url: str
    typed: str = ""
    notice: str | None = None
    errors: tuple[FieldError, ...] = ()


@dataclass(frozen=True, slots=True)
class RecoveryCodePage:
    """Asks for the code; the same whether the address belongs to an account or not.

    `address` is None where the person came by the link in the message. `seconds_to_wait` and `wait`
    say until when no other code can be asked for.
    """

    template: ClassVar[str] = "recover_code.html"
    leads_away: ClassVar[bool] = True

    action: str
    csrf_token: str
    tool: RequestingTool | None
    start_url: str
    help_url: str
    address: str | None
    seconds_to_wait: int = 0
    wait: str = ""
    notice: str | None = None
    errors: tuple[FieldError, ...] = ()


@dataclass(frozen=True, slots=True)
class NewPasswordPage:
    """Asks for a new password, twice, of somebody whose mailbox was proven."""

    template: ClassVar[str] = "recover_password.html"
    leads_away: ClassVar[bool] = True

    action: str
    csrf_token: str
    tool: RequestingTool | None
    sign_in_url: str
    username: str
    errors: tuple[FieldError, ...] = ()


@dataclass(frozen=True, slots=True)
class RecoveredPage:
    """Says that the password is changed, in a browser from which no tool waits for anybody."""

    template: ClassVar[str] = "recovered.html"
    leads_away: ClassVar[bool] = False

    account_url: str
