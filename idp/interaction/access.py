"""The way into an interaction: its record, whose browser it is in, and whether a step is due.

Every view of an interaction starts here; none reads the record by itself.
"""

from dataclasses import dataclass, replace
from datetime import datetime

from flask import url_for
from werkzeug.wrappers import Response

from core.infra.errors import ImmoError
from core.people.facts import PersonFacts
from core.web import locale
from idp import session as sso
from idp.interaction.facts import Asking, Gathered, gather, gather_for_ourselves, gather_nobody
from idp.interaction.policy import Outcome, next_step
from idp.interaction.steps import Step
from idp.oidc import pending
from idp.oidc.authorize import client_finder, require_client
from idp.oidc.device_authorization import PAGE
from idp.oidc.pending import PendingAuthorization
from idp.oidc.registered_client import RegisteredClient
from idp.oidc.request import AuthorizationRequest, LocalRequest, Progress, Wanted
from idp.session import SsoSession
from idp.web import browser
from idp.web.language import person_language
from idp.wiring import Services, services


class InteractionGone(ImmoError):
    """The interaction is unknown, over, or another browser's.

    `client` is whose it was, `start_again` the page of ours that it was for, if known.
    """

    code = "interaction-gone"

    def __init__(self, code: str, client: RegisteredClient | None = None, start_again: str | None = None) -> None:
        self.client = client
        self.start_again = start_again
        super().__init__(code)


@dataclass(frozen=True, slots=True)
class Interaction:
    """One interaction as a view needs it; `binding` is the secret of its cookie.

    `client` is who sent the person; None where it is a page of ours that needs them signed in.
    """

    services: Services
    pending: PendingAuthorization
    client: RegisteredClient | None
    session: SsoSession | None
    gathered: Gathered
    outcome: Outcome
    binding: str
    now: datetime

    @property
    def client_id(self) -> str | None:
        """Return which client sent the person, for logs and the audit."""
        return None if self.client is None else self.client.client_id

    @property
    def tool_request(self) -> AuthorizationRequest:
        """Return the tool's request; only for steps that are due in no other."""
        assert isinstance(self.pending.request, AuthorizationRequest)
        return self.pending.request

    @property
    def tool_client(self) -> RegisteredClient:
        """Return the client of the tool's request; only for steps that are due in no other."""
        assert self.client is not None
        return self.client

    @property
    def may_sign_in(self) -> bool:
        """Tell whether signing in is due, or is a way on from where the person stands."""
        return self.outcome in {Step.LOGIN, Step.STRONGER}

    def back(self) -> Response:
        """Send the browser to the address that decides what comes next."""
        return browser.see_other(url_for("interaction.resume", uid=self.pending.uid))

    def keep(self, progress: Progress) -> None:
        """Write down what a step found out."""
        pending.save(self.services.store, replace(self.pending, progress=progress))


def open_interaction(uid: str) -> Interaction:
    """Return the interaction of this browser, with what is due now.

    Raises `InteractionGone`, or `UnknownClient` where its client has gone.
    """
    found, now = services(), services().clock.now()
    record, binding = pending.find(found.store, uid), browser.interaction_cookie(uid)
    if record is None:
        raise InteractionGone("interaction-unknown")
    client = _client(found, record)
    if binding is None or not record.is_bound_to(binding):
        raise InteractionGone("interaction-elsewhere", client, _page_for_codes(record.request))
    if record.is_over(now):
        raise InteractionGone("interaction-over", client, _page_of_ours(record.request))
    session = sso.find(found.store, browser.session_cookie(), now)
    gathered = _gather(found, record, client, session, now)
    record = _with_language(found, record, session, gathered.person)
    outcome = next_step(record.request, gathered.progress, gathered.facts)
    return Interaction(found, record, client, session, gathered, outcome, binding, now)


def _client(found: Services, record: PendingAuthorization) -> RegisteredClient | None:
    if isinstance(record.request, LocalRequest):
        return None
    return require_client(record.request.client_id, client_finder(found))


def _page_of_ours(wanted: Wanted) -> str | None:
    return wanted.return_to if isinstance(wanted, LocalRequest) else _page_for_codes(wanted)


def _page_for_codes(wanted: Wanted) -> str | None:
    # Where another browser began, it tells nobody where it wanted to go; that a device waits is no secret.
    waits = not isinstance(wanted, LocalRequest) and wanted.device_code is not None
    return PAGE if waits else None


def _gather(
    found: Services,
    record: PendingAuthorization,
    client: RegisteredClient | None,
    session: SsoSession | None,
    now: datetime,
) -> Gathered:
    wanted = record.request
    if session is None:
        return gather_nobody(record.progress, now)
    if isinstance(wanted, LocalRequest):
        return gather_for_ourselves(found, session, record.progress, now)
    assert client is not None  # a tool's request has one
    return gather(found, Asking(wanted, client, session, now), record.progress)


def _with_language(
    found: Services, record: PendingAuthorization, session: SsoSession | None, person: PersonFacts | None
) -> PendingAuthorization:
    """Keep a choice made on this very page, and answer in the language that is known best."""
    chosen = locale.requested_language()
    if chosen is not None and chosen != record.language:
        record = replace(record, language=chosen)
        pending.save(found.store, record)
    locale.prefer(
        chosen=record.language,
        ui_locales=record.request.ui_locales,
        person=person_language(found, session, person),
    )
    return record
