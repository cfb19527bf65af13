import pytest

from development.subject import problems


@pytest.mark.parametrize("message", ["oidc: spend codes atomically", "core/web: sign forms\n\nBecause."])
def test_a_subject_with_its_area_may_stand(message: str) -> None:
    assert problems(message) == ()


@pytest.mark.parametrize(
    ("message", "words"),
    [
        ("", "not of the form"),
        ("Spend codes atomically", "not of the form"),
        ("oidc: spend codes atomically.", "not of the form"),
        ("oidc: " + "spend " * 12 + "codes", "83 characters"),
        ("oidc: spend codes\nwithout a line between", "empty line"),
    ],
)
def test_what_is_wrong_with_a_subject_is_said(message: str, words: str) -> None:
    assert words in " ".join(problems(message))
