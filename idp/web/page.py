"""A page is a frozen value with a template: what both mean, and how one becomes HTML.

Every `str` that a person reads is already in the language of the page, unless it says otherwise;
what exists in three languages is handed over as `Localised` and chosen by the template. The frame
(language switch, help, nonce) comes from `core.web.templates`.
"""

from dataclasses import dataclass
from typing import ClassVar, Protocol

from flask import Response, render_template
from flask_babel import gettext

from core.infra.forms import Wrong
from core.web.headers import open_form_action


class Page(Protocol):
    """Anything with a template; some have a form whose answer may lead to another origin."""

    template: ClassVar[str]
    leads_away: ClassVar[bool]


@dataclass(frozen=True, slots=True)
class RequestingTool:
    """The tool that sent the person, as every page of its request names it.

    `logo_url` is a data address: pages load nothing from others. `is_elsewhere` tells that it waits on
    another device, so that no button leads back to it.
    """

    name: str
    publisher: str | None = None
    logo_url: str | None = None
    is_elsewhere: bool = False


@dataclass(frozen=True, slots=True)
class FieldError:
    """What is wrong with one field and how to mend it; `field` is the id of the input."""

    field: str
    message: str


def field_errors(wrong: tuple[Wrong, ...]) -> tuple[FieldError, ...]:
    """Return what is wrong with a form in the language of the page."""
    return tuple(FieldError(found.field, gettext(found.message)) for found in wrong)


def render(page: Page) -> str:
    """Return the page as HTML in the language of the current request."""
    if page.leads_away:
        open_form_action()
    return render_template(page.template, page=page)


def answer(page: Page, *, status: int = 200) -> Response:
    """Return the page as a response."""
    return Response(render(page), status=status, content_type="text/html; charset=utf-8")
