"""What a person does on the pages of their factors, in words."""

from tests.support.sign_in import Browser
from tests.support.tools import PASSWORD

SECURITY = "/account/security"
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:133.0) Gecko/20100101 Firefox/133.0"


def at(browser: Browser, path: str, username: str = "anna.peeters") -> Browser:
    """Open a page of the account, signing in for it where that is due."""
    browser.client.environ_base["HTTP_USER_AGENT"] = FIREFOX
    browser.get(f"{SECURITY}/{path}")
    for _ in range(2):  # once to sign in, once to prove it
        if browser.page.has("#sign-in"):
            browser.press("#sign-in", username=username, password=PASSWORD)
    return browser


def proof_is_asked(browser: Browser) -> bool:
    """Tell whether the owner has to prove anew that it is them."""
    return browser.page.has("#sign-in")


def options(browser: Browser) -> str:
    """Return what the page asks of a passkey."""
    return browser.page.one("form[data-passkey]").attributes["data-options"]
