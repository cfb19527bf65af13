from pathlib import Path

import pytest

from idp.eid.card.modules import installed


def put(root: Path, path: str) -> Path:
    file = root / path
    file.parent.mkdir(parents=True)
    file.touch()
    return file


def test_the_official_module_comes_before_opensc(tmp_path: Path) -> None:
    opensc = put(tmp_path, "usr/lib/x86_64-linux-gnu/opensc-pkcs11.so")
    official = put(tmp_path, "usr/lib64/libbeidpkcs11.so.0")

    assert [(place.maker, place.path) for place in installed("Linux", tmp_path)] == [
        ("official", official),
        ("OpenSC", opensc),
    ]


@pytest.mark.parametrize(
    ("system", "path"),
    [
        ("Linux", "usr/lib/aarch64-linux-gnu/libbeidpkcs11.so.0"),
        ("Linux", "usr/local/lib/libbeidpkcs11.so.0"),
        ("Darwin", "Library/Belgium Identity Card/Pkcs11/beid-pkcs11.bundle/Contents/MacOS/libbeidpkcs11.dylib"),
        ("Darwin", "usr/local/lib/libbeidpkcs11.dylib"),
    ],
)
def test_the_official_module_is_found_where_its_makers_put_it(tmp_path: Path, system: str, path: str) -> None:
    file = put(tmp_path, path)

    assert [(place.maker, place.path) for place in installed(system, tmp_path)] == [("official", file)]


def test_there_may_be_none(tmp_path: Path) -> None:
    (tmp_path / "usr/lib/x86_64-linux-gnu/opensc-pkcs11.so").mkdir(parents=True)

    assert installed("Linux", tmp_path) == ()
    assert installed("Plan9", tmp_path) == ()


def test_opensc_of_this_machine_is_found() -> None:
    assert "OpenSC" in {place.maker for place in installed()}
