"""What the pages about organisations say of errors, requests that wait, and the state of an organisation."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext as _

from core.infra.clock import belgian_date
from core.infra.dates import date_in_words, moment_in_words
from core.infra.forms import Wrong
from core.organisations.joining import WaitingMembership
from core.web.locale import current_language
from core.web.since import since_in_words


@dataclass(frozen=True, slots=True)
class Waiting:
    """A request or an invitation as it is shown; `remind_from` where it is too early to remind."""

    is_invitation: bool
    since: str
    managers: tuple[str, ...]
    may_remind: bool
    remind_from: str
    ends: str


def waiting_words(member: WaitingMembership, now: datetime) -> Waiting:
    """Return a request or an invitation in the words and dates of the page's language."""
    language, wait = current_language(), member.wait
    return Waiting(
        is_invitation=member.is_invitation,
        since=since_in_words(wait.asked_at, now),
        managers=member.managers,
        may_remind=not member.is_invitation and now >= wait.may_be_reminded_from,
        remind_from=moment_in_words(wait.may_be_reminded_from, language),
        ends=date_in_words(belgian_date(wait.ends_at), language),
    )


def shown(wrong: Iterable[Wrong]) -> tuple[Wrong, ...]:
    """Return errors in the page's language."""
    return tuple(Wrong(one.field, _(one.message)) for one in wrong)
