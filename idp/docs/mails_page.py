"""`/docs/mails`: every mail the product sends, with made-up values, in each language; in demo mode only."""

import re
from collections.abc import Mapping
from datetime import datetime

from flask import Blueprint, Response, url_for
from flask_babel import gettext as _

from core.infra import mail
from core.infra.catalogues import LANGUAGES
from core.infra.clock import belgian_date
from core.infra.dates import date_in_words, moment_in_words, month_in_words
from core.infra.errors import NotFound
from core.infra.mail_templates.letter import Letter
from core.infra.mail_templates.letters import LETTERS
from core.web.document import Document, Link
from idp.docs.shown import as_page
from idp.wiring import services

bp = Blueprint("docs-mails", __name__)

_NAME = re.compile(r"%\((\w+)\)s")
# A mail carries its style with it, because mail programs load none.
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"
_SAMPLES = {
    "accreditation": "BIV",
    "amount": "€ 50,00",
    "balance": "€ 24,50",
    "below": "€ 25,00",
    "browser": "Firefox",
    "code": "K7M4RW",
    "colleagues": "Bram Claes, Charlotte Wouters",
    "code_id": "cod_0000000000000000000000000",
    "fields": "telefoon, website",
    "holder": "Anna Peeters",
    "invoice_id": "inv_0000000000000000000000000",
    "invoice_number": "2026-000123",
    "left": "7",
    "lines": "Bram Claes vraagt ...\nCadastreFinder ...",
    "name": "Anna Peeters",
    "network": "192.0.2.7",
    "number": "500123",
    "organisation": "Immo Demo Noord BV",
    "organisation_id": "org_0000000000000000000000000",
    "page": "organisations/org_0000000000000000000000000/tools/cadastrefinder/estate-agent",
    "passkey": "Windows Hello",
    "person": "Anna Peeters",
    "receiver": "Immo Demo Zuid SRL",
    "secret": "made-up-for-the-preview",
    "system": "Windows",
    "tool": "CadastreFinder",
    "usage": "Vastgoedmakelaar",
    "username": "anna.peeters",
    "version": "v2",
}
_DAYS = ("day", "due", "since")
_MOMENTS = ("until", "when")


@bp.get("/docs/mails")
def page() -> str:
    """List the mails; each in the three languages."""
    links = tuple(
        Link(f"{template} ({language})", url_for("docs-mails.show", template=template, language=language))
        for template in LETTERS
        for language in LANGUAGES
    )
    lead = _("What Immo-Connect writes to people, with made-up values. Shown in the demo only.")
    return as_page(Document(title=_("Mails"), lead=lead, sections=(), links=links))


@bp.get("/docs/mails/<template>/<any(nl, fr, en):language>")
def show(template: str, language: str) -> Response:
    """Show one mail as a mail program does."""
    if template not in LETTERS:
        raise NotFound
    values = sample_values(LETTERS[template], language=language, now=services().clock.now())
    rendered = mail.render(template, language=language, values=values, settings=services().settings)
    response = Response(rendered.html, content_type="text/html; charset=utf-8")
    response.headers["Content-Security-Policy"] = _POLICY
    return response


def sample_values(letter: Letter, *, language: str, now: datetime) -> Mapping[str, str]:
    """Return a made-up value for every name that a letter needs, its own name where there is no better."""
    dates = dict.fromkeys(_DAYS, date_in_words(belgian_date(now), language))
    moments = dict.fromkeys(_MOMENTS, moment_in_words(now, language))
    month = month_in_words(belgian_date(now), language)
    samples = {**_SAMPLES, "language": language, "month": month, **dates, **moments}
    texts = (letter.subject, *letter.paragraphs, letter.action, letter.address, letter.reason, letter.listed)
    names = {name for text in texts for name in _NAME.findall(text)}
    return {name: samples.get(name, name) for name in names}
