"""The payment sandbox's side of Mollie's API, version 2: what the product asks, answered as Mollie does."""

import json
import re
from collections.abc import Mapping
from datetime import datetime
from http import HTTPStatus

from development.payment_book import (
    METHODS,
    Amount,
    Book,
    Chargeback,
    Payment,
    Refund,
    Refused,
    Settlement,
    new_payment_id,
    now,
)

_VALUE = re.compile(r"\d{1,6}\.\d{2}")
_CURRENCY = re.compile(r"[A-Z]{3}")
_KEY = re.compile(r"Bearer test_\S+")
Answer = tuple[HTTPStatus, Mapping[str, object]]


def answer(book: Book, here: str, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Answer:
    """Answer a call; `here` is the sandbox's own address."""
    if not _KEY.fullmatch(headers.get("Authorization", "")):
        return _problem(HTTPStatus.UNAUTHORIZED, "Missing authentication, or failed to authenticate")
    path, _, query = path.partition("?")
    match method, path.strip("/").split("/")[1:]:
        case "POST", ["payments"]:
            return _create(book, here, headers.get("Idempotency-Key"), body)
        case "GET", ["payments", payment_id]:
            found = book.find(payment_id)
            if found is None:
                return _problem(HTTPStatus.NOT_FOUND, "No payment exists with this token")
            return HTTPStatus.OK, payment_document(found, here, embeds="embed=" in query)
        case "GET", ["settlements"]:
            found_settlements = [_settlement(one) for one in book.settlements()]
            embedded = {"settlements": found_settlements}
            return HTTPStatus.OK, {"count": len(found_settlements), "_embedded": embedded, "_links": {}}
        case _:
            return _problem(HTTPStatus.NOT_FOUND, "The sandbox does not speak this part of the API")


def payment_document(payment: Payment, here: str, *, embeds: bool) -> Mapping[str, object]:
    """Return a payment as the API tells it."""
    links = {"self": _link(f"{here}/v2/payments/{payment.id}")}
    if payment.status == "open":
        links["checkout"] = {"href": f"{here}/checkout/{payment.id}", "type": "text/html"}
    currency = payment.amount.currency
    refunded = sum(one.cents for one in payment.refunds if one.status != "failed")
    charged_back = sum(one.cents for one in payment.chargebacks if one.reversed_at is None)
    document: dict[str, object] = {
        "resource": "payment",
        "id": payment.id,
        "mode": "test",
        "createdAt": _moment(payment.created_at),
        "amount": _amount(payment.amount),
        "description": payment.description,
        "method": payment.method,
        "metadata": payment.metadata,
        "status": payment.status,
        "redirectUrl": payment.return_url,
        "webhookUrl": payment.announce_url,
        "_links": links,
    }
    if payment.paid_at is not None:
        document["paidAt"] = _moment(payment.paid_at)
        document["amountRefunded"] = _amount(Amount(currency, refunded))
    if payment.chargebacks:
        document["amountChargedBack"] = _amount(Amount(currency, charged_back))
    if embeds:
        document["_embedded"] = {
            "refunds": [_refund(one, payment) for one in payment.refunds],
            "chargebacks": [_chargeback(one, payment) for one in payment.chargebacks],
        }
    return document


def _create(book: Book, here: str, key: str | None, body: bytes) -> Answer:
    try:
        wanted = json.loads(body)
        value, currency = wanted["amount"]["value"], wanted["amount"]["currency"]
        if not _VALUE.fullmatch(value) or not _CURRENCY.fullmatch(currency):
            return _problem(HTTPStatus.UNPROCESSABLE_ENTITY, "The amount is not valid", field="amount")
        if not set(wanted.get("method", METHODS)) <= set(METHODS):
            return _problem(HTTPStatus.UNPROCESSABLE_ENTITY, "The payment method is not active", field="method")
        payment = Payment(
            id=new_payment_id(),
            created_at=now(),
            amount=Amount(currency, int(value.replace(".", ""))),
            description=str(wanted["description"]),
            return_url=str(wanted["redirectUrl"]),
            announce_url=str(wanted["webhookUrl"]),
            metadata=dict(wanted.get("metadata") or {}),
        )
    except (ValueError, KeyError, TypeError):
        return _problem(HTTPStatus.UNPROCESSABLE_ENTITY, "The body is not as the API wants it", field="body")
    try:
        kept = book.add(payment, key, body)
    except Refused:
        return _problem(HTTPStatus.BAD_REQUEST, "The idempotency key was used with other parameters")
    return HTTPStatus.CREATED, payment_document(kept, here, embeds=False)


def _refund(refund: Refund, payment: Payment) -> Mapping[str, object]:
    return {
        "resource": "refund",
        "id": refund.id,
        "paymentId": payment.id,
        "amount": _amount(Amount(payment.amount.currency, refund.cents)),
        "status": refund.status,
        "createdAt": _moment(refund.at),
    }


def _chargeback(chargeback: Chargeback, payment: Payment) -> Mapping[str, object]:
    return {
        "resource": "chargeback",
        "id": chargeback.id,
        "paymentId": payment.id,
        "amount": _amount(Amount(payment.amount.currency, chargeback.cents)),
        "createdAt": _moment(chargeback.at),
        "reversedAt": None if chargeback.reversed_at is None else _moment(chargeback.reversed_at),
    }


def _settlement(settlement: Settlement) -> Mapping[str, object]:
    """Return a settlement as the API tells it; what is summed up there has four decimals."""
    gross, fees, at = settlement.gross_cents, settlement.fees_cents, settlement.settled_at
    month = {
        "revenue": [{"description": "Payments", "count": settlement.count, "amountGross": _precise(gross)}],
        "costs": [{"description": "Fees", "count": settlement.count, "amountGross": _precise(fees)}],
    }
    return {
        "resource": "settlement",
        "id": settlement.id,
        "reference": settlement.reference,
        "status": "paidout",
        "createdAt": _moment(at),
        "settledAt": _moment(at),
        "amount": _amount(Amount("EUR", gross - fees)),
        "periods": {f"{at:%Y}": {f"{at:%m}": month}},
    }


def _problem(status: HTTPStatus, detail: str, field: str | None = None) -> Answer:
    named = {} if field is None else {"field": field}
    return status, {"status": status.value, "title": status.phrase, "detail": detail, **named, "_links": {}}


def _amount(amount: Amount) -> Mapping[str, object]:
    return {"currency": amount.currency, "value": f"{amount.cents / 100:.2f}"}


def _precise(cents: int) -> Mapping[str, object]:
    return {"currency": "EUR", "value": f"{cents / 100:.4f}"}


def _link(url: str) -> dict[str, str]:
    return {"href": url, "type": "application/hal+json"}


def _moment(moment: datetime) -> str:
    return moment.replace(microsecond=0).isoformat()
