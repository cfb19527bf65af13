"""What the tab of devices shows (A17)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from flask_babel import gettext as _

from core.infra.messages import N_
from idp.account.page import Frame
from idp.credentials.sign_ins import SignIn

# The methods of RFC 8176 by which people sign in here; the others only say more about these.
_MEANS: Mapping[str, str] = {
    "pwd": N_("password"),
    "otp": N_("code of the authenticator app"),
    "hwk": N_("passkey"),
    "swk": N_("passkey"),
    "sc": N_("identity card"),
}


@dataclass(frozen=True, slots=True)
class Device:
    """One browser in which the person is signed in; every text is in the language of the page."""

    name: str
    network: str
    means: tuple[str, ...]
    started_at: datetime
    last_used_at: datetime
    is_this: bool
    end_url: str


@dataclass(frozen=True, slots=True)
class DevicesPage:
    """All browsers in which the person is signed in, this one first."""

    template: ClassVar[str] = "account/devices.html"
    leads_away: ClassVar[bool] = False

    frame: Frame
    csrf_token: str
    devices: tuple[Device, ...]
    end_others_url: str

    @property
    def has_others(self) -> bool:
        """Tell whether there is anything to end besides this device."""
        return any(not device.is_this for device in self.devices)


@dataclass(frozen=True, slots=True)
class EndDevicePage:
    """Asks before one device, or all others, are signed out; `device` is None for the latter."""

    template: ClassVar[str] = "account/end_device.html"
    leads_away: ClassVar[bool] = False

    frame: Frame
    csrf_token: str
    action: str
    back_url: str
    device: Device | None = None


def device(found: SignIn, *, is_this: bool, end_url: str) -> Device:
    """Return a sign-in in the words of the page."""
    words = (_(_MEANS[method]) for method in found.means if method in _MEANS)
    return Device(
        name=_name(found.browser, found.system),
        network=_("Network %(network)s", network=found.network) if found.network else _("Unknown network"),
        means=tuple(dict.fromkeys(words)),
        started_at=found.started_at,
        last_used_at=found.last_used_at,
        is_this=is_this,
        end_url=end_url,
    )


def _name(browser: str, system: str) -> str:
    if browser and system:
        return _("%(browser)s on %(system)s", browser=browser, system=system)
    if system:
        return _("An unknown browser on %(system)s", system=system)
    return browser or _("An unknown browser")
