"""acr_values, essential acr, require_acr: Core 5.5.1.1 and claims.md."""

from hypothesis import given
from hypothesis import strategies as st

from core.people.assurance import Acr
from idp.oidc.checks.acr import essential, is_met, is_reachable, voluntary
from idp.oidc.checks.claims_parameter import ClaimsRequest, RequestedClaim

levels = st.sampled_from(Acr)
values = st.lists(st.sampled_from([*Acr, "unknown"]).map(str), max_size=4).map(tuple)


def asking(*wanted: str, is_essential: bool) -> ClaimsRequest:
    return ClaimsRequest(id_token=(RequestedClaim("acr", essential=is_essential, values=wanted),))


@given(values, levels)
def test_asking_for_nothing_is_met_and_any_listed_level_meets(wanted: tuple[str, ...], reached: Acr) -> None:
    known = [Acr(value) for value in wanted if value != "unknown"]

    assert is_met(wanted, reached) == (not wanted or any(reached.at_least(level) for level in known))


@given(values, levels, levels)
def test_stronger_sign_in_meets_whatever_a_weaker_one_met(wanted: tuple[str, ...], weak: Acr, strong: Acr) -> None:
    if strong.at_least(weak) and is_met(wanted, weak):
        assert is_met(wanted, strong)


@given(values, levels)
def test_what_cannot_be_reached_is_not_met_by_reaching_everything(wanted: tuple[str, ...], reachable: Acr) -> None:
    if wanted and not is_reachable(wanted, reachable):
        assert not is_met(wanted, reachable)


@given(values, levels)
def test_claims_never_lower_what_the_client_requires(wanted: tuple[str, ...], required: Acr) -> None:
    needed = essential(asking(*wanted, is_essential=True), required.value)

    assert needed
    for level in Acr:
        if is_met(needed, level):
            assert level.at_least(required)


@given(values)
def test_unknown_essential_values_are_not_forgotten(wanted: tuple[str, ...]) -> None:
    assert set(essential(asking(*wanted, is_essential=True), None)) == set(wanted)


def test_essential_without_values_asks_for_nothing() -> None:
    assert essential(asking(is_essential=True), None) == ()


def test_wishes_keep_their_order_and_drop_the_unknown() -> None:
    wished = voluntary(f"1 {Acr.HIGH.value} {Acr.PASSWORD.value}", ClaimsRequest(), (Acr.MFA.value,))

    assert wished == (Acr.HIGH.value, Acr.PASSWORD.value)


def test_defaults_of_the_client_count_where_nothing_is_asked() -> None:
    assert voluntary(None, ClaimsRequest(), (Acr.MFA.value,)) == (Acr.MFA.value,)
    assert voluntary(None, asking(Acr.HIGH.value, is_essential=False), (Acr.MFA.value,)) == (Acr.HIGH.value,)
