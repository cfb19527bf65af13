"""What a person and a tool do at the provider, step by step, as a measurement needs it."""

import base64
import hashlib
import json
import re
from dataclasses import dataclass
from urllib.parse import urlencode

from development.bench.http_client import Answer, Browser, UnexpectedAnswer, basic

_CONTEXT = re.compile(r'name="context" value="([^"]+)"')
_SKIPPING = re.compile(
    r'<form[^>]*\baction="(?P<action>[^"]*/link-eid)">\s*'
    r'<input type="hidden" name="csrf_token" value="(?P<token>[^"]+)">'
)
_VERIFIER = "measurement-measurement-measurement-measurement"
_CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(_VERIFIER.encode()).digest()).rstrip(b"=").decode()


@dataclass(frozen=True, slots=True)
class Tool:
    """A registered client as the measurement uses it; without a secret it is a public one."""

    client_id: str
    secret: str | None
    redirect_uri: str
    scope: str

    def request(self, **more: str) -> str:
        """Return the path of an authorization request."""
        parameters = {
            "client_id": self.client_id,
            "redirect_uri": self.redirect_uri,
            "response_type": "code",
            "scope": self.scope,
            "state": "measured",
            "nonce": "measured",
            "code_challenge": _CHALLENGE,
            "code_challenge_method": "S256",
        }
        return "/authorize?" + urlencode(parameters | more)

    def redeem(self, browser: Browser, code: str) -> Answer:
        """Exchange a code for tokens."""
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": self.redirect_uri}
        return self._ask(browser, form | {"code_verifier": _VERIFIER})

    def refresh(self, browser: Browser, token: str) -> Answer:
        """Exchange a refresh token for new tokens."""
        return self._ask(browser, {"grant_type": "refresh_token", "refresh_token": token})

    def credentials(self) -> dict[str, str]:
        """Return the header that proves the client."""
        return {} if self.secret is None else basic(self.client_id, self.secret)

    def _ask(self, browser: Browser, form: dict[str, str]) -> Answer:
        fields = form if self.secret is not None else form | {"client_id": self.client_id}
        return browser.post("/token", fields, self.credentials())


def open_sign_in(browser: Browser, tool: Tool) -> Answer:
    """Go from the tool to the sign-in page."""
    return browser.follow(browser.get(tool.request()))


def send_password(browser: Browser, page: Answer, username: str, password: str) -> Answer:
    """Fill in the sign-in page; the answer is a redirect when the password is right."""
    answer = browser.submit(page, {"username": username, "password": password})
    if answer.status != 303:
        raise UnexpectedAnswer(f"{answer.status}: the sign-in was refused")
    return answer


def put_card_off(browser: Browser, page: Answer) -> Answer:
    """Skip the proposal to link an identity card, where the page makes it; the answer is then a redirect."""
    found = _SKIPPING.search(page.body.decode())
    if found is None:
        return page
    return browser.post(found["action"], {"csrf_token": found["token"], "decision": "skip"})


def choose_first_context(browser: Browser, page: Answer) -> Answer:
    """Press the first Start button of the context choice and return the answer to the tool."""
    page = browser.follow(put_card_off(browser, page))
    found = _CONTEXT.search(page.body.decode())
    if found is None:
        raise UnexpectedAnswer(f"{page.status}: no context to choose")
    answer = browser.submit(page, {"context": found.group(1)})
    return browser.follow(answer)


def sign_in(browser: Browser, tool: Tool, username: str, password: str) -> str:
    """Do the whole way once and return the code."""
    page = browser.follow(send_password(browser, open_sign_in(browser, tool), username, password))
    return choose_first_context(browser, page).query("code")


def silent_code(browser: Browser, tool: Tool) -> str:
    """Get a code without a page, under the context chosen before."""
    return browser.get(tool.request(prompt="none")).query("code")


def tokens(answer: Answer) -> dict[str, str]:
    """Return the members of a token response."""
    if answer.status != 200:
        raise UnexpectedAnswer(f"{answer.status}: {answer.body.decode()}")
    members: dict[str, str] = json.loads(answer.body)
    return members
