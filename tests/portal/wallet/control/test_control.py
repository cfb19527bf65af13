"""The pages on which managers decide about limits and rights, and an employee reads what holds (W11)."""

from dataclasses import replace

from core.wallet import charging
from core.wallet.control.limits import max_charge
from tests.portal.wallet.control.conftest import Visitor, World, wrong
from tests.support.html_page import Page
from tests.support.wallets import an_order

FOR_ALL = "/control", "control"


def for_bram(world: World) -> tuple[str, str]:
    return f"/control/{world.bram}", "employee-control"


def at_most(world: World, name: str, tool: str) -> int | None:
    with world.portal.services.database.reading() as session:
        return max_charge(session, world.wallet, world.people[name], tool)


def cells(own: Page) -> list[str]:
    """Return what stands in the table of one's own limits, behind the names of the tools."""
    return [one.text for one in own.one("#own-limits").walk() if one.tag == "td"]


def save(visitor: Visitor, form: tuple[str, str], *off: str, **changed: str) -> str:
    """Save a form with these changes, and return what the page says was done."""
    fields = {name: value for name, value in visitor.form(*form).items() if name not in off}
    page = visitor.send(form[0], fields | {name.replace("_", "-"): value for name, value in changed.items()})
    assert page.status == 303, page.text
    return page.headers["Location"].partition("?done=")[2]


def test_limits_for_everybody_and_the_warning_come_back_as_they_were_saved(world: World) -> None:
    anna = world.of("anna")
    assert anna.form(*FOR_ALL)["warn-below"] == "€25.00"

    assert save(anna, FOR_ALL, warn_below="", per_charge="7,5", per_month_finder="1.200") == "saved"
    assert save(anna, FOR_ALL) == "nothing-changed"

    shown = anna.form(*FOR_ALL)
    assert {name: shown[name] for name in ("warn-below", "per-charge", "per-month", "per-month-finder")} == {
        "warn-below": "",
        "per-charge": "€7.50",
        "per-month": "",
        "per-month-finder": "€1,200.00",
    }
    assert at_most(world, "bram", "finder") == at_most(world, "anna", "rent") == 7_50
    page = anna.send("/control", shown | {"per-charge": "seven", "per-month": "-1"})
    assert (page.status, wrong(page)) == (422, ["per-charge", "per-month"])
    assert page.one("#per-charge").attributes["value"] == "seven"


def test_what_is_taken_from_an_employee_closes_its_pages_but_not_their_own(world: World) -> None:
    anna, bram = world.of("anna"), world.of("bram")
    assert bram.get().status == bram.get("/mine").status == 200

    assert save(anna, for_bram(world), "sees-wallet", per_charge="10", per_month_finder="20") == "wallet-rights-saved"

    assert (bram.get().status, bram.get("/mine").status) == (403, 200)
    assert at_most(world, "bram", "finder") == 10_00
    assert at_most(world, "anna", "finder") is None
    links = [one.attributes["href"] for one in anna.get("/control").one("#restricted").walk() if one.tag == "a"]
    assert f"{anna.url}/control/{world.bram}" in links
    own = bram.get("/mine")
    assert [one.text for one in own.one("#own-rights").walk() if one.matches(".status")] == ["No", "Yes", "Yes"]
    assert cells(own) == [*("Mine", "€10.00", "-", "-"), *("Mine", "-", "€20.00", "€20.00")]


def test_what_all_spent_together_is_shown_to_those_who_see_the_wallet(world: World) -> None:
    anna, bram = world.of("anna"), world.of("bram")
    save(anna, FOR_ALL, per_month="50")
    order = replace(an_order(world.wallet, cents=12_00), person_id=world.people["anna"])
    with world.portal.services.database.transaction() as session:
        charging.charge(session, order, now=world.portal.clock.now())

    def left() -> list[str]:
        return cells(bram.get("/mine"))[-1:]

    assert left() == ["€38.00"]
    save(anna, for_bram(world), "sees-wallet")
    assert left() == ["-"]


def test_of_two_managers_the_second_sees_that_the_first_decided(world: World) -> None:
    anna = world.of("anna")
    for end, form in (FOR_ALL, for_bram(world)):
        old = anna.form(end, form)
        save(anna, (end, form), per_charge="5")

        page = anna.send(end, old | {"per-charge": "9"})
        assert page.status == 409
        assert page.one("#per-charge").attributes["value"] == "9"
        seen = page.one("input[name=seen]").attributes["value"]
        assert anna.send(end, old | {"per-charge": "9", "seen": seen}).status == 303
        assert anna.form(end, form)["per-charge"] == "€9.00"
