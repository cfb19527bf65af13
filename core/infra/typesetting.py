"""Typesetting: a template of ours and plain values become a file that archives keep and screen readers read.

The file is PDF/A-2a (ISO 19005-2, level A: tagged) and PDF/UA-1 (ISO 14289-1), and the same values give the
same bytes: it is dated by its caller, its fonts come with the typesetter, nothing is fetched. Values
reach the template as JSON, so nothing that anybody wrote is ever read as markup.
"""

import json
import re
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typst import Fonts

Content = Mapping[str, "Value"]
Value = str | bool | Content | Sequence["Value"]

# What the font can show: Latin, Greek, Cyrillic, punctuation. PDF/A refuses any other character, and with it
# the whole file.
_SHOWN = (
    "\u0020-\u007e\u00a0-\u00ac\u00ae-\u024f\u0300-\u0345"
    "\u0386\u0388-\u038a\u038c\u038e-\u03a1\u03a3-\u03ce\u0400-\u045f\u1e00-\u1e9b\u1e9e\u1ea0-\u1eff"
    "\u2010-\u2015\u2018-\u201e\u2020-\u2022\u2026\u202f-\u2030\u2032-\u2033\u2039-\u203a\u20ac\u2122\u2212"
)
_NOT_SHOWN = re.compile(f"[^{_SHOWN}]")
_IN_ITS_PLACE = "?"


def pdf(template: Path, content: Content, *, made_at: datetime) -> bytes:
    """Return the file that a template makes of values, dated by an aware moment.

    A character that the font does not have is a question mark. The template may import what lies beside it.
    """
    import typst  # noqa: PLC0415 - few documents are made: no idle worker should hold what sets them

    return typst.compile(
        template,
        root=template.parent,
        font_paths=_fonts(),
        ignore_system_fonts=True,
        sys_inputs={"content": json.dumps(_shown(content))},
        pdf_standards=["a-2a", "ua-1"],
        timestamp=int(made_at.timestamp()),
    )


@cache
def _fonts() -> "Fonts":
    """Return the fonts that come with the typesetter, and no others: the machine's would change the file."""
    from typst import Fonts  # noqa: PLC0415 - see `pdf`

    return Fonts(include_system_fonts=False)


def _shown(value: Value) -> object:
    if isinstance(value, str):
        return _NOT_SHOWN.sub(_IN_ITS_PLACE, unicodedata.normalize("NFC", value))
    if isinstance(value, bool):
        return value
    if isinstance(value, Mapping):
        return {name: _shown(part) for name, part in value.items()}
    return [_shown(part) for part in value]
