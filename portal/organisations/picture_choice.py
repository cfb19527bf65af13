"""The logo and the cover photo of an organisation: chosen, cropped, and saved with the button only (O5)."""

from collections.abc import Mapping
from datetime import timedelta

from flask import Blueprint
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from core.infra import rate_limit
from core.infra.errors import NotFound, RateLimited
from core.infra.forms import Wrong
from core.infra.messages import N_
from core.infra.rate_limit import Limit
from core.organisations import pictures
from core.organisations.errors import NotManager
from core.organisations.rights import Right
from core.organisations.states import PictureKind
from core.people.picture_encoding import BYTES_MAX, COVER, LOGO, Crop, PictureProblem, PictureRefused, Shape, encode
from core.web.limited import too_often
from core.web.uploaded import Sent, read_form
from portal import pages
from portal.frame import Section, frame, organisation_url
from portal.notices import done
from portal.organisations.pages import PicturePage
from portal.visit import Visit, check_form, open_organisation

bp = Blueprint("picture-choice", __name__)

_FIELD = "picture"
_SHAPES: Mapping[PictureKind, Shape] = {PictureKind.LOGO: LOGO, PictureKind.COVER: COVER}
# Decoding is the dearest thing that a form of ours can ask for.
_LIMIT = Limit("organisation-picture", 30, timedelta(hours=1))
_MESSAGES: Mapping[PictureProblem, str] = {
    PictureProblem.TOO_LARGE: N_("This file is larger than 8 MB. Choose a smaller picture."),
    PictureProblem.TOO_MANY_PIXELS: N_("This picture has more than 40 million pixels. Choose a smaller one."),
    PictureProblem.NO_PICTURE: N_("This file is not a picture that can be shown. Choose a JPEG, PNG or WebP file."),
    PictureProblem.BROKEN: N_("This picture is damaged. Open and save it again, or choose another one."),
}


@bp.get("/organisations/<organisation_id>/pictures/<kind>")
def show(organisation_id: str, kind: str) -> str:
    """Show the picture there is, and the form for another."""
    visit = open_organisation(organisation_id, Right.EDIT_DATA)
    return _page(visit, _kind(kind))


@bp.post("/organisations/<organisation_id>/pictures/<kind>")
def submit(organisation_id: str, kind: str) -> Response | tuple[str, int]:
    """Save the picture that was sent, or remove the one there is."""
    # Rights before the body: nobody else makes us read a large one.
    visit, wanted = open_organisation(organisation_id, Right.EDIT_DATA), _kind(kind)
    sent = read_form(_FIELD, bytes_max=BYTES_MAX)
    if sent.is_unread:
        return _page(visit, wanted, _(_MESSAGES[PictureProblem.TOO_LARGE])), 413
    check_form(sent.texts)
    if sent.texts.get("act") == "remove":
        return _remove(visit, wanted)
    return _save(visit, wanted, sent)


def _save(visit: Visit, kind: PictureKind, sent: Sent) -> Response | tuple[str, int]:
    if sent.is_file_too_large:
        return _page(visit, kind, _(_MESSAGES[PictureProblem.TOO_LARGE])), 422
    if sent.file is None:
        return _page(visit, kind, _("Choose a picture first.")), 422
    try:
        rate_limit.hit(visit.services.store, _LIMIT, visit.actor.person_id)
        picture = encode(sent.file, _crop(sent.texts), _SHAPES[kind])
    except PictureRefused as error:
        return _page(visit, kind, _(_MESSAGES[error.problem])), 422
    except RateLimited as error:
        return _page(visit, kind, too_often(error)), 429
    by, own = visit.actor.person_id, visit.organisation.id
    try:
        with visit.services.database.transaction() as session:
            pictures.replace_picture(session, own, kind, picture, by=by, now=visit.now)
    except NotManager:
        return done(organisation_url(own), "changed")
    return done(organisation_url(own), "picture-saved")


def _remove(visit: Visit, kind: PictureKind) -> Response:
    by, own = visit.actor.person_id, visit.organisation.id
    try:
        with visit.services.database.transaction() as session:
            pictures.remove_picture(session, own, kind, by=by, now=visit.now)
    except NotManager:
        return done(organisation_url(own), "changed")
    return done(organisation_url(own), "picture-removed")


def _kind(text: str) -> PictureKind:
    try:
        return PictureKind(text)
    except ValueError as error:
        raise NotFound(picture=text) from error


def _crop(texts: MultiDict[str, str]) -> Crop:
    return Crop.of(*(texts.get(f"crop-{name}", "") for name in ("zoom", "x", "y")))


def _page(visit: Visit, kind: PictureKind, message: str | None = None) -> str:
    around = frame(visit, Section.DATA)
    page = PicturePage(
        frame=around,
        kind=kind.value,
        url=around.logo_url if kind is PictureKind.LOGO else around.cover_url,
        width=_SHAPES[kind].width,
        height=_SHAPES[kind].height,
        bytes_max=BYTES_MAX,
        errors=() if message is None else (Wrong(_FIELD, message),),
    )
    return pages.render(page, menu=around.menu)
