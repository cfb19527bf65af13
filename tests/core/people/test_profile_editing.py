"""Saving one's profile: all of it or nothing, never over somebody's head, never over the card (A10, A11)."""

import threading
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from core.infra.audit import AuditRow
from core.infra.clock import FixedClock
from core.infra.db import Database
from core.infra.errors import NotFound
from core.people.detail_errors import FieldLocked, ProfileChanged, TooManyAddresses
from core.people.details import verify_phone_number
from core.people.eid import HolderFacts
from core.people.facts import Address
from core.people.identifiers import PersonId
from core.people.own_profile import FurtherAddress, Profile
from core.people.pictures import EncodedPicture, find_picture
from core.people.profile_editing import OwnProfile, PictureChange, own_profile, save
from core.people.rules import PersonStatus
from core.people.tables import FurtherAddressRow, PersonRow, PictureRow, SocialProfileRow
from core.people.web_addresses import Network
from tests.support.cards import link_card
from tests.support.offices import a_person

PICTURES = "https://login.immo.test/pictures/"
PICTURE = EncodedPicture(b"a picture", "image/jpeg")
OTHER = EncodedPicture(b"another", "image/jpeg")
OFFICE = FurtherAddress("Office", Address("Kerkstraat 1", "Gent", "9000", "BE"))
SEA = FurtherAddress("Sea", Address(None, "Oostende", "8400", "BE"))


class Owner:
    """Somebody at their profile; `seen` is what the form that is open was made from."""

    def __init__(self, database: Database, clock: FixedClock, name: str = "anna.peeters") -> None:
        self.database, self.clock = database, clock
        with database.transaction() as session:
            self.id = a_person(session, name, now=clock.now())
        self.seen: Mapping[str, str] = self.own.profile.fingerprints()

    @property
    def own(self) -> OwnProfile:
        with self.database.reading() as session:
            return own_profile(session, self.id)

    def save(
        self,
        wanted: Profile | None = None,
        picture: EncodedPicture | PictureChange = PictureChange.KEEP,
        *,
        seen: Mapping[str, str] | None = None,
        **details: object,
    ) -> None:
        profile = wanted or self.own.profile
        wanted = replace(profile, details=replace(profile.details, **details))  # type: ignore[arg-type]
        with self.database.transaction() as session:
            save(
                session, self.id, wanted, seen=self.seen if seen is None else seen, pictures_url=PICTURES,
                picture=picture, now=self.clock.now(),
            )  # fmt: skip
        self.seen = self.own.profile.fingerprints()

    def count(self, table: type[PictureRow] | type[FurtherAddressRow] | type[SocialProfileRow]) -> int:
        with self.database.reading() as session:
            return session.scalar(select(func.count()).select_from(table)) or 0

    def deeds(self) -> list[AuditRow]:
        with self.database.reading() as session:
            return list(session.scalars(select(AuditRow).where(AuditRow.action == "profile-changed")))


@pytest.fixture
def owner(database: Database, clock: FixedClock) -> Owner:
    return Owner(database, clock)


def test_everything_is_saved_at_once(owner: Owner, clock: FixedClock) -> None:
    before = owner.own.profile
    clock.advance(timedelta(hours=1))
    wanted = replace(
        before,
        details=replace(before.details, nickname="Ann", birthdate=date(1979, 4, 16), country="BE"),
        language="fr",
        social={Network.X: "https://x.com/ann"},
        further_addresses=(OFFICE, SEA),
    )

    owner.save(wanted, PICTURE)

    saved = owner.own.profile
    assert saved == replace(wanted, details=replace(wanted.details, picture_url=saved.details.picture_url))
    with owner.database.reading() as session:
        assert session.get_one(PersonRow, owner.id).updated_at == clock.now()
        assert find_picture(session, str(saved.details.picture_url).removeprefix(PICTURES)) == PICTURE


def test_audit_names_the_fields_and_never_what_is_in_them(owner: Owner) -> None:
    owner.save(replace(owner.own.profile, further_addresses=(OFFICE,)), nickname="Ann")

    (deed,) = owner.deeds()
    assert set(str(deed.details["fields"]).split()) == {"nickname", "further_addresses"}
    assert "Ann" not in str(deed.details) and "Gent" not in str(deed.details)


def test_save_that_changes_nothing_leaves_no_trace(owner: Owner, clock: FixedClock) -> None:
    before = clock.now()
    clock.advance(timedelta(hours=1))

    owner.save()

    assert owner.deeds() == []
    with owner.database.reading() as session:
        assert session.get_one(PersonRow, owner.id).updated_at == before


def test_slower_window_is_told_what_changed_and_changes_nothing(owner: Owner) -> None:
    opened = owner.seen
    owner.save(nickname="Ann")

    with pytest.raises(ProfileChanged) as refused:
        owner.save(seen=opened, nickname="Anneke", website="https://an.example")

    assert refused.value.fields == ("nickname",)
    assert owner.own.profile.details.nickname == "Ann"
    assert owner.own.profile.details.website is None


def test_language_switched_on_another_page_is_no_second_editor(owner: Owner) -> None:
    with owner.database.transaction() as session:
        session.get_one(PersonRow, owner.id).language = "en"

    owner.save(nickname="Ann")

    assert (owner.own.profile.language, owner.own.profile.details.nickname) == ("en", "Ann")


def test_of_two_windows_at_the_same_moment_one_wins_and_one_is_told(owner: Owner) -> None:
    barrier, outcomes = threading.Barrier(2), []
    profile, seen = owner.own.profile, owner.seen

    def race(nickname: str) -> None:
        barrier.wait()
        try:
            with owner.database.transaction() as session:
                wanted = replace(profile, details=replace(profile.details, nickname=nickname))
                save(session, owner.id, wanted, seen=seen, pictures_url=PICTURES, now=owner.clock.now())
            outcomes.append(nickname)
        except ProfileChanged:
            outcomes.append("told")

    racers = [threading.Thread(target=race, args=(name,)) for name in ("Ann", "Anneke")]
    for racer in racers:
        racer.start()
    for racer in racers:
        racer.join()

    assert sorted(outcomes) in (["Ann", "told"], ["Anneke", "told"])
    assert owner.own.profile.details.nickname in outcomes
    assert len(owner.deeds()) == 1


def test_what_the_card_says_cannot_be_saved_over(owner: Owner, clock: FixedClock) -> None:
    with owner.database.transaction() as session:
        card = HolderFacts("An", "Peeters", gender="female", nationality="Belg")
        link_card(session, owner.id, facts=card, now=clock.now())
    owner.seen = owner.own.profile.fingerprints()

    with pytest.raises(FieldLocked) as refused:
        owner.save(family_name="Janssens", nationality="Française", nickname="Ann")

    assert refused.value.fields == ("family_name", "nationality")
    details = owner.own.profile.details
    assert (details.family_name, details.nationality, details.nickname) == ("Peeters", "Belg", None)
    assert owner.own.locked == {"given_name", "family_name", "gender", "nationality"}


def test_only_another_number_loses_its_proof(owner: Owner) -> None:
    owner.save(phone_number="+3235550110")
    with owner.database.transaction() as session:
        verify_phone_number(session, owner.id, now=owner.clock.now())

    owner.save(phone_number="+32 3 555 01 10")
    same = owner.own.phone_number_verified
    owner.save(phone_number="+3235550111")

    assert same is True
    assert owner.own.phone_number_verified is False


def test_new_picture_takes_the_place_of_the_old_one(owner: Owner) -> None:
    owner.save(picture=PICTURE)
    first = str(owner.own.profile.details.picture_url)
    owner.save(picture=OTHER)
    second = str(owner.own.profile.details.picture_url)

    assert first != second and len(second.removeprefix(PICTURES)) >= 43
    assert owner.count(PictureRow) == 1
    with owner.database.reading() as session:
        assert find_picture(session, first.removeprefix(PICTURES)) is None
        assert find_picture(session, second.removeprefix(PICTURES)) == OTHER


def test_picture_that_is_removed_is_gone(owner: Owner) -> None:
    owner.save(picture=PICTURE)

    owner.save(picture=PictureChange.REMOVE)

    assert owner.own.profile.details.picture_url is None
    assert owner.count(PictureRow) == 0


def test_picture_elsewhere_stays_until_it_is_replaced(owner: Owner) -> None:
    elsewhere = "https://immo-demo-noord.example/an.jpg"
    with owner.database.transaction() as session:
        session.get_one(PersonRow, owner.id).picture_url = elsewhere
    owner.seen = owner.own.profile.fingerprints()

    owner.save(nickname="Ann")
    kept = owner.own.profile.details.picture_url
    owner.save(picture=PICTURE)

    assert kept == elsewhere
    assert str(owner.own.profile.details.picture_url).startswith(PICTURES)


def test_refused_save_keeps_the_old_picture(owner: Owner) -> None:
    owner.save(picture=PICTURE)
    url = owner.own.profile.details.picture_url

    with pytest.raises(TooManyAddresses):
        owner.save(replace(owner.own.profile, further_addresses=(OFFICE,) * 6), OTHER)

    assert owner.own.profile.details.picture_url == url
    assert owner.count(PictureRow) == 1


def test_five_further_addresses_are_taken_and_each_save_replaces_them(owner: Owner) -> None:
    five = tuple(replace(OFFICE, label=f"Office {number}") for number in range(5))

    owner.save(replace(owner.own.profile, further_addresses=five))
    owner.save(replace(owner.own.profile, further_addresses=(SEA,)))

    assert owner.own.profile.further_addresses == (SEA,)
    assert owner.count(FurtherAddressRow) == 1


def test_nobody_touches_what_is_somebody_elses(owner: Owner, database: Database, clock: FixedClock) -> None:
    bert = Owner(database, clock, "bert.janssens")
    bert.save(replace(bert.own.profile, social={Network.X: "https://x.com/b"}, further_addresses=(SEA,)), PICTURE)
    before = bert.own

    owner.save(replace(owner.own.profile, social={Network.X: "https://x.com/a"}, further_addresses=(OFFICE,)), OTHER)
    owner.save(replace(owner.own.profile, social={}, further_addresses=()), PictureChange.REMOVE)

    assert bert.own == before
    assert (owner.count(PictureRow), owner.count(SocialProfileRow), owner.count(FurtherAddressRow)) == (1, 1, 1)


def test_nobody_has_no_profile(owner: Owner, database: Database) -> None:
    profile, seen = owner.own.profile, owner.seen
    with database.transaction() as session:
        session.get_one(PersonRow, owner.id).status = PersonStatus.ANONYMISED

    for person_id in (owner.id, PersonId("usr_unknown")):
        with pytest.raises(NotFound), database.transaction() as session:
            own_profile(session, person_id)
        with pytest.raises(NotFound), database.transaction() as session:
            save(session, person_id, profile, seen=seen, pictures_url=PICTURES, now=owner.clock.now())


def test_picture_of_no_name_is_not_found(database: Database) -> None:
    with database.reading() as session:
        assert find_picture(session, "unknown") is None
        assert find_picture(session, "\x00") is None
