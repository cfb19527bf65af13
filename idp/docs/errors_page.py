"""`/docs/errors`: every refusal of the protocol, made from the tree of errors."""

import re
from collections.abc import Iterator

from flask import Blueprint
from flask_babel import gettext as _

from core.web.document import Cell, Document, Link, Row, Section, Table
from idp.docs.error_causes import CAUSES
from idp.docs.shown import as_page
from idp.oidc.errors import ProtocolError
from idp.oidc.proof_errors import InvalidDpopProof

bp = Blueprint("docs-errors", __name__)
_WORD = re.compile(r"[A-Z][a-z0-9]*")


@bp.get("/docs/errors")
def page() -> str:
    """Show every error a client can meet, what it means and what to do, in the reader's language."""
    headings = (_("Error"), _("Status"), _("Description"), _("Cause"), _("What to do"))
    return as_page(
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
    for kind in protocol_errors():
        yield Row(
            id=anchor(kind),
            cells=(
                Cell(kind.error, is_code=True),
                Cell(_status(kind)),
                Cell(kind.description, is_code=True),
                Cell(_(CAUSES[kind.__name__])),
                Cell(_(kind.remedy)),
            ),
        )


def _status(kind: type[ProtocolError]) -> str:
    if issubclass(kind, InvalidDpopProof):
        return f"{kind.status}, {kind.status_at_resource}"
    return str(kind.status)


def protocol_errors() -> tuple[type[ProtocolError], ...]:
    """Return every class of the tree by code, the one that the code is named after first."""
    return tuple(sorted(_descendants(ProtocolError), key=lambda kind: (kind.error, anchor(kind))))


def anchor(kind: type[ProtocolError]) -> str:
    """Return the fragment of `/docs/errors` about an error: its code, and where several share one its own name.

    Made of names alone, so that an error that is added moves no other one's.
    """
    words = _WORD.findall(kind.__name__)
    own = "_".join(words).lower()
    return kind.error if own == kind.error else f"{kind.error}-{own.replace('_', '-')}"


def _descendants(kind: type[ProtocolError]) -> Iterator[type[ProtocolError]]:
    for child in kind.__subclasses__():
        yield child
        yield from _descendants(child)
