"""Whatever is typed into a form of ours, or sent in its place: a page, and nobody else's address.

Each form is taken from its real page, with its token against forgery, and sent with odd values, with
fields that are missing or come twice, and with other people's tokens.
"""

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from tests.fuzz.ground import Ground
from tests.fuzz.test_endpoints import fuzz
from tests.fuzz.values import encoded, headers, parameters, text
from tests.support.sign_in import Browser
from tests.support.tools import CALLBACK, PASSWORD, Office

_FORM = "application/x-www-form-urlencoded"
_TYPED = "typed-here-and-shown-nowhere-77"
# Fields whose value no page may show again.
_HIDDEN = ("password", "password-again", "new-password")

Open = Callable[[Browser], Browser]


def at_organisation(browser: Browser) -> Browser:
    """Open the page where somebody looks for another organisation."""
    browser.authorize("atlas").sign_in()
    browser.press("#add-context")
    return browser.press("#add-organisation")


# The form's button, how to come to its page, and how many examples: a password takes its time.
_FORMS: dict[str, tuple[str, Open, int]] = {
    "login": ("#sign-in", lambda browser: browser.authorize("plain"), 50),
    "cancel": ("#cancel", lambda browser: browser.authorize("plain"), 30),
    "register": ("#create-account", lambda browser: browser.get(_link(browser.authorize("plain"), "#register")), 50),
    "recover": ("#send-code", lambda browser: browser.get(_link(browser.authorize("plain"), "#forgot-password")), 50),
    "consent": ("#allow", lambda browser: browser.authorize("plain").sign_in(), 80),
    "context": ("#cancel", lambda browser: browser.authorize("atlas").sign_in(), 80),
    "organisation": ("#find-organisation", at_organisation, 80),
    "device": ("#use-code", lambda browser: browser.get("/device"), 120),
    "sign-out": ("#sign-out", lambda browser: browser.authorize("plain").sign_in().get("/end_session"), 80),
    "contact": ("#send", lambda browser: browser.get("/help/contact"), 80),
}


def _link(browser: Browser, selector: str) -> str:
    return browser.page.one(selector).attributes["href"]


@pytest.mark.parametrize("name", _FORMS)
def test_a_form(name: str, ground: Ground, idp: Callable[[], FlaskClient], made_office: Office) -> None:
    button, come, examples = _FORMS[name]
    browser = Browser(idp())
    come(browser)
    (address,), fields = browser.form(button), browser.fields(button)
    hidden = {field: _TYPED for field in _HIDDEN if field in fields}
    strangers = st.sampled_from([*fields.values(), "cancel", "allow", "0", "1" * 300])
    ground.secrets = (*ground.secrets, PASSWORD, _TYPED)
    ground.registered.add(CALLBACK)

    @fuzz(examples)
    @given(data=st.data(), extra=headers)
    def send(data: Any, extra: Any) -> None:
        sent = data.draw(parameters({**fields, **hidden}, tuple(fields), st.one_of(strangers, text)))
        answer = browser.client.post(address, data=encoded(sent), content_type=_FORM, headers=extra)
        ground.check(answer)
        assert answer.status_code in {200, 303, 400, 403, 404, 409, 413, 415, 422, 429}

    send()
