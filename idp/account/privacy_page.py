"""What the pages about privacy show: one frozen value per template (A15)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar

from flask_babel import gettext as _

from core.closing.person import Consequences, Fate
from core.infra.clock import belgian_date
from core.infra.dates import date_in_words, moment_in_words
from core.infra.personal_record import Part, Record, Value
from core.organisations.states import Succession
from core.people.leaving import Leaving
from core.web.locale import current_language
from idp.account.page import Frame
from idp.account.personal_data_words import FIELDS, PARTS, VALUES

# A picture as text helps nobody: it is in the file.
_LONGEST_VALUE = 300
# So many of each kind are shown; the file has all of them.
_MOST_RECORDS = 100


@dataclass(frozen=True, slots=True)
class PrivacyPage:
    """Download, and deletion: asked for or not. `due` is a date in words; `held_up_by` names organisations."""

    template: ClassVar[str] = "account/privacy.html"
    leads_away: ClassVar[bool] = False

    frame: Frame
    csrf_token: str
    due: str | None = None
    held_up_by: tuple[str, ...] = ()
    is_held_up: bool = False


@dataclass(frozen=True, slots=True)
class ShownField:
    """A name and a value, in words."""

    label: str
    value: str


@dataclass(frozen=True, slots=True)
class ShownPart:
    """Records of one kind; `left_out` is how many more there are in the file."""

    name: str
    title: str
    records: tuple[tuple[ShownField, ...], ...]
    left_out: int


@dataclass(frozen=True, slots=True)
class DataPage:
    """Everything that is kept about the person, to read, but for the history; `empty` names what there is none of."""

    template: ClassVar[str] = "account/personal_data.html"
    leads_away: ClassVar[bool] = False

    frame: Frame
    parts: tuple[ShownPart, ...]
    empty: tuple[str, ...]
    file_url: str


@dataclass(frozen=True, slots=True)
class LentTool:
    """A tool of an organisation that rests on the person's accreditation."""

    tool: str
    organisation: str
    colleagues: int


@dataclass(frozen=True, slots=True)
class DeletePage:
    """What deleting the account would do, and what stands in its way; `due` is a date in words.

    `hindrances` are the organisations that first need another manager: while there are any, there
    is no button.
    """

    template: ClassVar[str] = "account/delete.html"
    leads_away: ClassVar[bool] = False

    frame: Frame
    action: str
    csrf_token: str
    is_anonymised: bool
    due: str
    organisations: tuple[str, ...]
    ending: tuple[str, ...]
    hindrances: tuple[str, ...]
    lent: tuple[LentTool, ...]
    tools: tuple[str, ...]
    portal_url: str
    back_url: str


def delete_page(
    frame: Frame,
    planned: Consequences,
    *,
    action: str,
    csrf_token: str,
    due_at: datetime,
    tools: tuple[str, ...],
    portal_url: str,
    back_url: str,
) -> DeletePage:
    """Return the page that says what would happen."""
    names = {
        becomes: tuple(found.organisation_name for found in planned.departures if found.succession is becomes)
        for becomes in Succession
    }
    return DeletePage(
        frame=frame,
        action=action,
        csrf_token=csrf_token,
        is_anonymised=planned.fate is Fate.ANONYMISED,
        due=_day(due_at),
        organisations=names[Succession.GOES_ON],
        ending=names[Succession.ENDS],
        hindrances=names[Succession.NEEDS_MANAGER],
        lent=tuple(
            LentTool(found.tool.text(current_language()), found.organisation_name, found.colleagues)
            for found in planned.lent
        ),
        tools=tools,
        portal_url=portal_url,
        back_url=back_url,
    )


def privacy_page(frame: Frame, *, csrf_token: str, asked: Leaving | None, hindrances: tuple[str, ...]) -> PrivacyPage:
    """Return the first page, with what the person asked for."""
    if asked is None:
        return PrivacyPage(frame, csrf_token)
    return PrivacyPage(frame, csrf_token, _day(asked.due_at), hindrances, asked.is_held_up)


def data_page(frame: Frame, parts: Iterable[Part], *, file_url: str) -> DataPage:
    """Return everything that is kept, in words; what is empty is only named."""
    # The history has a page of its own, in sentences.
    found = tuple(part for part in parts if part.name != "history")
    return DataPage(
        frame=frame,
        parts=tuple(_part(part) for part in found if part.records),
        empty=tuple(_(PARTS[part.name]) for part in found if not part.records),
        file_url=file_url,
    )


def _part(part: Part) -> ShownPart:
    if part.name == "recovery_codes":
        return ShownPart(part.name, _(PARTS[part.name]), (_recovery_codes(part),), 0)
    shown = part.records[:_MOST_RECORDS]
    records = tuple(_fields(record) for record in shown)
    return ShownPart(part.name, _(PARTS[part.name]), records, len(part.records) - len(shown))


def _recovery_codes(part: Part) -> tuple[ShownField, ...]:
    """Return the codes as one line: they are made together, and ten times the same moment says nothing."""
    used = sum(record["used_at"] is not None for record in part.records)
    return (
        ShownField(_("Made"), _in_words(part.records[0]["created_at"], {})),
        ShownField(_("Left"), str(len(part.records) - used)),
        ShownField(_("Used"), str(used)),
    )


def _fields(record: Record) -> tuple[ShownField, ...]:
    return tuple(
        ShownField(_(FIELDS[name]) if name in FIELDS else name, _in_words(value, VALUES.get(name, {})))
        for name, value in record.items()
        if value not in {None, ""}
    )


def _in_words(value: Value, words: Mapping[str, str]) -> str:
    match value:
        case str() if value in words:
            return _(words[value])
        case bool():
            return _("Yes") if value else _("No")
        case datetime():
            return moment_in_words(value, current_language())
        case date():
            return date_in_words(value, current_language())
        case str() if len(value) > _LONGEST_VALUE:
            return _("%(number)s characters, in the file", number=len(value))
        case _:
            return str(value)


def _day(moment: datetime) -> str:
    return date_in_words(belgian_date(moment), current_language())
