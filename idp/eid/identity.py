"""What the files of a card say of its holder, once their signatures are verified (eid.md 2.4).

Nothing is read before its signature is right, and nothing counts that names another person than the
certificate that its holder has just signed with. The photo is compared with what is signed and then let go.
"""

import re
import unicodedata
from collections.abc import Mapping
from datetime import date, datetime

from core.infra.clock import belgian_date
from core.people.facts import Address
from core.people.national_number import InvalidNationalNumber, NationalNumber
from idp.eid import chip
from idp.eid.birth_dates import read_birth_date
from idp.eid.card_files import (
    ADDRESS,
    ADDRESS_SIGNATURE,
    CHIP_KEY,
    CHIP_SIGNATURE,
    IDENTITY,
    IDENTITY_SIGNATURE,
    PHOTO,
    RRN_CERTIFICATE,
    invalid,
    records,
    require_sizes,
    required,
    without_padding,
)
from idp.eid.card_signer import Authorities, CardSigner, read_signer
from idp.eid.holder import CardDocument, CardFiles, Holder
from idp.eid.problems import EidProblem, EidRefused

_CARD_NUMBER, _VALID_FROM, _VALID_UNTIL, _NUMBER = 0x01, 0x03, 0x04, 0x06
_FAMILY_NAME, _GIVEN_NAMES, _NATIONALITY = 0x07, 0x08, 0x0A
_PLACE_OF_BIRTH, _BIRTH_DATE, _SEX, _DOCUMENT_TYPE = 0x0B, 0x0C, 0x0D, 0x0F
_PHOTO_DIGEST, _CHIP_KEY_DIGEST = 0x11, 0x1A
_STREET, _POSTAL_CODE, _MUNICIPALITY = 0x01, 0x02, 0x03
_DAY = re.compile(rb"([0-9]{2})\.([0-9]{2})\.([0-9]{4})")
_GENDERS = {"M": "male", "F": "female", "V": "female", "W": "female"}
# As long as a line of the profile.
_LONGEST_TEXT = 200
_NUMBER_LENGTH = 11

Records = Mapping[int, bytes]


def read_document(
    files: CardFiles, holder: Holder, trust: Authorities, *, now: datetime, chip_challenge: bytes | None = None
) -> CardDocument:
    """Return what a card's files say of `holder`; `chip_challenge` is `chip.challenge(...)` where one was asked.

    Needs the identity file with its signature and the register's certificate; the address, the photo and
    the key of the chip are verified where they came along. Raises `EidRefused`: FILES_INVALID,
    FILES_OF_OTHER_PERSON, DOCUMENT_EXPIRED, CERTIFICATE_EXPIRED, CERTIFICATE_NOT_YET, ISSUER_UNKNOWN,
    WEAK_ALGORITHM, REVOCATION_UNAVAILABLE.
    """
    require_sizes(files)
    signer = read_signer(required(files, RRN_CERTIFICATE), trust, now)
    signature = required(files, IDENTITY_SIGNATURE)
    signer.require_signed(signature, required(files, IDENTITY), IDENTITY)
    said = records(files[IDENTITY], IDENTITY)
    number = _require_same_person(said, holder)
    valid_from, valid_until = _require_in_force(said, belgian_date(now))
    chip.require_photo(files.get(PHOTO), said.get(_PHOTO_DIGEST))
    chip.require_chip(files.get(CHIP_KEY), files.get(CHIP_SIGNATURE), said.get(_CHIP_KEY_DIGEST), chip_challenge)
    sex = _text(said, _SEX)
    return CardDocument(
        number=number,
        given_names=_text(said, _GIVEN_NAMES),
        family_name=_text(said, _FAMILY_NAME),
        birthdate=read_birth_date(_text(said, _BIRTH_DATE)),
        place_of_birth=_text(said, _PLACE_OF_BIRTH),
        gender=None if sex is None else _GENDERS.get(sex.upper()),
        nationality=_text(said, _NATIONALITY),
        card_number=_text(said, _CARD_NUMBER) or "",
        document_type=_document_type(_text(said, _DOCUMENT_TYPE)),
        valid_from=valid_from,
        valid_until=valid_until,
        signer_fingerprint=signer.fingerprint,
        address=_address(files, signer, signature),
        has_photo=PHOTO in files,
        is_chip_proven=CHIP_SIGNATURE in files,
    )


def _require_same_person(said: Records, holder: Holder) -> NationalNumber:
    """Return the number in the file; refuse one of somebody else, and names that do not belong together."""
    written = said.get(_NUMBER, b"")
    try:
        if len(written) != _NUMBER_LENGTH or not written.isdigit():
            raise InvalidNationalNumber
        number = NationalNumber.parse(written.decode("ascii"))
    except InvalidNationalNumber:
        raise invalid("national-number", IDENTITY) from None
    if number != holder.number:
        raise EidRefused(EidProblem.FILES_OF_OTHER_PERSON, reason="national-number")
    family, given = _comparable(_text(said, _FAMILY_NAME)), _comparable(_text(said, _GIVEN_NAMES))
    certified = _comparable(holder.given_names)
    # The file has two given names, the certificate may have another count of them.
    is_given_alike = given.startswith(certified) or certified.startswith(given)
    if family != _comparable(holder.family_name) or not is_given_alike:
        raise EidRefused(EidProblem.FILES_OF_OTHER_PERSON, reason="names")
    return number


def _require_in_force(said: Records, today: date) -> tuple[date, date]:
    """Return from and until when the card is valid; refuse one that is not today."""
    begins, ends = _day(said, _VALID_FROM), _day(said, _VALID_UNTIL)
    if today > ends:
        raise EidRefused(EidProblem.DOCUMENT_EXPIRED, day=ends)
    if today < begins:
        raise EidRefused(EidProblem.CERTIFICATE_NOT_YET, day=begins, file=IDENTITY)
    return begins, ends


def _address(files: CardFiles, signer: CardSigner, identity_signature: bytes) -> Address | None:
    """Return the address of the card; it is signed together with the signature of the identity file."""
    if ADDRESS not in files and ADDRESS_SIGNATURE not in files:
        return None
    content = required(files, ADDRESS)
    signed = without_padding(content) + identity_signature
    signer.require_signed(required(files, ADDRESS_SIGNATURE), signed, ADDRESS)
    # With its padding: an empty value at the end is a zero byte too.
    said = records(content, ADDRESS)
    street, postal_code, locality = (_text(said, tag) for tag in (_STREET, _POSTAL_CODE, _MUNICIPALITY))
    # Somebody who lives abroad has an empty one.
    return Address(street, locality, postal_code, "BE") if street or postal_code or locality else None


def _text(said: Records, tag: int) -> str | None:
    """Return a text as a profile holds it; None where it is empty, or nothing that a profile can hold."""
    try:
        found = said.get(tag, b"").decode()
    except UnicodeDecodeError:
        return None
    line = unicodedata.normalize("NFC", " ".join(found.split()))
    return line if line and line.isprintable() and len(line) <= _LONGEST_TEXT else None


def _comparable(name: str | None) -> str:
    return " ".join(unicodedata.normalize("NFC", name or "").casefold().split())


def _day(said: Records, tag: int) -> date:
    written = _DAY.fullmatch(said.get(tag, b""))
    if written is None:
        raise invalid("dates", IDENTITY)
    day, month, year = map(int, written.groups())
    try:
        return date(year, month, day)
    except ValueError:
        raise invalid("dates", IDENTITY) from None


def _document_type(text: str | None) -> int | None:
    return int(text) if text is not None and text.isascii() and text.isdigit() and len(text) <= 2 else None
