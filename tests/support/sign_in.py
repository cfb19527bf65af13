"""Drives the provider's pages through a test client, as a browser without JavaScript would."""

from base64 import b64encode
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from idp.signing import jws
from idp.wiring import Services
from tests.support.html_page import Element, Page, parse
from tests.support.tools import CALLBACK, PASSWORD

TOOL = "openid profile organization"
HOST = "login.immo.test"
_SKIP = b'id="skip-eid"'


def request_of(client_id: str | None, **changes: str | None) -> dict[str, str]:
    """Return the parameters of a good authorization request; None leaves one out."""
    scope = TOOL if client_id in {"atlas", "rent"} else "openid profile"
    good: dict[str, str | None] = {
        "client_id": client_id,
        "redirect_uri": CALLBACK,
        "response_type": "code",
        "scope": scope,
        "state": "s-1",
        "nonce": "n-1",
    }
    return {name: value for name, value in {**good, **changes}.items() if value is not None}


class Browser:
    """One person's browser at the provider, set to English: follows our redirects, stops before anybody else's.

    Its person has no identity card at hand: where linking one is proposed they put it off, unless `skips_card`
    is false.
    """

    def __init__(self, client: FlaskClient, *, skips_card: bool = True) -> None:
        self.client = client
        self.skips_card = skips_card
        self.client.environ_base["HTTP_ACCEPT_LANGUAGE"] = "en"
        self.response: TestResponse | None = None
        self.url = ""

    def authorize(self, client_id: str | None = "atlas", **changes: str | None) -> "Browser":
        """Send an authorization request and follow it to a page or to the tool."""
        return self.get("/authorize", query_string=request_of(client_id, **changes))

    def get(self, url: str, **arguments: Any) -> "Browser":
        """Open an address of the provider."""
        return self._follow(self.client.get(url, **arguments), url)

    def post(self, url: str, **arguments: Any) -> "Browser":
        """Post to an address of the provider."""
        return self._follow(self.client.post(url, **arguments), url)

    def sign_in(self, username: str = "anna.peeters", password: str = PASSWORD) -> "Browser":
        """Fill in the sign-in form and press the button."""
        return self.press("#sign-in", username=username, password=password)

    def start(self, registration_id: str, **fields: str) -> "Browser":
        """Press the button of a context."""
        return self.press(f"button.start-context[value={registration_id}]", **fields)

    def press(self, selector: str, **fields: str) -> "Browser":
        """Press a button of the page with these values in its form."""
        return self.post(*self.form(selector), data=self.fields(selector, **fields))

    def form(self, selector: str) -> tuple[str]:
        """Return the address that the button's form is sent to."""
        return (self._form_of(selector).attributes["action"],)

    def fields(self, selector: str, **changes: str) -> dict[str, str]:
        """Return what the form sends when the button is pressed."""
        button, sent = self.page.one(selector), {}
        for element in self._form_of(selector).walk():
            name, kind = element.attributes.get("name"), element.attributes.get("type")
            if element.tag == "input" and name and (kind != "checkbox" or "checked" in element.attributes):
                sent[name] = element.attributes.get("value", "")
        if button.attributes.get("name"):
            sent[button.attributes["name"]] = button.attributes.get("value", "")
        return {**sent, **changes}

    def cookie(self, name: str) -> str | None:
        """Return what the browser holds under a name, without its prefix."""
        found = self.client.get_cookie(f"__Host-{name}", domain=HOST)
        return None if found is None else found.value

    @property
    def page(self) -> Page:
        """Return the page that is shown."""
        assert self.response is not None
        return parse(self.url, self.response.status_code, dict(self.response.headers), self.response.text)

    @property
    def status(self) -> int:
        """Return the status of the last answer."""
        assert self.response is not None
        return self.response.status_code

    @property
    def answer(self) -> dict[str, str]:
        """Return the parameters that the tool was sent; fail where the browser is not at the tool."""
        location = self.location
        assert location is not None, f"not at the tool but at {self.url} ({self.status}): {self.page.text[:1500]}"
        sent = parse_qs(urlsplit(location).query, keep_blank_values=True)
        assert all(len(values) == 1 for values in sent.values()), sent
        return dict(parse_qsl(urlsplit(location).query, keep_blank_values=True))

    @property
    def location(self) -> str | None:
        """Return the foreign address to which the provider sent the browser, if it did."""
        assert self.response is not None
        return self.response.headers.get("Location")

    @property
    def error_code(self) -> str:
        """Return the code of the error page that is shown."""
        return self.page.one("#error").attributes["data-code"]

    def _form_of(self, selector: str) -> Element:
        element: Element | None = self.page.one(selector)
        while element is not None and element.tag != "form":
            element = element.parent
        assert element is not None
        return element

    def _follow(self, response: TestResponse, url: str) -> "Browser":
        for _hop in range(6):
            location = response.headers.get("Location")
            if location is None or not location.startswith("/"):
                self.response, self.url = response, url
                return self.press("#skip-eid") if self.skips_card and _SKIP in response.get_data() else self
            url = location
            response = self.client.get(location)
        raise AssertionError(f"redirected for ever, last to {url}")


def id_token(services: Services, browser: Browser, client_id: str = "plain") -> dict[str, Any]:
    """Redeem the code that the tool was just sent, and return what the ID token says."""
    credentials = b64encode(f"{client_id}:{client_id}-secret".encode()).decode()
    form = {"grant_type": "authorization_code", "code": browser.answer["code"], "redirect_uri": CALLBACK}
    response = browser.client.post("/token", data=form, headers={"Authorization": f"Basic {credentials}"})
    assert response.status_code == 200, response.text
    return dict(jws.decode(services.keyring, response.get_json()["id_token"], typ=None))
