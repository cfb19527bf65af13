"""A verified card and an account: linked, refused with both owners told, used to open it (E1, E3, E6)."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from core.infra.audit import AuditRow
from core.infra.clock import FixedClock
from core.infra.errors import NotFound
from core.infra.secret import Secret
from core.people import eid
from core.people.eid import Linked
from core.people.facts import Address
from core.people.identifiers import PersonId
from core.people.national_number import NumberKeys
from core.people.profile_editing import own_profile
from core.people.tables import EidLinkRow
from idp.eid.holder import VerifiedCard
from idp.eid.identity import read_document
from idp.eid.linking import CardSource, link_card, proven_card, require_linkable, use_card
from idp.eid.problems import EidProblem, EidRefused
from idp.wiring import Services
from tests.support.at_once import at_once
from tests.support.letters import letters
from tests.support.offices import a_person
from tests.support.software_cards import ISSUED_AT, a_card, holder_of, trust


def a_verified_card(number: int = 3, *, with_files: bool = True, certificate: str | None = None) -> VerifiedCard:
    """Return a test card whose holder was there; `certificate` is the fingerprint of another one of theirs."""
    card = a_card(number)
    holder = holder_of(card)
    if certificate is not None:
        holder = replace(holder, certificate_fingerprint=certificate)
    document = read_document(card.files(), holder, trust(), now=ISSUED_AT) if with_files else None
    return VerifiedCard(holder, document)


def place(_language: str) -> Mapping[str, str]:
    return {"browser": "Firefox", "system": "Linux", "network": "192.0.2.7"}


def link(services: Services, person_id: PersonId, card: VerifiedCard, keys: NumberKeys | None = None) -> Linked:
    return link_card(
        services.database,
        keys or services.number_keys,
        person_id,
        card,
        source=CardSource.AGENT,
        place=place,
        now=services.clock.now(),
    )


def use(services: Services, card: VerifiedCard) -> PersonId:
    return use_card(
        services.database,
        services.number_keys,
        card,
        source=CardSource.WEB_EID,
        place=place,
        now=services.clock.now(),
    )


@pytest.fixture
def damien(services: Services) -> PersonId:
    with services.database.transaction() as session:
        return a_person(session, "damien.lambert", now=services.clock.now())


@pytest.fixture
def other(services: Services) -> PersonId:
    with services.database.transaction() as session:
        return a_person(session, "other.account", now=services.clock.now())


def mails(services: Services) -> list[tuple[str, str]]:
    return [(mail.template, mail.address) for mail in letters(services)]


def actions(services: Services, person_id: PersonId) -> list[str]:
    with services.database.reading() as session:
        rows = session.scalars(select(AuditRow).where(AuditRow.subject_id == person_id).order_by(AuditRow.id))
        return [row.action for row in rows if row.action.startswith("eid")]


def test_a_linked_card_fills_and_locks_the_profile(services: Services, damien: PersonId) -> None:
    assert link(services, damien, a_verified_card()) is Linked.FIRST

    with services.database.reading() as session:
        own = own_profile(session, damien)
    details = own.profile.details
    assert (details.given_name, details.family_name, details.birthdate) == ("Damien", "Lambert", date(1988, 1, 23))
    assert (details.place_of_birth, details.gender, details.nationality) == ("Namur", "male", "Belge")
    assert (details.street_address, details.postal_code, details.locality, details.country) == (
        "Rue de Fer 40", "5000", "Namur", "BE",
    )  # fmt: skip
    assert own.locked == {"given_name", "family_name", "birthdate", "place_of_birth", "gender", "nationality"}
    assert mails(services) == [("eid-linked", "damien.lambert@people.example")]


def test_without_files_only_the_names_are_proven(services: Services, damien: PersonId) -> None:
    link(services, damien, a_verified_card(with_files=False))

    with services.database.reading() as session:
        own = own_profile(session, damien)
    assert own.locked == {"given_name", "family_name"}
    assert own.profile.details.birthdate is None


def test_evidence_says_on_what_a_card_was_believed_and_no_number(services: Services, damien: PersonId) -> None:
    link(services, damien, a_verified_card())

    with services.database.reading() as session:
        row = session.get_one(EidLinkRow, damien)
        stored = session.execute(select(EidLinkRow.__table__)).mappings().one()
    assert row.evidence == {
        "how": "agent",
        "issuer": a_verified_card().holder.issuer,
        "root": "0" * 64,
        "policies": ["2.16.56.12.1.1.2.2"],
        "revocation": "ocsp",
        "good_as_of": ISSUED_AT.isoformat(),
        "certificate_valid_until": a_verified_card().holder.valid_until.isoformat(),
        "signer": read_document(a_card(3).files(), holder_of(a_card(3)), trust(), now=ISSUED_AT).signer_fingerprint,
        "chip": False,
        "files_read_at": services.clock.now().isoformat(),
    }
    for number in ("88012399771", "592000000398"):
        assert number not in str(dict(stored))


def test_a_profile_keeps_the_certificate_s_names_and_not_those_of_the_file(
    services: Services, damien: PersonId
) -> None:
    card = a_verified_card()
    holder = replace(card.holder, given_names="Damien Louis")

    link(services, damien, replace(card, holder=holder))

    with services.database.reading() as session:
        assert own_profile(session, damien).profile.details.given_name == "Damien Louis"


def test_the_same_card_again_is_no_news(services: Services, damien: PersonId) -> None:
    link(services, damien, a_verified_card())

    assert link(services, damien, a_verified_card()) is Linked.SAME_CARD
    assert [template for template, _ in mails(services)] == ["eid-linked"]


def test_a_card_of_somebody_with_another_account_is_refused_and_both_are_told(
    services: Services, damien: PersonId, other: PersonId
) -> None:
    link(services, damien, a_verified_card())

    with pytest.raises(EidRefused) as refused:
        link(services, other, a_verified_card())

    assert refused.value.problem is EidProblem.LINKED_TO_OTHER_ACCOUNT
    with services.database.reading() as session:
        assert session.get(EidLinkRow, other) is None
        assert own_profile(session, other).profile.details.birthdate is None
    assert actions(services, other) == ["eid-link-refused"]
    assert actions(services, damien) == ["eid-linked", "eid-tried-elsewhere"]
    to_other, to_holder = letters(services)[1:]
    assert (to_other.template, to_other.address) == ("eid-of-other-account", "other.account@people.example")
    assert (to_holder.template, to_holder.address) == ("eid-tried-elsewhere", "damien.lambert@people.example")
    # Neither learns which account the other one is.
    assert "damien" not in to_other.text.lower()
    assert "other.account" not in to_holder.text.lower()


def test_the_card_of_somebody_else_never_replaces_the_own_one(services: Services, damien: PersonId) -> None:
    link(services, damien, a_verified_card(3))

    with pytest.raises(EidRefused) as refused:
        link(services, damien, a_verified_card(2))

    assert refused.value.problem is EidProblem.OTHER_HOLDER
    assert actions(services, damien) == ["eid-linked", "eid-link-refused"]
    with services.database.reading() as session:
        assert own_profile(session, damien).profile.details.given_name == "Damien"


def test_nothing_is_linked_to_an_account_that_is_gone(services: Services) -> None:
    with pytest.raises(NotFound):
        link(services, PersonId("usr_nobody"), a_verified_card())

    assert mails(services) == []


def test_a_linked_card_opens_its_account(services: Services, damien: PersonId, other: PersonId) -> None:
    link(services, damien, a_verified_card(3))
    link(services, other, a_verified_card(2))

    assert use(services, a_verified_card(3, with_files=False)) == damien
    assert use(services, a_verified_card(2, with_files=False)) == other


def test_using_the_card_is_noted_and_writes_no_mail(services: Services, damien: PersonId, clock: FixedClock) -> None:
    link(services, damien, a_verified_card())
    clock.advance(timedelta(days=40))

    use(services, a_verified_card(with_files=False))

    with services.database.reading() as session:
        row = session.get_one(EidLinkRow, damien)
        assert (row.last_used_at, row.verified_at) == (clock.now(), clock.now() - timedelta(days=40))
        assert row.evidence["how"] == "web-eid"
        assert len(own_profile(session, damien).locked) == 6
    assert actions(services, damien) == ["eid-linked"]
    assert [template for template, _ in mails(services)] == ["eid-linked"]


def test_a_card_that_is_linked_to_nobody_opens_nothing(services: Services, damien: PersonId) -> None:
    link(services, damien, a_verified_card(3))

    with pytest.raises(EidRefused) as refused:
        use(services, a_verified_card(2, with_files=False))

    assert refused.value.problem is EidProblem.NOT_LINKED
    assert actions(services, damien) == ["eid-linked"]


def test_a_renewed_card_opens_the_account_and_its_owner_is_told(services: Services, damien: PersonId) -> None:
    link(services, damien, a_verified_card())

    assert use(services, a_verified_card(with_files=False, certificate="a" * 64)) == damien
    assert use(services, a_verified_card(with_files=False, certificate="a" * 64)) == damien

    assert actions(services, damien) == ["eid-linked", "eid-renewed"]
    assert [template for template, _ in mails(services)] == ["eid-linked", "eid-renewed"]


def test_a_card_is_found_under_an_earlier_key_and_moves_under_the_new_one(services: Services, damien: PersonId) -> None:
    first = services.number_keys.keys[0]
    rotated = NumberKeys((("next", Secret("k" * 40)), first))
    link(services, damien, a_verified_card())

    assert link(services, damien, a_verified_card(), rotated) is Linked.SAME_CARD

    with services.database.reading() as session:
        assert session.get_one(EidLinkRow, damien).number_key == "next"
        assert eid.holder_of(session, NumberKeys(rotated.keys[:1]).digests(a_verified_card().holder.number)) == damien


def test_what_is_kept_of_a_card_is_printed_without_its_numbers(services: Services) -> None:
    card = a_verified_card()

    shown = repr((card, proven_card(services.number_keys, card, CardSource.MTLS, services.clock.now())))

    assert "88012399771" not in shown
    assert "592000000398" not in shown


def test_an_empty_address_on_the_card_fills_nothing_in(services: Services, damien: PersonId) -> None:
    card = a_verified_card()
    assert card.document is not None
    assert card.document.address == Address("Rue de Fer 40", "Namur", "5000", "BE")

    link(services, damien, replace(card, document=replace(card.document, address=None)))

    with services.database.reading() as session:
        assert own_profile(session, damien).profile.details.country is None


def test_of_two_accounts_that_link_one_card_at_once_one_has_it(
    services: Services, damien: PersonId, other: PersonId
) -> None:
    card = a_verified_card()

    refused = at_once(lambda: link(services, damien, card), lambda: link(services, other, card))

    assert [error.problem for error in refused if isinstance(error, EidRefused)] == [EidProblem.LINKED_TO_OTHER_ACCOUNT]
    with services.database.reading() as session:
        (holder,) = session.scalars(select(EidLinkRow.person_id)).all()
    loser = ({damien, other} - {holder}).pop()
    assert actions(services, PersonId(holder)) == ["eid-linked", "eid-tried-elsewhere"]
    assert actions(services, loser) == ["eid-link-refused"]


def test_two_uses_at_once_are_both_of_the_account(services: Services, damien: PersonId) -> None:
    link(services, damien, a_verified_card())
    renewed = a_verified_card(with_files=False, certificate="b" * 64)

    refused = at_once(*[lambda: use(services, renewed)] * 3)

    assert refused == []
    assert actions(services, damien) == ["eid-linked", "eid-renewed"]


def look_at(services: Services, person_id: PersonId, card: VerifiedCard) -> None:
    now = services.clock.now()
    require_linkable(services.database, services.number_keys, person_id, card, place=place, now=now)


def test_looking_whether_a_card_can_be_linked_links_nothing(services: Services, damien: PersonId) -> None:
    """What is stored was seen and confirmed, also where the card was another account's a moment ago."""
    look_at(services, damien, a_verified_card())

    assert actions(services, damien) == []
    assert mails(services) == []
    with services.database.reading() as session:
        assert session.get(EidLinkRow, damien) is None


def test_looking_at_a_card_of_another_account_is_refused_and_told(
    services: Services, damien: PersonId, other: PersonId
) -> None:
    link(services, damien, a_verified_card())

    with pytest.raises(EidRefused) as refused:
        look_at(services, other, a_verified_card())

    assert refused.value.problem is EidProblem.LINKED_TO_OTHER_ACCOUNT
    assert actions(services, other) == ["eid-link-refused"]
    assert actions(services, damien) == ["eid-linked", "eid-tried-elsewhere"]


def test_looking_at_a_card_of_another_holder_is_refused_and_noted(services: Services, damien: PersonId) -> None:
    link(services, damien, a_verified_card(3))

    with pytest.raises(EidRefused) as refused:
        look_at(services, damien, a_verified_card(1))

    assert refused.value.problem is EidProblem.OTHER_HOLDER
    assert actions(services, damien) == ["eid-linked", "eid-link-refused"]
