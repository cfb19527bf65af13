"""Many employees from a file: a word on every line first, then each line wholly or not at all, with a report."""

import io

import pytest
from sqlalchemy import select

from core.infra.audit import AuditRow
from core.organisations import invitations
from core.organisations.invitations import Wished
from core.organisations.rules import MemberDetails
from core.organisations.states import InvitationState, MembershipStatus
from core.organisations.tables import InvitationRow, MembershipRow
from tests.portal.employees.conftest import Visitor, World, parsed
from tests.portal.employees.test_acts import mails
from tests.support.html_page import Page
from tests.support.statements import counted

HEADER = "Naam;E-mailadres of gebruikersnaam;Type;Functie;Telefoon\n"
LIST = f"""{HEADER}Elsa Engels;elsa.engels;trainee;Broker;0470 55 01 22
Nora Nieuw;nora@new.example;;Broker;
Also Nora;NORA@new.example;;Broker;
Bram;bram.claes;;Broker;
Chris;chris.claes;;Broker;
Dirk;dirk.dupont;;Broker;
Chris;Chris@office.example;;Broker;
Invited;before@new.example;;Broker;
Nobody;nobody.there;;Broker;
=cmd();x@;king;;1
Elsa by address;elsa.engels@people.example;;Broker;
"""
EXPECTED = [
    *("added", "invited", "twice", "member", "waiting", "blocked"),
    *("waiting", "invited-before", "unknown", "wrong", "invited"),
]


def upload(visitor: Visitor, world: World, content: bytes) -> Page:
    token = visitor.get("/").all("input[name=csrf_token]")[0].attributes["value"]
    fields = {"csrf_token": token, "step": "preview", "employee-file": (io.BytesIO(content), "list.csv")}
    return parsed(f"{world.url}/import", visitor.browser.post(f"{world.url}/import?language=en", data=fields))


def outcomes(page: Page) -> list[str]:
    return [row.attributes["data-outcome"] for row in page.all("tr[data-line]")]


def invite_before(world: World) -> None:
    found, now = world.portal.services, world.portal.clock.now()
    wished = Wished("before@new.example", "nl", MemberDetails(function="x"), {})
    with found.database.transaction() as session:
        secret = found.settings.secret
        invitations.invite(session, world.organisation_id, wished, by=world.people["anna"], secret=secret, now=now)


def state(world: World) -> tuple[int, int]:
    with world.portal.services.database.reading() as session:
        members = session.scalars(select(MembershipRow.id)).all()
        return len(members), len(session.scalars(select(InvitationRow.id)).all())


def test_a_preview_says_of_every_line_what_becomes_of_it_and_changes_nothing(world: World) -> None:
    invite_before(world)
    anna, before = world.of("anna"), state(world)

    page = upload(anna, world, LIST.encode())

    assert page.status == 200
    assert outcomes(page) == EXPECTED
    assert page.one("#summary").attributes["data-changing"] == "3"
    assert state(world) == before
    assert "people.example" not in page.one("tr[data-line=2]").text


def test_it_is_carried_out_as_previewed_reported_and_harmless_a_second_time(world: World) -> None:
    invite_before(world)
    anna = world.of("anna")
    carried = upload(anna, world, LIST.encode("cp1252")).one("input[name=list]").attributes["value"]

    done = anna.post(f"{world.url}/import", step="list", list=carried)
    again = anna.post(f"{world.url}/import", step="list", list=carried)

    assert outcomes(done) == EXPECTED
    assert set(outcomes(again)) == set(EXPECTED) - {"added", "invited"}
    with world.portal.services.database.reading() as session:
        elsa = session.scalars(select(MembershipRow).where(MembershipRow.person_id == world.people["elsa"])).one()
        row = session.scalars(select(AuditRow).where(AuditRow.action == "employees-imported")).first()
        open_to = session.scalars(select(InvitationRow.address).where(InvitationRow.state == InvitationState.OPEN))
        addresses = set(open_to)
    assert (elsa.status, elsa.function, elsa.type, elsa.is_manager) == (
        *(MembershipStatus.ACTIVE, "Broker", "trainee", False),
    )
    assert addresses == {"before@new.example", "nora@new.example", "elsa.engels@people.example"}
    assert mails(world, "membership-added") == [world.people["elsa"]]
    assert row is not None
    assert row.details == {"added": 1, "invited": 2}

    report = anna.browser.post(
        f"{world.url}/import?language=en",
        data={
            "csrf_token": done.all("input[name=csrf_token]")[0].attributes["value"],
            "step": "report",
            "report": done.one("input[name=report]").attributes["value"],
        },
    )
    assert report.headers["Content-Disposition"] == 'attachment; filename="report.csv"'
    lines = report.data.decode("utf-8-sig").splitlines()
    assert len(lines) == 12
    assert lines[10].startswith("11;'=cmd();")


def test_whether_an_address_has_an_account_is_not_to_be_seen(world: World) -> None:
    page = upload(
        world.of("anna"), world, (HEADER + "A;elsa.engels@people.example;;f;\nA;no@people.example;;f;").encode()
    )

    assert outcomes(page) == ["invited", "invited"]


def test_a_preview_takes_as_many_statements_for_many_lines_as_for_one(world: World) -> None:
    anna = world.of("anna")
    upload(anna, world, LIST.encode())
    taken = []
    for count in (1, 400):
        text = HEADER + "".join(
            f"N;n{number}@x.example;;f;\nN;user.{number:04};;f;\n" for number in range(count // 2 + 1)
        )
        with counted(world.portal.services.database) as statements:
            page = upload(anna, world, text.encode())
        assert page.status == 200
        taken.append(len(statements))

    assert taken[0] == taken[1]


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04\0", b"x" * 200_001, b"no;header\n1;2\n"])
def test_what_is_no_list_is_said_at_the_field(world: World, content: bytes) -> None:
    page = upload(world.of("anna"), world, content)

    assert page.status == 422
    assert page.has("#employee-file-error")


def test_lists_are_few_a_day(world: World) -> None:
    anna, text = world.of("anna"), HEADER + "N;nora@new.example;;f;\n"

    pages = [anna.post(f"{world.url}/import", step="list", list=text) for _ in range(3)]

    assert [page.status for page in pages] == [200, 200, 429]


@pytest.mark.parametrize("who", ["bram", "chris", "dirk", "elsa"])
def test_only_managers_import(world: World, who: str) -> None:
    visitor, before = world.of(who), state(world)

    assert visitor.get(f"{world.url}/import").status in (403, 404)
    assert visitor.get(f"{world.url}/import/example.csv").status in (403, 404)
    assert upload(visitor, world, LIST.encode()).status in (403, 404)
    assert visitor.post(f"{world.url}/import", step="list", list=LIST).status in (403, 404)
    assert state(world) == before


def test_the_example_can_be_read_as_it_is(world: World) -> None:
    anna = world.of("anna")
    for language in ("en", "nl", "fr"):
        content = anna.browser.get(f"{world.url}/import/example.csv?language={language}").data

        assert outcomes(upload(anna, world, content)) == ["invited"]


def test_a_report_of_another_organisation_or_of_somebody_else_is_none(world: World) -> None:
    page = world.of("anna").post(f"{world.url}/import", step="report", report="made up")

    assert page.status == 422


def test_usernames_are_not_tried_by_the_hundred_in_previews(world: World) -> None:
    anna = world.of("anna")
    guessed = b"username;function\n" + b"".join(b"some.body%d;x\n" % number for number in range(100))

    seen = [upload(anna, world, guessed).status for _ in range(7)]
    by_address = upload(anna, world, b"e-mail;function\nan.peeters@example.be;Negotiator\n").status

    assert seen == [200] * 6 + [429]
    assert by_address == 200
