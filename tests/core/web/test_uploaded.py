"""Forms that carry a picture: whole up to the limit, and never a lost form for a picture that is allowed."""

import random
from io import BytesIO

import pytest
from flask import Flask
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from core.people.picture_encoding import BYTES_MAX
from core.web.uploaded import Sent, read_form

KIB = 1024


def sent(content: bytes, *, text: str = "Gent") -> Sent:
    picture = FileStorage(BytesIO(content), "photo.jpg")
    boundary, body = encode_multipart({"before": text, "picture": picture, "after": text})
    kind = f"multipart/form-data; boundary={boundary}"
    with Flask(__name__).test_request_context(method="POST", data=body, content_type=kind):
        return read_form("picture", bytes_max=BYTES_MAX)


@pytest.mark.parametrize("size", [1, 60 * KIB, 64 * KIB, 65 * KIB, 230 * KIB, 3_000 * KIB, BYTES_MAX])
def test_a_picture_that_is_allowed_arrives_whole_with_the_texts(size: int) -> None:
    content = random.Random(size).randbytes(size)

    found = sent(content)

    assert found.file == content
    assert not found.is_unread
    assert (found.texts["before"], found.texts["after"]) == ("Gent", "Gent")


def test_a_picture_without_line_ends_arrives_whole() -> None:
    content = b"x" * 500 * KIB

    assert sent(content).file == content


def test_what_was_typed_stays_beside_a_picture_that_is_too_large() -> None:
    found = sent(random.Random(1).randbytes(BYTES_MAX + 1))

    assert found.is_file_too_large
    assert found.file is None
    assert found.texts["after"] == "Gent"


def test_texts_without_bounds_are_not_read() -> None:
    assert sent(b"x", text="x" * 200 * KIB).is_unread
