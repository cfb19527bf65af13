"""Editing the data of an organisation, with one save for everything; two managers never overwrite each other (O5)."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from flask import Blueprint, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from core.infra.forms import Form
from core.organisations import forms
from core.organisations.company_data import FIELD_NAMES, CompanyData, fingerprint
from core.organisations.company_editing import DescribedOrganisation, described, save
from core.organisations.errors import ChangedMeanwhile, NotManager
from core.organisations.forms import DATA_FIELDS
from core.organisations.rights import Right
from core.people.own_profile import fingerprints_from_text, fingerprints_to_text
from portal import pages
from portal.frame import Section, frame, organisation_url
from portal.notices import done
from portal.organisations.data_words import differences
from portal.organisations.pages import EditPage
from portal.organisations.words import shown
from portal.visit import Visit, check_form, open_organisation

bp = Blueprint("organisation-editing", __name__)


@bp.get("/organisations/<organisation_id>/edit")
def edit(organisation_id: str) -> str:
    """Show the form, as the data stand."""
    visit = open_organisation(organisation_id, Right.EDIT_DATA)
    page = _page(visit, _described(visit))
    return pages.render(page, menu=page.frame.menu)


@bp.post("/organisations/<organisation_id>/edit")
def submit(organisation_id: str) -> Response | tuple[str, int]:
    """Save everything at once, or show the form again with what is wrong, or what another changed."""
    check_form()
    visit = open_organisation(organisation_id, Right.EDIT_DATA)
    present = _described(visit)
    form = forms.company_data(request.form, present.company)
    if _version() != present.version:
        return _changed_meanwhile(visit, present, form)
    if form.value is None:
        page = replace(_page(visit, present), typed=form.typed, errors=shown(form.wrong), is_unsaved=True)
        return pages.render(page, menu=page.frame.menu), 422
    by, own = visit.actor.person_id, visit.organisation.id
    try:
        with visit.services.database.transaction() as session:
            save(session, own, form.value, version=present.version, by=by, now=visit.now)
    except ChangedMeanwhile:
        # Between reading and writing: the same page as for one who saved earlier.
        return _changed_meanwhile(visit, _described(visit), form)
    except NotManager:
        return done(organisation_url(own), "changed")
    return done(organisation_url(own), "saved")


@dataclass(frozen=True, slots=True)
class _Merged:
    typed: Mapping[str, str]
    contested: tuple[str, ...]
    taken_over: tuple[str, ...]


def _changed_meanwhile(visit: Visit, present: DescribedOrganisation, form: Form[CompanyData]) -> tuple[str, int]:
    """Show what was saved in the meantime beside what was typed; the next save is on top of it."""
    merged = _merge(present.company, form.typed, fingerprints_from_text(request.form.get("seen", "")))
    again = forms.company_data(merged.typed, present.company)
    page = replace(
        _page(visit, present),
        typed=merged.typed,
        errors=shown(again.wrong),
        contested=differences(merged.contested, present.company, form.typed),
        taken_over=tuple(_(FIELD_NAMES[name]) for name in merged.taken_over),
        was_changed=True,
        is_unsaved=True,
    )
    return pages.render(page, menu=page.frame.menu), 409


def _merge(stored: CompanyData, typed: Mapping[str, str], seen: Mapping[str, str]) -> _Merged:
    """Return what was typed on top of what is stored now.

    A field that only the other changed holds what the other saved; one that both changed keeps what was typed.
    """
    saved = forms.stored_texts(stored)
    changed = [name for name in stored.changed_since(seen) if typed.get(DATA_FIELDS[name]) != saved[DATA_FIELDS[name]]]
    # What the form was made from is known by its fingerprint alone.
    touched = [
        name for name in changed if fingerprint(typed.get(DATA_FIELDS[name], "").strip() or None) != seen.get(name)
    ]
    taken_over = [name for name in changed if name not in touched]
    merged = {**typed, **{DATA_FIELDS[name]: saved[DATA_FIELDS[name]] for name in taken_over}}
    return _Merged(merged, tuple(touched), tuple(taken_over))


def _version() -> int:
    sent = request.form.get("version", "")
    return int(sent) if sent.isascii() and sent.isdecimal() and len(sent) < 10 else -1


def _described(visit: Visit) -> DescribedOrganisation:
    with visit.services.database.reading() as session:
        return described(session, visit.organisation.id)


def _page(visit: Visit, present: DescribedOrganisation) -> EditPage:
    return EditPage(
        frame=frame(visit, Section.DATA),
        version=present.version,
        seen=fingerprints_to_text(present.company.fingerprints()),
        typed=forms.stored_texts(present.company),
    )
