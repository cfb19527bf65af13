"""Reads a form that may carry a picture: a larger body than other forms may have, and bounded too.

Every other form ends at the limit of its application. Here the texts have a limit of
their own; of a file only so much is kept as could be a picture, so that what was typed beside one that
is too large is not lost with it.
"""

from dataclasses import dataclass
from io import BytesIO

from flask import request
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.formparser import FormDataParser

# Beyond so many times of what a file may have nothing is read at all: no camera's picture is as large.
_BODY_TIMES_MAX = 4
# The parser reads pieces of 64 KiB and counts against this what is left of the piece before, those of
# a file as well: with less than two pieces it would refuse every picture larger than one.
_TEXT_BYTES_MAX = 2 * 64 * 1024
_PARTS_MAX = 100
_MULTIPART = "multipart/form-data"


@dataclass(frozen=True, slots=True)
class Sent:
    """A form: its texts, and the file that was chosen, if any.

    `is_file_too_large` where the file was cut off; `is_unread` where the whole form was so large
    that nothing of it was read.
    """

    texts: MultiDict[str, str]
    file: bytes | None = None
    is_file_too_large: bool = False
    is_unread: bool = False


def read_form(file_field: str, *, bytes_max: int) -> Sent:
    """Return what the browser sent, with the file of one field, of which up to `bytes_max` is kept.

    The caller checks the form token among the texts, and who sends it before it calls this.
    """
    if request.mimetype != _MULTIPART:
        return Sent(request.form)
    parser = FormDataParser(
        stream_factory=lambda *_about, **_more: _Capped(bytes_max),
        max_form_memory_size=_TEXT_BYTES_MAX,
        max_content_length=_BODY_TIMES_MAX * bytes_max,
        max_form_parts=_PARTS_MAX,
    )
    try:
        _, texts, files = parser.parse_from_environ(request.environ)
    except RequestEntityTooLarge:
        return Sent(MultiDict(), is_unread=True)
    chosen = files.get(file_field)
    if chosen is None or not isinstance(chosen.stream, _Capped) or chosen.stream.is_empty:
        return Sent(texts)
    stream = chosen.stream
    return Sent(texts, None if stream.is_full else stream.getvalue(), is_file_too_large=stream.is_full)


class _Capped(BytesIO):
    """Keeps as much as a picture may have, and notes whether there was more."""

    def __init__(self, bytes_max: int) -> None:
        super().__init__()
        self.is_full = False
        self._bytes_max = bytes_max

    @property
    def is_empty(self) -> bool:
        return not self.is_full and self.getbuffer().nbytes == 0

    def write(self, data: bytes, /) -> int:  # type: ignore[override]
        if self.is_full or self.tell() + len(data) > self._bytes_max:
            self.is_full = True
            self.seek(0)
            self.truncate()
        else:
            super().write(data)
        return len(data)
