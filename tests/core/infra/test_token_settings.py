"""The file that names the token: complete or refused, and never with the PIN in it."""

from pathlib import Path

import pytest

from core.infra.errors import InvalidSettings
from core.infra.settings import Settings
from core.infra.token_settings import token_place
from core.proof.keys import ALGORITHMS

GOOD = 'module = "/lib/token.so"\ntoken = "keys"\n'


def settings(path: Path, pin: str | None = "81726354") -> Settings:
    environment = {"IMMO_MODE": "test", "IMMO_SIGNING_TOKEN": str(path)}
    return Settings.from_environment(environment | ({} if pin is None else {"IMMO_SIGNING_TOKEN_PIN": pin}))


def written(folder: Path, content: str) -> Path:
    path = folder / "pkcs11.toml"
    path.write_text(content, "utf-8")
    return path


def test_token_is_named_by_file_and_opened_by_the_setting(tmp_path: Path) -> None:
    content = GOOD + 'sessions = 9\nin_files = ["EdDSA"]\n'

    token = settings(written(tmp_path, content)).token

    assert token is not None
    assert (token.place.module, token.place.label, token.place.sessions) == ("/lib/token.so", "keys", 9)
    assert token.place.in_files == {"EdDSA"}
    assert token.pin.reveal() == "81726354"


def test_the_example_that_comes_with_the_product_is_accepted() -> None:
    assert token_place("keys/pkcs11.toml.example").label == "immo-connect"


def test_no_form_of_the_settings_shows_the_pin(tmp_path: Path) -> None:
    found = settings(written(tmp_path, GOOD))

    assert "81726354" not in repr(found) + str(found.token) + repr(found.listing)


def test_keys_lie_in_files_where_nothing_is_said() -> None:
    assert Settings.from_environment({"IMMO_MODE": "test"}).token is None


def test_token_without_its_pin_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidSettings) as refused:
        settings(written(tmp_path, GOOD), pin=None)

    assert refused.value.problems == ("IMMO_SIGNING_TOKEN_PIN: goes together with IMMO_SIGNING_TOKEN",)


@pytest.mark.parametrize(
    "content",
    [
        "",
        "module =",
        'module = "/lib/token.so"\n',
        'module = "/lib/token.so"\ntoken = ""\n',
        "module = 1\ntoken = 'keys'\n",
        GOOD + 'pin = "81726354"\n',
        GOOD + "sessions = 0\n",
        GOOD + "sessions = 65\n",
        GOOD + "sessions = true\n",
        GOOD + 'in_files = "EdDSA"\n',
        GOOD + "in_files = [1]\n",
        GOOD + 'in_files = ["HS256"]\n',
    ],
)
def test_bad_file_is_refused_and_its_content_not_repeated(tmp_path: Path, content: str) -> None:
    with pytest.raises(ValueError, match=r"must|may") as refused:
        token_place(str(written(tmp_path, content)))

    assert "81726354" not in str(refused.value)


def test_every_algorithm_that_we_sign_with_may_stay_in_files(tmp_path: Path) -> None:
    content = GOOD + f"in_files = {list(ALGORITHMS)}\n"

    assert token_place(str(written(tmp_path, content))).in_files == set(ALGORITHMS)
