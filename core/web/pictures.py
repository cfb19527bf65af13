"""Pictures that people sent, as both applications send them: kept for ever, and without any right."""

from flask import Response

# Another picture has another address, so one may be kept for ever.
_KEEP = "public, max-age=31536000, immutable"


def picture_response(content: bytes, media_type: str) -> Response:
    """Return a picture that lies under an address nobody can guess."""
    response = Response(content, content_type=media_type)
    response.headers["Cache-Control"] = _KEEP
    response.headers["Content-Disposition"] = 'inline; filename="picture.jpg"'
    # Should it ever be opened as a page of its own, it is one without rights.
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox; frame-ancestors 'none'"
    # Tools show it on pages that refuse what others did not release.
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response
