"""`/docs/claims`: scopes, claims, examples and schemas, made from the claim tables."""

import json
from collections.abc import Iterable, Mapping

import orjson
from flask import Blueprint, Response, abort
from flask_babel import gettext as _

from core.web.document import Cell, Document, Link, Row, Section, Table
from idp.claims.catalogue import CLAIMS
from idp.claims.claim import Target
from idp.claims.protocol import PROTOCOL_CLAIMS
from idp.claims.scopes import SCOPES, STAFF_SCOPES
from idp.claims.values import Json
from idp.docs.claims_document import claims_document
from idp.docs.markdown import example
from idp.docs.schemas import schema_path, token_schema
from idp.docs.shown import as_page
from idp.wiring import services

bp = Blueprint("docs-claims", __name__)

_CACHE_CONTROL = "public, max-age=300"


@bp.get("/docs/claims")
def page() -> str:
    """Show every scope and claim, in the language of the reader."""
    return as_page(
        Document(
            title=_("Claims"),
            lead=_("What the tokens of Immo-Connect say, and which scope gives what."),
            sections=(_context(), _scopes(), _staff_scopes(), _claims(), _protocol(), *_examples()),
            links=_links(),
        )
    )


@bp.get("/docs/claims.json")
def as_json() -> Response:
    """Return the whole table for programs, with texts in English."""
    return _json(claims_document(services().settings.issuer), "application/json")


@bp.get("/docs/claims/schema/<name>.json")
def schema(name: str) -> Response:
    """Return the JSON Schema of a kind of token; 404 for what is none."""
    targets = {target.value: target for target in Target}
    if name not in targets:
        abort(404)
    return _json(token_schema(targets[name], services().settings.issuer), "application/schema+json")


def _context() -> Section:
    return Section(
        id="context",
        heading=_("One context per token"),
        paragraphs=(
            _("With the scope organization the user picks a context: one organisation, one usage, one role."
              " A token speaks of that context alone and never lists the others."),
            _("The parameter organization, an identifier or a company number, and the parameter usage limit the"
              " choice; nothing falls back to another organisation. With prompt=select_account the user chooses"
              " again."),
            _("Another context takes another authorization request, or a token exchange (RFC 8693) with organization"
              " or usage: everything is judged anew, and the new token has no more scope and ends no later."),
            _("A claim whose value is not known is left out, never null or empty. Claims are added over time and"
              " never change their meaning: ignore what you do not know."),
            _("An ID token and an access token live ten minutes, an access token for the wallet five, and none"
              " longer than the accreditation, membership or mandate under it."),
        ),
    )  # fmt: skip


def _scopes() -> Section:
    rows = (_row(f"scope-{scope.name}", _code(scope.name), Cell(_(scope.description))) for scope in SCOPES)
    return Section(id="scopes", heading=_("Scopes"), table=Table((_("Scope"), _("Gives")), tuple(rows)))


def _staff_scopes() -> Section:
    rows = (_row(f"scope-{scope.name}", _code(scope.name), Cell(_(scope.description))) for scope in STAFF_SCOPES)
    return Section(
        id="staff-scopes",
        heading=_("Scopes of the portal"),
        paragraphs=(
            _("These open the interface at /admin/v1. Only the portal is given them, only for people who hold the role"
              " at that moment, and only bound to a key. Nothing is told about anybody by them, and no tool can ask"
              " for them."),
        ),
        table=Table((_("Scope"), _("Gives")), tuple(rows)),
    )  # fmt: skip


def _claims() -> Section:
    rows = (
        _row(
            f"claim-{claim.name}",
            _code(claim.name),
            _code(claim.scope),
            Cell(_targets(claim.targets)),
            Cell(_(claim.description)),
        )
        for claim in CLAIMS
    )
    headings = (_("Claim"), _("Scope"), _("Stands in"), _("Meaning"))
    return Section(
        id="claims",
        heading=_("Claims by scope"),
        paragraphs=(
            _("The claims parameter may ask for each of them by name, in the ID token or in userinfo, within the"
              " scopes your client is registered for; claims of access tokens alone are the exception."),
        ),
        table=Table(headings, tuple(rows)),
    )  # fmt: skip


def _protocol() -> Section:
    rows = (
        _row(
            f"claim-{claim.name}",
            _code(claim.name),
            Cell(_targets(claim.targets)),
            Cell(_targets(claim.required)),
            Cell(_(claim.description)),
        )
        for claim in PROTOCOL_CLAIMS
    )
    headings = (_("Claim"), _("Stands in"), _("Always in"), _("Meaning"))
    return Section(id="protocol", heading=_("Claims of the protocol"), table=Table(headings, tuple(rows)))


def _examples() -> Iterable[Section]:
    headings = {
        Target.ID_TOKEN: _("Example: ID token"),
        Target.ACCESS_TOKEN: _("Example: access token"),
        Target.USERINFO: _("Example: userinfo"),
    }
    for target in Target:
        text = json.dumps(example(target), indent=2, ensure_ascii=False)
        yield Section(id=f"example-{target.value}", heading=headings[target], example=text)


def _links() -> tuple[Link, ...]:
    return (
        Link(_("The same for programs (JSON)"), "/docs/claims.json"),
        Link(_("JSON Schema of the ID token"), schema_path(Target.ID_TOKEN)),
        Link(_("JSON Schema of the access token"), schema_path(Target.ACCESS_TOKEN)),
        Link(_("JSON Schema of userinfo"), schema_path(Target.USERINFO)),
        Link(_("Charging a wallet"), f"{services().settings.portal_url}/docs/wallet"),
        Link(_("Errors"), "/docs/errors"),
    )


def _targets(targets: frozenset[Target]) -> str:
    names = {Target.ID_TOKEN: _("ID token"), Target.ACCESS_TOKEN: _("access token"), Target.USERINFO: _("userinfo")}
    return ", ".join(names[target] for target in Target if target in targets) or _("none")


def _row(identifier: str, *cells: Cell) -> Row:
    return Row(identifier, cells)


def _code(text: str) -> Cell:
    return Cell(text, is_code=True)


def _json(content: Mapping[str, Json], mimetype: str) -> Response:
    response = Response(orjson.dumps(content, option=orjson.OPT_INDENT_2), mimetype=mimetype)
    response.headers["Cache-Control"] = _CACHE_CONTROL
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response
