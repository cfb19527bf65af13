"""What is uploaded becomes a picture of ours, or is refused: never decoded without bounds, never passed on."""

import random
import struct
import warnings
import zlib
from io import BytesIO
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageCms, PngImagePlugin

from core.people.picture_encoding import (
    BYTES_MAX,
    COVER,
    ENCODED_BYTES_MAX,
    LOGO,
    PIXELS_MAX,
    SIDE,
    Crop,
    PictureProblem,
    PictureRefused,
    Shape,
    encode,
)
from tests.support.pictures import BLUE, GREEN, RED, as_file, near, stripes

WHITE = (255, 255, 255)


def made_of(content: bytes, crop: Crop | None = None) -> Image.Image:
    encoded = encode(content, crop or Crop())
    assert encoded.media_type == "image/jpeg"
    assert len(encoded.content) <= ENCODED_BYTES_MAX
    found = Image.open(BytesIO(encoded.content))
    assert (found.format, found.mode, found.size) == ("JPEG", "RGB", (SIDE, SIDE))
    return found


def shade(picture: Image.Image, x: float, y: float) -> Any:
    return picture.getpixel((int(x * (SIDE - 1)), int(y * (SIDE - 1))))


def problem_of(content: bytes) -> PictureProblem:
    with pytest.raises(PictureRefused) as refused:
        encode(content, Crop())
    return refused.value.problem


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_middle_of_a_picture_is_kept(kind: str) -> None:
    found = made_of(as_file(stripes(900, 300, RED, BLUE, GREEN), kind))

    assert all(near(shade(found, x, 0.5), BLUE) for x in (0.02, 0.5, 0.98))


@pytest.mark.parametrize(
    ("crop", "colour"),
    [(Crop(x=0), RED), (Crop(x=1), GREEN), (Crop(4, 0.5, 1), BLUE), (Crop(2, 0.16, 0), RED)],
)
def test_part_that_was_chosen_is_kept(crop: Crop, colour: tuple[int, int, int]) -> None:
    found = made_of(as_file(stripes(900, 300, RED, BLUE, GREEN)), crop)

    assert near(shade(found, 0.5, 0.5), colour)


def test_large_picture_is_cut_where_the_small_one_would_be() -> None:
    crop = Crop(1.5, 0.8, 0.2)
    small, large = (as_file(stripes(w, h, RED, BLUE, GREEN), "JPEG", quality=95) for w, h in ((900, 600), (4500, 3000)))

    one, other = made_of(small, crop), made_of(large, crop)

    assert [near(shade(one, x / 20, 0.5), shade(other, x / 20, 0.5)) for x in range(21)].count(False) <= 1


@pytest.mark.parametrize("size", [(1, 1), (1, 4_000), (4_000, 1), (3, 7), (511, 513), (1_000, 333)])
@pytest.mark.parametrize("crop", [Crop(), Crop(4, 1, 1), Crop(4, 0, 0), Crop(1.37, 0.31, 0.93)])
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_any_size_becomes_a_square(size: tuple[int, int], crop: Crop, kind: str) -> None:
    found = made_of(as_file(Image.new("RGB", size, BLUE), kind), crop)

    assert near(shade(found, 0.5, 0.5), BLUE)


@given(st.integers(1, 5_000), st.integers(1, 5_000), st.floats(1, 4), st.floats(0, 1), st.floats(0, 1))
def test_square_never_leaves_the_picture(width: int, height: int, zoom: float, x: float, y: float) -> None:
    left, top, right, bottom = Crop(zoom, x, y).box(width, height)

    assert 0 <= left < right <= width
    assert 0 <= top < bottom <= height
    assert right - left == pytest.approx(bottom - top, abs=1e-6)


@given(st.text(max_size=6), st.text(max_size=6), st.text(max_size=6))
def test_sliders_that_say_nonsense_are_sliders_at_rest_or_at_their_end(zoom: str, x: str, y: str) -> None:
    crop = Crop.of(zoom, x, y)

    assert 1 <= crop.zoom <= 4
    assert 0 <= crop.x <= 1 and 0 <= crop.y <= 1


def test_sliders_say_percentages() -> None:
    assert Crop.of("250", "0", "100") == Crop(2.5, 0, 1)
    assert Crop.of("", "x", "-1") == Crop()
    assert Crop.of("999", "999", "²") == Crop(4, 1, 0.5)


@pytest.mark.parametrize(
    ("mode", "value", "colour"),
    [
        ("L", 90, (90, 90, 90)),
        ("1", 1, WHITE),
        ("P", 0, (0, 0, 0)),
        ("LA", (90, 255), (90, 90, 90)),
        ("RGBA", (200, 0, 0, 255), RED),
        ("RGBA", (200, 0, 0, 0), WHITE),
        ("I;16", 90 * 257, (90, 90, 90)),
    ],
)
def test_every_kind_of_pixel_becomes_its_colour_on_white(mode: str, value: Any, colour: tuple[int, int, int]) -> None:
    found = made_of(as_file(Image.new(mode, (40, 40), value)))

    assert near(shade(found, 0.5, 0.5), colour)


def test_palette_with_a_transparent_colour_is_on_white() -> None:
    picture = Image.new("P", (40, 40), 3)
    picture.putpalette([0] * 9 + [200, 0, 0])

    assert near(shade(made_of(as_file(picture, transparency=3)), 0.5, 0.5), WHITE)
    assert near(shade(made_of(as_file(picture, transparency=b"\xff\xff\xff\x00")), 0.5, 0.5), WHITE)


def test_print_colours_become_screen_colours() -> None:
    assert near(shade(made_of(as_file(Image.new("CMYK", (40, 40), (0, 0, 0, 0)), "JPEG")), 0.5, 0.5), WHITE)


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_picture_stands_upright_as_its_camera_says(orientation: int, kind: str) -> None:
    """EXIF 2.3, tag Orientation: what is stored is turned and mirrored, what is meant is red above blue."""
    meant = stripes(600, 900, RED, BLUE, upright=True)
    back = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }
    stored = meant if orientation == 1 else meant.transpose(back[orientation])
    exif = Image.Exif()
    exif[0x0112] = orientation

    top = made_of(as_file(stored, kind, exif=exif), Crop(2, 0.5, 0))

    assert near(shade(top, 0.5, 0.5), RED)


def with_everything(kind: str) -> bytes:
    """Return a picture with a place, a camera, a comment, a colour profile and more in its metadata."""
    exif = Image.Exif()
    exif[0x010F], exif[0x9286] = "SecretCamera", b"ASCII\0\0\0SecretNote"
    exif.get_ifd(0x8825).update({1: "N", 2: (51.0, 13.0, 8.0), 3: "E", 4: (4.0, 24.0, 0.0)})
    options: dict[str, Any] = {
        "exif": exif,
        "icc_profile": ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes(),
    }
    if kind == "JPEG":
        options |= {"comment": b"SecretNote", "xmp": b"<x:xmpmeta>SecretNote</x:xmpmeta>"}
    if kind == "WEBP":
        options |= {"xmp": b"<x:xmpmeta>SecretNote</x:xmpmeta>"}
    if kind == "PNG":
        texts = PngImagePlugin.PngInfo()
        texts.add_text("Comment", "SecretNote")
        texts.add_itxt("XML:com.adobe.xmp", "<x:xmpmeta>SecretNote</x:xmpmeta>")
        options["pnginfo"] = texts
    return as_file(Image.new("RGB", (600, 600), BLUE), kind, **options)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_nothing_of_the_metadata_is_left(kind: str) -> None:
    source = with_everything(kind)
    assert (
        b"SecretCamera" in source and b"SecretNote" in source and Image.open(BytesIO(source)).getexif().get_ifd(0x8825)
    )

    content = encode(source, Crop()).content

    found = Image.open(BytesIO(content))
    assert dict(found.getexif()) == {} and found.getexif().get_ifd(0x8825) == {}
    assert set(found.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density", "progressive", "progression"}
    assert not any(word in content for word in (b"Secret", b"Exif", b"ICC_PROFILE", b"http", b"xmp"))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_what_hides_behind_a_picture_stays_behind(kind: str) -> None:
    hidden = b"<script>alert(1)</script><?php system($_GET[0]); ?>PK\x03\x04"
    polyglot = as_file(Image.new("RGB", (60, 60), BLUE), kind) + hidden

    content = encode(polyglot, Crop()).content

    assert b"script" not in content and b"<?php" not in content and b"PK\x03\x04" not in content


def test_animation_gives_its_first_picture() -> None:
    frames = [Image.new("RGB", (60, 60), colour) for colour in (RED, BLUE)]

    for kind in ("WEBP", "PNG"):
        found = made_of(as_file(frames[0], kind, save_all=True, append_images=frames[1:], duration=100))
        assert near(shade(found, 0.5, 0.5), RED)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"not a picture",
        b"\x89PNG\r\n\x1a\n",
        b"RIFF\x00\x00\x00\x00WEBP",
        b"%PDF-1.7",
        b"<?xml version='1.0'?><svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        b"\xff\xd8\xff\xe0",
        as_file(Image.new("RGB", (9, 9)), "GIF"),
        as_file(Image.new("RGB", (9, 9)), "BMP"),
        as_file(Image.new("RGB", (9, 9)), "TIFF"),
        as_file(Image.new("RGB", (9, 9)), "ICO"),
        as_file(Image.new("RGB", (9, 9)), "PDF"),
    ],
)
def test_what_is_no_picture_for_pages_is_refused(content: bytes) -> None:
    assert problem_of(content) in {PictureProblem.NO_PICTURE, PictureProblem.BROKEN}


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_half_a_picture_is_refused(kind: str) -> None:
    noise = as_file(Image.effect_noise((300, 300), 90).convert("RGB"), kind)

    assert problem_of(noise[: len(noise) // 2]) is PictureProblem.BROKEN


def chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


def png_of(width: int, height: int, pixels: bytes = b"") -> bytes:
    """Return a PNG that says it has this size, whatever it holds."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


def webp_of(width: int, height: int) -> bytes:
    """Return a WebP whose header says it has this size."""
    canvas = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    extended = b"VP8X" + struct.pack("<I", 10) + b"\x02\0\0\0" + canvas
    return b"RIFF" + struct.pack("<I", 4 + len(extended)) + b"WEBP" + extended


@pytest.mark.parametrize(
    ("width", "height"), [(6_325, 6_325), (20_000, 5_000), (60_000, 60_000), (2**31 - 1, 2**31 - 1)]
)
def test_bomb_is_refused_before_it_goes_off(width: int, height: int) -> None:
    """The pixels are never looked at: here they would be a hundred million zeros out of a few bytes."""
    bomb = png_of(width, height, zlib.compress(bytes(1_000_000), 9))

    assert problem_of(bomb) is PictureProblem.TOO_MANY_PIXELS


def test_bomb_of_another_kind_is_refused_as_well() -> None:
    huge = as_file(Image.new("L", (65_000, 700)), "JPEG")

    assert problem_of(huge) is PictureProblem.TOO_MANY_PIXELS
    assert problem_of(webp_of(16_000_000, 200)) is PictureProblem.TOO_MANY_PIXELS


def test_bomb_in_the_texts_of_a_picture_is_refused() -> None:
    squeezed = zlib.compress(bytes(80_000_000), 9)
    whole = as_file(Image.new("RGB", (9, 9), BLUE))
    bomb = whole[:33] + chunk(b"zTXt", b"Comment\0\0" + squeezed) * 2 + whole[33:]

    assert problem_of(bomb) is PictureProblem.BROKEN


def test_as_many_pixels_as_are_allowed_are_taken() -> None:
    made_of(as_file(Image.new("L", (8_000, PIXELS_MAX // 8_000)), "JPEG"))


def test_file_that_is_too_large_is_not_even_looked_at() -> None:
    assert problem_of(b"\xff" * (BYTES_MAX + 1)) is PictureProblem.TOO_LARGE


def test_noise_is_squeezed_until_it_fits() -> None:
    noise = Image.frombytes("RGB", (SIDE, SIDE), random.Random(1).randbytes(SIDE * SIDE * 3))

    made_of(as_file(noise))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_damaged_pictures_are_refused_or_read_and_nothing_else(kind: str) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    whole = as_file(Image.effect_noise((60, 50), 80).convert("RGB"), kind, exif=exif)
    chance = random.Random(kind)
    with warnings.catch_warnings():
        # What the library would only warn of is none of its errors.
        warnings.simplefilter("ignore")
        for _ in range(300):
            damaged = bytearray(whole)
            for _ in range(chance.randint(1, 8)):
                damaged[chance.randrange(min(len(damaged), chance.choice((40, 400, len(damaged)))))] = chance.randrange(
                    256
                )
            try:
                encode(bytes(damaged), Crop())
            except PictureRefused:
                continue


@pytest.mark.parametrize("shape", [LOGO, COVER], ids=["logo", "cover"])
@given(
    width=st.integers(1, 400),
    height=st.integers(1, 400),
    zoom=st.floats(1, 4),
    x=st.floats(0, 1),
    y=st.floats(0, 1),
)
def test_every_part_lies_in_the_picture_and_has_the_shape(
    shape: Shape, width: int, height: int, zoom: float, x: float, y: float
) -> None:
    left, top, right, bottom = Crop(zoom, x, y).box(width, height, shape.aspect)

    assert 0 <= left < right <= width
    assert 0 <= top < bottom <= height
    assert (right - left) / (bottom - top) == pytest.approx(shape.aspect, rel=1e-6)


@pytest.mark.parametrize(
    ("size", "shape"), [((3000, 2), LOGO), ((2, 3000), COVER), ((1, 1), LOGO), ((1, 1), COVER), ((4000, 4000), LOGO)]
)
def test_a_picture_of_any_size_gets_its_shape(size: tuple[int, int], shape: Shape) -> None:
    content = as_file(Image.new("RGB", size, RED))

    found = Image.open(BytesIO(encode(content, Crop(), shape).content))

    assert found.size == (shape.width, shape.height)


def test_a_logo_without_a_ground_stands_on_white() -> None:
    clear = Image.new("RGBA", (200, 100), (0, 0, 0, 0))
    clear.paste((*RED, 255), (80, 30, 120, 70))

    found = Image.open(BytesIO(encode(as_file(clear), Crop(), LOGO).content))

    assert near(found.getpixel((256, 256)), RED)
    assert near(found.getpixel((20, 256)), WHITE)
