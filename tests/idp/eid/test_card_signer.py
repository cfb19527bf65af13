"""Only the National Register signs the files of cards, directly under a pinned root (eid.md 2.2, 2.3)."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest
from cryptography import x509
from cryptography.x509.oid import NameOID

from idp.eid.card.software.issuing import Issued
from idp.eid.identity import read_document
from idp.eid.problems import EidProblem, EidRefused
from tests.support.card_registers import (
    RIGHT,
    RRN,
    a_register,
    key_usage,
    signed,
    signed_with_sha1,
    written,
)
from tests.support.software_cards import (
    ISSUED_AT,
    TrustedRoots,
    a_card,
    an_authority,
    another_authority,
    holder_of,
    trust,
)

DAY = timedelta(days=1)


def refusal(register: Issued, *, roots: TrustedRoots | None = None) -> EidRefused | None:
    """Return why an identity file that this register signed is refused; None where it is not."""
    try:
        read_document(signed(written(RIGHT), register), holder_of(a_card(3)), roots or trust(), now=ISSUED_AT)
    except EidRefused as refused:
        return refused
    return None


def problem_of(register: Issued, *, roots: TrustedRoots | None = None) -> EidProblem | None:
    refused = refusal(register, roots=roots)
    return None if refused is None else refused.problem


@pytest.mark.parametrize(
    "register",
    [
        a_register,
        lambda: a_register(is_authority=None),
        lambda: a_register(usage=key_usage(content_commitment=True)),
        lambda: a_register(usage=key_usage(digital_signature=True, content_commitment=True)),
        lambda: a_register(subject=tuple(reversed(RRN))),
        lambda: a_register(bits=3072),
    ],
)
def test_the_register_as_it_may_be_is_believed(register: Callable[[], Issued]) -> None:
    assert refusal(register()) is None


@pytest.mark.parametrize(
    "register",
    [
        lambda: a_register(subject=(*RRN[:2], (NameOID.COMMON_NAME, "RRN2"))),
        lambda: a_register(subject=RRN[1:]),
        lambda: a_register(subject=(*RRN, (NameOID.ORGANIZATIONAL_UNIT_NAME, "Test"))),
        lambda: a_register(subject=(*RRN, RRN[2])),
        lambda: a_register(subject=((NameOID.COUNTRY_NAME, "NL"), *RRN[1:])),
        lambda: a_register(is_authority=True),
        lambda: a_register(has_usage=False),
        lambda: a_register(usage=key_usage(key_encipherment=True)),
    ],
)
def test_somebody_whom_the_same_root_certified_for_something_else_is_refused(register: Callable[[], Issued]) -> None:
    assert problem_of(register()) is EidProblem.FILES_INVALID


def test_a_citizen_ca_certifies_no_register() -> None:
    """It stands under a pinned root itself, and must not be able to sign identities."""
    citizen_ca = an_authority().citizen_ca

    assert problem_of(a_register(issuer=citizen_ca)) is EidProblem.ISSUER_UNKNOWN


def test_a_register_that_signed_its_own_certificate_is_refused() -> None:
    own = a_register()

    assert problem_of(a_register(issuer=own)) is EidProblem.ISSUER_UNKNOWN


def test_a_root_of_the_same_name_with_another_key_is_none_of_ours() -> None:
    assert problem_of(a_register(issuer=another_authority().root)) is EidProblem.FILES_INVALID


def test_of_two_roots_of_one_name_the_right_one_is_found() -> None:
    """Belgium Root CA4 exists twice (eid.md 7)."""
    both = TrustedRoots((another_authority().root.certificate, an_authority().root.certificate))

    assert refusal(a_register(), roots=both) is None


def test_without_any_root_nobody_is_believed() -> None:
    assert problem_of(a_register(), roots=TrustedRoots(())) is EidProblem.ISSUER_UNKNOWN


def test_a_register_whose_time_is_over_is_told_with_its_last_day() -> None:
    refused = refusal(a_register(begins=ISSUED_AT - 9 * DAY, ends=ISSUED_AT - timedelta(seconds=1)))

    assert refused is not None
    assert (refused.problem, refused.day) == (EidProblem.CERTIFICATE_EXPIRED, date(2026, 11, 2))


def test_a_register_whose_time_has_not_come_is_told_with_its_first_day() -> None:
    refused = refusal(a_register(begins=ISSUED_AT + timedelta(seconds=1)))

    assert refused is not None
    assert (refused.problem, refused.day) == (EidProblem.CERTIFICATE_NOT_YET, date(2026, 11, 2))


def test_a_root_whose_time_is_over_vouches_for_nobody() -> None:
    late = ISSUED_AT + 20 * 365 * DAY
    register = a_register(ends=late)
    files = signed(written({**RIGHT, 0x04: b"01.01.2099"}), register)

    with pytest.raises(EidRefused) as refused:
        read_document(files, holder_of(a_card(3)), trust(), now=late - DAY)

    assert refused.value.problem is EidProblem.CERTIFICATE_EXPIRED


def test_a_key_that_is_too_short_is_told_as_weak() -> None:
    assert problem_of(a_register(bits=1024)) is EidProblem.WEAK_ALGORITHM


def test_a_signature_over_sha1_is_told_as_weak() -> None:
    files = signed_with_sha1(written(RIGHT), a_register())

    with pytest.raises(EidRefused) as refused:
        read_document(files, holder_of(a_card(3)), trust(), now=ISSUED_AT)

    assert refused.value.problem is EidProblem.WEAK_ALGORITHM


def test_what_is_signed_with_the_key_of_another_register_is_refused() -> None:
    by_rsa, by_p384 = an_authority().register_rsa, an_authority().register_ec

    assert problem_of(replace(by_rsa, certificate=by_p384.certificate)) is EidProblem.FILES_INVALID
    assert problem_of(replace(by_p384, certificate=by_rsa.certificate)) is EidProblem.FILES_INVALID


def test_an_extension_that_is_not_known_matters_only_where_it_is_critical() -> None:
    unknown = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4"), b"\x05\x00")

    assert refusal(a_register(extra=unknown)) is None
    assert problem_of(a_register(extra=unknown, is_extra_critical=True)) is EidProblem.FILES_INVALID
