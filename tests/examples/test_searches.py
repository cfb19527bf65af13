"""What a search costs and who pays: once for each search that finds something, however often it is sent."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from examples.cadastrefinder.app import create_app
from tests.examples.conftest import NOORD
from tests.support import small_wallet
from tests.support.html_page import parse
from tests.support.small_provider import SmallProvider
from tests.support.small_wallet import SmallWallet


@pytest.fixture
def wallet() -> Iterator[SmallWallet]:
    with small_wallet.running() as running:
        yield running


@pytest.fixture
def anna(provider: SmallProvider, wallet: SmallWallet, tmp_path: Path) -> FlaskClient:
    return a_visitor(provider, wallet, tmp_path)


def a_visitor(provider: SmallProvider, wallet: SmallWallet, folder: Path, **claims: object) -> FlaskClient:
    """Return a browser that is signed in at CadastreFinder, which keeps its orders in `folder`."""
    app = create_app(
        {
            "IMMO_ISSUER": provider.issuer,
            "IMMO_PORTAL_URL": wallet.portal_url,
            "CADASTREFINDER_SESSIONS": str(folder / "sessions.sqlite3"),
        }
    )
    browser = app.test_client()
    location = browser.get("/sign-in").location
    person = {"sub": claims["sub"]} if "sub" in claims else {}
    answer = provider.answer(location, id_token={**NOORD, **claims}, userinfo=person)
    assert browser.get(f"/callback?{answer}").status_code == 303
    return browser


def form_in(body: str) -> dict[str, str]:
    """Return what the form that buys would send."""
    form = parse("", 200, {"content-type": "text/html"}, body).one("form[action=/search]")
    return {field.attributes["name"]: field.attributes["value"] for field in form.walk() if field.tag == "input"}


def order_of(browser: FlaskClient) -> str:
    return form_in(browser.get("/search?language=en").text)["order"]


def test_price_and_payer_are_said_before_anything_is_paid(anna: FlaskClient, wallet: SmallWallet) -> None:
    page = anna.get("/?language=en").text

    assert "A search costs €2.50, paid from the wallet of Immo Demo Noord BV." in page
    assert "Search for €2.50" in page
    assert wallet.sent == []


@pytest.mark.parametrize(("language", "price"), [("nl", "€\N{NO-BREAK SPACE}2,50"), ("fr", "2,50\N{NO-BREAK SPACE}€")])
def test_price_is_written_as_the_language_does(anna: FlaskClient, language: str, price: str) -> None:
    assert price in anna.get(f"/search?language={language}").text


def test_search_is_charged_with_a_token_for_the_wallet_alone(
    anna: FlaskClient, provider: SmallProvider, wallet: SmallWallet
) -> None:
    """RFC 8707 section 2.2: the token of the sign-in is for userinfo, that of the charge for the wallet."""
    order = order_of(anna)

    paid = anna.post("/search", data={"q": "kerkstraat gent", "order": order})

    page = anna.get(paid.location + "?language=en").text
    assert (paid.status_code, paid.location) == (303, f"/search/{order}")
    assert "2 parcels found" in page
    assert "€2.50 paid from the wallet of Immo Demo Noord BV." in page
    resource = f"{wallet.portal_url}/api/wallet/v1"
    assert provider.token_requests[0]["resource"] == f"{provider.issuer}/userinfo"
    assert provider.refresh_requests[0]["resource"] == resource
    assert provider.refresh_requests[0]["scope"] == "organization roles wallet wallet:charge"
    assert wallet.sent == [("at-again", order)]
    assert wallet.charged[order] == {
        "amount_cents": 250, "currency": "EUR", "description": "kerkstraat gent", "reference": order,
    }  # fmt: skip


def test_reloading_and_sending_the_form_again_pay_nothing_more(anna: FlaskClient, wallet: SmallWallet) -> None:
    order = order_of(anna)
    for _ in range(2):
        location = anna.post("/search", data={"q": "gent", "order": order}).location
        for _ in range(2):
            assert anna.get(location).status_code == 200

    assert wallet.sent == [("at-again", order)]


def test_search_whose_answer_was_lost_is_paid_once(anna: FlaskClient, wallet: SmallWallet) -> None:
    order, wallet.loses_answers = order_of(anna), True
    lost = anna.post("/search", data={"q": "gent", "order": order})
    assert (lost.status_code, anna.get(f"/search/{order}").location) == (502, "/search")
    assert 'data-code="unanswered"' in lost.text

    wallet.loses_answers = False
    again = anna.post("/search", data=form_in(lost.text))

    assert again.location == f"/search/{order}"
    assert [key for _, key in wallet.sent] == [order, order]
    assert list(wallet.charged) == [order]


def test_search_that_finds_nothing_is_free(anna: FlaskClient, wallet: SmallWallet) -> None:
    page = anna.post("/search?language=en", data={"q": "nowhere", "order": order_of(anna)}).text

    assert "No parcel matches, and nothing was paid." in page
    assert wallet.sent == []


def test_empty_wallet_is_said_with_the_way_to_recharge_it(anna: FlaskClient, wallet: SmallWallet) -> None:
    topup_url = f"{wallet.portal_url}/organisations/org_noord/wallet/recharge"
    wallet.refusal = (402, {"code": "insufficient-funds", "topup_url": topup_url})
    order = order_of(anna)

    refused = anna.post("/search?language=en", data={"q": "gent", "order": order})

    assert refused.status_code == 402
    assert 'data-code="insufficient-funds"' in refused.text
    assert f'id="recharge" href="{topup_url}"' in refused.text
    assert "44021A0118" not in refused.text
    assert anna.get(f"/search/{order}").location == "/search"

    wallet.refusal = None
    assert anna.post("/search", data=form_in(refused.text)).location == f"/search/{order}"


@pytest.mark.parametrize(
    ("status", "code", "shown"),
    [
        (403, "limit-reached", "The limit is reached"),
        (403, "may-not-pay", "You may not pay from this wallet"),
        (402, "wallet-frozen", "The wallet is blocked"),
        (403, "context-closed", "give the helpdesk this code: context-closed"),
        (422, "<script>", "give the helpdesk this code: unknown"),
    ],
)
def test_refusal_is_told_in_words_and_shows_no_parcel(
    anna: FlaskClient, wallet: SmallWallet, status: int, code: str, shown: str
) -> None:
    wallet.refusal = (status, {"code": code})

    refused = anna.post("/search?language=en", data={"q": "gent", "order": order_of(anna)})

    assert shown in refused.text
    assert "44021A0118" not in refused.text


def test_what_one_bought_is_shown_to_nobody_else_and_not_under_another_organisation(
    anna: FlaskClient, provider: SmallProvider, wallet: SmallWallet, tmp_path: Path
) -> None:
    order = order_of(anna)
    anna.post("/search", data={"q": "gent", "order": order})
    others = (
        a_visitor(provider, wallet, tmp_path, sub="usr_bert"),
        a_visitor(provider, wallet, tmp_path, org_id="org_zuid"),
    )

    for other in others:
        assert other.get(f"/search/{order}").location == "/search"
        assert other.post("/search", data={"q": "gent", "order": order}).location == "/search?q=gent"
    assert len(wallet.sent) == 1


def test_a_form_that_bought_one_search_buys_no_other(anna: FlaskClient, wallet: SmallWallet) -> None:
    order = order_of(anna)
    anna.post("/search", data={"q": "gent", "order": order})

    answer = anna.post("/search", data={"q": "namur", "order": order})

    assert answer.location == "/search?q=namur"
    assert len(wallet.sent) == 1


def test_session_that_ended_at_immo_connect_leads_to_the_sign_in(
    anna: FlaskClient, provider: SmallProvider, wallet: SmallWallet
) -> None:
    provider.ended.add("ses_1")

    answer = anna.post("/search", data={"q": "gent", "order": order_of(anna)})

    assert answer.location == "/sign-in"
    assert wallet.sent == []


@pytest.mark.parametrize("origin", ["cross-site", "same-site"])
def test_a_foreign_page_buys_nothing(anna: FlaskClient, wallet: SmallWallet, origin: str) -> None:
    order = order_of(anna)

    answer = anna.post("/search", data={"q": "gent", "order": order}, headers={"Sec-Fetch-Site": origin})

    assert answer.location == "/"
    assert wallet.sent == []


def test_a_stranger_buys_nothing(provider: SmallProvider, wallet: SmallWallet, tmp_path: Path) -> None:
    stranger = a_visitor(provider, wallet, tmp_path).application.test_client()

    for answer in (stranger.post("/search", data={"q": "gent"}), stranger.get(f"/search/{'A' * 22}")):
        assert answer.location == "/sign-in"
    assert wallet.sent == []
