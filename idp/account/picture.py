"""Pictures of people and organisations, at addresses that nobody can guess: for our pages and for tools (`picture`)."""

from flask import Blueprint, Response

from core.infra.errors import NotFound
from core.organisations import pictures as organisations
from core.people.pictures import find_picture
from core.web.pictures import picture_response
from idp.wiring import Services, services

bp = Blueprint("picture", __name__)


@bp.get("/pictures/<picture_id>")
def show(picture_id: str) -> Response:
    """Send a picture to whoever was told its address; the choice of context shows those of organisations."""
    with services().database.reading() as session:
        picture = find_picture(session, picture_id) or organisations.find_picture(session, picture_id)
    if picture is None:
        raise NotFound
    return picture_response(picture.content, picture.media_type)


def pictures_url(found: Services) -> str:
    """Return what the addresses of pictures begin with, as tools are told them."""
    return f"{found.settings.issuer}/pictures/"
