"""The forms of the helpdesk: why something is done, and what is to be done, read into values."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from core.accreditations.rules import RegisterStatus
from core.accreditations.words import COLUMNS, LISTS
from core.closing.correction import Correction, CorrectionReason
from core.infra.errors import RuleError
from core.infra.forms import NOT_OFFERED, Form, Reading
from core.infra.messages import N_
from core.organisations.dispute_rules import Settlement, Side
from core.organisations.states import EvidenceSource
from core.staff.reasons import Reason, StaffReason

CHOOSE_REASON = N_("Choose why this is done.")
GIVE_REFERENCE = N_("Give the number of the ticket where the reason is on file.")
REFERENCE_IS_NONE = N_(
    "This must be the number of a ticket: letters, digits, dashes, and at least one digit. Never a name."
)
CHOOSE_SOURCE = N_("Choose by what it is proven.")
CHOOSE_SIDE = N_("Choose which side has shown it.")
CHOOSE_SETTLEMENT = N_("Choose how it ends.")
NO_DAY = N_("This is no date. Write it as on a form: 2026-12-31.")
CHOOSE_STATUS = N_("Choose how it stands.")
CHOOSE_KIND = N_("Choose which accreditation it is.")
GIVE_NUMBER = N_("Give the number of the accreditation.")
GIVE_USERNAME = N_("Give the username of whoever claims the organisation.")
UNKNOWN_USERNAME = N_("Nobody has this username or e-mail address.")
LAST_BEFORE_FIRST = N_("The last day lies before the first.")


class _NoDay(RuleError):
    pass


@dataclass(frozen=True, slots=True)
class Why:
    """Why something is done; `cause` is the finer word that some acts have."""

    reason: Reason
    cause: str


@dataclass(frozen=True, slots=True)
class ReasonOption:
    """A possible answer to "why": its value in the form, its label, the word of the audit trail."""

    value: str
    label: str
    word: StaffReason


def why(sent: Mapping[str, str], options: tuple[ReasonOption, ...]) -> Form[Why]:
    """Read why something is done, as one of these."""
    reading = Reading(sent)
    read = read_why(reading, options)

    def value() -> Why:
        assert read is not None
        return read

    return reading.form(value)


def read_why(reading: Reading, options: tuple[ReasonOption, ...]) -> Why | None:
    """Read the two fields that stand in every form of the helpdesk."""
    chosen = reading.text("reason", longest=40, required=CHOOSE_REASON)
    option = next((option for option in options if option.value == chosen), None)
    if chosen is not None and option is None:
        reading.refuse("reason", NOT_OFFERED)
    reference = reading.checked("reference", _reference, wrong=REFERENCE_IS_NONE, required=GIVE_REFERENCE)
    if option is None or reference is None:
        return None
    return Why(Reason(option.word, reference), option.value)


@dataclass(frozen=True, slots=True)
class Evidence:
    """Evidence that somebody of the helpdesk has seen."""

    source: EvidenceSource
    why: Why
    side: Side | None = None


def evidence(sent: Mapping[str, str], options: tuple[ReasonOption, ...], *, has_side: bool) -> Form[Evidence]:
    """Read what is proven by what, and, in a dispute, by which side."""
    reading = Reading(sent)
    side = reading.choice("side", Side, required=CHOOSE_SIDE) if has_side else None
    source = reading.choice("source", EvidenceSource, required=CHOOSE_SOURCE)
    read = read_why(reading, options)

    def value() -> Evidence:
        assert source is not None
        assert read is not None
        return Evidence(source, read, side)

    return reading.form(value)


@dataclass(frozen=True, slots=True)
class Decided:
    """How a dispute is to end."""

    settlement: Settlement
    why: Why


def decided(sent: Mapping[str, str], options: tuple[ReasonOption, ...]) -> Form[Decided]:
    """Read how a dispute is to end."""
    reading = Reading(sent)
    settlement = reading.choice("settlement", Settlement, required=CHOOSE_SETTLEMENT)
    read = read_why(reading, options)

    def value() -> Decided:
        assert settlement is not None
        assert read is not None
        return Decided(settlement, read)

    return reading.form(value)


@dataclass(frozen=True, slots=True)
class Claimed:
    """Who claims an organisation, by username."""

    username: str
    why: Why


def claimed(sent: Mapping[str, str], options: tuple[ReasonOption, ...]) -> Form[Claimed]:
    """Read for whom a dispute is opened."""
    reading = Reading(sent)
    username = reading.text("username", longest=100, required=GIVE_USERNAME)
    read = read_why(reading, options)

    def value() -> Claimed:
        assert username is not None
        assert read is not None
        return Claimed(username, read)

    return reading.form(value)


@dataclass(frozen=True, slots=True)
class Corrected:
    """How an accreditation is to stand, and why."""

    correction: Correction
    reason: CorrectionReason
    reference: str


def corrected(sent: Mapping[str, str], kinds: Mapping[str, str]) -> Form[Corrected]:
    """Read an accreditation as it is to stand; `kinds` are those there are."""
    reading = Reading(sent)
    kind = _one_of(reading, "kind", kinds, required=CHOOSE_KIND)
    number = reading.text("number", longest=40, required=GIVE_NUMBER)
    list_ = _one_of(reading, "list", LISTS)
    column = _one_of(reading, "column", COLUMNS)
    status = reading.choice("status", RegisterStatus, required=CHOOSE_STATUS)
    first = reading.checked("valid_from", _day, wrong=NO_DAY)
    last = reading.checked("valid_until", _day, wrong=NO_DAY)
    if first is not None and last is not None and last < first:
        reading.refuse("valid_until", LAST_BEFORE_FIRST)
    reason = reading.choice("reason", CorrectionReason, required=CHOOSE_REASON)
    reference = reading.checked("reference", _reference, wrong=REFERENCE_IS_NONE, required=GIVE_REFERENCE)

    def value() -> Corrected:
        assert kind is not None
        assert number is not None
        assert status is not None
        assert reason is not None
        assert reference is not None
        correction = Correction(kind, number, list_, column, status, first, last)
        return Corrected(correction, reason, reference)

    return reading.form(value)


@dataclass(frozen=True, slots=True)
class TakenAway:
    """Why an accreditation is taken from an account."""

    reason: CorrectionReason
    reference: str


def taken_away(sent: Mapping[str, str]) -> Form[TakenAway]:
    """Read why an accreditation is taken from an account."""
    reading = Reading(sent)
    reason = reading.choice("reason", CorrectionReason, required=CHOOSE_REASON)
    reference = reading.checked("reference", _reference, wrong=REFERENCE_IS_NONE, required=GIVE_REFERENCE)

    def value() -> TakenAway:
        assert reason is not None
        assert reference is not None
        return TakenAway(reason, reference)

    return reading.form(value)


def _one_of(reading: Reading, name: str, offered: Mapping[str, str], *, required: str | None = None) -> str | None:
    chosen = reading.text(name, longest=40, required=required)
    if chosen is not None and chosen not in offered:
        reading.refuse(name, NOT_OFFERED)
    return chosen


def _reference(typed: str) -> str:
    return Reason.parse(StaffReason.CORRECTION.value, typed).reference


def _day(typed: str) -> date:
    try:
        return date.fromisoformat(typed.strip())
    except ValueError:
        raise _NoDay from None
