"""My data: to read, and to edit with one save for everything, the picture too (A10, A11)."""

from dataclasses import dataclass, replace

from flask import Blueprint
from werkzeug.wrappers import Response

from core.infra.clock import belgian_date
from core.people.own_profile import fingerprints_from_text, fingerprints_to_text
from core.people.picture_encoding import BYTES_MAX
from core.people.profile_editing import OwnProfile, PictureChange, own_profile, save
from core.people.profile_rules import Judged, judge
from core.web import csrf, locale
from core.web.uploaded import read_form
from idp.account import picture_draft, profile_page
from idp.account.access import Visitor, open_account
from idp.account.notices import done
from idp.account.page import Section, answer, form_token, frame
from idp.account.picture import pictures_url
from idp.account.picture_choice import Chosen, choose
from idp.account.profile_form import PICTURE_FIELD, FormTexts, field_errors, sent_texts, stored_texts, unread_error
from idp.account.profile_merge import merge
from idp.account.profile_page import EditPage, ProfilePage
from idp.web.name_menu import display_name
from idp.web.page import FieldError

bp = Blueprint("profile", __name__)

# What the buttons beside "save" say in the field `act`; see also `picture_choice`.
_ADD = "add-address"
_REMOVE = "remove-address-"


@dataclass(frozen=True, slots=True)
class _Form:
    """A form that came back: its texts, what it was made from, and the picture it wants."""

    texts: FormTexts
    seen: dict[str, str]
    chosen: Chosen


@bp.get("/account/profile")
def show() -> Response:
    """Show what is known about the person."""
    visitor = open_account()
    own = _own(visitor)
    page = ProfilePage(
        frame=frame(visitor, Section.PROFILE),
        name=display_name(visitor.person),
        username=own.username,
        email=visitor.person.email or "",
        portrait=profile_page.portrait(own, pictures_url(visitor.services)),
        groups=profile_page.groups(own),
        has_eid=own.eid_linked_at is not None,
    )
    return answer(page)


@bp.get("/account/profile/edit")
def edit() -> Response:
    """Show the form, as the profile stands."""
    visitor = open_account()
    own = _own(visitor)
    return answer(_page(visitor, own, stored_texts(own.profile), own.profile.fingerprints()))


@bp.post("/account/profile/edit")
def submit() -> Response:
    """Save everything at once, or do what another button of the form says and show the form again."""
    visitor = open_account()
    sent = read_form(PICTURE_FIELD, bytes_max=BYTES_MAX)
    if sent.is_unread:
        return _unread(visitor)
    csrf.check(visitor.services.settings.secret, visitor.binding, sent.texts.get(csrf.FIELD))
    act = sent.texts.get("act", "")
    chosen = choose(visitor, sent, act)
    form = _Form(sent_texts(sent.texts), fingerprints_from_text(sent.texts.get("seen", "")), chosen)
    return _shown_again(visitor, form, act) if act else _saved(visitor, form)


def _saved(visitor: Visitor, form: _Form) -> Response:
    with visitor.services.database.transaction() as session:
        own = own_profile(session, visitor.person.id, locked=True)
        judged = _judge(visitor, own, form.texts, locked=own.locked)
        is_contested = bool(own.profile.changed_since(form.seen))
        errors = _errors(form, judged)
        if not is_contested and not errors:
            save(
                session,
                visitor.person.id,
                judged.profile,
                seen=form.seen,
                pictures_url=pictures_url(visitor.services),
                picture=form.chosen.picture,
                now=visitor.now,
            )
    if is_contested:
        return _changed_elsewhere(visitor, own, form)
    if errors:
        page = _page(visitor, own, form.texts, form.seen, form.chosen)
        return _answer(replace(page, errors=errors, is_unsaved=True), form.chosen, 422)
    picture_draft.forget(visitor.services.store, visitor.session.sid)
    response = done(Section.PROFILE.url, "profile-saved")
    if judged.profile.language != own.profile.language:
        # By the language's own link, so that this browser knows it before the next sign-in too (G2).
        response.headers["Location"] += f"&{locale.PARAMETER}={judged.profile.language}"
    return response


def _shown_again(visitor: Visitor, form: _Form, act: str) -> Response:
    """Show the form with one address more or less, or with another picture; nothing is saved."""
    texts, focus = form.texts, PICTURE_FIELD
    row = act.removeprefix(_REMOVE)
    if act == _ADD:
        texts = texts.with_row()
        focus = f"further-{len(texts.rows) - 1}-label"
    elif row != act and row.isdecimal():
        texts, focus = texts.without_row(int(row)), "add-address"
    errors = () if form.chosen.error is None else (form.chosen.error,)
    page = _page(visitor, _own(visitor), texts, form.seen, form.chosen)
    page = replace(page, errors=errors, is_unsaved=True, focus=None if errors else focus)
    return _answer(page, form.chosen, 422 if errors else 200)


def _changed_elsewhere(visitor: Visitor, own: OwnProfile, form: _Form) -> Response:
    """Show what was saved in the meantime beside what was typed; the next save is on top of it."""
    # As if nothing were locked: what the card changed was not typed by anybody.
    typed = _judge(visitor, own, form.texts, locked=frozenset())
    merged = merge(own.profile, typed, form.texts, form.seen)
    page = _page(visitor, own, merged.texts, own.profile.fingerprints(), form.chosen)
    page = replace(
        page,
        errors=_errors(form, _judge(visitor, own, merged.texts, locked=own.locked)),
        notes=profile_page.notes(own.profile, merged.contested),
        changed_elsewhere=tuple(page.label(name) for name in merged.changed),
        is_unsaved=True,
    )
    return _answer(page, form.chosen, 409)


def _unread(visitor: Visitor) -> Response:
    """Show the form as the profile stands: of what was sent nothing was read, it was too large."""
    own = _own(visitor)
    page = _page(visitor, own, stored_texts(own.profile), own.profile.fingerprints())
    return answer(replace(page, errors=(unread_error(),)), status=413)


def _own(visitor: Visitor) -> OwnProfile:
    with visitor.services.database.reading() as session:
        return own_profile(session, visitor.person.id)


def _judge(visitor: Visitor, own: OwnProfile, texts: FormTexts, *, locked: frozenset[str]) -> Judged:
    return judge(texts.typed(), own.profile, locked=locked, today=belgian_date(visitor.now))


def _errors(form: _Form, judged: Judged) -> tuple[FieldError, ...]:
    found = field_errors(judged.refused)
    return found if form.chosen.error is None else (form.chosen.error, *found)


def _page(
    visitor: Visitor, own: OwnProfile, texts: FormTexts, seen: dict[str, str], chosen: Chosen | None = None
) -> EditPage:
    wanted = chosen or Chosen()
    return EditPage(
        frame=frame(visitor, Section.PROFILE),
        csrf_token=form_token(visitor),
        seen=fingerprints_to_text(seen),
        username=own.username,
        email=visitor.person.email or "",
        texts=profile_page.complete(texts, own.profile),
        locked=profile_page.locked_facts(own),
        portrait=profile_page.portrait(own, pictures_url(visitor.services)),
        draft=profile_page.draft(wanted.draft_name, wanted.picture),
        is_picture_removed=wanted.picture is PictureChange.REMOVE,
    )


def _answer(page: EditPage, chosen: Chosen, status: int) -> Response:
    if chosen.retry_after_seconds is None:
        return answer(page, status=status)
    response = answer(page, status=429)
    response.headers["Retry-After"] = str(chosen.retry_after_seconds)
    return response
