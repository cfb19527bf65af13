"""What the pages about the identity card show on the way to a tool: sign in, link, confirm (E1, E2, A6)."""

from dataclasses import dataclass
from typing import ClassVar

from idp.web.card import CardDialogue, CardToStore
from idp.web.page import FieldError, RequestingTool


@dataclass(frozen=True, slots=True)
class CardSignInPage:
    """Sign in with the card: four live steps. `login_url` leads back to the other ways to sign in.

    `notice` says why somebody who is signed in is asked for the card. `certificate_url` leads to where the
    browser uses the card itself, where this installation has that.
    """

    template: ClassVar[str] = "eid_login.html"
    leads_away: ClassVar[bool] = True

    dialogue: CardDialogue
    tool: RequestingTool | None
    login_url: str
    notice: str | None = None
    certificate_url: str | None = None


@dataclass(frozen=True, slots=True)
class LinkEidPage:
    """Link the card now, or skip. Buttons post `csrf_token` and `decision`: skip, back or cancel (`CardDecision`).

    `may_skip` is false on the way to what requires the card; `leads_back` tells that the person came from
    the choice of context and can go back there.
    """

    template: ClassVar[str] = "link_eid.html"
    leads_away: ClassVar[bool] = True

    action: str
    csrf_token: str
    dialogue: CardDialogue
    tool: RequestingTool | None
    person_name: str
    may_skip: bool
    leads_back: bool = False


@dataclass(frozen=True, slots=True)
class ConfirmEidPage:
    """What will be stored and locked. Buttons post `csrf_token` and `decision`: store, or again (read another card)."""

    template: ClassVar[str] = "confirm_eid.html"
    leads_away: ClassVar[bool] = True

    action: str
    csrf_token: str
    tool: RequestingTool | None
    card: CardToStore
    errors: tuple[FieldError, ...] = ()
