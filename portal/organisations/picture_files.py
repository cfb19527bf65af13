"""Logos and cover photos, at addresses that nobody can guess."""

from flask import Blueprint, Response

from core.infra.errors import NotFound
from core.organisations.pictures import find_picture
from core.web.pictures import picture_response
from portal.wiring import services

bp = Blueprint("picture-files", __name__)


@bp.get("/pictures/<picture_id>")
def show(picture_id: str) -> Response:
    """Send a picture to whoever was told its address."""
    with services().database.reading() as session:
        picture = find_picture(session, picture_id)
    if picture is None:
        raise NotFound
    return picture_response(picture.content, picture.media_type)
