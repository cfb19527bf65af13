"""How an authorization request arrives: plainly, in a request object, or pushed before."""

from dataclasses import dataclass
from datetime import datetime

from idp.oidc import pending, pushed_requests, request_object
from idp.oidc.authorize import Asked, client_finder, require_client
from idp.oidc.checks.parameters import Parameters
from idp.oidc.errors import InvalidRequestUri
from idp.oidc.pending import PendingAuthorization
from idp.oidc.request import AuthorizationRequest
from idp.web import browser
from idp.wiring import services


@dataclass(frozen=True, slots=True)
class Arrival:
    """A request that arrived: what it asks, and the request_uri that it spends."""

    asked: Asked
    request_uri: str | None = None

    def spend(self) -> None:
        """Use up what was pushed; raise `InvalidRequestUri` where somebody else did (RFC 9126 section 4)."""
        if self.request_uri is not None and not pushed_requests.spend(services().store, self.request_uri):
            raise InvalidRequestUri

    def park(self, wanted: AuthorizationRequest, now: datetime) -> tuple[PendingAuthorization, str]:
        """Keep the request as `pending.park` does; a reload of what was pushed finds it again."""
        store = services().store
        if self.request_uri is None:
            return pending.park(store, wanted, now)
        with store.pipeline() as writes:
            record, cookie = pending.park(writes, wanted, now)
            pushed_requests.remember(writes, self.request_uri, record.uid)
        return record, cookie


def receive(sent: Parameters) -> Arrival | str:
    """Return what a request asks, or the interaction that goes on because its address was loaded again.

    Raises `UnknownClient`, `InvalidRequestObject`, and `InvalidRequestUri` for a request that was
    pushed and is spent, over or another client's.
    """
    request_uri = sent.get("request_uri")
    if request_uri is not None and pushed_requests.is_ours(request_uri):
        return _pushed(sent, request_uri)
    if sent.get("request") is None:
        return Arrival(Asked(sent))
    return Arrival(_signed(sent))


def _pushed(sent: Parameters, request_uri: str) -> Arrival | str:
    found = services()
    client_id = require_client(sent.get("client_id"), client_finder(found)).client_id
    known = pushed_requests.find(found.store, request_uri)
    if known.asked is not None and known.asked.parameters.get("client_id") == client_id:
        return Arrival(known.asked, request_uri)
    if known.begun_uid is not None and _goes_on(known.begun_uid, client_id):
        return known.begun_uid
    raise InvalidRequestUri(client_id=client_id)


def _goes_on(uid: str, client_id: str) -> bool:
    """Tell whether this browser holds the interaction, and it is not finished."""
    found = services()
    record = pending.find(found.store, uid)
    if record is None or record.finished_at is not None or record.is_over(found.clock.now()):
        return False
    return record.is_of(client_id) and record.is_bound_to(browser.interaction_cookie(uid))


def _signed(sent: Parameters) -> Asked:
    found = services()
    client = require_client(sent.get("client_id"), client_finder(found))
    alone = client.rules.signed_requests or client.rules.issuer_audience
    return Asked(request_object.read(found, sent, client, alone=alone), is_signed=True)
