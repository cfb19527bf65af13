import pytest

from idp.claims.catalogue import CLAIMS
from idp.claims.consent import ConsentLine, consent_groups
from idp.claims.scopes import SCOPE_NAMES, ConsentKind


def texts(scope: tuple[str, ...], claims: tuple[str, ...] = ()) -> dict[ConsentKind, list[str]]:
    return {group.kind: [line.text for line in group.lines] for group in consent_groups(scope, claims)}


def test_each_scope_appears_under_its_heading() -> None:
    groups = consent_groups(SCOPE_NAMES, ())

    assert [group.kind for group in groups] == list(ConsentKind)
    assert {line.asked_by for group in groups for line in group.lines} == set(SCOPE_NAMES) - {"offline_access"}


def test_group_without_anything_is_not_shown() -> None:
    assert list(texts(("openid", "email"))) == [ConsentKind.CONTACT, ConsentKind.SIGN_IN]


def test_scope_adds_lines_and_takes_none_away() -> None:
    fewer = {line for group in consent_groups(("openid", "profile"), ()) for line in group.lines}
    more = {line for group in consent_groups(("openid", "profile", "organization"), ()) for line in group.lines}

    assert fewer < more


def test_every_claim_is_named_by_a_line() -> None:
    """A page shows exactly what is sent: no claim may travel without a line that covers it."""
    for claim in CLAIMS:
        lines = [line for group in consent_groups((), (claim.name,)) for line in group.lines]
        assert [line.asked_by for line in lines] == [claim.name]


def test_claim_asked_for_by_name_is_shown_beside_the_scopes() -> None:
    (contact,) = [g for g in consent_groups(("openid",), ("email",)) if g.kind is ConsentKind.CONTACT]

    assert contact.lines == (ConsentLine("email", "your personal e-mail address"),)


@pytest.mark.parametrize("scope", [("email",), ("openid", "email")])
def test_claim_that_its_scope_gives_anyway_is_not_shown_twice(scope: tuple[str, ...]) -> None:
    assert texts(scope, ("email",)) == texts(scope)


def test_unknown_names_give_no_line() -> None:
    assert consent_groups(("unknown",), ("unknown",)) == ()
