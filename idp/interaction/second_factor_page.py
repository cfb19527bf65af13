"""What the page of the second factor shows."""

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from idp.web.page import FieldError, RequestingTool
from idp.web.passkey import PasskeyForm


class Means(StrEnum):
    """What is typed on the page; the value is the name and the id of its field."""

    AUTHENTICATOR = "authenticator-code"
    RECOVERY_CODE = "recovery-code"


@dataclass(frozen=True, slots=True)
class SecondFactorPage:
    """Asks for a code of the authenticator, or for a recovery code (A16).

    `other_url` leads to the same page with the other means; `passkey` is None where the person has
    none. `help_url` is where somebody goes who has lost everything.
    """

    template: ClassVar[str] = "second_factor.html"
    leads_away: ClassVar[bool] = True

    action: str
    csrf_token: str
    tool: RequestingTool | None
    means: Means
    other_url: str
    help_url: str
    passkey: PasskeyForm | None = None
    errors: tuple[FieldError, ...] = ()
