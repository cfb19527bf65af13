"""A parsed HTML page for tests: elements by simple selectors, text, forms. No JavaScript."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from html.parser import HTMLParser

_VOID = frozenset(
    {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
)
_SELECTOR = re.compile(r"([a-z][a-z0-9]*)|#([\w-]+)|\.([\w-]+)|\[([\w-]+)(?:=\"?([^\"\]]*)\"?)?\]")


@dataclass(eq=False)
class Element:
    """One element with its attributes and what lies in it."""

    tag: str
    attributes: dict[str, str]
    parent: "Element | None" = None
    content: list["Element | str"] = field(default_factory=list)

    def walk(self) -> Iterator["Element"]:
        """Go through all elements inside, in the order of the document."""
        ahead = [child for child in reversed(self.content) if isinstance(child, Element)]
        while ahead:
            element = ahead.pop()
            yield element
            ahead.extend(child for child in reversed(element.content) if isinstance(child, Element))

    @property
    def text(self) -> str:
        """Return what a reader sees of it, with single spaces."""
        parts = [child if isinstance(child, str) else child.text for child in self.content]
        return " ".join(" ".join(parts).split())

    def matches(self, selector: str) -> bool:
        """Tell whether it fits `tag#id.class[name=value]`, any part of which may be left out."""
        return all(self._fits(*part) for part in _parts(selector))

    def _fits(self, tag: str, identifier: str, css_class: str, name: str, value: str) -> bool:
        if tag:
            return self.tag == tag
        if identifier:
            return self.attributes.get("id") == identifier
        if css_class:
            return css_class in self.attributes.get("class", "").split()
        return name in self.attributes and (not value or self.attributes[name] == value)


@dataclass(frozen=True)
class Page:
    """An answer of a server: where the browser ended, the status, and the document."""

    url: str
    status: int
    headers: dict[str, str]
    body: str
    root: Element

    def all(self, selector: str) -> list[Element]:
        """Return every element that fits the selector."""
        return [element for element in self.root.walk() if element.matches(selector)]

    def has(self, selector: str) -> bool:
        """Tell whether there is such an element."""
        return bool(self.all(selector))

    def one(self, selector: str) -> Element:
        """Return the one element that fits; fail with what the page shows otherwise."""
        found = self.all(selector)
        assert len(found) == 1, f"{len(found)} elements {selector} at {self.url} ({self.status}): {self.text[:2000]}"
        return found[0]

    @property
    def text(self) -> str:
        """Return what a reader sees of the page."""
        bodies = self.all("body")
        return bodies[0].text if bodies else self.body

    @property
    def language(self) -> str | None:
        """Return the language that the page says it is in."""
        return self.one("html").attributes.get("lang")


@lru_cache(maxsize=1024)
def _parts(selector: str) -> tuple[tuple[str, ...], ...]:
    found = tuple(_SELECTOR.finditer(selector))
    assert "".join(part.group(0) for part in found) == selector, f"unknown selector {selector}"
    return tuple(part.groups(default="") for part in found)


class _Builder(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = Element("", {})
        self._open = self.root

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, {name: value or "" for name, value in attrs}, self._open)
        self._open.content.append(element)
        if tag not in _VOID:
            self._open = element

    def handle_endtag(self, tag: str) -> None:
        element: Element | None = self._open
        while element is not None and element.tag != tag:
            element = element.parent
        if element is not None and element.parent is not None:
            self._open = element.parent

    def handle_data(self, data: str) -> None:
        if self._open.tag not in {"script", "style"}:
            self._open.content.append(data)


@lru_cache(maxsize=64)
def _read(body: str) -> Element:
    builder = _Builder()
    builder.feed(body)
    builder.close()
    return builder.root


def parse(url: str, status: int, headers: dict[str, str], body: str) -> Page:
    """Read a document; one that is no HTML has no elements."""
    is_html = "html" in {name.lower(): value for name, value in headers.items()}.get("content-type", "")
    return Page(url, status, headers, body, _read(body) if is_html else _Builder().root)
