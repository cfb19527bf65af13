"""Samples of the pages for other devices."""

from collections.abc import Callable
from dataclasses import replace

from idp.interaction.device_pages import DeviceAnsweredPage, DevicePage
from idp.web.page import FieldError, Page

ASKED = DevicePage("/device", "token")
WRONG = FieldError("user-code", "Geen toestel wacht met deze code. Vergelijk ze letter voor letter.")
ANSWERED = DeviceAnsweredPage("approved", "/device", "/account/connections", "/")

SAMPLES: dict[str, Callable[[], Page]] = {
    "device": lambda: ASKED,
    "device-wrong": lambda: replace(ASKED, user_code="WDJB-MJHT", came_along=True, errors=(WRONG,)),
    "device-approved": lambda: ANSWERED,
    "device-refused": lambda: replace(ANSWERED, outcome="refused"),
}
