from pathlib import Path

from idp.claims.catalogue import CLAIMS
from idp.claims.protocol import PROTOCOL_CLAIMS
from idp.claims.scopes import SCOPE_NAMES
from idp.docs.markdown import markdown

DOCUMENT = Path(__file__).parents[3] / "docs" / "claims.md"


def test_document_is_what_the_table_says() -> None:
    """Mend with `python -m idp.docs.markdown > docs/claims.md`."""
    assert DOCUMENT.read_text("utf-8") == markdown()


def test_document_names_every_scope_and_claim() -> None:
    text = markdown()

    for name in (*SCOPE_NAMES, *(c.name for c in CLAIMS), *(c.name for c in PROTOCOL_CLAIMS)):
        assert f"| `{name}` |" in text
