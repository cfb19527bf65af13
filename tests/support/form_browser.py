"""A browser for tests: real HTTP, cookies, redirects, links and plain forms. No JavaScript.

browser = FormBrowser()
page = browser.open("http://localhost:8082/sign-in")
page = browser.submit(page.one("#sign-in"), username="demo.manager", password="…")
page = browser.click(page.one("#change-context"))
"""

from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit

import requests

from tests.support.html_page import Element, Page, parse

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_HOPS_MAX = 20
_TIMEOUT_SECONDS = 20


class FormBrowser:
    """One browser with cookies of its own; `page` is where it is, `trail` how it came there.

    It stops before an address that `stays_out_of` matches the beginning of, and returns a page
    of status 0 with that address: so a test can be the client to which a code is sent. Its person has no
    identity card at hand: where linking one is proposed they put it off, unless `skips_card` is false.
    """

    def __init__(
        self,
        *,
        language: str = "en",
        stays_out_of: tuple[str, ...] = (),
        verify: bool | str = True,
        skips_card: bool = True,
    ) -> None:
        self.skips_card = skips_card
        self._session = requests.Session()
        self._session.trust_env = False
        self._session.verify = verify
        self._session.headers["Accept-Language"] = language
        self._session.headers["Accept"] = "text/html,application/xhtml+xml"
        self.stays_out_of = stays_out_of
        self.trail: list[str] = []
        self.page = parse("about:blank", 0, {}, "")

    def open(self, url: str) -> Page:
        """Go to an address."""
        return self._go("GET", urljoin(self.page.url, url), None)

    def post(self, url: str, fields: dict[str, str]) -> Page:
        """Post a form that no page holds."""
        return self._go("POST", urljoin(self.page.url, url), list(fields.items()))

    def click(self, link: Element | str) -> Page:
        """Follow a link of the current page."""
        element = self.page.one(link) if isinstance(link, str) else link
        return self.open(element.attributes["href"])

    def submit(self, button: Element | str, /, **values: str) -> Page:
        """Press a submit button of the current page, with these values in its form's fields."""
        pressed = self.page.one(button) if isinstance(button, str) else button
        form = self._form_of(pressed)
        unknown = values.keys() - {name for name, _ in self._fields(form, include_unset=True)}
        assert not unknown, f"the form has no field {unknown}"
        fields = [(name, values.get(name, value)) for name, value in self._fields(form)]
        fields += [(name, value) for name, value in values.items() if name not in dict(fields)]
        if pressed.attributes.get("name"):
            fields.append((pressed.attributes["name"], pressed.attributes.get("value", "")))
        action = pressed.attributes.get("formaction") or form.attributes.get("action") or self.page.url
        method = (pressed.attributes.get("formmethod") or form.attributes.get("method") or "get").upper()
        target = urljoin(self.page.url, action)
        if method == "GET":
            return self._go("GET", urlsplit(target)._replace(query=urlencode(fields)).geturl(), None)
        return self._go("POST", target, fields)

    def cookies(self) -> dict[str, str]:
        """Return the cookies the browser holds, by name."""
        return {cookie.name: cookie.value or "" for cookie in self._session.cookies}

    @property
    def answer(self) -> dict[str, str]:
        """Return the parameters in the query of the address where the browser is."""
        return dict(parse_qsl(urlsplit(self.page.url).query, keep_blank_values=True))

    def _go(self, method: str, url: str, fields: list[tuple[str, str]] | None) -> Page:
        self.trail = []
        for _ in range(_HOPS_MAX):
            self.trail.append(url)
            if url.startswith(self.stays_out_of or ("\0",)):
                self.page = parse(url, 0, {}, "")
                return self.page
            response = self._session.request(method, url, data=fields, allow_redirects=False, timeout=_TIMEOUT_SECONDS)
            if response.status_code not in _REDIRECTS or "Location" not in response.headers:
                headers = {name.lower(): value for name, value in response.headers.items()}
                response.encoding = "utf-8"
                self.page = parse(url, response.status_code, headers, response.text)
                return self.submit("#skip-eid") if self.skips_card and self.page.has("#skip-eid") else self.page
            url = urljoin(url, response.headers["Location"])
            if response.status_code not in {307, 308}:
                method, fields = "GET", None
        raise AssertionError(f"redirected for ever: {self.trail}")

    def _form_of(self, button: Element) -> Element:
        if "form" in button.attributes:
            return self.page.one(f"form#{button.attributes['form']}")
        element: Element | None = button
        while element is not None and element.tag != "form":
            element = element.parent
        assert element is not None, "the button is in no form"
        return element

    def _fields(self, form: Element, *, include_unset: bool = False) -> list[tuple[str, str]]:
        identifier = form.attributes.get("id")
        inside = [*form.walk()]
        if identifier:
            inside += [e for e in self.page.root.walk() if e.attributes.get("form") == identifier and e not in inside]
        found = []
        for element in inside:
            name = element.attributes.get("name")
            if name and "disabled" not in element.attributes:
                value = _value(element, include_unset=include_unset)
                if value is not None:
                    found.append((name, value))
        return found


def _value(element: Element, *, include_unset: bool) -> str | None:
    match element.tag:
        case "textarea":
            return element.text
        case "select":
            options = [option for option in element.walk() if option.tag == "option"]
            chosen = next((option for option in options if "selected" in option.attributes), None)
            shown = chosen or (options[0] if options else None)
            return None if shown is None else shown.attributes.get("value", shown.text)
        case "input":
            kind = element.attributes.get("type", "text")
            if kind in {"submit", "button", "reset", "image", "file"}:
                return None
            if kind in {"checkbox", "radio"}:
                is_set = "checked" in element.attributes or include_unset
                return element.attributes.get("value", "on") if is_set else None
            return element.attributes.get("value", "")
        case _:
            return None
