"""The mails that wait in the outbox, as their receivers will read them."""

import re
from dataclasses import dataclass

import orjson
from sqlalchemy import select

from core.infra.mail import render
from core.infra.outbox import OutboxRow
from core.infra.sealing import unseal
from core.infra.topics import MailRequested, read
from idp.wiring import Services


@dataclass(frozen=True)
class Written:
    """One mail: which, to whom, in which language, and its text; `row` is what lies in the database."""

    template: str
    address: str
    language: str
    text: str
    row: str

    @property
    def code(self) -> str:
        """Return the code that stands in it."""
        found = re.search(r": ([0-9A-Z]{6})\n", self.text)
        assert found is not None, self.text
        return found[1]


def letters(services: Services, template: str | None = None) -> list[Written]:
    """Return the mails that wait, the oldest first; only those of one kind where that is named."""
    with services.database.reading() as session:
        rows = session.scalars(select(OutboxRow).order_by(OutboxRow.created_at, OutboxRow.id)).all()
    found = [_written(services, read(row.topic, row.body), str(row.body)) for row in rows if "mail" in row.topic]
    return [mail for mail in found if template in {None, mail.template}]


def _written(services: Services, mail: object, row: str) -> Written:
    assert isinstance(mail, MailRequested)
    values = dict(mail.values)
    if mail.sealed is not None:
        values |= orjson.loads(unseal(services.settings.secret, mail.sealed, purpose="mail"))
    rendered = render(mail.template, language=mail.language, values=values, settings=services.settings)
    return Written(mail.template, mail.address, mail.language, rendered.text, row)
