import re

import pytest
from flask.testing import FlaskClient

from core.web.brand_files import brand_url, icon


@pytest.mark.parametrize(
    ("name", "content_type"),
    [("brand.css", "text/css"), ("brand.js", "text/javascript"), ("logo.svg", "image/svg+xml")],
)
def test_a_file_is_sent_with_its_type_and_may_be_kept_for_ever(
    framed: FlaskClient, name: str, content_type: str
) -> None:
    answer = framed.get(brand_url(name))

    assert answer.status_code == 200
    assert answer.content_type == f"{content_type}; charset=utf-8"
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"


def test_a_page_names_its_files_by_their_present_content(framed: FlaskClient) -> None:
    html = framed.get("/page").text

    files = re.findall(r'(?:href|src)="(/brand/[^"]+)"', html)

    assert len(files) == 3
    assert all(framed.get(path).status_code == 200 for path in files)


@pytest.mark.parametrize(
    "path", ["/brand/brand.css", "/brand/0000000000000000/brand.css", "/brand/../templates.py", "/brand/layout.html"]
)
def test_nothing_else_is_served(framed: FlaskClient, path: str) -> None:
    assert framed.get(path).status_code == 404


def test_an_icon_is_hidden_from_those_who_listen() -> None:
    assert 'aria-hidden="true"' in icon("check")
    assert 'focusable="false"' in icon("check")


def test_an_icon_that_does_not_exist_is_a_mistake() -> None:
    with pytest.raises(KeyError):
        icon("unicorn")
