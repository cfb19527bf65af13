"""People's pictures, at addresses that nobody can guess: for our pages and for tools (`picture`)."""

from flask import Blueprint, Response

from core.infra.errors import NotFound
from core.people.pictures import find_picture
from idp.wiring import Services, services

bp = Blueprint("picture", __name__)

# Another picture has another address, so this one may be kept for ever.
_KEEP = "public, max-age=31536000, immutable"


@bp.get("/pictures/<picture_id>")
def show(picture_id: str) -> Response:
    """Send a picture to whoever was told its address."""
    with services().database.reading() as session:
        picture = find_picture(session, picture_id)
    if picture is None:
        raise NotFound
    response = Response(picture.content, content_type=picture.media_type)
    response.headers["Cache-Control"] = _KEEP
    response.headers["Content-Disposition"] = 'inline; filename="picture.jpg"'
    # Should it ever be opened as a page of its own, it is one without rights.
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox; frame-ancestors 'none'"
    # Tools show it on pages that refuse what others did not release.
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


def pictures_url(found: Services) -> str:
    """Return what the addresses of pictures begin with, as tools are told them."""
    return f"{found.settings.issuer}/pictures/"
