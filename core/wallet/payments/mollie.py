"""Mollie's API, version 2: the part of it that recharging needs.

Called directly and not through a client library: five calls, over the one HTTP client that is bounded.
What is fetched is a snapshot of a payment with its refunds and chargebacks embedded.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from decimal import Decimal, InvalidOperation
from http import HTTPStatus
from urllib.parse import quote

import orjson

from core.infra.errors import Unavailable
from core.infra.http import OutboundHttp, OutboundRefused
from core.infra.secret import Secret
from core.infra.wallet_settings import PaymentSettings
from core.wallet.payments.provider import Amount, Order, Payment, PaymentRefused, PaymentStatus, Settlement, Taken
from core.wallet.payments.rules import CURRENCY
from core.wallet.states import PaymentEvent

# Where Visa, Mastercard and Maestro are cards.
METHODS = ("bancontact", "creditcard")
_LOCALES = {"nl": "nl_BE", "fr": "fr_BE", "en": "en_GB"}
_REFERENCE = "top_up"
# From then on the provider has the money of a refund set aside; until then it can be called off.
_REFUND_TAKEN = frozenset({"processing", "refunded"})
_REFUND_UNDONE = "failed"
_SETTLEMENTS = 50
_MOST_BYTES = 1024 * 1024


class Mollie:
    """The payment provider Mollie, at the address and with the key of the settings."""

    name = "mollie"

    def __init__(self, http: OutboundHttp, settings: PaymentSettings) -> None:
        self._http = http
        self._settings = settings

    def begin(self, order: Order) -> Payment:
        """Ask for a payment; the provider keeps `order.reference` for an hour as the key of this call."""
        return self._payment(self._call("/v2/payments", order))

    def payment(self, payment_id: str) -> Payment:
        """Return a payment with everything that was taken back of it."""
        return self._payment(self._call(f"/v2/payments/{quote(payment_id, safe='')}?embed=refunds,chargebacks"))

    def settlements(self) -> tuple[Settlement, ...]:
        """Return the last settlements that were paid out, as far as the token may read them."""
        told = self._call(f"/v2/settlements?limit={_SETTLEMENTS}", key=self._settings.access_token)
        found = _list(_object(told, "_embedded"), "settlements")
        return tuple(_settlement(one) for one in found if one.get("status") == "paidout")

    def _call(self, path: str, order: Order | None = None, *, key: Secret | None = None) -> Mapping[str, object]:
        headers = {"Authorization": f"Bearer {(key or self._settings.key).reveal()}"}
        content = None
        if order is not None:
            headers["Idempotency-Key"], content = order.reference, _written(order)
        try:
            status, document = self._http.exchange_json(
                self._settings.url + path, content, headers=headers, max_bytes=_MOST_BYTES
            )
        except OutboundRefused as error:
            # It answers in a way that is not read, or is not to be reached from here: an operator's to mend.
            raise Unavailable(reason=str(error.details.get("reason")), url=path) from error
        if order is not None and status in {HTTPStatus.BAD_REQUEST, HTTPStatus.UNPROCESSABLE_ENTITY}:
            raise PaymentRefused(status=status, field=_field(document))
        if status not in {HTTPStatus.OK, HTTPStatus.CREATED}:
            raise Unavailable(reason="status", status=status, url=path)
        return _mapping(document)

    def _payment(self, document: Mapping[str, object]) -> Payment:
        embedded = _object(document, "_embedded") if "_embedded" in document else {}
        metadata = document.get("metadata")
        return Payment(
            id=_text(document, "id"),
            status=_status(_text(document, "status")),
            amount=_amount(document, "amount"),
            reference=_optional_text(metadata, _REFERENCE) if isinstance(metadata, Mapping) else None,
            method=_optional_text(document, "method"),
            checkout_url=self._checkout(document),
            taken=(*_refunds(embedded), *_chargebacks(embedded)),
        )

    def _checkout(self, document: Mapping[str, object]) -> str | None:
        """Return where the payer is sent: to https, or to the sandbox itself."""
        links = _object(document, "_links")
        if "checkout" not in links:
            return None
        url = _text(_object(links, "checkout"), "href")
        if not url.startswith(("https://", f"{self._settings.url}/")):
            raise _malformed("checkout")
        return url


def _written(order: Order) -> bytes:
    return orjson.dumps(
        {
            "amount": {"currency": CURRENCY, "value": f"{Decimal(order.amount_cents) / 100:.2f}"},
            "description": order.description,
            "redirectUrl": order.return_url,
            "webhookUrl": order.announce_url,
            "locale": _LOCALES[order.language],
            "method": METHODS,
            "metadata": {_REFERENCE: order.reference},
        }
    )


def _refunds(embedded: Mapping[str, object]) -> Iterator[Taken]:
    for one in _list(embedded, "refunds"):
        status = _text(one, "status")
        if status in _REFUND_TAKEN or status == _REFUND_UNDONE:
            yield Taken(PaymentEvent.REFUNDED, _text(one, "id"), _euros(one, "amount"), status == _REFUND_UNDONE)


def _chargebacks(embedded: Mapping[str, object]) -> Iterator[Taken]:
    for one in _list(embedded, "chargebacks"):
        is_undone = _optional_text(one, "reversedAt") is not None
        yield Taken(PaymentEvent.CHARGED_BACK, _text(one, "id"), _euros(one, "amount"), is_undone)


def _settlement(document: Mapping[str, object]) -> Settlement:
    return Settlement(
        id=_text(document, "id"),
        reference=_text(document, "reference"),
        amount_cents=_euros(document, "amount"),
        fees_cents=_fees(document),
        settled_at=datetime.fromisoformat(_text(document, "settledAt")),
    )


def _fees(document: Mapping[str, object]) -> int:
    """Return what the provider kept; it counts in hundredths of a cent, by year and month."""
    months = (_mapping(month) for year in _object(document, "periods").values() for month in _mapping(year).values())
    costs = (_object(cost, "amountGross") for month in months for cost in _list(month, "costs"))
    return int((sum((_value(cost) for cost in costs), Decimal(0)) * 100).to_integral_value())


def _status(word: str) -> PaymentStatus:
    try:
        return PaymentStatus(word)
    except ValueError:
        raise _malformed("status") from None


def _euros(document: Mapping[str, object], name: str) -> int:
    amount = _amount(document, name)
    if amount.currency != CURRENCY:
        raise _malformed(name)
    return amount.cents


def _amount(document: Mapping[str, object], name: str) -> Amount:
    stated = _object(document, name)
    cents = _value(stated) * 100
    if cents != cents.to_integral_value():
        raise _malformed(name)
    return Amount(_text(stated, "currency"), int(cents))


def _value(amount: Mapping[str, object]) -> Decimal:
    try:
        value = Decimal(_text(amount, "value"))
    except InvalidOperation:
        raise _malformed("value") from None
    if not value.is_finite():
        raise _malformed("value")
    return value


def _object(document: Mapping[str, object], name: str) -> Mapping[str, object]:
    return _mapping(document.get(name))


def _list(document: Mapping[str, object], name: str) -> list[Mapping[str, object]]:
    found = document.get(name, [])
    if not isinstance(found, list):
        raise _malformed(name)
    return [_mapping(one) for one in found]


def _mapping(found: object) -> Mapping[str, object]:
    if not isinstance(found, Mapping):
        raise _malformed("object")
    return found


def _text(document: Mapping[str, object], name: str) -> str:
    found = document.get(name)
    if not isinstance(found, str) or not found:
        raise _malformed(name)
    return found


def _optional_text(document: Mapping[str, object], name: str) -> str | None:
    return None if document.get(name) is None else _text(document, name)


def _field(document: object) -> str:
    """Return which field of a refused order the provider names; never its words, which may quote what was sent."""
    found = document.get("field") if isinstance(document, Mapping) else None
    return found if isinstance(found, str) else ""


def _malformed(what: str) -> Unavailable:
    return Unavailable(reason="malformed", what=what)
