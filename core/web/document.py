"""A page of documentation: prose, tables and examples as values, in one layout."""

from dataclasses import dataclass

from flask import render_template

from core.web.name_menu import NameMenu


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of a table; `is_code` sets it in the type of programs."""

    text: str
    is_code: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """A row whose first cell names it; `id` is the fragment that links to it."""

    id: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under headings; as many cells as headings."""

    headings: tuple[str, ...]
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a document: paragraphs, then a table, then an example, each where given."""

    id: str
    heading: str
    paragraphs: tuple[str, ...] = ()
    table: Table | None = None
    example: str | None = None


@dataclass(frozen=True, slots=True)
class Link:
    """A way to the same content in another form."""

    label: str
    url: str


@dataclass(frozen=True, slots=True)
class Document:
    """A whole page: all texts are in the language of the page."""

    title: str
    lead: str
    sections: tuple[Section, ...]
    links: tuple[Link, ...] = ()


def render(document: Document, *, menu: NameMenu | None = None) -> str:
    """Return the document as HTML in the language of the current request, with the menu of who is signed in."""
    return render_template("brand/document.html", document=document, menu=menu)
