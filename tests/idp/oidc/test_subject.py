"""The subject: OpenID Connect Core section 8."""

from dataclasses import replace

import pytest

from core.infra.secret import Secret
from core.people.identifiers import PersonId
from idp.oidc.subject import Subject, subject_identifier
from tests.support.claims import a_client

ANNA, JAN = PersonId("usr_anna"), PersonId("usr_jan")
SECRET = Secret("a secret of thirty-two characters")
PUBLIC = a_client()
PAIRWISE = replace(PUBLIC, subject_type="pairwise", sector_identifier="one.test")


def test_a_public_subject_is_the_person() -> None:
    assert subject_identifier(ANNA, PUBLIC, SECRET) == ANNA


def test_a_pairwise_subject_says_nothing_about_the_person() -> None:
    subject = subject_identifier(ANNA, PAIRWISE, SECRET)

    assert ANNA not in subject
    assert len(subject) == 43
    assert subject.isascii()


def test_it_is_the_same_for_every_client_of_the_sector() -> None:
    other = replace(PAIRWISE, client_id="cli_2")

    assert subject_identifier(ANNA, PAIRWISE, SECRET) == subject_identifier(ANNA, other, SECRET)


def test_it_differs_by_person_sector_and_installation() -> None:
    subjects = {
        subject_identifier(ANNA, PAIRWISE, SECRET),
        subject_identifier(JAN, PAIRWISE, SECRET),
        subject_identifier(ANNA, replace(PAIRWISE, sector_identifier="two.test"), SECRET),
        subject_identifier(ANNA, PAIRWISE, Secret("another secret of 32 characters!")),
    }

    assert len(subjects) == 4


def test_without_a_sector_there_is_none() -> None:
    with pytest.raises(ValueError, match="sector"):
        subject_identifier(ANNA, replace(PAIRWISE, sector_identifier=None), SECRET)


@pytest.mark.parametrize("value", [None, [], "usr", {}, {"person_id": 7}])
def test_what_is_no_subject_is_not_read(value: object) -> None:
    with pytest.raises((ValueError, TypeError, KeyError)):
        Subject.from_json(value)
