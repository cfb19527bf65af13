"""`/docs/errors`: every refusal of the protocol, made from the tree of errors."""

from collections.abc import Iterator

from flask import Blueprint
from flask_babel import gettext as _

from core.web import document
from core.web.document import Cell, Document, Link, Row, Section, Table
from idp.oidc.errors import ProtocolError

bp = Blueprint("docs-errors", __name__)


@bp.get("/docs/errors")
def page() -> str:
    """Show every error a client can meet, what it means and what to do, in the reader's language."""
    headings = (_("Error"), _("Status"), _("Description"), _("What to do"))
    return document.render(
        Document(
            title=_("Errors"),
            lead=_("What the endpoints of Immo-Connect answer when they refuse, and what to do then."),
            sections=(
                Section(
                    id="errors",
                    heading=_("Errors of the protocol"),
                    paragraphs=(
                        _("The authorization endpoint sends an error to your redirect URI, with state and iss; it shows"
                          " a page where the client or the redirect URI is not known. All other endpoints answer in"
                          " JSON with the status below."),
                        _("Decide by error and never by error_description, which may say more than stands here."),
                    ),
                    table=Table(headings, tuple(_rows())),
                ),
            ),
            links=(Link(_("Claims"), "/docs/claims"),),
        )
    )  # fmt: skip


def _rows() -> Iterator[Row]:
    seen: dict[str, int] = {}
    for kind in protocol_errors():
        times = seen[kind.error] = seen.get(kind.error, 0) + 1
        yield Row(
            # The first of a code is what links to the code lead to.
            id=kind.error if times == 1 else f"{kind.error}-{times}",
            cells=(
                Cell(kind.error, is_code=True),
                Cell(str(kind.status)),
                Cell(kind.description, is_code=True),
                Cell(_(kind.remedy)),
            ),
        )


def protocol_errors() -> tuple[type[ProtocolError], ...]:
    """Return the classes of the tree that a client can meet, by code, the general ones first."""
    found: dict[tuple[str, int, str], type[ProtocolError]] = {}
    for kind in _descendants(ProtocolError):
        found.setdefault((kind.error, kind.status, kind.description), kind)
    return tuple(sorted(found.values(), key=lambda kind: kind.error))


def _descendants(kind: type[ProtocolError]) -> Iterator[type[ProtocolError]]:
    for child in kind.__subclasses__():
        yield child
        yield from _descendants(child)
