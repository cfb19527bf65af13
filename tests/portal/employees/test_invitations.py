"""Inviting by mail: sent, seen, accepted or turned down once, by whoever holds the link, account or not."""

from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from core.infra import mail
from core.infra.errors import RateLimited
from core.infra.outbox import OutboxRow
from core.infra.sealing import Unreadable
from core.infra.topics import MailRequested
from core.organisations import invitations, limits, records
from core.organisations.rules import MemberDetails, Membership
from core.organisations.states import InvitationState, MembershipStatus, OrganisationStatus
from core.organisations.tables import InvitationRow, OrganisationRow
from core.tools.tables import RegistrationRow
from tests.portal.employees.conftest import Visitor, World, parsed
from tests.portal.employees.test_acts import deeds, said
from tests.portal.employees.test_confirming import hidden, lapse, roles, send
from tests.support.html_page import Page

ADDRESS = "new.one@people.example"
DATA = {
    "step": "details",
    "invited_address": ADDRESS,
    "invited_language": "fr",
    "function": "Négociateur",
    "employee_type": "employee",
    "work_phone": "",
}


def invite(world: World, **changes: str) -> Page:
    anna, url = world.of("anna"), f"{world.url}/invite"
    second = send(anna, url, {**hidden(anna.get(url), "#employee-data"), **DATA, **changes})
    if second.status != 200:
        return second
    role = {f"role-{world.registration_id}": changes.get("role", "user")}
    return send(anna, url, {**hidden(second, "#tools"), **role, "step": "access"})


def sent(world: World) -> list[MailRequested]:
    with world.portal.services.database.reading() as session:
        bodies = session.scalars(select(OutboxRow.body).order_by(OutboxRow.created_at, OutboxRow.id)).all()
    return [MailRequested.from_json(body) for body in bodies if body.get("template") == "organisation-invitation"]


def link(world: World, number: int = -1) -> str:
    message = sent(world)[number]
    settings = world.portal.services.settings
    values = {**message.values, **mail._unsealed(message, settings.secret)}
    text = mail.render(message.template, language=message.language, values=values, settings=settings).text
    (address,) = (word for word in text.split() if "/invitations/" in word)
    assert address.startswith(settings.portal_url)
    return address.removeprefix(settings.portal_url).partition("?")[0]


def rows(world: World) -> list[InvitationRow]:
    with world.portal.services.database.reading() as session:
        return list(session.scalars(select(InvitationRow).order_by(InvitationRow.id)))


def live(world: World, name: str) -> Membership | None:
    with world.portal.services.database.reading() as session:
        return records.live_of(session, world.people[name], world.organisation_id)


def look(browser: FlaskClient, path: str) -> Page:
    return parsed(path, browser.get(path))


def test_an_invitation_is_mailed_in_the_chosen_language_with_its_secret_sealed(world: World) -> None:
    done = invite(world)

    assert said(done) == "invitation-sent"
    (message,) = sent(world)
    (row,) = rows(world)
    assert (message.address, message.language, message.recipient_person_id) == (ADDRESS, "fr", None)
    secret = link(world).rpartition("/")[2]
    assert secret not in str(message.to_json())
    assert secret not in str({column.name: getattr(row, column.name) for column in InvitationRow.__table__.columns})
    assert row.expires_at - row.created_at == timedelta(days=14)
    with pytest.raises(Unreadable):
        mail._unsealed(MailRequested("t", None, ADDRESS, "fr", {}, "x"), world.portal.services.settings.secret)
    overview = world.of("anna").get(world.url)
    assert ADDRESS in overview.one("#invitations").text
    assert not world.of("bram").get(world.url).has("#invitations")


def test_the_same_is_said_mailed_and_done_whether_an_account_has_the_address(world: World) -> None:
    pages = [invite(world), invite(world, invited_address="elsa.engels@people.example")]

    first, second = sent(world)
    assert said(pages[0]) == said(pages[1])
    assert first.values == second.values
    assert (first.template, first.recipient_person_id) == (second.template, second.recipient_person_id)
    assert [live(world, "elsa"), len(rows(world))] == [None, 2]


def test_somebody_who_is_not_signed_in_sees_who_invites_and_comes_back_after_the_sign_in(world: World) -> None:
    invite(world)
    url, browser = link(world), world.portal.browser()

    page = look(browser, f"{url}?language=en")
    way = browser.get(page.one("#go-on").attributes["href"])

    assert "Immo Test BV" in page.text
    assert "Anna.Peeters Peeters" in page.text
    assert "Négociateur" in page.text
    assert not page.has("#accept-invitation")
    assert way.location == "/sign-in"
    query = world.portal.provider.answer(
        browser.get("/sign-in").location,
        id_token={"sub": world.people["elsa"]},
        userinfo={"sub": world.people["elsa"]},
    )
    back = browser.get(f"/callback?{query}").location
    assert browser.get(back).location == url
    assert look(browser, url).has("#accept-invitation")


def test_accepting_makes_a_member_with_data_and_roles_and_spends_the_link(world: World) -> None:
    invite(world)
    url, elsa = link(world), world.of("elsa")

    done = elsa.post(f"{url}/accept")
    again = elsa.post(f"{url}/accept")
    later = elsa.get(url)
    other = world.of("chris").post(f"{url}/accept")

    assert said(done) == "joined"
    member = live(world, "elsa")
    assert member is not None
    assert (member.status, member.is_manager) == (MembershipStatus.ACTIVE, False)
    assert (member.details.function, member.details.email) == ("Négociateur", ADDRESS)
    assert roles(world)[member.id] == "user"
    (row,) = rows(world)
    assert (row.state, row.membership_id) == (InvitationState.ACCEPTED, member.id)
    assert (row.address, row.address_key, row.function, row.roles) == (None, None, None, {})
    assert [page.one("#invitation-over").attributes["data-code"] for page in (again, later, other)] == ["accepted"] * 3
    assert (again.status, later.status) == (410, 410)
    chris = live(world, "chris")
    assert chris is not None
    assert chris.status == MembershipStatus.REQUESTED
    assert elsa.follow(done).has("#done")


def test_a_role_whose_requirement_is_not_met_is_not_given(world: World) -> None:
    invite(world)
    lapse(world)

    world.of("elsa").post(f"{link(world)}/accept")

    member = live(world, "elsa")
    assert member is not None
    assert member.id not in roles(world)


def test_an_ended_registration_stops_nobody_from_joining(world: World) -> None:
    invite(world)
    with world.portal.services.database.transaction() as session:
        session.get_one(RegistrationRow, world.registration_id).status = "ended"

    assert said(world.of("elsa").post(f"{link(world)}/accept")) == "joined"


def test_whoever_asked_already_is_confirmed_by_accepting_and_the_blocked_stay_out(world: World) -> None:
    invite(world)
    url = link(world)

    blocked = world.of("dirk").post(f"{url}/accept")
    member = world.of("bram").post(f"{url}/accept")
    waiting = world.of("chris").post(f"{url}/accept")

    assert blocked.one("#invitation-over").attributes["data-code"] == "blocked-here"
    assert member.one("#invitation-over").attributes["data-code"] == "already-member"
    assert said(waiting) == "joined"
    dirk, chris = live(world, "dirk"), live(world, "chris")
    assert dirk is not None
    assert chris is not None
    assert (dirk.status, chris.id, chris.status) == (MembershipStatus.BLOCKED, world.chris, MembershipStatus.ACTIVE)
    assert chris.details.function == "Négociateur"


def test_leaving_while_blocked_does_not_bring_an_older_invitation_back(world: World) -> None:
    invite(world)
    url, dirk = link(world), world.of("dirk")
    dirk.post(f"/organisations/{world.organisation_id}/leave")

    before = dirk.post(f"{url}/accept")
    world.portal.clock.advance(timedelta(hours=2))
    again = world.of("anna").post(f"{world.url}/invitations/{rows(world)[0].id}/again")
    after = dirk.post(f"{link(world)}/accept")

    assert before.one("#invitation-over").attributes["data-code"] == "blocked-here"
    assert said(again) == "invitation-again"
    assert said(after) == "joined"


def test_turning_down_needs_no_account_and_is_final(world: World) -> None:
    invite(world)
    url, browser = link(world), world.portal.browser()
    token = look(browser, url).all("input[name=csrf_token]")[0].attributes["value"]

    done = browser.post(f"{url}/decline", data={"csrf_token": token})

    assert done.status_code == 200
    assert rows(world)[0].state == InvitationState.DECLINED
    assert world.of("elsa").post(f"{url}/accept").status == 410
    assert live(world, "elsa") is None
    assert said(invite(world)) == "invitation-sent"


def test_looking_answers_nothing_and_a_foreign_form_neither(world: World) -> None:
    invite(world)
    url, elsa = link(world), world.of("elsa")

    elsa.get(url)
    elsa.get(f"{url}/go-on")

    assert elsa.browser.post(f"{url}/accept", data={"csrf_token": "made.up"}).status_code == 400
    assert elsa.browser.post(f"{url}/decline", data={}).status_code == 400
    assert elsa.get(f"{url}/accept").status in (404, 405)
    assert rows(world)[0].state == InvitationState.OPEN


@pytest.mark.parametrize("made_up", ["x", "A" * 43, "inv_1"])
def test_a_wrong_link_leads_nowhere_but_on(world: World, made_up: str) -> None:
    page = world.of("elsa").get(f"/invitations/{made_up}")

    assert page.status == 404
    assert page.one("#invitation-over").attributes["data-code"] == "unknown"
    assert page.has("a.button.primary")


def test_after_fourteen_days_it_is_over_also_before_the_job_says_so(world: World) -> None:
    invite(world)
    url, found = link(world), world.portal.services
    with found.database.transaction() as session:
        session.get_one(InvitationRow, rows(world)[0].id).expires_at = world.portal.clock.now()
    elsa = world.of("elsa")

    assert elsa.get(url).one("#invitation-over").attributes["data-code"] == "expired"
    assert elsa.post(f"{url}/accept").one("#invitation-over").attributes["data-code"] == "expired"
    with found.database.transaction() as session:
        assert invitations.end_expired(session, now=world.portal.clock.now()) == 1
    with found.database.transaction() as session:
        assert invitations.end_expired(session, now=world.portal.clock.now()) == 0
    assert (rows(world)[0].state, rows(world)[0].address) == (InvitationState.EXPIRED, None)
    assert live(world, "elsa") is None
    assert deeds(world, "invitation-expired") == 1


def test_sent_again_only_the_newest_link_counts_and_not_twice_within_the_hour(world: World) -> None:
    invite(world)
    (row,) = rows(world)
    anna, again = world.of("anna"), f"{world.url}/invitations/{row.id}/again"

    assert said(anna.post(again)) == "invitation-too-soon"
    assert len(sent(world)) == 1
    world.portal.clock.advance(timedelta(hours=1))
    assert said(anna.post(again)) == "invitation-again"
    assert said(anna.post(again)) == "invitation-too-soon"

    old, new = link(world, 0), link(world, 1)
    elsa = world.of("elsa")
    assert (elsa.get(old).status, elsa.get(new).status) == (404, 200)
    assert said(elsa.post(f"{new}/accept")) == "joined"
    assert said(anna.post(again)) in ("changed-meanwhile", "invitation-too-soon")


def test_no_more_mails_leave_than_a_day_allows_and_that_is_what_is_said(world: World) -> None:
    invite(world)
    (row,) = rows(world)
    world.portal.clock.advance(timedelta(hours=1))
    for _ in range(limits.INVITATIONS_PER_MANAGER.attempts - 1):
        limits.count_invitation(world.portal.services.store, world.people["anna"], world.organisation_id)

    assert said(world.of("anna").post(f"{world.url}/invitations/{row.id}/again")) == "invitations-too-many"
    assert len(sent(world)) == 1


def test_withdrawn_it_works_for_nobody_and_a_second_press_says_so(world: World) -> None:
    invite(world)
    (row,) = rows(world)
    anna, url = world.of("anna"), f"{world.url}/invitations/{row.id}/withdraw"

    assert said(anna.post(url)) == "invitation-withdraw"
    assert said(anna.post(url)) == "changed-meanwhile"

    page = world.of("elsa").get(link(world))
    assert (page.status, page.one("#invitation-over").attributes["data-code"]) == (410, "withdrawn")
    assert deeds(world, "invitation-withdrawn") == 1


def test_an_organisation_that_stops_takes_nobody_in(world: World) -> None:
    invite(world)
    with world.portal.services.database.transaction() as session:
        session.get_one(OrganisationRow, world.organisation_id).status = OrganisationStatus.CLOSING

    assert world.of("elsa").post(f"{link(world)}/accept").status == 410
    assert live(world, "elsa") is None


def test_one_address_is_invited_once_at_a_time_and_in_small_numbers(world: World) -> None:
    invite(world)

    twice = invite(world, invited_address=ADDRESS.upper())
    assert twice.status == 422
    assert twice.has("#invited-address-error")

    for _ in range(limits.INVITATIONS_PER_MANAGER.attempts):
        try:
            limits.count_invitation(world.portal.services.store, world.people["anna"], world.organisation_id)
        except RateLimited:
            break
    page = invite(world, invited_address="another@people.example")
    assert page.status == 429
    assert len(rows(world)) == 1


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"invited_address": "nobody"}, "invited-address"),
        ({"invited_language": "de"}, "invited-language"),
        ({"function": ""}, "function"),
        ({"employee_type": ""}, "employee-type"),
    ],
)
def test_what_is_wrong_is_said_at_its_field(world: World, wrong: dict[str, str], field: str) -> None:
    page = invite(world, **wrong)

    assert page.status == 422
    assert page.has(f"#{field}-error")
    assert rows(world) == []


@pytest.mark.parametrize("who", ["bram", "chris", "dirk", "elsa"])
def test_only_managers_invite_send_again_and_withdraw(world: World, who: str) -> None:
    invite(world)
    (row,) = rows(world)
    visitor: Visitor = world.of(who)

    for path in ("invite", "invitations"):
        assert visitor.get(f"{world.url}/{path}").status in (403, 404)
    for path in ("invite", f"invitations/{row.id}/again", f"invitations/{row.id}/withdraw"):
        assert send(visitor, f"{world.url}/{path}", {**DATA, "step": "access"}).status in (403, 404)
    assert (len(rows(world)), rows(world)[0].state) == (1, InvitationState.OPEN)


def test_all_open_invitations_are_found_page_by_page(world: World) -> None:
    found, now = world.portal.services, world.portal.clock.now()
    with found.database.transaction() as session:
        for number in range(53):
            wished = invitations.Wished(f"n{number}@people.example", "nl", MemberDetails(function="x"), {})
            invitations.invite(
                *(session, world.organisation_id, wished),
                by=world.people["anna"],
                secret=found.settings.secret,
                now=now,
            )
    anna = world.of("anna")

    first = anna.get(anna.get(world.url).one("#all-invitations").attributes["href"])
    second = anna.get(first.one("#later").attributes["href"])

    assert [len(page.all("li[data-invitation]")) for page in (first, second)] == [50, 3]
