"""The form that transfers money to another organisation of the same manager (W9)."""

from tests.portal.wallet.control.conftest import World, wrong

FORM = "/transfer", "transfer"


def test_a_form_moves_money_once_however_often_it_is_sent(world: World) -> None:
    anna = world.of("anna")
    offered = [one.attributes["value"] for one in anna.get("/transfer").one("#to").walk()]
    assert offered == ["", world.zuid]
    sent = anna.form(*FORM) | {"to": world.zuid, "amount": "40,50"}

    answers = [anna.send("/transfer", sent) for _ in range(3)]

    assert {(page.status, page.headers["Location"]) for page in answers} == {
        (303, f"{anna.url}?done=wallet-transferred")
    }
    assert world.balances() == (59_50, 40_50, 0)
    other = anna.send("/transfer", sent | {"amount": "1"})
    assert (other.status, wrong(other)) == (422, ["amount"])
    assert world.balances() == (59_50, 40_50, 0)


def test_what_is_wrong_is_said_at_the_field_and_nothing_moves(world: World) -> None:
    anna = world.of("anna")
    tried = {
        ("", ""): ["to", "amount"],
        (world.west, "10"): ["to"],
        (world.noord, "10"): ["to"],
        (world.zuid, "0"): ["amount"],
        (world.zuid, "-5"): ["amount"],
        (world.zuid, "ten"): ["amount"],
        (world.zuid, "100,01"): ["amount"],
        (world.zuid, "1.000.000"): ["amount"],
    }
    sent = anna.form(*FORM)

    for (to, amount), expected in tried.items():
        page = anna.send("/transfer", sent | {"to": to, "amount": amount})
        assert (page.status, wrong(page)) == (422, expected), (to, amount)
        assert page.one("#amount").attributes["value"] == amount

    assert world.balances() == (100_00, 0, 0)
    # What was refused spent no key: the same form, corrected, goes through.
    assert anna.send("/transfer", sent | {"to": world.zuid, "amount": "100"}).status == 303
    assert world.balances() == (0, 100_00, 0)


def test_who_manages_nothing_else_is_told_so(world: World) -> None:
    browser = world.portal.signed_in(world.people["carl"])

    answer = browser.get(f"/organisations/{world.west}/wallet/transfer")

    assert answer.status_code == 200
    assert 'id="transfer"' not in answer.text
