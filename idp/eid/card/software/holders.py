"""Who holds the test cards: nobody. The sequence numbers are the highest of a day, which no birth reaches."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class TestHolder:
    """What is printed on a test card; `applet` is the version of its chip, which decides the kind of its keys."""

    number: int
    national_number: str
    given_names: str
    family_name: str
    birthdate: date
    place_of_birth: str
    is_female: bool
    nationality: str
    street: str
    postal_code: str
    municipality: str
    card_number: str
    applet: int


HOLDERS = (
    TestHolder(
        number=1,
        national_number="79041699815",
        given_names="An",
        family_name="Peeters",
        birthdate=date(1979, 4, 16),
        place_of_birth="Antwerpen",
        is_female=True,
        nationality="Belg",
        street="Lange Leemstraat 112",
        postal_code="2018",
        municipality="Antwerpen",
        card_number="592000000196",
        applet=17,
    ),
    TestHolder(
        number=2,
        national_number="94090299710",
        given_names="Bram",
        family_name="Claes",
        birthdate=date(1994, 9, 2),
        place_of_birth="Gent",
        is_female=False,
        nationality="Belg",
        street="Veldstraat 7",
        postal_code="9000",
        municipality="Gent",
        card_number="592000000297",
        applet=18,
    ),
    TestHolder(
        number=3,
        national_number="88012399771",
        given_names="Damien",
        family_name="Lambert",
        birthdate=date(1988, 1, 23),
        place_of_birth="Namur",
        is_female=False,
        nationality="Belge",
        street="Rue de Fer 40",
        postal_code="5000",
        municipality="Namur",
        card_number="592000000398",
        applet=18,
    ),
)
