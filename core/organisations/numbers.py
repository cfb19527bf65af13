"""Belgian company numbers: normal form, check digits, and how they are shown."""

from stdnum.be import vat
from stdnum.exceptions import ValidationError

# Also under this name: whoever makes a number up, makes it here.
from core.companies.numbers import check_digits as check_digits  # noqa: PLC0414
from core.organisations.errors import InvalidCompanyNumber

_LONGEST_INPUT = 40


def normalise(text: str) -> str:
    """Return the ten digits of a company number; raise `InvalidCompanyNumber` if it is none.

    Spaces, dots, slashes, dashes, a BE in front and the older form of nine digits are tolerated.
    """
    if len(text) > _LONGEST_INPUT:
        raise InvalidCompanyNumber
    try:
        number = str(vat.validate(text))
    except ValidationError as error:
        raise InvalidCompanyNumber from error
    # The library calculates modulo 97 and so takes 00 where the check digits are 97.
    if number[8:] != check_digits(number[:8]):
        raise InvalidCompanyNumber
    return number


def shown(number: str) -> str:
    """Return ten digits as people know them: 0123.456.749."""
    return f"{number[:4]}.{number[4:7]}.{number[7:]}"
