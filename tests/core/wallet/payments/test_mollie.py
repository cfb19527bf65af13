"""What a payment provider may answer instead of what was agreed: none of it is believed, and none breaks us."""

from collections.abc import Iterator
from typing import Any

import pytest

from core.infra.errors import Unavailable
from core.infra.http import OutboundHttp
from core.infra.secret import Secret
from core.infra.settings import Mode, OutboundSettings
from core.infra.wallet_settings import PaymentSettings
from core.wallet.payments.mollie import Mollie
from core.wallet.payments.provider import Amount, PaymentStatus
from tests.support.json_server import JsonServer

PATH = "/v2/payments/tr_1?embed=refunds,chargebacks"
TAKEN = {"id": "re_1", "status": "refunded", "amount": {"currency": "EUR", "value": "1.00"}}


@pytest.fixture
def server() -> Iterator[JsonServer]:
    with JsonServer() as running:
        yield running


def payment(**changes: Any) -> dict[str, Any]:
    document = {
        "id": "tr_1",
        "status": "paid",
        "amount": {"currency": "EUR", "value": "50.00"},
        "metadata": {"top_up": "top_1"},
        "method": "bancontact",
        "_links": {},
    }
    return {**document, **changes}


def mollie(server: JsonServer) -> Mollie:
    outbound = OutboundSettings(allow=frozenset({("127.0.0.1", server.port)}), insecure=False)
    key, url = Secret("test_0123456789abcdefghij"), f"http://127.0.0.1:{server.port}"
    return Mollie(OutboundHttp(outbound, Mode.TEST), PaymentSettings(url, key, 1, 2, None))


def test_what_was_agreed_is_read(server: JsonServer) -> None:
    server.serve(PATH, payment(_embedded={"refunds": [TAKEN, {**TAKEN, "status": "pending"}], "chargebacks": []}))

    found = mollie(server).payment("tr_1")

    assert (found.status, found.amount, found.reference) == (PaymentStatus.PAID, Amount("EUR", 5_000), "top_1")
    # What is pending can still be called off: nothing was taken.
    assert [one.amount_cents for one in found.taken] == [100]


@pytest.mark.parametrize(
    "answer",
    [
        None,
        [],
        "paid",
        payment(id=None),
        payment(status="settled"),
        payment(status=1),
        payment(amount=None),
        payment(amount={"currency": "EUR", "value": 50}),
        payment(amount={"currency": "EUR", "value": "50.001"}),
        payment(amount={"currency": "EUR", "value": "NaN"}),
        payment(amount={"currency": "EUR", "value": "fifty"}),
        payment(amount={"value": "50.00"}),
        payment(_links=None),
        payment(_links={"checkout": {"href": "http://elsewhere.example/pay"}}),
        payment(_links={"checkout": {"href": "javascript:alert(1)"}}),
        payment(_embedded={"refunds": {}}),
        payment(_embedded={"refunds": [{**TAKEN, "amount": {"currency": "USD", "value": "1.00"}}]}),
        payment(_embedded={"chargebacks": [{"id": "chb_1"}]}),
    ],
)
def test_an_answer_that_cannot_be_read_is_no_answer(server: JsonServer, answer: object) -> None:
    server.serve(PATH, answer)

    with pytest.raises(Unavailable):
        mollie(server).payment("tr_1")


@pytest.mark.parametrize("status", [302, 401, 403, 404, 429, 500, 503])
def test_an_error_of_the_provider_is_no_answer_about_the_payment(server: JsonServer, status: int) -> None:
    server.serve(PATH, payment())
    server.status = status

    with pytest.raises(Unavailable):
        mollie(server).payment("tr_1")


def test_a_payment_without_our_reference_is_read_as_such(server: JsonServer) -> None:
    server.serve(PATH, payment(metadata=None))

    assert mollie(server).payment("tr_1").reference is None
