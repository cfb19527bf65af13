"""The files of the look, served by both applications under names that change with their content.

They are read once, so a request costs no disk, and a browser may keep them for a year.
"""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from flask import Blueprint, Response, abort
from markupsafe import Markup

DIRECTORY = Path(__file__).parent / "brand"
_TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
_SERVED = (
    "brand.css",
    "brand.js",
    "card_agent.js",
    "eid.js",
    "eid_steps.js",
    "logo.svg",
    "passkey.js",
    "picture.js",
    "register.js",
    "unsaved.js",
    "web_eid.js",
)
_KEEP = "public, max-age=31536000, immutable"

bp = Blueprint("brand", __name__)


@dataclass(frozen=True, slots=True)
class BrandFile:
    """A file of the look as it is sent."""

    path: str
    content: bytes
    content_type: str


def brand_url(name: str) -> str:
    """Return the address of a file of the look, such as `brand.css`."""
    return f"/brand/{_BY_NAME[name].path}"


def icon(name: str) -> Markup:
    """Return an icon as inline SVG that takes the colour of its text; it means nothing alone."""
    return _ICONS[name]


@bp.get("/brand/<path:path>")
def serve(path: str) -> Response:
    """Send a file of the look, which its reader may keep for ever."""
    found = _BY_PATH.get(path)
    if found is None:
        abort(404)
    response = Response(found.content, content_type=found.content_type)
    response.headers["Cache-Control"] = _KEEP
    return response


def _read(name: str) -> BrandFile:
    content = (DIRECTORY / name).read_bytes()
    stem, suffix = Path(name).stem, Path(name).suffix
    digest = hashlib.sha256(content).hexdigest()[:16]
    return BrandFile(f"{digest}/{stem}{suffix}", content, f"{_TYPES[suffix]}; charset=utf-8")


def _inline(path: Path) -> Markup:
    svg = path.read_text("utf-8").strip()
    # The icons are ours; nothing a person writes comes near them.
    return Markup(svg.replace("<svg ", '<svg class="icon" aria-hidden="true" focusable="false" ', 1))  # noqa: S704


_BY_NAME = {name: _read(name) for name in _SERVED}
_BY_PATH = {found.path: found for found in _BY_NAME.values()}
_ICONS = {path.stem: _inline(path) for path in sorted((DIRECTORY / "icons").glob("*.svg"))}
