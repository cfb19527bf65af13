"""A page of documentation as it is shown: with the name menu, where somebody is signed in."""

from core.web import document
from core.web.document import Document
from idp.web.name_menu import menu_here


def as_page(shown: Document) -> str:
    """Return the document as HTML in the language of the current request."""
    return document.render(shown, menu=menu_here())
