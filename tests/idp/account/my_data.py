"""Drives the form of "my data" as a browser without scripts would: every field, and files."""

from io import BytesIO
from typing import Any

from werkzeug.datastructures import FileStorage, MultiDict
from werkzeug.test import encode_multipart

from tests.support.html_page import Element, Page
from tests.support.sign_in import Browser

EDIT = "/account/profile/edit"
VIEW = "/account/profile"


class MyData:
    """Somebody at their own data; each `open` is what a window shows and may send later."""

    def __init__(self, browser: Browser, username: str = "anna.peeters") -> None:
        self.browser = browser
        browser.get(VIEW).sign_in(username)
        assert browser.page.has("#edit-profile"), browser.page.text

    def open(self) -> dict[str, str]:
        """Open the form, and return what it would send."""
        self.browser.get(EDIT)
        return self.fields()

    def fields(self) -> dict[str, str]:
        """Return what the form that is shown would send, without a button."""
        found: dict[str, str] = {}
        for element in self.browser.page.one("form#profile").walk():
            name = element.attributes.get("name")
            if name and element.tag == "select":
                found[name] = _chosen(element)
            elif name and element.tag == "input" and _is_sent(element):
                found[name] = element.attributes.get("value", "")
        return found

    def send(self, fields: dict[str, str] | None = None, *, file: bytes | None = None, **typed: str) -> Page:
        """Send the form with what is typed (`nick_name` for `nick-name`), and return the page that follows."""
        sent: dict[str, Any] = dict(self.open() if fields is None else fields)
        sent |= {name.replace("_", "-"): text for name, text in typed.items()}
        if file is not None:
            sent["picture"] = FileStorage(BytesIO(file), "C:\\fakepath\\holiday.jpg")
        # In memory: the test client would leave temporary files open.
        boundary, body = encode_multipart(MultiDict(sent))
        self.browser.post(EDIT, data=body, content_type=f"multipart/form-data; boundary={boundary}")
        return self.page

    @property
    def page(self) -> Page:
        """Return the page that is shown."""
        return self.browser.page

    @property
    def errors(self) -> dict[str, str]:
        """Return the errors that the page shows: by field, as its summary links to them."""
        if not self.page.has(".error-summary"):
            return {}
        links = [element for element in self.page.one(".error-summary").walk() if element.tag == "a"]
        return {link.attributes["href"].removeprefix("#"): link.text for link in links}

    def fact(self, name: str) -> str:
        """Return what "my data" shows under a name, such as `phone-number`."""
        page = self.browser.get(VIEW).page
        return next((element.text for element in page.one(f"#{name}").walk() if element.tag == "dd"), "")


def _chosen(select: Element) -> str:
    options = [element for element in select.walk() if element.tag == "option"]
    chosen = [option for option in options if "selected" in option.attributes] or options[:1]
    return chosen[0].attributes["value"]


def _is_sent(element: Element) -> bool:
    kind = element.attributes.get("type", "text")
    return kind not in {"file", "submit"} and (kind != "checkbox" or "checked" in element.attributes)
