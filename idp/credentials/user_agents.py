"""What a browser says about itself (RFC 9110 section 10.1.5), as far as its owner recognises it.

A handful of families and nothing else: what is not one of them stays unknown. Anybody can write
anything there, so it describes a device to its owner and decides nothing.
"""

import re
from dataclasses import dataclass

# Nearly every browser also claims to be the ones after it: the first that fits is meant.
_BROWSERS = (
    ("Edge", re.compile(r"\b(?:Edg|EdgA|EdgiOS|Edge)/")),
    ("Opera", re.compile(r"\b(?:OPR|OPT|Opera)/")),
    ("Samsung Internet", re.compile(r"\bSamsungBrowser/")),
    ("Vivaldi", re.compile(r"\bVivaldi/")),
    ("Firefox", re.compile(r"\b(?:Firefox|FxiOS)/")),
    ("Chromium", re.compile(r"\bChromium/")),
    ("Chrome", re.compile(r"\b(?:Chrome|CriOS|HeadlessChrome)/")),
    ("Safari", re.compile(r"\bVersion/.*\bSafari/")),
)
_SYSTEMS = (
    ("iPad", re.compile(r"\biPad\b")),
    ("iPhone", re.compile(r"\b(?:iPhone|iPod)\b")),
    ("Android", re.compile(r"\bAndroid\b")),
    ("Windows", re.compile(r"\bWindows\b")),
    ("ChromeOS", re.compile(r"\bCrOS\b")),
    ("macOS", re.compile(r"\bMac(?:intosh| OS X)\b")),
    ("Linux", re.compile(r"\bLinux\b")),
)
# Longer ones exist, but none that says more.
_READ_AT_MOST = 1024


@dataclass(frozen=True, slots=True)
class UserAgent:
    """The family of a browser and of its system, by their own names; empty where unknown."""

    browser: str
    system: str


def read(header: str | None) -> UserAgent:
    """Return which browser and system a User-Agent header names."""
    text = (header or "")[:_READ_AT_MOST]
    return UserAgent(_first(_BROWSERS, text), _first(_SYSTEMS, text))


def _first(families: tuple[tuple[str, re.Pattern[str]], ...], text: str) -> str:
    return next((name for name, pattern in families if pattern.search(text)), "")
