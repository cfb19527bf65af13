"""Turns what somebody uploads into a picture of ours: of known size and shape, with nothing else in it.

What is sent is a foreign program's output and may be hostile: it is decoded once, with bounds, and
written anew, so that no metadata (places, devices, comments) and nothing hidden in it is served.
"""

import math
import struct
import threading
from contextlib import closing
from dataclasses import dataclass
from enum import StrEnum
from io import BytesIO
from typing import TYPE_CHECKING

from core.infra.errors import RuleError
from core.people.pictures import EncodedPicture

if TYPE_CHECKING:
    from PIL.Image import Image

BYTES_MAX = 8 * 1024 * 1024
PIXELS_MAX = 40_000_000
SIDE = 512
ENCODED_BYTES_MAX = 100_000
SCREEN_SIDE_MAX = 2_400
ZOOM_MAX = 4.0
Box = tuple[float, float, float, float]

_FORMATS = ("JPEG", "PNG", "WEBP")
_SCREEN_QUALITY = 85
_QUALITIES = (88, 80, 70, 55, 40, 25, 10)
_WHITE = (255, 255, 255)
# What decoders raise for what they cannot read; Pillow has no class of its own for it.
_UNREADABLE = (OSError, SyntaxError, ValueError, TypeError, LookupError, EOFError, ArithmeticError, struct.error)
# A large picture takes some hundred megabytes while it is decoded: one at a time.
_ONE_AT_A_TIME = threading.Lock()


class PictureProblem(StrEnum):
    """Why a picture is refused; pages have a sentence for each."""

    TOO_LARGE = "too-large"
    TOO_MANY_PIXELS = "too-many-pixels"
    NO_PICTURE = "no-picture"
    BROKEN = "broken"


class PictureRefused(RuleError):
    """What was uploaded does not become a picture; `problem` says why."""

    code = "picture-refused"

    def __init__(self, problem: PictureProblem) -> None:
        self.problem = problem
        super().__init__(problem=problem.value)


@dataclass(frozen=True, slots=True)
class Shape:
    """The size of a picture of ours, in pixels.

    One that `shows_whole` has the whole of what is sent on a white ground, unless it is cropped:
    nobody wants half a logo.
    """

    width: int
    height: int
    shows_whole: bool = False

    @property
    def aspect(self) -> float:
        """Return how many times it is as wide as it is high."""
        return self.width / self.height


PORTRAIT = Shape(SIDE, SIDE)
LOGO = Shape(SIDE, SIDE, shows_whole=True)
COVER = Shape(1_200, 300)


@dataclass(frozen=True, slots=True)
class Crop:
    """Which part of a picture is wanted: how far in, and where (0: left or top, 1: right or bottom)."""

    zoom: float = 1.0
    x: float = 0.5
    y: float = 0.5

    @classmethod
    def of(cls, zoom_percent: str, x_percent: str, y_percent: str) -> "Crop":
        """Return the crop that three sliders say; what is no percentage counts as untouched."""
        return cls(
            zoom=min(max(_percent(zoom_percent, 100) / 100, 1.0), ZOOM_MAX),
            x=min(max(_percent(x_percent, 50) / 100, 0.0), 1.0),
            y=min(max(_percent(y_percent, 50) / 100, 0.0), 1.0),
        )

    def box(self, width: int, height: int, aspect: float = 1.0) -> "Box":
        """Return the part of a picture of this size: left, top, right, bottom."""
        wide = min(width, height * aspect) / self.zoom
        high = wide / aspect
        left, top = self.x * (width - wide), self.y * (height - high)
        return left, top, min(left + wide, width), min(top + high, height)


def encode(content: bytes, crop: Crop, shape: Shape = PORTRAIT) -> EncodedPicture:
    """Return the wanted part as a JPEG of this shape and of at most 100 kB.

    Upright as its camera says, the first image of several, on white where it is transparent. Takes
    JPEG, PNG and WebP. Raises `PictureRefused`; what has too many pixels is refused undecoded.
    """
    if len(content) > BYTES_MAX:
        raise PictureRefused(PictureProblem.TOO_LARGE)
    with _ONE_AT_A_TIME:
        try:
            # Closed before it is made smaller, which takes as much again.
            with closing(_open(content)) as source:
                part, box = _part(_on_white(source, shape) if shape.shows_whole else source, crop, shape)
            shaped = _shaped(part, box, shape)
        except _UNREADABLE as error:
            raise PictureRefused(PictureProblem.BROKEN) from error
    return EncodedPicture(_as_jpeg(shaped), "image/jpeg")


def encode_whole(content: bytes) -> EncodedPicture:
    """Return a whole picture, such as one of a screen, as a JPEG of at most 2,400 pixels a side.

    Takes and refuses what `encode` does.
    """
    if len(content) > BYTES_MAX:
        raise PictureRefused(PictureProblem.TOO_LARGE)
    with _ONE_AT_A_TIME:
        try:
            with closing(_open(content)) as source:
                small = _at_most(source, SCREEN_SIDE_MAX)
        except _UNREADABLE as error:
            raise PictureRefused(PictureProblem.BROKEN) from error
    stream = BytesIO()
    small.save(stream, "JPEG", quality=_SCREEN_QUALITY, optimize=True)
    return EncodedPicture(stream.getvalue(), "image/jpeg")


def _open(content: bytes) -> "Image":
    # Here, because most processes never see a picture and Pillow takes megabytes of each.
    from PIL import Image, UnidentifiedImageError  # noqa: PLC0415

    try:
        source = Image.open(BytesIO(content), formats=_FORMATS)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise PictureRefused(PictureProblem.TOO_MANY_PIXELS) from error
    except UnidentifiedImageError as error:
        raise PictureRefused(PictureProblem.NO_PICTURE) from error
    if source.width * source.height > PIXELS_MAX:
        source.close()
        raise PictureRefused(PictureProblem.TOO_MANY_PIXELS)
    return source


def _part(source: "Image", crop: Crop, shape: Shape) -> tuple["Image", Box]:
    """Return the pixels that the wanted part touches, and where in them it lies."""
    from PIL import ImageOps  # noqa: PLC0415 - see `_open`

    enough = max(shape.width, shape.height) * crop.zoom / min(source.size)
    if enough < 1:
        # Lets the decoder of JPEG leave out pixels that nobody will see.
        source.draft(None, (max(1, int(source.width * enough)), max(1, int(source.height * enough))))
    ImageOps.exif_transpose(source, in_place=True)
    left, top, right, bottom = crop.box(source.width, source.height, shape.aspect)
    corner = (int(left), int(top))
    part = source.crop((*corner, math.ceil(right), math.ceil(bottom)))
    part.load()
    return part, (left - corner[0], top - corner[1], right - corner[0], bottom - corner[1])


def _on_white(source: "Image", shape: Shape) -> "Image":
    """Return the whole picture in the middle of a white ground of this shape."""
    from PIL import Image  # noqa: PLC0415 - see `_open`

    whole = _at_most(source, SCREEN_SIDE_MAX)
    size = (max(whole.width, round(whole.height * shape.aspect)), max(whole.height, round(whole.width / shape.aspect)))
    ground = Image.new("RGB", size, _WHITE)
    ground.paste(whole, ((size[0] - whole.width) // 2, (size[1] - whole.height) // 2))
    return ground


def _shaped(part: "Image", box: Box, shape: Shape) -> "Image":
    from PIL import Image  # noqa: PLC0415 - see `_open`

    size = (shape.width, shape.height)
    small = _colours(part).resize(size, Image.Resampling.LANCZOS, box=box)
    # Onto a new picture: a converted one carries its source's metadata along.
    shaped = Image.new("RGB", size, _WHITE)
    shaped.paste(small, mask=small.getchannel("A") if small.mode == "RGBA" else None)
    return shaped


def _at_most(source: "Image", side: int) -> "Image":
    from PIL import Image, ImageOps  # noqa: PLC0415 - see `_open`

    ImageOps.exif_transpose(source, in_place=True)
    coloured = _colours(source)
    coloured.thumbnail((side, side), Image.Resampling.LANCZOS)
    whole = Image.new("RGB", coloured.size, _WHITE)
    whole.paste(coloured, mask=coloured.getchannel("A") if coloured.mode == "RGBA" else None)
    return whole


def _colours(picture: "Image") -> "Image":
    if picture.mode.startswith("I"):
        # Sixteen bits for a shade of grey: Pillow would cut them off, not scale them.
        picture = picture.convert("F").point(lambda shade: shade * (1 / 256)).convert("L")
    has_alpha = picture.mode in {"RGBA", "LA", "PA", "La", "RGBa"} or "transparency" in picture.info
    mode = "RGBA" if has_alpha else "RGB"
    return picture if picture.mode == mode else picture.convert(mode)


def _as_jpeg(shaped: "Image") -> bytes:
    written = b""
    for quality in _QUALITIES:
        stream = BytesIO()
        shaped.save(stream, "JPEG", quality=quality, optimize=True, progressive=True)
        written = stream.getvalue()
        if len(written) <= ENCODED_BYTES_MAX:
            break
    return written


def _percent(text: str, untouched: int) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 3 else untouched
