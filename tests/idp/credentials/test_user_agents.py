"""What a browser says about itself, as its owner recognises it."""

import pytest

from idp.credentials.user_agents import UserAgent, read

_WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64)"
_MAC = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7)"
_LINUX = "Mozilla/5.0 (X11; Linux x86_64)"
_ANDROID = "Mozilla/5.0 (Linux; Android 14; SM-S911B)"
_IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X)"
_BLINK = "AppleWebKit/537.36 (KHTML, like Gecko)"
_WEBKIT = "AppleWebKit/605.1.15 (KHTML, like Gecko)"


@pytest.mark.parametrize(
    ("header", "browser", "system"),
    [
        (f"{_WINDOWS} {_BLINK} Chrome/131.0.0.0 Safari/537.36", "Chrome", "Windows"),
        (f"{_WINDOWS} {_BLINK} Chrome/131.0.0.0 Safari/537.36 Edg/131.0.0.0", "Edge", "Windows"),
        (f"{_WINDOWS} {_BLINK} Chrome/131.0.0.0 Safari/537.36 OPR/116.0.0.0", "Opera", "Windows"),
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:133.0) Gecko/20100101 Firefox/133.0", "Firefox", "Windows"),
        (f"{_MAC} {_WEBKIT} Version/18.1 Safari/605.1.15", "Safari", "macOS"),
        (f"{_IPHONE} {_WEBKIT} Version/18.1 Mobile/15E148 Safari/604.1", "Safari", "iPhone"),
        (f"{_IPHONE} {_WEBKIT} CriOS/131.0.6778.73 Mobile/15E148 Safari/604.1", "Chrome", "iPhone"),
        (f"{_IPHONE} {_WEBKIT} FxiOS/133.0 Mobile/15E148 Safari/605.1.15", "Firefox", "iPhone"),
        (f"{_ANDROID} {_BLINK} SamsungBrowser/27.0 Chrome/125.0 Mobile Safari/537.36", "Samsung Internet", "Android"),
        (f"{_ANDROID} {_BLINK} Chrome/131.0.0.0 Mobile Safari/537.36", "Chrome", "Android"),
        (f"{_LINUX} {_BLINK} HeadlessChrome/131.0.0.0 Safari/537.36", "Chrome", "Linux"),
        (f"Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) {_BLINK} Chrome/131.0.0.0 Safari/537.36", "Chrome", "ChromeOS"),
        ("curl/8.5.0", "", ""),
        ("", "", ""),
        (None, "", ""),
    ],
)  # fmt: skip
def test_families_are_told_apart(header: str | None, browser: str, system: str) -> None:
    assert read(header) == UserAgent(browser, system)


def test_what_anybody_writes_there_is_never_repeated() -> None:
    hostile = "<script>alert(1)</script> Firefox/<b> Windows " + "x" * 100_000

    assert read(hostile) == UserAgent("Firefox", "Windows")


def test_endless_header_is_read_in_part() -> None:
    assert read("a" * 2000 + " Firefox/133.0") == UserAgent("", "")
