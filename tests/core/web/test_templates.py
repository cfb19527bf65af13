import pytest
from flask.testing import FlaskClient
from jinja2 import UndefinedError

from core.infra.company_numbers import company_number


def test_a_name_that_nobody_gave_is_an_error_and_no_empty_string(framed: FlaskClient) -> None:
    with pytest.raises(UndefinedError, match="nobody_gave_this"):
        framed.get("/careless")


def test_every_page_says_how_to_get_help(framed: FlaskClient) -> None:
    html = framed.get("/page?language=en").text

    assert 'href="mailto:support@immo-connect.eu"' in html
    assert "9:00 to 12:30 and 13:30 to 17:00" in html


@pytest.mark.parametrize(("digits", "shown"), [("0123456749", "0123.456.749"), ("", ""), ("12345", "12345")])
def test_a_company_number_is_written_as_people_write_it(digits: str, shown: str) -> None:
    assert company_number(digits) == shown
