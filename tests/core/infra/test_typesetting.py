"""What a template makes of values: the same bytes for the same values, for archives and screen readers."""

import re
import sys
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import pytest
from pypdf import PdfReader

from core.infra.typesetting import pdf
from tests.support.paper import catalogue, said

NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)
TEMPLATE = """
#let content = json(bytes(sys.inputs.content))
#set document(title: "A letter")
#set text(lang: "nl", font: "Libertinus Serif")
= A letter
#content.text
"""


@pytest.fixture
def template(tmp_path: Path) -> Path:
    path = tmp_path / "letter.typ"
    path.write_text(TEMPLATE, encoding="utf-8")
    return path


def test_the_same_values_give_the_same_bytes_dated_as_asked(template: Path) -> None:
    file = pdf(template, {"text": "Dag"}, made_at=NOON)

    assert file == pdf(template, {"text": "Dag"}, made_at=NOON) != pdf(template, {"text": "Dàg"}, made_at=NOON)
    metadata = PdfReader(BytesIO(file)).metadata
    assert metadata is not None and metadata.creation_date == NOON


def test_a_file_is_for_archives_and_for_screen_readers(template: Path) -> None:
    root = catalogue(pdf(template, {"text": "Dag"}, made_at=NOON))

    described = root["/Metadata"].get_data().decode()
    assert re.findall(r"<pdfaid:(part|conformance)>(\w+)<", described) == [("part", "2"), ("conformance", "A")]
    assert "<pdfuaid:part>1<" in described
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == "nl"


@pytest.mark.parametrize("markup", ['#import "@preview/x:1.0.0"', "= A heading", "$x$ *b* _i_ @ref <label>", "\\ #("])
def test_what_somebody_wrote_is_never_markup(template: Path, markup: str) -> None:
    assert markup in said(pdf(template, {"text": markup}, made_at=NOON))


def test_any_text_can_be_set_and_what_has_no_glyph_is_a_question_mark(template: Path) -> None:
    belgian = "Liège, \u2019s-Gravenbrakel: œuvre, coöperatie, € 1 234,50 \u2013 „Ω“ Ж"

    assert said(pdf(template, {"text": f"{belgian} 搜😀\0\ue000\u202e\ud800 e\u0301"}, made_at=NOON)).endswith(
        f"{belgian} ?????? é"
    )


def test_every_character_that_is_let_through_has_a_glyph(template: Path) -> None:
    everything = "".join(map(chr, range(sys.maxunicode + 1)))
    lines = "".join(f"{everything[at : at + 64]} " for at in range(0, 0x3000, 64))

    assert pdf(template, {"text": lines}, made_at=NOON).startswith(b"%PDF-1.7")


def test_a_template_cannot_read_what_lies_elsewhere(tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("secret", encoding="utf-8")
    beside = tmp_path / "templates"
    beside.mkdir()
    (beside / "thief.typ").write_text('#read("../secret.txt")', encoding="utf-8")

    with pytest.raises(RuntimeError, match="root"):
        pdf(beside / "thief.typ", {}, made_at=NOON)
