"""A list of employees as spreadsheets write it: whatever separates and encodes it, in three languages."""

import pytest

from core.organisations.employee_files import MOST_LINES, UnreadableList, decode, read
from core.organisations.states import MembershipType

NL = "Naam;E-mailadres;Type;Functie;Telefoon\nAn Peeters;an@x.example;Bediende;Makelaar;03 555 01 10\n"
FR = 'Nom,Adresse e-mail,Qualité,Fonction,Téléphone\n"Dubois, Céline",céline@x.example,Indépendant,Négociatrice,\n'
EN = "username\tfunction\nan.peeters\tBroker\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_lists_in_three_languages_are_read(encoding: str) -> None:
    lines = [read(decode(text.encode(encoding)))[0] for text in (NL, FR, EN)]

    assert [line.wrong for line in lines] == [(), (), ()]
    assert [(line.number, line.name, line.who) for line in lines] == [
        (2, "An Peeters", "an@x.example"),
        (2, "Dubois, Céline", "céline@x.example"),
        (2, "", "an.peeters"),
    ]
    assert [line.details.type for line in lines] == [
        *(MembershipType.EMPLOYEE, MembershipType.SELF_EMPLOYED, MembershipType.EMPLOYEE),
    ]
    assert lines[0].details.phone_number == "+3235550110"
    assert [line.details.email for line in lines] == ["an@x.example", "céline@x.example", None]
    assert [line.is_address for line in lines] == [True, True, False]


@pytest.mark.parametrize(
    ("row", "count"),
    [
        (";an@x.example;;Broker;", 0),
        ("An;;;Broker;", 1),
        ("An;an@x;;Broker;", 1),
        ("An;an@x.example;;;", 1),
        ("An;an@x.example;king;Broker;", 1),
        ("An;an@x.example;;Broker;12", 1),
        (f"An;an@x.example;;{'x' * 201};", 1),
        ("An;an@x.example", 1),
        (";;king;;12", 4),
    ],
)
def test_each_line_says_what_is_wrong_with_it(row: str, count: int) -> None:
    header = "Name;E-mail;Type;Function;Phone"

    (line,) = read(f"{header}\n{row}\n")

    assert len(line.wrong) == count


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "empty"),
        (b"Name;E-mail;Function\n", "empty"),
        (b"An;an@x.example;Broker\n", "no-header"),
        (b"Name;Function\nAn;Broker\n", "no-header"),
        (b"PK\x03\x04\0\0", "no-text"),
        ("Name;E-mail;Function".encode("utf-16"), "no-text"),
        (b"x" * 200_001, "too-large"),
        (b"e-mail;function\n" + b"a@x.example;f\n" * (MOST_LINES + 1), "too-many"),
        (b'e-mail;function\n"a@x.example;f\n', "no-text"),
    ],
)
def test_what_is_no_list_is_refused_with_a_word(content: bytes, problem: str) -> None:
    with pytest.raises(UnreadableList) as refused:
        read(decode(content))

    assert refused.value.details["problem"] == problem


def test_five_hundred_lines_fit_and_empty_ones_do_not_count() -> None:
    lines = read("e-mail;function\n" + "a@x.example;f\n\n;\n" * MOST_LINES)

    assert len(lines) == MOST_LINES
