"""Handing electronic invoices to an access point, which brings them to the customer's over the Peppol network.

The interface is that of phoss AP, an access point that an operator can run or rent. It brings a document
at once and tries again by itself; our identifier names it there, so that after an answer that was
lost it is asked before anything is sent a second time. Another access point is another class like this one.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import quote

import orjson

from core.infra.errors import Unavailable
from core.infra.http import OutboundHttp
from core.infra.wallet_settings import AccessPointSettings
from core.wallet.documents import ubl
from core.wallet.identifiers import InvoiceId
from core.wallet.states import InvoiceKind, InvoiceStatus

# It looks the customer up and sends before it answers.
_SECONDS = 40.0
_MAX_BYTES = 256 * 1024
_PARTICIPANT = "iso6523-actorid-upis::{scheme}:{number}"
_DOCUMENT = "busdox-docid-qns::{namespace}::{name}##{customization}::2.1"
_PROCESS = "cenbii-procid-ubl::{process}"
# What the access point says of a document; whatever else it says, it is still at it.
_FINAL: Mapping[str, InvoiceStatus] = {
    "sent": InvoiceStatus.SENT,
    "rejected": InvoiceStatus.REFUSED,
    "permanently_failed": InvoiceStatus.NOT_REACHABLE,
}


@dataclass(frozen=True, slots=True)
class Parcel:
    """A document on its way: who sends it to whom by company number."""

    id: InvoiceId
    kind: InvoiceKind
    sender: str
    receiver: str
    xml: bytes


@dataclass(frozen=True, slots=True)
class Outcome:
    """Where a document stands, QUEUED while the access point is still at it, and its answer as it came."""

    status: InvoiceStatus
    response: bytes


class AccessPoint:
    """An access point of the operator's."""

    def __init__(self, http: OutboundHttp, settings: AccessPointSettings) -> None:
        self._http = http
        self._url = settings.url.rstrip("/")
        self._headers = {"X-Token": settings.secret.reveal()}

    def bring(self, parcel: Parcel, *, again: bool) -> Outcome:
        """Hand a document over; `again`: this was begun before, and may have arrived.

        Raises `Unavailable` where nothing is known of it afterwards: try again.
        """
        known = self._asked(parcel.id) if again else None
        return known or self._submitted(parcel)

    def _submitted(self, parcel: Parcel) -> Outcome:
        status, body = self._exchange(f"submit/{_path(parcel)}?sbdhInstanceID={parcel.id}", parcel.xml)
        match status:
            case HTTPStatus.OK:
                return Outcome(InvoiceStatus.SENT, body)
            case HTTPStatus.UNPROCESSABLE_ENTITY:
                # It was not sent yet; unless the access point keeps it to try again, it did not take it.
                return self._asked(parcel.id) or Outcome(InvoiceStatus.REFUSED, body)
            case HTTPStatus.BAD_REQUEST:
                return Outcome(InvoiceStatus.REFUSED, body)
            case _:
                raise Unavailable("access-point", status=status)

    def _asked(self, invoice_id: InvoiceId) -> Outcome | None:
        """Return what the access point says of a document; None: it does not know it."""
        status, body = self._exchange(f"status/{invoice_id}")
        if status == HTTPStatus.NOT_FOUND:
            return None
        if status != HTTPStatus.OK:
            raise Unavailable("access-point", status=status)
        return Outcome(_FINAL.get(_stated(body), InvoiceStatus.QUEUED), body)

    def _exchange(self, path: str, content: bytes | None = None) -> tuple[int, bytes]:
        headers = self._headers if content is None else {**self._headers, "Content-Type": "application/xml"}
        url = f"{self._url}/api/outbound/{path}"
        return self._http.exchange(url, content, headers=headers, max_bytes=_MAX_BYTES, timeout_seconds=_SECONDS)


def _path(parcel: Parcel) -> str:
    """Return sender, receiver, type of document, process and country, as Peppol names them."""
    kind = parcel.kind
    parts = (
        _PARTICIPANT.format(scheme=ubl.COMPANY_NUMBER_SCHEME, number=parcel.sender),
        _PARTICIPANT.format(scheme=ubl.COMPANY_NUMBER_SCHEME, number=parcel.receiver),
        _DOCUMENT.format(
            namespace=ubl.namespace(kind), name=ubl.document_name(kind), customization=ubl.CUSTOMIZATION_ID
        ),
        _PROCESS.format(process=ubl.PROFILE_ID),
        "BE",
    )
    return "/".join(quote(part, safe="") for part in parts)


def _stated(body: bytes) -> str:
    try:
        document = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise Unavailable("access-point", reason="not-json") from None
    return str(document.get("status")) if isinstance(document, dict) else ""
