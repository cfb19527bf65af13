"""What the page of accreditations shows (A14): one's own, and the other kinds there are."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from flask_babel import gettext as _

from core.accreditations.queries import KindFacts, LastInquiry, MyAccreditation
from core.accreditations.rules import AccreditationStatus, StatusReason, is_in_force
from core.accreditations.words import COLUMNS, LISTS
from core.infra.clock import belgian_date
from core.infra.dates import date_in_words, moment_in_words
from core.infra.messages import N_
from core.tools.accreditation_uses import Purpose, Resting
from core.tools.states import RegistrationStatus
from core.web.locale import current_language
from idp.account.page import Frame


@dataclass(frozen=True, slots=True)
class State:
    """How an accreditation stands: a word, its colour (`kind`) and its shape."""

    text: str
    kind: str
    icon: str


@dataclass(frozen=True, slots=True)
class OwnAccreditation:
    """One of the person's own; `uses` are the registrations that rest on it, each in a sentence."""

    id: str
    name: str
    issuer: str
    number: str
    place: str
    state: State
    validity: str
    checked: str
    uses: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OtherKind:
    """A kind that the person does not hold, and what it is for."""

    name: str
    issuer: str
    purposes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AccreditationsPage:
    """One's accreditations and the other kinds; `inquiry` says when the registers were last asked."""

    template: ClassVar[str] = "account/accreditations.html"
    leads_away: ClassVar[bool] = False

    frame: Frame
    own: tuple[OwnAccreditation, ...]
    others: tuple[OtherKind, ...]
    has_eid: bool
    inquiry: str | None = None


# What was the source of an entry, where it was no register.
_SOURCES: Mapping[str, str] = {
    "helpdesk": N_("Entered by the helpdesk on %(day)s"),
    "demo": N_("Entered as an example on %(day)s"),
}
_FROM_REGISTER = N_("The register said so on %(day)s")
_LAST_CONFIRMED = N_("Last confirmed by its register on %(day)s")


def own_accreditation(
    found: MyAccreditation, kind: KindFacts, resting: tuple[Resting, ...], *, now: datetime
) -> OwnAccreditation:
    """Return one of the person's own in words."""
    place = (LISTS.get(found.list or "", found.list), COLUMNS.get(found.column or "", found.column))
    is_confirmed = found.status_reason is not StatusReason.REGISTER_SILENT
    checked = _SOURCES.get(found.source, _FROM_REGISTER if is_confirmed else _LAST_CONFIRMED)
    return OwnAccreditation(
        id=found.id,
        name=kind.name.text(current_language()),
        issuer=kind.issuer,
        number=found.number,
        place=", ".join(_(word) for word in place if word),
        state=state(found, now=now),
        validity=_validity(found),
        checked=_(checked, day=date_in_words(belgian_date(found.checked_at), current_language())),
        uses=tuple(_use(one) for one in resting if one.accreditation_id == found.id),
    )


def other_kind(kind: KindFacts, purposes: tuple[Purpose, ...]) -> OtherKind:
    """Return a kind in words, with what it is for."""
    return OtherKind(kind.name.text(current_language()), kind.issuer, tuple(map(_purpose, purposes)))


def state(found: MyAccreditation, *, now: datetime) -> State:
    """Return how an accreditation stands now, by its status and its dates (R3)."""
    match found.status, is_in_force(found.held(), now):
        case AccreditationStatus.ACTIVE, True:
            return State(_("In force"), "active", "check")
        case AccreditationStatus.GRACE, True:
            return State(_("In force, being checked"), "waiting", "duration")
        case AccreditationStatus.SUSPENDED, _rest:
            return State(_("Suspended"), "closed", "closed")
        case AccreditationStatus.LAPSED, _rest if found.status_reason is StatusReason.NOT_IN_REGISTER:
            return State(_("No longer in its register"), "closed", "closed")
        case (AccreditationStatus.GRACE, False) | (AccreditationStatus.LAPSED, _) if _is_unconfirmed(found):
            return State(_("No longer confirmed by its register"), "closed", "closed")
        case AccreditationStatus.ACTIVE, False if found.valid_from and found.valid_from > belgian_date(now):
            return State(_("Not yet in force"), "waiting", "duration")
        case _rest:
            return State(_("Lapsed"), "closed", "closed")


def inquiry_in_words(found: LastInquiry | None) -> str | None:
    """Return when the registers were last asked about the person; None: never."""
    if found is None:
        return None
    if found.answered_at is None or found.answered_at < found.asked_at:
        when = moment_in_words(found.asked_at, current_language())
        return _("On %(when)s a register did not answer. It is asked again by itself.", when=when)
    when = moment_in_words(found.answered_at, current_language())
    return _("The registers were last asked about you on %(when)s.", when=when)


def _is_unconfirmed(found: MyAccreditation) -> bool:
    return found.status is AccreditationStatus.GRACE or found.status_reason is StatusReason.REGISTER_SILENT


def _validity(found: MyAccreditation) -> str:
    if found.valid_until is None:
        return _("Without an end date")
    return _("Valid until %(day)s", day=date_in_words(found.valid_until, current_language()))


def _use(resting: Resting) -> str:
    language = current_language()
    words = {
        "organisation": resting.organisation_name,
        "tool": resting.tool_name.text(language),
        "usage": resting.usage_name.text(language),
        "day": date_in_words(resting.valid_until, language),
    }
    if resting.status is RegistrationStatus.SUSPENDED:
        return _("%(organisation)s: %(tool)s, %(usage)s. Suspended.", **words)
    return _("%(organisation)s: %(tool)s, %(usage)s. Lent until %(day)s.", **words)


def _purpose(purpose: Purpose) -> str:
    words = {
        "tool": purpose.tool_name.text(current_language()),
        "usage": purpose.usage_name.text(current_language()),
    }
    match purpose.to_register, purpose.to_use, purpose.may_be_lent:
        case True, True, True:
            return _("%(tool)s, %(usage)s: to register the tool; to use it, yours or a colleague's will do", **words)
        case True, True, False:
            return _("%(tool)s, %(usage)s: to register the tool and to use it", **words)
        case True, False, _lent:
            return _("%(tool)s, %(usage)s: to register the tool", **words)
        case _register, _use, True:
            return _("%(tool)s, %(usage)s: to use the tool; yours or a colleague's will do", **words)
        case _rest:
            return _("%(tool)s, %(usage)s: to use the tool", **words)
