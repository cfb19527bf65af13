"""Names are found and sorted without what people type differently."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.people.folding import search_text


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (("De Smét-Claes", "Élise"), "de smet claes elise"),
        (("  O'Brien ", None, "Seán"), "o brien sean"),
        (("Strauß", "Łukasz"), "strauss lukasz"),
        (("\N{FULLWIDTH LATIN CAPITAL LETTER V}an den  Broeck",), "van den broeck"),
        ((None, "", "-"), ""),
    ],
)
def test_a_name_is_reduced_to_plain_words(texts: tuple[str | None, ...], expected: str) -> None:
    assert search_text(*texts) == expected


@given(st.text(max_size=40))
def test_reducing_twice_changes_nothing_more(text: str) -> None:
    once = search_text(text)

    assert search_text(once) == once
