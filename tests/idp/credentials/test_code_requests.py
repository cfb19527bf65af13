"""Asking for another code: not too soon, not too often, and no mailbox is flooded (A5)."""

import pytest

from core.infra import rate_limit
from core.infra.errors import RateLimited
from core.infra.store.interface import EphemeralStore
from idp.credentials import code_requests
from idp.credentials.code_requests import PAUSE, PER_HOUR, PER_MAILBOX
from idp.credentials.tables import CodePurpose

PURPOSE = CodePurpose.ACTIVATION


def ask(store: EphemeralStore, whose: str = "usr_anna", purpose: CodePurpose = PURPOSE) -> None:
    """Ask for a code."""
    code_requests.ask(store, purpose=purpose, whose=whose)


def the_pause_is_over(store: EphemeralStore, whose: str = "usr_anna") -> None:
    """Let the pause between two codes pass."""
    rate_limit.forget(store, PAUSE, f"{PURPOSE}\n{whose}")


def test_a_second_code_has_to_wait_a_minute(store: EphemeralStore) -> None:
    assert code_requests.seconds_to_wait(store, purpose=PURPOSE, whose="usr_anna") == 0
    ask(store)

    with pytest.raises(RateLimited) as limited:
        ask(store)

    assert 50 < limited.value.retry_after_seconds <= 60
    assert 50 < code_requests.seconds_to_wait(store, purpose=PURPOSE, whose="usr_anna") <= 60


def test_asking_in_vain_makes_nobody_wait_longer(store: EphemeralStore) -> None:
    """The window opens with the first request and does not move."""
    ask(store)
    for _ in range(10):
        with pytest.raises(RateLimited):
            ask(store)
    the_pause_is_over(store)

    ask(store)


def test_five_codes_an_hour_and_no_more(store: EphemeralStore) -> None:
    for _ in range(PER_HOUR.attempts):
        the_pause_is_over(store)
        ask(store)
    the_pause_is_over(store)

    with pytest.raises(RateLimited) as limited:
        ask(store)

    assert limited.value.retry_after_seconds > 3_500
    assert code_requests.seconds_to_wait(store, purpose=PURPOSE, whose="usr_anna") > 3_500


def test_a_code_to_another_address_need_not_wait_but_counts(store: EphemeralStore) -> None:
    for _ in range(PER_HOUR.attempts):
        code_requests.ask_elsewhere(store, purpose=PURPOSE, whose="usr_anna")
    assert code_requests.seconds_to_wait(store, purpose=PURPOSE, whose="usr_anna") > 50

    with pytest.raises(RateLimited) as limited:
        code_requests.ask_elsewhere(store, purpose=PURPOSE, whose="usr_anna")

    assert limited.value.retry_after_seconds > 3_500


def test_people_and_purposes_are_counted_apart(store: EphemeralStore) -> None:
    ask(store)

    ask(store, whose="usr_bert")
    ask(store, purpose=CodePurpose.RECOVERY)


def test_a_mailbox_is_spared_in_whatever_case_it_is_written(store: EphemeralStore) -> None:
    written = ["Anna@People.example", "anna@people.example"] * PER_MAILBOX.attempts

    allowed = [code_requests.may_mail(store, address, purpose=CodePurpose.RECOVERY) for address in written]

    assert allowed == [True] * PER_MAILBOX.attempts + [False] * PER_MAILBOX.attempts
    assert code_requests.may_mail(store, "bert@people.example", purpose=CodePurpose.RECOVERY)
    assert code_requests.may_mail(store, written[0], purpose=CodePurpose.ACTIVATION)
    assert code_requests.may_mail(store, written[0], purpose=CodePurpose.RECOVERY, device="one of hers")
