"""A window of a real browser, with the content security policies in force."""

from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, ConsoleMessage, Page

_MILLISECONDS = 15_000
# A form that comes back with what is wrong in it: an answer to the person, nothing refused.
_FORM_WITH_ERRORS = 422
# Where the card agent is asked; the product itself goes by name.
_AGENT = "//127.0.0.1:"


@contextmanager
def a_window(
    chromium: Browser,
    *,
    language: str = "en",
    width: int = 1280,
    scheme: str = "light",
    scripts: bool = True,
    asks_agent: bool = False,
    meets: frozenset[int] = frozenset(),
) -> Iterator[Page]:
    """Open a window of its own; at the end the browser must have refused nothing.

    Where its pages ask a card agent of the test's own (`asks_agent`), what that one does not answer is left out,
    and so are pages that answer with a status that its person `meets` on purpose.
    """
    answers = tuple(f"status of {status}" for status in {_FORM_WITH_ERRORS, *meets})
    context = chromium.new_context(
        locale=language,
        viewport={"width": width, "height": 800},
        color_scheme="dark" if scheme == "dark" else "light",
        java_script_enabled=scripts,
    )
    context.set_default_timeout(_MILLISECONDS)
    page = context.new_page()
    refused: list[str] = []

    def note(message: ConsoleMessage) -> None:
        if message.type == "error" and not any(one in message.text for one in answers):
            if asks_agent and _is_of_agent(message):
                return
            refused.append(message.text)

    page.on("console", note)
    yield page
    context.close()
    assert refused == [], f"the browser complained: {refused}"


def _is_of_agent(message: ConsoleMessage) -> bool:
    """Tell whether the card agent was away or had a problem to tell, of which the page speaks by itself."""
    return message.text.startswith("Failed to load resource") and _AGENT in message.location["url"]
