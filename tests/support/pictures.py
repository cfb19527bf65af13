"""Pictures as cameras and others make them."""

import random
from io import BytesIO
from typing import Any

from PIL import Image

RED, GREEN, BLUE = (200, 0, 0), (0, 160, 0), (0, 0, 200)


def as_file(picture: Image.Image, kind: str = "PNG", **options: Any) -> bytes:
    """Return the file of a picture."""
    stream = BytesIO()
    picture.save(stream, kind, **options)
    return stream.getvalue()


def stripes(width: int, height: int, *colours: tuple[int, int, int], upright: bool = False) -> Image.Image:
    """Return a picture of equal stripes, beside each other or upright below each other."""
    picture = Image.new("RGB", (width, height))
    for place, colour in enumerate(colours):
        step = (height if upright else width) // len(colours)
        box = (0, place * step, width, height) if upright else (place * step, 0, width, height)
        picture.paste(colour, box)
    return picture


def photograph(kind: str) -> bytes:
    """Return a picture of several megabytes: noise, which packs as badly as what a camera sees."""
    width, height = (2400, 1800) if kind == "JPEG" else (1200, 900)
    noise = random.Random(1).randbytes(width * height * 3)
    picture = Image.frombytes("RGB", (width, height), noise)
    return as_file(picture, kind, **({"quality": 75} if kind == "JPEG" else {}))


def near(pixel: Any, colour: tuple[int, int, int]) -> bool:
    """Tell whether a pixel has a colour, as far as compression leaves it."""
    return all(abs(one - other) < 12 for one, other in zip(pixel, colour, strict=True))


def middle(content: bytes) -> Any:
    """Return the pixel in the middle of a file's picture."""
    with Image.open(BytesIO(content)) as picture:
        return picture.getpixel((picture.width // 2, picture.height // 2))
