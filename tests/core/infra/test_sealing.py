"""What is sealed can be read with the same secret, for the same purpose, and not otherwise."""

import pytest

from core.infra.sealing import Unreadable, mac, seal, unseal
from core.infra.secret import Secret

OURS, THEIRS = Secret("ours" * 10), Secret("theirs" * 10)


def test_what_was_sealed_can_be_read_again() -> None:
    assert unseal(OURS, seal(OURS, "kéy 7", purpose="mail"), purpose="mail") == "kéy 7"


def test_a_sealed_text_shows_nothing_of_itself() -> None:
    first, second = seal(OURS, "ABC234", purpose="mail"), seal(OURS, "ABC234", purpose="mail")

    assert "ABC234" not in first
    assert first != second


@pytest.mark.parametrize(("secret", "purpose"), [(THEIRS, "mail"), (OURS, "other")])
def test_another_secret_or_purpose_reads_nothing(secret: Secret, purpose: str) -> None:
    with pytest.raises(Unreadable):
        unseal(secret, seal(OURS, "text", purpose="mail"), purpose=purpose)


def test_an_altered_text_is_refused() -> None:
    sealed = seal(OURS, "text", purpose="mail")

    with pytest.raises(Unreadable):
        unseal(OURS, sealed[:-5] + "AAAA=", purpose="mail")


def test_a_keyed_digest_depends_on_secret_and_purpose() -> None:
    told = {mac(OURS, "ABC234", purpose="a"), mac(OURS, "ABC234", purpose="b"), mac(THEIRS, "ABC234", purpose="a")}

    assert len(told) == 3
    assert mac(OURS, "ABC234", purpose="a") in told
