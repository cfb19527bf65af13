"""Passkeys in a real browser with a virtual authenticator: added, used, refused, removed (A16)."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Browser, CDPSession, Page, expect

from tests.support.accessibility import violations
from tests.support.first_visit import put_card_off
from tests.support.running_product import PASSWORD, RunningProduct

MFA = "urn:immo-connect:acr:mfa"
# A browser that proposes nothing by itself: then a touch answers what the button asked, and nothing else.
_PROPOSES_NOTHING = (
    "if (window.PublicKeyCredential) PublicKeyCredential.isConditionalMediationAvailable = async () => false"
)
_COUNTS = """
window.asked = 0;
const get = navigator.credentials.get.bind(navigator.credentials);
navigator.credentials.get = (options) => { window.asked += 1; return get(options); };
"""


class Device:
    """The device of a window: holds passkeys, and checks its user or not."""

    def __init__(self, session: CDPSession) -> None:
        self._session = session
        session.send("WebAuthn.enable")
        options = {
            "protocol": "ctap2",
            "transport": "internal",
            "hasResidentKey": True,
            "hasUserVerification": True,
            "isUserVerified": True,
            # Nobody touches it unless the test says so: the browser's own proposal waits as well.
            "automaticPresenceSimulation": False,
        }
        self._id = session.send("WebAuthn.addVirtualAuthenticator", {"options": options})["authenticatorId"]

    def touch(self, *, touched: bool = True) -> None:
        """Let the user touch the device whenever it asks from now on, or never."""
        self._send("setAutomaticPresenceSimulation", enabled=touched)

    def verify_user(self, *, verified: bool) -> None:
        """Say whether the device recognises its user."""
        self._send("setUserVerified", isUserVerified=verified)

    def passkeys(self) -> list[dict[str, Any]]:
        """Return what the device holds."""
        found: list[dict[str, Any]] = self._send("getCredentials")["credentials"]
        return found

    def set_counter(self, count: int) -> None:
        """Put a copy of its passkey in place of it that has counted so far."""
        [passkey] = self.passkeys()
        self._send("removeCredential", credentialId=passkey["credentialId"])
        self._send("addCredential", credential={**passkey, "signCount": count})

    def _send(self, command: str, **parameters: Any) -> Any:
        return self._session.send(f"WebAuthn.{command}", {"authenticatorId": self._id, **parameters})


@contextmanager
def a_window(
    chromium: Browser, *, scripts: bool = True, before: str = _PROPOSES_NOTHING
) -> Iterator[tuple[Page, Device]]:
    """Open a window with a device of its own; at the end the browser must have refused nothing.

    `before` is run in every page before its own scripts.
    """
    context = chromium.new_context(locale="en", java_script_enabled=scripts)
    context.add_init_script(before)
    context.set_default_timeout(15_000)
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    yield page, Device(context.new_cdp_session(page))
    context.close()
    # A form that is answered with 422 is said on the console, and meant.
    assert [said for said in complaints if "422" not in said] == []


def prove(page: Page, username: str) -> None:
    """Sign in by password, once to enter and once to prove it, as far as each is asked."""
    for _ in range(2):
        if page.locator("#login").count():
            page.fill("#username", username)
            page.fill("#password", PASSWORD)
            # A click does not wait for the page that answers, and the next question is about that page.
            with page.expect_navigation():
                page.click("#sign-in")


def add_passkey(page: Page, device: Device, product: RunningProduct, username: str) -> None:
    """Add a passkey in the account."""
    page.goto(f"{product.addresses.issuer}/account/security/passkeys/add")
    prove(page, username)
    page.fill("#passkey-name", "Virtual laptop")
    device.touch()
    page.click("#create-passkey")
    expect(page.locator("#done")).to_be_visible()
    device.touch(touched=False)


def sign_out(page: Page) -> None:
    """End the session, and leave the device as it is."""
    page.context.clear_cookies()


def at_sign_in(page: Page, product: RunningProduct) -> None:
    """Go to the sign-in page as CadastreFinder sends people there."""
    page.goto(product.addresses.cadastrefinder)
    page.click("#sign-in")
    expect(page.locator("#passkey-login")).to_be_visible()


def status_of_sign_in(page: Page, device: Device) -> int:
    """Press the button, touch the device, and return how the provider answered."""
    device.touch()
    with page.expect_response(lambda response: response.request.method == "POST") as answer:
        page.click("#passkey-login")
    status = answer.value.status
    # The page asks again, and a finger that stayed would answer again.
    device.touch(touched=False)
    return status


def test_a_passkey_is_added_signs_in_by_its_button_and_is_removed(chromium: Browser, product: RunningProduct) -> None:
    username = product.somebody_new()
    with a_window(chromium) as (page, device):
        add_passkey(page, device, product, username)
        assert len(device.passkeys()) == 1
        assert violations(page) == []
        sign_out(page)

        at_sign_in(page, product)
        device.touch()
        page.click("#passkey-login")
        put_card_off(page)
        page.click("button.start-context")
        expect(page.locator("#greeting")).to_be_visible()
        claims = page.request.get(f"{product.addresses.cadastrefinder}/claims.json").json()
        assert (claims["acr"], claims["amr"]) == (MFA, ["hwk", "user", "mfa"])

        page.goto(f"{product.addresses.issuer}/account/security/passkeys")
        page.click("#passkeys .button.secondary")
        page.click("#passkey-login")
        page.click("#remove-passkey")
        expect(page.locator("#done")).to_be_visible()
        expect(page.locator("#passkeys")).to_have_count(0)
        device.touch(touched=False)
        sign_out(page)

        at_sign_in(page, product)
        assert status_of_sign_in(page, device) == 422
        expect(page.locator("#passkey-login-error")).to_be_visible()


def test_the_browser_proposes_it_in_the_field_for_the_username(chromium: Browser, product: RunningProduct) -> None:
    with a_window(chromium, before="") as (page, device):
        add_passkey(page, device, product, product.somebody_new())
        sign_out(page)

        device.touch()
        page.goto(product.addresses.cadastrefinder)
        page.click("#sign-in")
        put_card_off(page)

        expect(page.locator("button.start-context").first).to_be_visible()


def test_the_button_takes_the_place_of_what_the_browser_proposes(chromium: Browser, product: RunningProduct) -> None:
    with a_window(chromium, before=_COUNTS) as (page, device):
        add_passkey(page, device, product, product.somebody_new())
        sign_out(page)
        at_sign_in(page, product)
        page.wait_for_function("window.asked === 1")

        assert status_of_sign_in(page, device) == 303
        put_card_off(page)

        expect(page.locator("button.start-context").first).to_be_visible()


def test_a_device_that_does_not_recognise_its_user_opens_nothing(chromium: Browser, product: RunningProduct) -> None:
    with a_window(chromium) as (page, device):
        add_passkey(page, device, product, product.somebody_new())
        sign_out(page)
        device.verify_user(verified=False)

        at_sign_in(page, product)
        device.touch()
        page.click("#passkey-login")

        expect(page.locator("[data-problem=NotAllowedError]")).to_be_visible()
        expect(page.locator("#passkey-login")).to_be_enabled()
        expect(page.locator("#login")).to_be_visible()


def test_a_copy_of_the_passkey_is_refused(chromium: Browser, product: RunningProduct) -> None:
    with a_window(chromium) as (page, device):
        add_passkey(page, device, product, product.somebody_new())
        device.set_counter(1000)
        sign_out(page)
        at_sign_in(page, product)
        device.touch()
        page.click("#passkey-login")
        put_card_off(page)
        expect(page.locator("button.start-context").first).to_be_visible()
        device.touch(touched=False)
        sign_out(page)
        device.set_counter(0)

        at_sign_in(page, product)

        assert status_of_sign_in(page, device) == 422
        expect(page.locator("#passkey-login-error")).to_be_visible()
        expect(page.locator("#login")).to_be_visible()


def test_a_device_makes_one_passkey_for_one_account(chromium: Browser, product: RunningProduct) -> None:
    with a_window(chromium) as (page, device):
        username = product.somebody_new()
        add_passkey(page, device, product, username)

        page.goto(f"{product.addresses.issuer}/account/security/passkeys/add")
        device.touch()
        page.click("#create-passkey")

        expect(page.locator("[data-problem=InvalidStateError]")).to_be_visible()
        assert len(device.passkeys()) == 1


def test_without_scripts_the_door_is_not_there_and_the_page_says_why(
    chromium: Browser, product: RunningProduct
) -> None:
    with a_window(chromium, scripts=False) as (page, _):
        page.goto(product.addresses.cadastrefinder)
        page.click("#sign-in")
        expect(page.locator("#login")).to_be_visible()
        expect(page.locator("#passkey-login")).to_be_hidden()

        page.goto(f"{product.addresses.issuer}/account/security/passkeys/add")
        prove(page, product.somebody_new())
        expect(page.locator("#needs-script")).to_be_visible()
        expect(page.locator("#create-passkey")).to_be_hidden()
