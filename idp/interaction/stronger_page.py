"""What the page shows that says what a stronger sign-in takes."""

from dataclasses import dataclass
from typing import ClassVar

from idp.web.page import RequestingTool


@dataclass(frozen=True, slots=True)
class StrongerPage:
    """Says what a stronger sign-in takes: other means to sign in with, or to set up first.

    `has_means` tells that the account has them; `may_choose` that another context can be chosen. `needs_card`
    tells that nothing but the identity card is enough; `card_url` leads to signing in with it, where one is linked.
    """

    template: ClassVar[str] = "stronger.html"
    leads_away: ClassVar[bool] = True

    action: str
    csrf_token: str
    tool: RequestingTool
    sign_in_url: str
    set_up_url: str
    has_means: bool
    may_choose: bool
    needs_card: bool = False
    card_url: str | None = None
