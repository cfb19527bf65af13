import pytest

from idp.eid.card.origins import parse_origin


@pytest.mark.parametrize(
    "value",
    ["https://login.example", "https://login.example:8443", "http://localhost:8080", "http://127.0.0.1:8080"],
)
def test_an_origin_is_taken_as_browsers_write_it(value: str) -> None:
    assert parse_origin(value) == value


@pytest.mark.parametrize(
    "value",
    [
        "",
        "login.example",
        "https://",
        "https://login.example/",
        "https://login.example:443",
        "https://Login.example",
        "https://user@login.example",
        "https://login.example?x",
        "https://éx.example",
        "http://login.example",
        "ftp://login.example",
        "null",
        "*",
        "https://login.example:port",
        "https://" + "a" * 250 + ".example",
    ],
)
def test_anything_else_is_refused(value: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse_origin(value)
