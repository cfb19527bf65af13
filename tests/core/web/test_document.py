from pathlib import Path

from core.infra.settings import Settings
from core.web import document
from core.web.document import Cell, Document, Link, Row, Section, Table
from tests.core.web.conftest import framed_app

TABLE = Table(("Claim", "Meaning"), (Row("claim-sub", (Cell("sub", is_code=True), Cell("<b>The person</b>"))),))
CLAIMS = Document(
    title="Claims",
    lead="What a token says.",
    sections=(Section("claims", "All claims", ("A paragraph.",), TABLE, '{"sub": "usr_1"}'),),
    links=(Link("As JSON", "/docs/claims.json"),),
)


def test_a_document_shows_prose_table_example_and_links(base_settings: Settings, tmp_path: Path) -> None:
    app = framed_app(base_settings, tmp_path)

    with app.test_request_context("/docs/claims?language=en"):
        html = document.render(CLAIMS)

    assert "<h1>Claims</h1>" in html
    assert '<a href="#claims">All claims</a>' in html
    assert '<tr id="claim-sub">' in html
    assert "<code>sub</code>" in html
    assert '<td data-label="Meaning">&lt;b&gt;The person&lt;/b&gt;</td>' in html
    assert "{&#34;sub&#34;: &#34;usr_1&#34;}" in html
    assert 'href="/docs/claims.json"' in html
