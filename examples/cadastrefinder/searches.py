"""Searching, which is what CadastreFinder sells: the organisation's wallet pays, then the parcels are shown."""

import re
import secrets
import unicodedata
from typing import Any

from flask import Blueprint, current_app, redirect, render_template, request, session, url_for
from requests import RequestException
from werkzeug.wrappers import Response as AnyResponse

from examples.cadastrefinder import language, parcels
from examples.cadastrefinder.orders import Order, Orders
from examples.cadastrefinder.wallet import Charge, Refused, SignInOver, Wallet

PRICE_CENTS = 250
EXPLAINED = {"insufficient-funds", "wallet-frozen", "limit-reached", "may-not-pay", "unanswered"}
LONGEST_QUERY = 100

pages = Blueprint("searches", __name__)


@pages.app_context_processor
def offer() -> dict[str, Any]:
    """Give the form its price and the name of the next order, under which it can be paid only once."""
    return {"price": language.euros(PRICE_CENTS), "new_order": lambda: secrets.token_urlsafe(16)}


@pages.get("/search")
def form() -> AnyResponse | str:
    """Show the form alone: looking costs nothing."""
    if "claims" not in session:
        return redirect(url_for("pages.sign_in"))
    return render_template("search.html", query=_query(request.args.get("q", "")))


@pages.post("/search")
def buy() -> AnyResponse | tuple[str, int] | str:
    """Let the organisation pay and lead to what was found; a search that finds nothing costs nothing."""
    if "claims" not in session or "refresh_token" not in session:
        return redirect(url_for("pages.sign_in"))
    if request.headers.get("Sec-Fetch-Site", "none") not in {"same-origin", "none"}:  # a foreign page buys nothing
        return redirect(url_for("pages.home"))
    query = _query(request.form.get("q", ""))
    if not parcels.search(query):
        return render_template("search.html", query=query, is_nothing_found=bool(query))
    order = _orders().place(Order(_name(request.form.get("order", "")), *_buyer(), query))
    if order is None:  # another search was bought by this form: a new one, then
        return redirect(url_for("searches.form", q=query))
    return _lead_to(order)


@pages.get("/search/<name>")
def show(name: str) -> AnyResponse | str:
    """Show what a paid search found, as often as its buyer likes."""
    if "claims" not in session:
        return redirect(url_for("pages.sign_in"))
    sub, org_id = _buyer()
    order = _orders().find(name, sub=sub, org_id=org_id)
    if order is None or order.charge_id is None:
        return redirect(url_for("searches.form"))
    return render_template("results.html", order=order, query=order.query, found=parcels.search(order.query))


def _lead_to(order: Order) -> AnyResponse | tuple[str, int]:
    """Lead to what an order found once it is paid, or tell why it is not."""
    try:
        if order.charge_id is None:
            _pay(order)
    except SignInOver:
        return redirect(url_for("pages.sign_in"))
    except Refused as refusal:
        return _not_paid(order, refusal.code, 402, refusal.topup_url)
    except (RequestException, ValueError, KeyError):
        return _not_paid(order, "unanswered", 502)
    return redirect(url_for("searches.show", name=order.name), 303)


def _pay(order: Order) -> None:
    wallet: Wallet = current_app.extensions["wallet"]
    charge_id = wallet.charge(Charge(order.name, PRICE_CENTS, order.query), session["refresh_token"])
    _orders().paid(order.name, charge_id)


def _not_paid(order: Order, code: str, status: int, topup_url: str | None = None) -> tuple[str, int]:
    shown = code if re.fullmatch("[a-z_-]{1,50}", code) else "unknown"
    known = shown in EXPLAINED
    return render_template("not_paid.html", order=order, code=shown, known=known, topup_url=topup_url), status


def _query(typed: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", typed).split())[:LONGEST_QUERY]


def _name(sent: str) -> str:
    return sent if re.fullmatch("[A-Za-z0-9_-]{22}", sent) else secrets.token_urlsafe(16)


def _buyer() -> tuple[str, str]:
    """Return who is signed in, and for which organisation."""
    return session["claims"]["sub"], session["claims"].get("org_id", "")


def _orders() -> Orders:
    orders: Orders = current_app.extensions["orders"]
    return orders
