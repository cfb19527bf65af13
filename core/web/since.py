"""Since when something waits, in the words of the page's language."""

from datetime import datetime

from flask_babel import gettext as _
from flask_babel import ngettext

from core.infra.clock import belgian_date
from core.infra.dates import date_in_words
from core.web.locale import current_language


def since_in_words(began_at: datetime, now: datetime) -> str:
    """Return the day on which something began, and how many whole days ago that is."""
    day, days = date_in_words(belgian_date(began_at), current_language()), (now - began_at).days
    if days == 0:
        return _("since %(day)s", day=day)
    return ngettext("since %(day)s (%(num)s day)", "since %(day)s (%(num)s days)", days, day=day)
