"""`/docs/name-menu`: how a tool shows the name menu on its own pages (G5)."""

from flask import Blueprint
from flask_babel import gettext as _

from core.web.document import Cell, Document, Link, Row, Section, Table
from idp.docs.shown import as_page
from idp.wiring import services

bp = Blueprint("docs-name-menu", __name__)


@bp.get("/docs/name-menu")
def page() -> str:
    """Show the element, its attributes and the policy that lets it run, in the language of the reader."""
    return as_page(
        Document(
            title=_("Name menu"),
            lead=_("The menu under the name of your user, the same in every tool: one script and one element."),
            sections=(_embedding(), _attributes(), _policy(), _without()),
            links=(Link(_("Claims"), "/docs/claims"), Link(_("Errors"), "/docs/errors")),
        )
    )


def _script() -> str:
    return f"{services().settings.portal_url}/menu.js"


def _embedding() -> Section:
    return Section(
        id="embedding",
        heading=_("Into your pages"),
        paragraphs=(
            _("The script asks nobody who is signed in and sets no cookie: you tell it, from the claims you received."),
            _("What stands inside the element is shown where the script does not run: put the same links there."),
        ),
        example=(
            f'<script type="module" src="{_script()}"></script>\n\n'
            '<immo-connect-menu lang="nl" name="Anna Peeters"\n'
            '    organisation="Immo Demo Noord BV" organisation-id="org_01kbq3v9m2e8rj4t6w0x5y7zac"\n'
            '    usage="vastgoedmakelaar"\n'
            '    change-context="/sign-in?prompt=select_account" sign-out="/sign-out">\n'
            '  <a slot="entry" href="/settings">Settings</a>\n'
            "  <details>\n"
            "    <summary>Anna Peeters, Immo Demo Noord BV</summary>\n"
            '    <a href="/sign-in?prompt=select_account">Change context</a>\n'
            '    <form method="post" action="/sign-out"><button>Sign out</button></form>\n'
            "  </details>\n"
            "</immo-connect-menu>"
        ),
    )


def _attributes() -> Section:
    rows = (
        ("name", _("What your user is called: the claim name.")),
        ("organisation", _("For whom they work: the claim org_name. Leave it out where there is no context.")),
        ("organisation-id", _("The claim org_id: the menu leads to the tools of this organisation.")),
        ("usage", _("The way in which they use your tool, in their language.")),
        ("lang", _("nl, fr or en; without it that of the page.")),
        ("change-context", _("An address of yours that starts a sign-in with prompt=select_account.")),
        ("sign-out", _("An address of yours to which the menu posts: end your session, then go to end_session.")),
    )
    return Section(
        id="attributes",
        heading=_("Attributes"),
        paragraphs=(
            _('Links of your own come into the menu with slot="entry". Where your sign-out needs a token against'
              ' forged requests, give the whole form with slot="sign-out" instead of the attribute.'),
        ),
        table=Table(
            (_("Attribute"), _("Meaning")),
            tuple(Row(f"attribute-{name}", (Cell(name, is_code=True), Cell(meaning))) for name, meaning in rows),
        ),
    )  # fmt: skip


def _policy() -> Section:
    return Section(
        id="policy",
        heading=_("Content security policy"),
        paragraphs=(
            _("The script needs no style and no other source. Signing out leads through Immo-Connect, and browsers"
              " judge the whole way of a form: its address has to be there as well."),
        ),
        example=f"Content-Security-Policy: script-src {_script()}; form-action 'self' {services().settings.issuer}",
    )  # fmt: skip


def _without() -> Section:
    return Section(
        id="without",
        heading=_("Where the script does not run"),
        paragraphs=(
            _("Browsers without scripts, or too old for the menu, show what stands inside the element. A details"
              " element keeps that as small as the menu, so that nothing moves when the script comes."),
        ),
    )  # fmt: skip
