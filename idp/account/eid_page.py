"""What the account shows of the identity card: whether it is linked, linking it, confirming that (A12, E1)."""

from dataclasses import dataclass
from typing import ClassVar

from idp.account.page import Frame
from idp.web.card import CardDialogue, CardFact, CardToStore
from idp.web.page import FieldError

EID_URL = "/account/eid"


@dataclass(frozen=True, slots=True)
class LinkedCard:
    """The link as its owner sees it: days in words, `document_ends` where it is known; what the card locks."""

    linked_on: str
    last_used: str
    document_ends: str | None
    is_document_over: bool
    locked: tuple[CardFact, ...]


@dataclass(frozen=True, slots=True)
class EidPage:
    """The overview: the badge with its date and what is locked, or why to link; `link_url` to do so or to renew."""

    template: ClassVar[str] = "account/eid.html"
    leads_away: ClassVar[bool] = False

    frame: Frame
    back_url: str
    link_url: str
    linked: LinkedCard | None = None


@dataclass(frozen=True, slots=True)
class LinkCardPage:
    """The four live steps of linking from the account."""

    template: ClassVar[str] = "account/eid_link.html"
    leads_away: ClassVar[bool] = False

    frame: Frame
    back_url: str
    dialogue: CardDialogue
    is_renewal: bool


@dataclass(frozen=True, slots=True)
class ConfirmCardPage:
    """What will be stored and locked. Buttons post `csrf_token` and `decision`: store, or again."""

    template: ClassVar[str] = "account/eid_confirm.html"
    leads_away: ClassVar[bool] = False

    frame: Frame
    action: str
    csrf_token: str
    back_url: str
    card: CardToStore
    errors: tuple[FieldError, ...] = ()
