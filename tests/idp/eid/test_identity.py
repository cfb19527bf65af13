"""What a card's files say counts only where everything that vouches for it is right (eid.md 2.4)."""

import contextlib
import hashlib
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from core.people.facts import Address
from core.people.national_number import NationalNumber
from idp.eid import chip
from idp.eid.card_files import LARGEST
from idp.eid.holder import CardDocument, CardFiles, Holder
from idp.eid.identity import read_document
from idp.eid.problems import EidProblem, EidRefused
from tests.support.card_registers import RIGHT, signed, written
from tests.support.software_cards import ISSUED_AT, a_card, holder_of, trust

ORIGIN, NONCE = "https://connect.example", "bm9uY2Utb2YtdGhpcy10ZXN0LWFuZC1vZi1ubyBvdGhlcg=="
THIRD = a_card(3)
FILES_INVALID = EidProblem.FILES_INVALID


def read(files: CardFiles, holder: Holder | None = None, now: datetime = ISSUED_AT) -> CardDocument:
    asked = chip.challenge(ORIGIN, NONCE)
    return read_document(files, holder or holder_of(THIRD), trust(), now=now, chip_challenge=asked)


def problem_of(files: CardFiles, holder: Holder | None = None, now: datetime = ISSUED_AT) -> EidProblem | None:
    try:
        read(files, holder, now)
    except EidRefused as refused:
        return refused.problem
    return None


def all_files(number: int) -> dict[str, bytes]:
    """Return everything that a test card can say, and its chip's answer where it has one."""
    card = a_card(number)
    answer = card.chip_signature(ORIGIN, NONCE)
    return card.files() | ({} if answer is None else {"chipSignature": answer})


def an_identity(**changed: bytes | None) -> dict[str, bytes]:
    """Return a signed identity file of test card 3; `x06=b"…"` is another value of tag 06, None no such tag."""
    records: dict[int, bytes] = dict(RIGHT)
    for name, value in changed.items():
        tag = int(name[1:], 16)
        if value is None:
            records.pop(tag)
        else:
            records[tag] = value
    return signed(written(records))


def test_a_card_with_rsa_says_who_holds_it() -> None:
    card = a_card(1)

    found = read(all_files(1), holder_of(card))

    assert found == CardDocument(
        number=NationalNumber.parse("79041699815"),
        given_names="An",
        family_name="Peeters",
        birthdate=date(1979, 4, 16),
        place_of_birth="Antwerpen",
        gender="female",
        nationality="Belg",
        card_number="592000000196",
        document_type=1,
        valid_from=date(2026, 11, 1),
        valid_until=found.valid_until,
        signer_fingerprint=hashlib.sha256(card.files()["rrnCertificate"].rstrip(b"\0")).hexdigest(),
        address=Address("Lange Leemstraat 112", "Antwerpen", "2018", "BE"),
        has_photo=True,
        is_chip_proven=False,
    )
    assert found.valid_until.year == 2036


def test_a_card_with_p384_says_so_too_and_its_chip_was_there() -> None:
    found = read(all_files(3))

    assert (found.given_names, found.birthdate, found.gender) == ("Damien", date(1988, 1, 23), "male")
    assert found.address == Address("Rue de Fer 40", "Namur", "5000", "BE")
    assert found.has_photo
    assert found.is_chip_proven


def test_nobody_has_to_send_more_than_the_identity_file() -> None:
    files = {name: all_files(3)[name] for name in ("identity", "identitySignature", "rrnCertificate")}

    found = read(files)

    assert (found.family_name, found.address, found.has_photo, found.is_chip_proven) == ("Lambert", None, False, False)


def test_neither_number_shows_where_a_document_is_printed() -> None:
    shown = repr(read(all_files(3)))

    assert "88012399771" not in shown
    assert "592000000398" not in shown


# A change of the issuer's name or of the algorithm's is told as what it looks like.
OF_THE_CERTIFICATE = {FILES_INVALID, EidProblem.ISSUER_UNKNOWN, EidProblem.WEAK_ALGORITHM}


@pytest.mark.parametrize("number", [1, 2])
@pytest.mark.parametrize(
    "name",
    ["identity", "identitySignature", "address", "addressSignature", "rrnCertificate", "photo"],
)
def test_each_byte_that_is_flipped_is_refused(number: int, name: str) -> None:
    files, holder = all_files(number), holder_of(a_card(number))
    content = files[name]
    # Every byte of what is read, and a part of what is only counted or added up.
    limit = 300 if name == "photo" else 1000
    places = [place for place in range(len(content)) if place < limit or place % 29 == 0 or place == len(content) - 1]
    expected = OF_THE_CERTIFICATE if name == "rrnCertificate" else {FILES_INVALID}

    for place in places:
        for mask in (0x01, 0x80):
            flipped = content[:place] + bytes((content[place] ^ mask,)) + content[place + 1 :]
            assert problem_of({**files, name: flipped}, holder) in expected, (place, mask)


@given(
    name=st.sampled_from(sorted(all_files(3).keys() - {"caCertificate"})),
    place=st.integers(0, 4000),
    removed=st.integers(0, 40),
    inserted=st.binary(max_size=40),
)
@example(name="address", place=116, removed=1, inserted=b"")
@example(name="identitySignature", place=127, removed=1, inserted=b"")
@settings(max_examples=300, deadline=None)
def test_no_change_of_a_file_changes_what_is_read(name: str, place: int, removed: int, inserted: bytes) -> None:
    """Padding may be of another length; whatever else is different is refused."""
    files = all_files(3)
    content = files[name]
    files[name] = content[:place] + inserted + content[place + removed :]

    with contextlib.suppress(EidRefused):
        assert read(files) == read(all_files(3))
        assert files[name].rstrip(b"\0") == content.rstrip(b"\0")


@pytest.mark.parametrize("name", ["basicPublicKey", "chipSignature"])
def test_each_byte_of_the_chip_s_proof_counts(name: str) -> None:
    files = all_files(3)
    content = files[name]

    for place in range(len(content)):
        flipped = content[:place] + bytes((content[place] ^ 0x01,)) + content[place + 1 :]
        assert problem_of({**files, name: flipped}) is FILES_INVALID, place


@pytest.mark.parametrize("name", ["identity", "identitySignature", "rrnCertificate", "address", "addressSignature"])
def test_a_file_that_the_others_need_is_missed(name: str) -> None:
    files = all_files(3)
    del files[name]

    assert problem_of(files) is FILES_INVALID


@pytest.mark.parametrize("name", [name for name in LARGEST if name != "caCertificate"])
def test_empty_and_too_large_files_are_refused_before_anything_else(name: str) -> None:
    files = all_files(3)

    assert problem_of({**files, name: b""}) is FILES_INVALID
    assert problem_of({**files, name: files[name] + bytes(LARGEST[name])}) is FILES_INVALID


@pytest.mark.parametrize("cut", [1, 2, 100])
def test_a_file_that_was_read_in_part_is_refused(cut: int) -> None:
    files = all_files(1)
    for name in ("identity", "identitySignature", "addressSignature", "photo"):
        assert problem_of({**files, name: files[name][:-cut]}, holder_of(a_card(1))) is FILES_INVALID, name


def test_files_of_somebody_else_are_told_as_such() -> None:
    assert problem_of(all_files(2), holder_of(THIRD)) is EidProblem.FILES_OF_OTHER_PERSON


@pytest.mark.parametrize("names", [("address", "addressSignature"), ("photo",), ("basicPublicKey", "chipSignature")])
def test_a_part_of_another_card_is_refused_although_the_same_register_signed_it(names: tuple[str, ...]) -> None:
    others = all_files(2)

    assert problem_of({**all_files(3), **{name: others[name] for name in names}}) is FILES_INVALID


def test_an_address_of_an_older_card_of_the_same_person_is_refused() -> None:
    """An address is signed together with the identity file that it lies beside."""
    older = an_identity(x01=b"592000000001")
    files = all_files(3)

    assert problem_of({**files, **older}) is FILES_INVALID


@pytest.mark.parametrize(
    ("certified", "is_alike"),
    [
        ({"family_name": "LAMBERT"}, True),
        ({"family_name": "  Lambert "}, True),
        ({"given_names": "Damien Louis"}, True),
        ({"given_names": "Dam"}, True),
        ({"given_names": None}, True),
        ({"family_name": "Lambrecht"}, False),
        ({"family_name": ""}, False),
        ({"given_names": "Louis"}, False),
    ],
)
def test_names_of_file_and_certificate_belong_together(certified: Mapping[str, str | None], *, is_alike: bool) -> None:
    holder = replace(holder_of(THIRD), **certified)  # type: ignore[arg-type] # names of a dataclass

    assert problem_of(all_files(3), holder) is (None if is_alike else EidProblem.FILES_OF_OTHER_PERSON)


def test_how_a_letter_is_composed_makes_no_other_name() -> None:
    files = an_identity(x07="Dubois-Élise".encode(), x08="Andre\u0301".encode())
    holder = replace(holder_of(THIRD), family_name="dubois-E\u0301lise", given_names="André")

    assert read(files, holder).given_names == "André"


@pytest.mark.parametrize(
    "number", [b"", b"8801239977", b"880123997711", b"88012399772", b"88.01.23-997.71", b"8801239977 ", None]
)
def test_a_file_without_a_national_number_is_refused(number: bytes | None) -> None:
    assert problem_of(an_identity(x06=number)) is FILES_INVALID


def test_a_card_is_good_from_its_first_belgian_day_to_its_last() -> None:
    files = an_identity(x03=b"03.11.2026", x04=b"05.11.2026")

    def at(day: int, hour: int, minute: int) -> EidProblem | None:
        # In winter Brussels is an hour ahead.
        return problem_of(files, now=datetime(2026, 11, day, hour, minute, tzinfo=UTC))

    assert at(2, 22, 59) is EidProblem.CERTIFICATE_NOT_YET
    assert at(2, 23, 0) is None
    assert at(5, 22, 59) is None
    assert at(5, 23, 0) is EidProblem.DOCUMENT_EXPIRED


def test_an_expired_card_is_told_with_its_last_day() -> None:
    with pytest.raises(EidRefused) as refused:
        read(an_identity(x03=b"01.11.2016", x04=b"01.11.2026"))

    assert (refused.value.problem, refused.value.day) == (EidProblem.DOCUMENT_EXPIRED, date(2026, 11, 1))


@pytest.mark.parametrize(
    "until", [None, b"", b"2036-11-02", b"2.11.2036", b"31.02.2036", b"02.11.36", b"02.11.2036 ", "٠٢.11.2036".encode()]
)
def test_a_card_that_does_not_say_until_when_it_is_good_is_refused(until: bytes | None) -> None:
    assert problem_of(an_identity(x04=until)) is FILES_INVALID


@pytest.mark.parametrize(
    ("written_as", "expected"), [(b"M", "male"), (b"F", "female"), (b"V", "female"), (b"W", "female"), (b"X", None)]
)
def test_the_sex_is_read_in_each_language(written_as: bytes, expected: str | None) -> None:
    assert read(an_identity(x0D=written_as)).gender == expected


@pytest.mark.parametrize(
    ("written_as", "expected"), [(b"1", 1), (b"17", 17), (b"36", 36), (b"A", None), (b"100", None)]
)
def test_the_kind_of_document_is_a_number_or_not_known(written_as: bytes, expected: int | None) -> None:
    assert read(an_identity(x0F=written_as)).document_type == expected


def test_what_no_profile_can_hold_is_left_out() -> None:
    found = read(an_identity(x0A=b"\xff\xfe", x0B=b"Namur\x07", x0C=b"1988"))

    assert (found.nationality, found.place_of_birth, found.birthdate) == (None, None, None)


def test_a_long_value_is_read_to_its_end() -> None:
    place = "Namur " * 30

    found = read(an_identity(x0B=place.encode(), x14=b"x" * 700))

    assert found.place_of_birth == place.strip()


@pytest.mark.parametrize(
    "content",
    [
        written(RIGHT) + b"\x06\x0b88012399771",
        written(RIGHT) + b"\x0e",
        written(RIGHT) + b"\x0e\x05abc",
        written(RIGHT) + b"\x0e\xff\xff",
        written(RIGHT) + b"\0\0\0\x01",
        b"\0" * 40,
    ],
    ids=["a tag twice", "no length", "too short", "endless length", "something in the padding", "nothing"],
)
def test_records_that_can_be_read_in_two_ways_are_refused_though_they_are_signed(content: bytes) -> None:
    assert problem_of(signed(content)) is FILES_INVALID


def test_padding_after_the_last_record_is_none_of_them() -> None:
    assert read(signed(written(RIGHT) + bytes(60))).family_name == "Lambert"


@pytest.mark.parametrize("number", [1, 2])
def test_a_signature_is_followed_by_padding_and_nothing_else(number: int) -> None:
    """One with RSA fills its file, one with P-384 does not; either may have been read beyond its end."""
    card = a_card(number)
    files = {name: card.files()[name] for name in ("identity", "identitySignature", "rrnCertificate")}
    signature = files["identitySignature"]

    assert problem_of({**files, "identitySignature": signature + bytes(8)}, holder_of(card)) is None
    assert problem_of({**files, "identitySignature": signature + b"\0\1"}, holder_of(card)) is FILES_INVALID


@pytest.mark.parametrize("algorithm", ["sha1", "sha256", "sha384"])
def test_a_photo_is_compared_under_the_digest_that_the_card_uses(algorithm: str) -> None:
    photo = b"a grey picture"
    files = an_identity(x11=hashlib.new(algorithm, photo).digest())

    assert read({**files, "photo": photo}).has_photo
    assert problem_of({**files, "photo": photo + b"!"}) is FILES_INVALID


@pytest.mark.parametrize("expected", [None, b"", hashlib.md5(b"a grey picture", usedforsecurity=False).digest()])
def test_a_photo_that_nothing_vouches_for_is_refused(expected: bytes | None) -> None:
    files = an_identity() if expected is None else an_identity(x11=expected)

    assert problem_of({**files, "photo": b"a grey picture"}) is FILES_INVALID


def test_somebody_who_lives_abroad_has_no_address() -> None:
    identity = an_identity()
    empty = written({0: b"\0\1", 1: b"", 2: b"", 3: b""})
    address = signed(empty.rstrip(b"\0") + identity["identitySignature"])["identitySignature"]

    found = read({**identity, "address": empty.ljust(117, b"\0"), "addressSignature": address})

    assert found.address is None


@pytest.mark.parametrize(
    "ask", [lambda: None, lambda: chip.challenge(ORIGIN, NONCE + "="), lambda: chip.challenge("https://other", NONCE)]
)
def test_a_chip_s_answer_to_another_question_is_refused(ask: Callable[[], bytes | None]) -> None:
    with pytest.raises(EidRefused) as refused:
        read_document(all_files(3), holder_of(THIRD), trust(), now=ISSUED_AT, chip_challenge=ask())

    assert refused.value.problem is FILES_INVALID
