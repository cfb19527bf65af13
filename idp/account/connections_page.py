"""What the pages about tools with access show: one frozen value per template (A18)."""

from dataclasses import dataclass
from typing import ClassVar

from idp.account.page import Frame
from idp.claims.scopes import ConsentKind
from idp.web.page import RequestingTool


@dataclass(frozen=True, slots=True)
class ReceivedGroup:
    """Things that a tool receives, under one heading, in the words of the consent screen."""

    kind: ConsentKind
    heading: str
    things: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ConnectedTool:
    """One tool with access. `context` is what it starts with at each sign-in, where that was ticked.

    `lasts_until` is a date in words: until then the tool has access also after signing out.
    `withdraw_url` leads to the page that explains what withdrawing does.
    """

    id: str
    tool: RequestingTool
    since: str
    groups: tuple[ReceivedGroup, ...]
    terms_version: str | None
    context: str | None
    lasts_until: str | None
    withdraw_url: str


@dataclass(frozen=True, slots=True)
class ConnectionsPage:
    """The tools that have access, or the news that there are none."""

    template: ClassVar[str] = "account/connections.html"
    leads_away: ClassVar[bool] = False

    frame: Frame
    tools: tuple[ConnectedTool, ...]
    portal_url: str


@dataclass(frozen=True, slots=True)
class WithdrawPage:
    """Asks before access is taken from a tool, and says what that does."""

    template: ClassVar[str] = "account/withdraw.html"
    leads_away: ClassVar[bool] = False

    frame: Frame
    action: str
    csrf_token: str
    connected: ConnectedTool
    back_url: str
