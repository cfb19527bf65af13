"""What the pages for other devices show: one frozen value per template. See `pages.py`.

The form of the code sends `csrf_token` and `user-code`.
"""

from dataclasses import dataclass
from typing import ClassVar

from idp.web.page import FieldError


@dataclass(frozen=True, slots=True)
class DevicePage:
    """Asks for the code that a device shows; `came_along` where the address brought it, to be compared."""

    template: ClassVar[str] = "device.html"
    leads_away: ClassVar[bool] = False

    action: str
    csrf_token: str
    user_code: str = ""
    came_along: bool = False
    errors: tuple[FieldError, ...] = ()


@dataclass(frozen=True, slots=True)
class DeviceAnsweredPage:
    """Says what became of a device: `outcome` is approved, denied, refused or expired."""

    template: ClassVar[str] = "device_answered.html"
    leads_away: ClassVar[bool] = False

    outcome: str
    again_url: str
    connections_url: str
    home_url: str
