"""Which picture a form wants: a new one, the one chosen before, none, or the one there is."""

from dataclasses import dataclass
from datetime import timedelta

from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.datastructures import MultiDict

from core.infra import rate_limit
from core.infra.errors import RateLimited
from core.infra.rate_limit import Limit
from core.people.picture_encoding import Crop, PictureProblem, PictureRefused, encode
from core.people.pictures import EncodedPicture
from core.people.profile_editing import PictureChange
from core.web.uploaded import Sent
from idp.account import picture_draft
from idp.account.access import Visitor
from idp.account.profile_form import PICTURE_FIELD, picture_error
from idp.web.page import FieldError

DRAFT_FIELD = "picture-draft"
REMOVE_FIELD = "remove-picture"
DROP = "drop-picture"
# Decoding is the dearest thing that a form of ours can ask for.
_LIMIT = Limit("picture", 30, timedelta(hours=1))


@dataclass(frozen=True, slots=True)
class Chosen:
    """What becomes of the picture; `draft_name` is that of the one shown, not saved yet.

    With an `error` the picture stays what it is, or what was chosen before. `retry_after_seconds`
    where too many were sent.
    """

    picture: EncodedPicture | PictureChange = PictureChange.KEEP
    draft_name: str | None = None
    error: FieldError | None = None
    retry_after_seconds: int | None = None

    @property
    def is_new(self) -> bool:
        """Tell whether there is a picture that waits to be saved."""
        return isinstance(self.picture, EncodedPicture)


def choose(visitor: Visitor, sent: Sent, act: str) -> Chosen:
    """Return which picture the form wants; one that was just chosen is kept for the next form too."""
    earlier = Chosen() if act == DROP else _earlier(visitor, sent.texts)
    if act == DROP:
        picture_draft.forget(visitor.services.store, visitor.session.sid)
    if sent.is_file_too_large:
        return _refused(earlier, picture_error(PictureProblem.TOO_LARGE))
    if sent.file is None or act == DROP:
        return earlier
    try:
        rate_limit.hit(visitor.services.store, _LIMIT, visitor.person.id)
        picture = encode(sent.file, _crop(sent.texts))
    except PictureRefused as error:
        return _refused(earlier, picture_error(error.problem))
    except RateLimited as error:
        return _refused(earlier, _too_often(error.retry_after_seconds), error.retry_after_seconds)
    return Chosen(picture, picture_draft.keep(visitor.services.store, visitor.session.sid, picture))


def _earlier(visitor: Visitor, texts: MultiDict[str, str]) -> Chosen:
    name = texts.get(DRAFT_FIELD, "")
    if name:
        picture = picture_draft.find(visitor.services.store, visitor.session.sid, name)
        if picture is not None:
            return Chosen(picture, name)
        return Chosen(error=FieldError(PICTURE_FIELD, _("The picture you chose is no longer kept. Choose it again.")))
    return Chosen(PictureChange.REMOVE if texts.get(REMOVE_FIELD) == "yes" else PictureChange.KEEP)


def _refused(earlier: Chosen, error: FieldError, retry_after_seconds: int | None = None) -> Chosen:
    return Chosen(earlier.picture, earlier.draft_name, error, retry_after_seconds)


def _crop(texts: MultiDict[str, str]) -> Crop:
    return Crop.of(*(texts.get(f"crop-{name}", "") for name in ("zoom", "x", "y")))


def _too_often(seconds: int) -> FieldError:
    minutes = -(-seconds // 60)
    message = ngettext(
        "You have sent many pictures. Try again in %(num)d minute.",
        "You have sent many pictures. Try again in %(num)d minutes.",
        minutes,
    )
    return FieldError(PICTURE_FIELD, message)
