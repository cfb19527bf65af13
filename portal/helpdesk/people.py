"""`/helpdesk/people/<id>`: how an account stands, what rests on it, what can be done; never the national number."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from urllib.parse import urlencode

from flask import Blueprint, request
from flask_babel import gettext as _

from core.accreditations.queries import kinds
from core.accreditations.words import COLUMNS, LISTS
from core.closing import helpdesk_person, staff_acts
from core.closing.helpdesk_person import Account, Claim, Dossier, Place, ToolUse
from core.infra.dates import moment_in_words
from core.infra.errors import NotFound, Unavailable
from core.infra.localised import Localised
from core.infra.mail_templates.letters import LETTERS, SUBJECT_VALUES
from core.infra.sent_mails import MailOnRecord
from core.people.identifiers import PersonId
from core.web.locale import current_language
from portal import pages
from portal.admin_client import AdminRefused
from portal.helpdesk import words
from portal.helpdesk.opening import HelpdeskFrame, Part, around, open_helpdesk, organisation_url, person_url
from portal.helpdesk.person_acts import ACTS, Told
from portal.helpdesk.trails import TrailLine, lines
from portal.staff_area import Desk
from portal.staff_words import ROLES

bp = Blueprint("helpdesk_people", __name__)


@dataclass(frozen=True, slots=True)
class ActLink:
    """Something that can be done with the account now."""

    code: str
    label: str
    url: str
    is_dangerous: bool


@dataclass(frozen=True, slots=True)
class Marked:
    """A line with a state: what it is about, more about it, how it stands, and where it leads."""

    id: str
    text: str
    facts: tuple[str, ...]
    state: str
    state_text: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class SignInFacts:
    """What the provider says: with what the person signs in, and where they are signed in."""

    has_password: bool
    has_authenticator: bool
    passkeys: int
    recovery_codes_left: int
    sessions: int
    is_locked: bool


@dataclass(frozen=True, slots=True)
class PersonPage:
    """An account; `sign_in` is None where the provider does not answer."""

    template: ClassVar[str] = "helpdesk/person.html"

    frame: HelpdeskFrame
    account: Account
    state_text: str
    language: str
    roles: tuple[str, ...]
    addresses: tuple[Marked, ...]
    sign_in: SignInFacts | None
    accreditations: tuple[Marked, ...]
    organisations: tuple[Marked, ...]
    tools: tuple[Marked, ...]
    claims: tuple[Marked, ...]
    mails: tuple[Marked, ...]
    acts: tuple[ActLink, ...]
    trail: tuple[TrailLine, ...]
    url: str


@dataclass(frozen=True, slots=True)
class TrailPage:
    """A stretch of the history of a person or an organisation."""

    template: ClassVar[str] = "helpdesk/trail.html"

    frame: HelpdeskFrame
    name: str
    back_url: str
    trail: tuple[TrailLine, ...]
    older_url: str | None
    newest_url: str | None


@bp.get("/helpdesk/people/<person_id>")
def show(person_id: str) -> str:
    """Show an account."""
    desk = open_helpdesk()
    with desk.services.database.reading() as session:
        dossier = helpdesk_person.dossier(session, PersonId(person_id))
        names = kinds(session)
        trail = staff_acts.of_person(session, dossier.account.id)
    account = dossier.account
    told = None if account.is_gone else told_of(desk, account.id)
    page = PersonPage(
        frame=around(desk, Part.SEARCH),
        account=account,
        state_text=_(words.PERSON_STATES[account.status]),
        language=_(words.LANGUAGES[account.language]),
        roles=tuple(_(ROLES[role]) for role in sorted(account.roles)),
        addresses=_addresses(account),
        sign_in=_sign_in(told),
        accreditations=_accreditations(dossier, {code: _name(name) for code, name in names.items()}),
        organisations=tuple(map(_place, dossier.places)),
        tools=tuple(map(_tool, dossier.tools)),
        claims=tuple(map(_claim, dossier.claims)),
        mails=tuple(map(_mail, dossier.mails)),
        acts=() if account.is_gone else acts(account, told or {}),
        trail=lines(trail),
        url=person_url(account.id),
    )
    return pages.render(page, menu=page.frame.menu)


@bp.get("/helpdesk/people/<person_id>/history")
def history(person_id: str) -> str:
    """Show a stretch of a person's history."""
    desk, before = open_helpdesk(), request.args.get("before")
    with desk.services.database.reading() as session:
        account = helpdesk_person.account(session, PersonId(person_id))
        trail = staff_acts.of_person(session, account.id, before=before)
    url = person_url(account.id, "history")
    page = TrailPage(
        frame=around(desk, Part.SEARCH),
        name=account.name,
        back_url=person_url(account.id),
        trail=lines(trail),
        older_url=None if trail.older_from is None else f"{url}?{urlencode({'before': trail.older_from})}",
        newest_url=url if before else None,
    )
    return pages.render(page, menu=page.frame.menu)


def told_of(desk: Desk, person_id: PersonId) -> Told | None:
    """Return what the provider says of an account; None where it does not answer."""
    try:
        return desk.admin.read("people", person_id)
    except (Unavailable, AdminRefused, NotFound):
        return None


def acts(account: Account, told: Told) -> tuple[ActLink, ...]:
    """Return what makes sense to do with an account now."""
    return tuple(
        ActLink(act.code, _(act.label), person_url(account.id, act.code), act.needs_second)
        for act in ACTS.values()
        if act.is_possible(account, told)
    )


def _sign_in(told: Told | None) -> SignInFacts | None:
    if told is None:
        return None
    return SignInFacts(
        has_password=told["has_password"],
        has_authenticator=told["has_authenticator"],
        passkeys=told["passkeys"],
        recovery_codes_left=told["recovery_codes_left"],
        sessions=told["sessions"],
        is_locked=told["second_factor_locked_seconds"] > 0,
    )


def _addresses(account: Account) -> tuple[Marked, ...]:
    return tuple(
        Marked("", found.address, (), found.state.value, _(words.ADDRESS_STATES[found.state]))
        for found in account.addresses
    )


def _accreditations(dossier: Dossier, names: dict[str, str]) -> tuple[Marked, ...]:
    return tuple(
        Marked(
            id=held.id,
            text=names.get(held.kind, held.kind),
            facts=(
                held.number,
                *((_(LISTS[held.list]),) if held.list is not None and held.list in LISTS else ()),
                *((_(COLUMNS[held.column]),) if held.column is not None and held.column in COLUMNS else ()),
                *((_("by hand"),) if held.source == "helpdesk" else ()),
            ),
            state=held.status.value,
            state_text=_(words.ACCREDITATION_STATES[held.status]),
            url=person_url(dossier.account.id, "accreditations", held.id),
        )
        for held in dossier.accreditations
    )


def _place(place: Place) -> Marked:
    return Marked(
        id=place.organisation_id,
        text=place.name,
        facts=(*((_("Manager"),) if place.is_manager else ()), *((place.function,) if place.function else ())),
        state=place.status.value,
        state_text=_(words.MEMBERSHIP_STATES[place.status]),
        url=organisation_url(place.organisation_id),
    )


def _tool(use: ToolUse) -> Marked:
    if use.status is None:
        state, text = "requested", _("Asked for access")
    elif use.role is not None:
        state, text = "active", use.role
    else:
        state, text = "blocked", _("Blocked")
    return Marked("", f"{_name(use.tool)} ({use.usage})", (use.organisation,), state, text)


def _claim(claim: Claim) -> Marked:
    return Marked(
        id=claim.dispute_id,
        text=claim.name,
        facts=(),
        state=claim.state.value,
        state_text=_(words.DISPUTE_STATES[claim.state]),
        url=organisation_url(claim.organisation_id),
    )


def _mail(mail: MailOnRecord) -> Marked:
    return Marked(
        mail.at.isoformat(),
        _subject(mail.template),
        (_moment(mail.at),),
        mail.state.value,
        _(words.MAIL_STATES[mail.state]),
    )


def _subject(template: str) -> str:
    """Return what a kind of mail is about; the names in it are not kept."""
    letter = LETTERS.get(template)
    return template if letter is None else _(letter.subject) % dict.fromkeys(SUBJECT_VALUES, "…")


def _name(name: Localised) -> str:
    return name.text(current_language())


def _moment(at: datetime) -> str:
    return moment_in_words(at, current_language())
