"""What the pages about a second account show."""

from dataclasses import dataclass
from typing import ClassVar

from idp.account.page import Frame
from idp.web.page import FieldError


@dataclass(frozen=True, slots=True)
class OtherAccountPage:
    """Prove that another account is yours too."""

    template: ClassVar[str] = "account/other_account.html"
    leads_away: ClassVar[bool] = False

    frame: Frame
    action: str
    csrf_token: str
    back_url: str
    help_url: str
    username: str = ""
    wants_code: bool = False
    errors: tuple[FieldError, ...] = ()


@dataclass(frozen=True, slots=True)
class MergePage:
    """Says what merging does, before it is done for good."""

    template: ClassVar[str] = "account/merge.html"
    leads_away: ClassVar[bool] = False

    frame: Frame
    action: str
    csrf_token: str
    back_url: str
    kept: str
    given_up: str
    organisations: tuple[str, ...]
